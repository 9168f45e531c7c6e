"""The county's own scheme for its townships, the groups they are ranked in, and a draft to try."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

from django.utils import timezone

from assessments.clauses import clause_of
from assessments.enums import ItemSource, RuleShape, SchemeState
from assessments.models import Scheme, ScoreItem
from assessments.selectors.scheme_pages import indicator_labels
from assessments.services.peer_groups import Peers, add_peer_group
from assessments.services.scheme_items import weigh_items
from assessments.services.schemes import adopt_scheme, draft_scheme
from pingan.enums import Level, UnitKind
from pingan.models import Unit, User
from pingan.months import Month

NAME = "乡镇(街道)平安创建考核办法（演示）"
BASIS = "演示文件〔2026〕1号"
LEAST_IN_A_GROUP = 3


class DemoItem(NamedTuple):
    """One item; points in hundredths."""

    section: str
    code: str
    name: str
    source: ItemSource
    shape: RuleShape
    points: int
    parameters: dict[str, Any]


def _rate(numerator: str, denominator: str | int, **more: Any) -> dict[str, Any]:
    return {"numerator": numerator, "denominator": denominator, **more}


WORK, PEOPLE, CASES = "基础工作", "群众评价", "案件防控"
CHECKS, FOLLOW, REPORTS, OUTSIDE = "督查暗访", "问题整改", "信息报送", "加分和限等"
_S, _R = ItemSource, RuleShape

ITEMS = (
    DemoItem(WORK, "patrol-days", "白天巡逻", _S.ROUTINE, _R.RATIO, 500,
             _rate("patrol_days_covered", "patrol_days_expected")),
    DemoItem(WORK, "patrol-nights", "夜间巡逻", _S.ROUTINE, _R.RATIO, 500,
             _rate("nights_covered", "nights_expected", target=95)),
    DemoItem(WORK, "patrol-key-days", "逢场日和节假日巡逻", _S.ROUTINE, _R.RATIO, 400,
             _rate("key_days_covered", "key_days_expected")),
    DemoItem(WORK, "broadcast", "广播会", _S.ROUTINE, _R.MISSING, 400,
             _rate("broadcasts", 1, each=400)),
    DemoItem(WORK, "column", "宣传栏", _S.ROUTINE, _R.MISSING, 300,
             _rate("columns", 1, each=300)),
    DemoItem(WORK, "sweep-answers", "六排查填报", _S.ROUTINE, _R.MISSING, 600,
             _rate("categories_answered", "categories_expected", each=200)),
    DemoItem(WORK, "meeting", "综治例会", _S.ROUTINE, _R.MISSING, 400,
             _rate("work_meetings", 1, each=400)),
    DemoItem(WORK, "sweep-solved", "排查事项化解", _S.ROUTINE, _R.BANDS, 600,
             _rate("area_solved", "area_found", needs="returns_received",
                   bands=[[95, 600], [90, 500], [80, 350], [60, 200]])),
    DemoItem(WORK, "disputes-1", "矛盾纠纷化解", _S.DISPUTES, _R.MEAN, 600,
             _rate("area_disputes_solved", "area_disputes_found", minimum=3, within=5, each=30)),
    DemoItem(PEOPLE, "survey-order", "治安状况测评", _S.SURVEY, _R.INDEX, 400,
             _rate("order_good", "survey_slips", minimum=10)),
    DemoItem(PEOPLE, "survey-safe", "公众安全感测评", _S.SURVEY, _R.INDEX, 400,
             _rate("feels_safe", "survey_slips", minimum=10)),
    DemoItem(PEOPLE, "survey-satisfied", "群众满意度测评", _S.SURVEY, _R.INDEX, 400,
             _rate("satisfied", "survey_slips", minimum=10)),
    DemoItem(CASES, "indicator-1", "刑事案件", _S.INDICATOR, _R.LAST_YEAR, 500,
             _rate("indicator.criminal_cases", 1, direction="down", each=5)),
    DemoItem(CASES, "indicator-2", "刑事案件破案", _S.INDICATOR, _R.RATIO, 300,
             _rate("indicator.criminal_solved", "indicator.criminal_cases", target=60, minimum=2)),
    DemoItem(CHECKS, "inspection", "督导检查", _S.INSPECTION, _R.JUDGED, 1200,
             _rate("inspection_given", "inspection_possible")),
    DemoItem(CHECKS, "undercover-1", "暗访", _S.UNDERCOVER, _R.JUDGED, 600,
             _rate("undercover_given", "undercover_possible")),
    DemoItem(CHECKS, "rating-1", "领导评分", _S.RATING, _R.JUDGED, 500,
             _rate("rating_given", "rating_possible")),
    DemoItem(FOLLOW, "rectification-1", "整改通知按期销号", _S.RECTIFICATION, _R.RATIO, 400,
             _rate("notices_closed", "notices_due")),
    DemoItem(FOLLOW, "rectification-2", "两个月未解决的问题", _S.RECTIFICATION, _R.EVENTS, 300,
             {"numerator": "problems_lasting", "each": 50, "uncapped": True}),
    DemoItem(REPORTS, "on-time", "本级按时上报", _S.TIMELINESS, _R.RATIO, 300,
             _rate("returns_on_time", "returns_expected")),
    DemoItem(REPORTS, "villages-on-time", "所辖村按时上报", _S.TIMELINESS, _R.RATIO, 400,
             _rate("villages_on_time", "villages_expected")),
    DemoItem(OUTSIDE, "disputes-2", "本级化解纠纷加分", _S.DISPUTES, _R.BONUS, 100,
             {"numerator": "disputes_solved", "each": 20}),
    DemoItem(OUTSIDE, "indicator-3", "发生命案限等", _S.INDICATOR, _R.VETO, 0,
             {"numerator": "indicator.homicides", "grade": "good"}),
)  # fmt: skip
# The draft asks less of the patrols and more of the people's word.
DRAFT_POINTS = {
    "patrol-days": 200,
    "patrol-nights": 200,
    "patrol-key-days": 200,
    "inspection": 800,
    "indicator-1": 900,
    "survey-order": 600,
    "survey-safe": 800,
    "survey-satisfied": 800,
    "undercover-1": 400,
}


def load_schemes(county: Unit, start: Month, by: User) -> None:
    """The county's own rules and groups from `start` on; before it the common ones."""
    day = start.previous.last_day - dt.timedelta(days=5)
    _group_townships(county, start, day, by)
    scheme = _adopt(county, start, day, by)
    draft = draft_scheme(source=scheme, peer_group=None, today=timezone.localdate(), by=by)
    points = {
        item.pk: DRAFT_POINTS[item.code] for item in draft.items.filter(code__in=DRAFT_POINTS)
    }
    weigh_items(scheme=draft, points=points, revision=draft.revision, by=by)


def _group_townships(county: Unit, start: Month, day: dt.date, by: User) -> None:
    """街道和镇 beside 乡, where there are enough of both to be ranked."""
    kinds = [
        unit.kind for unit in Unit.objects.living().filter(county=county, level=Level.TOWNSHIP)
    ]
    towns = [UnitKind.SUBDISTRICT.value, UnitKind.TOWN.value]
    in_towns = sum(kind in towns for kind in kinds)
    if min(in_towns, len(kinds) - in_towns) < LEAST_IN_A_GROUP:
        return
    for name, of in (("街道和镇", towns), ("乡", [UnitKind.TOWNSHIP.value])):
        peers = Peers(name, of, [], start)
        add_peer_group(county=county, level=Level.TOWNSHIP, peers=peers, today=day, by=by)


def _adopt(county: Unit, start: Month, day: dt.date, by: User) -> Scheme:
    source = Scheme.objects.get(county=None, level=Level.TOWNSHIP, state=SchemeState.ADOPTED)
    scheme = draft_scheme(source=source, peer_group=None, today=day, by=by)
    scheme.name, scheme.basis, scheme.valid_from = NAME, BASIS, start
    scheme.save(update_fields=["name", "basis", "valid_from"])
    scheme.items.all().delete()
    labels = indicator_labels(county.pk)
    ScoreItem.objects.bulk_create(
        ScoreItem(
            scheme=scheme,
            position=position,
            clause=clause_of(item._asdict(), labels),
            **item._asdict(),
        )
        for position, item in enumerate(ITEMS, start=1)
    )
    adopted = adopt_scheme(scheme=scheme, revision=scheme.revision, today=day, by=by)
    adopted.adopted_at = timezone.make_aware(dt.datetime.combine(day, dt.time(10)))
    adopted.save(update_fields=["adopted_at"])
    return adopted
