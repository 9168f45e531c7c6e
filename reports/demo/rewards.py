"""Made-up rewards and penalties, information rewards and tenures of the demonstration.

Holders of posts are numbers; nobody is named.
"""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from assessments.enums import RewardKind
from assessments.models import InformationReward
from assessments.selectors.freezes import frozen_units
from assessments.selectors.reward_proposals import proposal_years, proposals, year_places
from assessments.services.information_rewards import (
    approve_information,
    pay_information,
    refuse_information,
    register_information,
    verify_information,
)
from assessments.services.rewards import (
    RewardEntry,
    book_proposals,
    cancel_reward,
    pay_reward,
    record_reward,
)
from assessments.services.tenures import TenureEntry, begin_tenure, transfer_tenure
from pingan.enums import Level, Role, UnitKind
from pingan.models import Unit, User

FUND = "平安创建奖励经费"
DOCUMENT = "演示平安〔{year}〕{number}号"
# topic, what was seen, days ago, how far it has come
INFORMATION = (
    ("盗窃线索", "集市后街仓库夜间有人多次撬锁，已出现摩托车被盗。", 160, "paid", 80_000),
    ("安全隐患", "河堤步道两处护栏松脱，夜间无照明。", 120, "paid", 20_000),
    ("电信诈骗线索", "有人在场镇以高价收购电话卡和银行卡。", 75, "approved", 150_000),
    ("涉赌涉毒线索", "废弃厂房周末夜间聚集赌博。", 40, "verified", 0),
    ("矛盾纠纷苗头", "两个村民小组因水渠分水争执，可能聚集。", 21, "received", 0),
    ("治安隐患", "学校门口流动摊点堵塞通道。", 14, "refused", 0),
)
POSTS = {UnitKind.SUBDISTRICT: ("党工委书记", "办事处主任")}
TOWN_POSTS = ("党委书记", "乡镇长")


def load_rewards(county: Unit) -> None:
    """Everything of this subject, after the months have been closed."""
    officers = list(
        User.objects.filter(unit=county, role=Role.COUNTY_OFFICER, is_active=True).order_by("pk")
    )
    _year_rewards(county, officers[0])
    _quarter_reward(county, officers[0])
    _information(county, *officers[:2])
    _tenures(county, officers[0])


def _year_rewards(county: Unit, officer: User) -> None:
    """What the last finished year suggested, booked in January and paid before long."""
    today = timezone.localdate()
    for year in [year for year in proposal_years(county) if year < today.year][:1]:
        decided_on = dt.date(year + 1, 1, 20)
        if decided_on >= today:
            continue
        lines = proposals(county, year, decided_on)
        keys = [x.key for x in lines if not x.hindrance and x.unit.level != Level.VILLAGE]
        if not keys:
            continue
        booked = book_proposals(
            county=county,
            year=year,
            keys=keys,
            document=DOCUMENT.format(year=year + 1, number=3),
            fund=FUND,
            decided_on=decided_on,
            by=officer,
        )
        frozen = frozen_units(today)
        for reward in booked[:-1]:
            if reward.amount and reward.unit_id not in frozen:
                paid_on = min(decided_on + dt.timedelta(days=18), today)
                pay_reward(reward=reward, paid_on=paid_on, version=1, by=officer)


def _quarter_reward(county: Unit, officer: User) -> None:
    """A red banner for this year's first so far, a penalty for the last, one taken back."""
    today = timezone.localdate()
    decided_on = max(today - dt.timedelta(days=25), dt.date(today.year, 1, 1))
    frozen = frozen_units(decided_on)
    placed = [x for x in year_places(county, today.year) if x.level == Level.TOWNSHIP]
    placed.sort(key=lambda each: (each.place, each.unit_id))
    units = {unit.pk: unit for unit in Unit.objects.filter(pk__in=[x.unit_id for x in placed])}
    free = [units[each.unit_id] for each in placed if each.unit_id not in frozen]
    if len(free) < 3:
        return

    def booked(unit: Unit, kind: RewardKind, title: str, amount: int) -> None:
        entry = RewardEntry(
            kind,
            today.year,
            title,
            DOCUMENT.format(year=today.year, number=21),
            amount,
            FUND if amount else "",
            decided_on,
        )
        reward = record_reward(unit=unit, entry=entry, by=officer)
        if "更正" in title:
            reason = "名次更正，改奖其他单位（演示）"
            cancel_reward(reward=reward, reason=reason, version=1, by=officer)

    booked(free[0], RewardKind.REWARD, "平安创建流动红旗", 300_000)
    booked(free[1], RewardKind.REWARD, "平安创建流动红旗（名次更正前）", 300_000)
    booked(free[-1], RewardKind.PENALTY, "考评居末位，通报批评", 0)


def _information(county: Unit, officer: User, second: User | None = None) -> None:
    """Entries on every step of the way; codes of paid ones have been shown."""
    if InformationReward.objects.filter(county=county).exists() or second is None:
        return
    today = timezone.localdate()
    townships = list(
        Unit.objects.living().filter(county=county, level=Level.TOWNSHIP).order_by("position")
    )
    for number, (topic, summary, ago, state, amount) in enumerate(INFORMATION):
        received_on = today - dt.timedelta(days=ago)
        reward, code = register_information(
            county=county,
            topic=topic,
            summary=f"{summary}（演示）",
            township=townships[3 * number % len(townships)] if townships else None,
            received_on=received_on,
            by=officer,
        )
        if state == "refused":
            decision = "经查不属于奖励范围"
            refuse_information(reward=reward, decision=decision, version=1, by=officer)
        if state in ("verified", "approved", "paid"):
            decision = "经现场核查属实"
            verify_information(reward=reward, decision=decision, version=1, by=officer)
        if state in ("approved", "paid"):
            approve_information(
                reward=reward,
                amount=amount,
                fund="信息奖励经费",
                decision="按标准奖励",
                version=2,
                by=second,
            )
        if state == "paid":
            paid_on = received_on + dt.timedelta(days=15)
            pay_information(reward=reward, code=code, paid_on=paid_on, version=3, by=officer)


def _tenures(county: Unit, officer: User) -> None:
    """Two posts a township; two holders were transferred within the year."""
    today = timezone.localdate()
    townships = list(
        Unit.objects.living().filter(county=county, level=Level.TOWNSHIP).order_by("position")
    )
    begun = {}
    for number, unit in enumerate(townships):
        posts = POSTS.get(UnitKind(unit.kind), TOWN_POSTS)
        for place, post in enumerate(posts):
            # The first two heads came from elsewhere in the year; their posts were vacant.
            if place == 1 and number in (0, 1):
                continue
            entry = TenureEntry(
                post,
                f"演示干部{2 * number + place + 1:02d}",
                dt.date(today.year - 2, 1 + number % 12, 5 + place),
            )
            begun[number, place] = begin_tenure(unit=unit, entry=entry, by=officer)
    for at, month in ((2, 4), (3, 8)):
        on = dt.date(today.year, month, 12)
        if (at, 1) in begun and on < today:
            unit = townships[at - 2]
            transfer_tenure(
                tenure=begun[at, 1],
                unit=unit,
                post=POSTS.get(UnitKind(unit.kind), TOWN_POSTS)[1],
                on=on,
                version=1,
                by=officer,
            )
