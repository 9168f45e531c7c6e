"""The counts a month is scored on: what each is called, its unit word, and whose records it is.

A fact is an integer. A name that is absent from a unit's facts does not apply to that unit; 0 is
a count like any other. Names shared with the county's totals are the same everywhere.

Two kinds of name are not in the table: `indicator.<code>`, a value of the county's indicators,
whose label is frozen into the rules that use it; and `last_year.<name>`, the same count in the
same month a year before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assessments.enums import ItemSource
from pingan.enums import Level, Role

INDICATOR = "indicator."
LAST_YEAR = "last_year."
VETOES = "vetoes_in_force"

Labels = Mapping[str, Sequence[str]]  # name of a count to (label, unit word)


@dataclass(frozen=True, slots=True)
class Fact:
    """`source` names the ledger behind the count: an activity, "inspection", "return" …"""

    label: str
    unit_word: str
    source: str


FACTS: dict[str, Fact] = {
    "returns_expected": Fact("应报月报", "份", "return"),
    "returns_received": Fact("审核通过的月报", "份", "return"),
    "returns_on_time": Fact("按时上报的月报", "份", "return"),
    "patrol_days_covered": Fact("白天巡逻", "天", "patrol"),
    "patrol_days_expected": Fact("应巡逻天数", "天", "patrol"),
    "nights_covered": Fact("夜间巡逻", "夜", "patrol"),
    "nights_expected": Fact("应巡逻夜数", "夜", "patrol"),
    "key_days_covered": Fact("逢场日、节假日巡逻", "天", "patrol"),
    "key_days_expected": Fact("逢场日、节假日", "天", "patrol"),
    "patrol_heads": Fact("巡逻", "人次", "patrol"),
    "broadcasts": Fact("广播会", "次", "education"),
    "columns": Fact("宣传栏更新", "次", "education"),
    "education_sessions": Fact("法制宣教", "次", "education"),
    "education_audience": Fact("宣教受众", "人次", "education"),
    "meetings": Fact("会议", "次", "meeting"),
    "work_meetings": Fact("综治例会", "次", "meeting"),
    "appraisal_meetings": Fact("平安建设评议会", "次", "meeting"),
    "categories_answered": Fact("六排查已填类别", "类", "sweep"),
    "categories_expected": Fact("六排查应填类别", "类", "sweep"),
    "matters_found": Fact("排查出的事项", "件", "sweep"),
    "matters_solved": Fact("已化解", "件", "sweep"),
    "solved_in_group": Fact("组内化解", "件", "sweep"),
    "solved_in_village": Fact("村内化解", "件", "sweep"),
    "solved_in_township": Fact("乡镇化解", "件", "sweep"),
    "solved_in_county": Fact("县级化解", "件", "sweep"),
    "area_found": Fact("本级和所辖村(社区)排查出的事项", "件", "sweep"),
    "area_solved": Fact("本级和所辖村(社区)已化解", "件", "sweep"),
    "open_matters": Fact("未结事项", "件", "sweep"),
    "survey_slips": Fact("测评有效票", "票", "survey"),
    "order_good": Fact("认为治安状况好", "票", "survey"),
    "feels_safe": Fact("有安全感", "票", "survey"),
    "satisfied": Fact("对治安满意", "票", "survey"),
    "inspection_given": Fact("检查得分", "分", "inspection"),
    "inspection_possible": Fact("检查满分", "分", "inspection"),
    "villages_expected": Fact("所辖村(社区)", "个", "return"),
    "villages_received": Fact("月报已通过的村(社区)", "个", "return"),
    "villages_on_time": Fact("月报按时并通过的村(社区)", "个", "return"),
    "briefs": Fact("治安碰头会", "次", "groups"),
    "appraisal_given": Fact("村级评议得分", "分", "groups"),
    "appraisal_possible": Fact("村级评议满分", "分", "groups"),
    "undercover_given": Fact("暗访得分", "分", "undercover"),
    "undercover_possible": Fact("暗访满分", "分", "undercover"),
    "rating_given": Fact("领导评分", "分", "rating"),
    "rating_possible": Fact("领导评分满分", "分", "rating"),
    "disputes_found": Fact("排查出的矛盾纠纷", "件", "disputes"),
    "disputes_solved": Fact("已化解的矛盾纠纷", "件", "disputes"),
    "area_disputes_found": Fact("本级和所辖村(社区)排查出的矛盾纠纷", "件", "disputes"),
    "area_disputes_solved": Fact("本级和所辖村(社区)已化解的矛盾纠纷", "件", "disputes"),
    "cases_received": Fact("登记的纠纷", "件", "cases"),
    "cases_settled": Fact("达成协议的纠纷", "件", "cases"),
    "cases_overdue": Fact("月底超过期限未结的纠纷", "件", "cases"),
    "area_cases_received": Fact("本级和所辖村(社区)登记的纠纷", "件", "cases"),
    "area_cases_settled": Fact("本级和所辖村(社区)达成协议的纠纷", "件", "cases"),
    "area_cases_overdue": Fact("本级和所辖村(社区)月底超过期限未结的纠纷", "件", "cases"),
    "notices_due": Fact("本月应复查销号的整改通知书", "份", "notices"),
    "notices_closed": Fact("月底前已销号的整改通知书", "份", "notices"),
    "problems_open": Fact("月底未解决的问题", "个", "problems"),
    "problems_lasting": Fact("连续两个月结账未解决的问题", "个", "problems"),
    VETOES: Fact("生效中的一票否决", "项", "vetoes"),
}

# Counts kept in hundredths, printed with two decimals.
HUNDREDTHS = frozenset(
    f"{kind}_{part}"
    for kind in ("inspection", "undercover", "rating")
    for part in ("given", "possible")
)

# Whose counts an item of a source may be scored on.
SOURCES: dict[ItemSource, frozenset[str]] = {
    ItemSource.ROUTINE: frozenset({"patrol", "education", "meeting", "sweep", "groups", "return"}),
    ItemSource.INSPECTION: frozenset({"inspection"}),
    ItemSource.UNDERCOVER: frozenset({"undercover"}),
    ItemSource.SURVEY: frozenset({"survey"}),
    ItemSource.RATING: frozenset({"rating"}),
    ItemSource.INDICATOR: frozenset({"indicator"}),
    ItemSource.DISPUTES: frozenset({"disputes", "cases"}),
    ItemSource.RECTIFICATION: frozenset({"notices", "problems", "vetoes"}),
    ItemSource.TIMELINESS: frozenset({"return"}),
    ItemSource.APPRAISAL: frozenset({"groups"}),
}


def fact(name: str, labels: Labels | None = None) -> Fact:
    """The count of this name; `labels` are those that the rules froze for their indicators."""
    if name in FACTS:
        return FACTS[name]
    if name.startswith(LAST_YEAR):
        own = fact(name.removeprefix(LAST_YEAR), labels)
        return Fact(f"上年同月{own.label}", own.unit_word, own.source)
    if name.startswith(INDICATOR):
        label, unit_word = (labels or {}).get(name, (name.removeprefix(INDICATOR), ""))
        return Fact(label, unit_word, "indicator")
    return Fact(name, "", "")


def is_fact(name: str) -> bool:
    """Whether a rule may be scored on this name."""
    return name in FACTS or (name.startswith(INDICATOR) and name != INDICATOR)


def is_hundredths(name: str) -> bool:
    return name.removeprefix(LAST_YEAR) in HUNDREDTHS


# Who inspects whom: the county and its inspection groups, and the townships.
COUNTY_INSPECTED = (Level.TOWNSHIP, Level.SECTOR, Level.DEPARTMENT)
TOWNSHIP_INSPECTED = (Level.VILLAGE, Level.DEPARTMENT)
TOWNSHIP_INSPECTORS = (Role.TOWNSHIP_CLERK, Role.TOWNSHIP_REVIEWER)
