"""The rota of laws for the monthly legal education: one after the other, a law a month."""

from __future__ import annotations

from campaigns.models import Education, MonthlyReturn

LAWS = (
    "治安管理处罚法",
    "道路交通安全法",
    "消防法",
    "反电信网络诈骗法",
    "人民调解法",
    "禁毒法",
    "未成年人保护法",
    "反家庭暴力法",
    "信访工作条例",
    "安全生产法",
    "民法典",
    "反有组织犯罪法",
)


def law_in(topic: str) -> str:
    """The law of the rota that a topic is about; empty where it is about something else."""
    return next((law for law in LAWS if law in topic), "")


def next_law(monthly_return: MonthlyReturn) -> str:
    """The law behind the one that this unit taught last; one query.

    A unit that has taught none begins with the law that stands at the month's number.
    """
    month = monthly_return.month
    topics = Education.objects.filter(
        month__gte=month.shift(-len(LAWS)),
        month__lt=month,
        monthly_return__unit_id=monthly_return.unit_id,
    )
    for topic in topics.order_by("-month", "-on", "-pk").values_list("topic", flat=True):
        if law := law_in(topic):
            return LAWS[(LAWS.index(law) + 1) % len(LAWS)]
    return LAWS[month.number - 1]
