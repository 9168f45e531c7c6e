"""Who may make a scheme or a group of peers, from when it may hold, and when it is whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from assessments.enums import Colour, Grade, SchemeState
from assessments.explain import points_text
from assessments.models import PeerGroup, Scheme
from assessments.scoring import FULL, InvalidRule, read_item
from assessments.shapes import OUTSIDE
from assessments.tables import INDICATOR, Labels
from pingan.enums import Role
from pingan.models import Unit, User
from pingan.months import Month
from pingan.refusals import Forbidden, Refused

_BEST_FIRST = tuple(Colour)


def check_make_schemes(*, county: Unit, by: User) -> None:
    """Schemes and groups of peers are the county officer's."""
    if not by.is_active or by.role != Role.COUNTY_OFFICER or by.unit_id != county.pk:
        raise Forbidden(f"只有{county.name}的县级经办员可以制定考核办法和同组。")


def check_edit_scheme(*, scheme: Scheme, by: User) -> None:
    """Only a draft of the own county; what is adopted never changes."""
    if scheme.county is None:
        _check_any_officer(by)
        raise Refused("通用考核办法不能修改，请复制为本县草案后再改。")
    check_make_schemes(county=scheme.county, by=by)
    if scheme.state != SchemeState.DRAFT:
        raise Refused(
            f"《{scheme.name}》第{scheme.version}版已经采用，不能再改。"
            "需要调整时，请复制为新的草案，改好后再采用。"
        )


def _check_any_officer(by: User) -> None:
    if not by.is_active or by.role != Role.COUNTY_OFFICER:
        raise Forbidden("只有县级经办员可以制定考核办法。")


def check_start(*, month: Month, today: dt.date, closed: bool = False) -> None:
    """Nobody is scored by a rule that he could not know: it holds from a month not yet begun."""
    first = Month.of(today).next
    if closed:
        raise Refused(f"{month.label}已经结账，考核办法不能从这个月起用，最早可用{first.label}。")
    if month < first:
        raise Refused(
            f"{month.label}已经开始，考核规则不能在当月中途改变。请把起始月份改为{first.label}或以后。"
        )


def check_after(*, month: Month, adopted: Scheme | None) -> None:
    """A new version never reaches behind the start of the one adopted before."""
    if adopted is not None and month < adopted.valid_from:
        raise Refused(
            f"已采用的第{adopted.version}版从{adopted.valid_from.label}起用，"
            f"新的一版不能早于它。请把起始月份改为{adopted.valid_from.label}或以后。"
        )


def check_group_holds(*, group: PeerGroup | None, month: Month) -> None:
    """The group of a scheme must be there when the scheme begins."""
    if group is None:
        return
    if group.valid_from > month.first_day:
        raise Refused(
            f"“{group.name}”从{Month.of(group.valid_from).label}起才分组，考核办法不能早于它。"
        )
    if group.valid_to is not None and group.valid_to <= month.first_day:
        raise Refused(f"“{group.name}”到{month.label}已经停用，请改选别的同组。")


def check_bands(bands: Sequence[Sequence[Any]], colours: Mapping[str, Any]) -> None:
    """Grades fall strictly from one to the next, and a lower grade never has a better colour."""
    grades = [Grade(grade) for grade, _lowest in bands]
    lowest = [int(points) for _grade, points in bands]
    if grades != list(Grade):
        raise Refused("等次须为优秀、良好、合格、不合格四等，从高到低。")
    if lowest[0] > FULL:
        raise Refused("优秀的最低分不能高于100分。")
    for above, below, grade in zip(lowest, lowest[1:], grades[1:], strict=False):
        if below >= above:
            raise Refused(
                f"等次分数线须从高到低：{grade.label}的最低分 {points_text(below)} "
                f"不低于上一等的 {points_text(above)}，请改低一些。"
            )
    places = [_BEST_FIRST.index(Colour(str(colours[grade.value]))) for grade in grades]
    if places != sorted(places):
        raise Refused("低一等的颜色不能好于高一等的颜色（从好到差：蓝、黄、红）。")
    if int(colours.get("open_limit", 0)) < 0:
        raise Refused("未结事项的件数不能是负数；不按未结事项降档时填0。")


def counted_points(items: Sequence[Mapping[str, Any]]) -> int:
    """The points that have to make 100."""
    return sum(item["points"] for item in items if item["shape"] not in OUTSIDE)


def check_item(item: Mapping[str, Any], labels: Labels) -> None:
    """One item has its source, its counts and a rule that works."""
    if not item["source"]:
        raise Refused(f"考核项“{item['name']}”没有数据来源，请选一个来源。")
    if not item["parameters"].get("numerator"):
        raise Refused(f"考核项“{item['name']}”没有选计数，请选一个要计的数。")
    try:
        read_item(item)
    except InvalidRule as error:
        raise Refused(str(error)) from error
    for name in _names(item["parameters"]):
        if name.startswith(INDICATOR) and name not in labels:
            code = name.removeprefix(INDICATOR)
            raise Refused(
                f"考核项“{item['name']}”用的指标“{code}”不在本县指标目录里，请另选一个指标。"
            )


def _names(parameters: Mapping[str, Any]) -> list[str]:
    found = (parameters.get(name) for name in ("numerator", "denominator", "needs"))
    return [name for name in found if isinstance(name, str)]


def check_whole(items: Sequence[Mapping[str, Any]], labels: Labels) -> None:
    """Ready for adoption: every rule works and the points make 100."""
    for item in items:
        check_item(item, labels)
    found = counted_points(items)
    if found != FULL:
        way = "还差" if found < FULL else "多出"
        raise Refused(
            f"各项分值合计 {points_text(found)} 分，{way} {points_text(abs(FULL - found))} 分。"
            "加分项和否决项不算在内，其余各项须正好合计100分。"
        )
