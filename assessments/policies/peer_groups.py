"""When a group of peers may be set up, and that no unit is in two of them by surprise."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from assessments.models import PeerGroup
from assessments.policies.schemes import check_make_schemes as check_make_groups
from pingan.enums import LEVEL_OF_KIND, UnitKind
from pingan.models import Unit
from pingan.months import Month
from pingan.refusals import Refused

__all__ = ["check_alone", "check_content", "check_make_groups", "check_start"]


def check_start(*, month: Month, today: dt.date) -> None:
    """Who is ranked with whom never changes inside a month."""
    first = Month.of(today).next
    if month < first:
        raise Refused(
            f"{month.label}已经开始，同组不能在当月中途改变。请从{first.label}或以后的月份起。"
        )


def check_content(*, level: int, kinds: Iterable[str], units: Iterable[Unit], county: Unit) -> None:
    """Some kind or some unit, all of the level and of the county."""
    kinds, units = list(kinds), list(units)
    if not kinds and not units:
        raise Refused("请选单位类别，或者选单位；什么都不选就没有单位在这一组。")
    if any(LEVEL_OF_KIND[UnitKind(kind)] != level for kind in kinds):
        raise Refused("单位类别与层级不符，请重新选。")
    if any(unit.level != level or unit.root_id != county.pk for unit in units):
        raise Refused("只能选本县这个层级的单位。")


def check_alone(
    *, name: str, kinds: Iterable[str], units: Iterable[Unit], others: Iterable[PeerGroup]
) -> None:
    """No name, kind or unit that another group of the same time has already."""
    kinds, unit_ids = set(kinds), {unit.pk for unit in units}
    for other in others:
        if other.name == name:
            raise Refused(f"已经有一个同组叫“{name}”，请改名，或者修改那一个。")
        if both := kinds & set(other.unit_kinds):
            label = UnitKind(sorted(both)[0]).label
            raise Refused(f"“{label}”这一类已经在“{other.name}”里，一类单位只能在一个同组。")
        twice = [unit.name for unit in other.units.all() if unit.pk in unit_ids]
        if twice:
            raise Refused(f"{twice[0]}已经在“{other.name}”里，一个单位只能在一个同组。")
