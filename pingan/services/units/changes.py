"""Dated changes of the tree: set up, rename, move, merge, split, close, correct.

`Unit` is changed to what holds from today on; `UnitVersion` keeps what held before, so a past month
shows the tree and the names of its own days. Changes of one county queue on the county's row.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Concat, Substr
from django.utils import timezone

from pingan import audit, scopes
from pingan.enums import LEVEL_OF_KIND, UnitEventKind, UnitKind
from pingan.models import Guidance, Unit, User
from pingan.refusals import Refused
from pingan.services.units.tree import (
    MovedUnit,
    NewUnit,
    Part,
    add_unit,
    check_depth,
    end_unit,
    facts_of,
    hold_unit,
    recode,
    record_event,
    refuse_children,
    rewrite_versions,
    take_over,
)


@transaction.atomic
def create_unit(
    *, parent: Unit, data: NewUnit, on: dt.date, by: User | None, note: str = ""
) -> Unit:
    """设立."""
    parent = hold_unit(unit=parent, on=on, by=by)
    unit = add_unit(parent, data, on)
    record_event(unit=unit, kind=UnitEventKind.CREATE, on=on, by=by, note=note)
    audit.record(action="设立单位", obj=unit, by=by, unit=unit, after=facts_of(unit, on), note=note)
    return unit


@transaction.atomic
def rename_unit(
    *,
    unit: Unit,
    on: dt.date,
    by: User | None,
    name: str = "",
    short_name: str = "",
    kind: UnitKind | None = None,
    code: str = "",
    note: str = "",
) -> Unit:
    """更名, and with it a new kind (撤乡设镇, 村改社区) or a new official code."""
    unit = hold_unit(unit=unit, on=on, by=by)
    before = facts_of(unit, on)
    if kind and LEVEL_OF_KIND[kind] != unit.level:
        raise Refused(f"“{unit.name}”不能改成“{kind.label}”，两者不在同一层级。")
    if name:
        unit.name, unit.short_name = name, short_name or name
    unit.kind = kind or unit.kind
    recoded = recode(unit, code)
    unit.save(update_fields=["name", "short_name", "kind", "code"])
    if recoded:
        rewrite_versions(Unit.objects.filter(scopes.within(unit.path)), on)
    else:
        rewrite_versions(Unit.objects.filter(pk=unit.pk), on)
    record_event(
        unit=unit, kind=UnitEventKind.RENAME, on=on, by=by, note=note or f"原名{before['name']}"
    )
    audit.record(
        action="单位更名",
        obj=unit,
        by=by,
        unit=unit,
        before=before,
        after=facts_of(unit, on),
        note=note,
    )
    return unit


@transaction.atomic
def move_unit(
    *, unit: Unit, to: Unit, on: dt.date, by: User | None, code: str = "", note: str = ""
) -> Unit:
    """划转: the unit and everything below it goes to another parent of the same county."""
    unit = hold_unit(unit=unit, on=on, by=by)
    to = hold_unit(unit=to, on=on, by=by)
    before = facts_of(unit, on)
    origin = unit.parent
    take_over(to, MovedUnit(unit, code=code))
    rewrite_versions(Unit.objects.filter(scopes.within(unit.path)), on)
    record_event(
        unit=unit, kind=UnitEventKind.MOVE, on=on, by=by, note=note or f"原属{origin}", other=to
    )
    audit.record(
        action="单位划转",
        obj=unit,
        by=by,
        unit=unit,
        before=before,
        after=facts_of(unit, on),
        note=note,
    )
    return unit


@transaction.atomic
def merge_unit(*, unit: Unit, into: Unit, on: dt.date, by: User | None, note: str = "") -> Unit:
    """合并: `unit` is closed, all its units go to `into`, where its archive is seen from now on."""
    unit = hold_unit(unit=unit, on=on, by=by)
    into = hold_unit(unit=into, on=on, by=by)
    before = facts_of(unit, on)
    if not unit.county_id or unit.level != into.level or unit.pk == into.pk:
        raise Refused(f"“{unit.name}”只能并入同一层级的另一个单位，县不能合并。")
    if unit.county_id != into.county_id:
        raise Refused(f"“{unit.name}”只能并入同一个县内的单位。")
    below = Unit.objects.filter(scopes.within(unit.path)).exclude(pk=unit.pk)
    moved = list(below.living().values_list("pk", flat=True))
    check_depth(below, len(into.path) - len(unit.path))
    below.update(path=Concat(Value(into.path), Substr("path", len(unit.path) + 1)))
    Unit.objects.filter(parent=unit, valid_to=None).update(parent=into)
    rewrite_versions(Unit.objects.filter(scopes.within(into.path), pk__in=moved), on)
    end_unit(unit, on, successor=into)
    record_event(unit=unit, kind=UnitEventKind.MERGE, on=on, by=by, note=note, other=into)
    audit.record(
        action="单位合并",
        obj=unit,
        by=by,
        unit=into,
        before=before,
        after=facts_of(unit, on),
        note=note,
    )
    return into


@transaction.atomic
def split_unit(
    *,
    unit: Unit,
    parts: Sequence[Part],
    on: dt.date,
    by: User | None,
    keep: bool = False,
    note: str = "",
) -> list[Unit]:
    """分设: new units take over the units named in their parts.

    With `keep` the old unit goes on with what is left; without, it is closed, everything below it
    must have been assigned, and its archive is seen from the first part.
    """
    unit = hold_unit(unit=unit, on=on, by=by)
    before = facts_of(unit, on)
    if unit.parent is None or not parts:
        raise Refused(f"“{unit.name}”不能这样分设，请至少写明一个分出的单位。")
    made = [
        _split_off(unit=unit, parent=unit.parent, part=part, on=on, by=by, note=note)
        for part in parts
    ]
    if not keep:
        refuse_children(unit, "还没有划给分出的单位")
        end_unit(unit, on, successor=made[0])
    audit.record(
        action="单位分设",
        obj=unit,
        by=by,
        unit=made[0],
        before=before,
        after=facts_of(unit, on) | {"parts": [new.name for new in made]},
        note=note,
    )
    return made


def _split_off(
    *, unit: Unit, parent: Unit, part: Part, on: dt.date, by: User | None, note: str
) -> Unit:
    """One new unit beside the old one, in its place in lists, guided by who guided the old one."""
    place = part.data.position or unit.position
    new = add_unit(parent, replace(part.data, position=place), on)
    for child in part.children:
        if child.unit.parent_id != unit.pk:
            raise Refused(f"“{child.unit.name}”不是“{unit.name}”的下级单位，不能划给“{new.name}”。")
        take_over(new, child)
    rewrite_versions(Unit.objects.filter(scopes.within(new.path)).exclude(pk=new.pk), on)
    Guidance.objects.bulk_create(
        Guidance(guide_id=guide, unit=new, valid_from=on)
        for guide in unit.guided_by.filter(valid_to=None).values_list("guide", flat=True)
    )
    came = f"由{unit.name}分设"
    record_event(unit=new, kind=UnitEventKind.CREATE, on=on, by=by, note=came, other=unit)
    record_event(unit=unit, kind=UnitEventKind.SPLIT, on=on, by=by, note=note, other=new)
    return new


@transaction.atomic
def close_unit(*, unit: Unit, on: dt.date, by: User | None, note: str = "") -> Unit:
    """撤销: nothing may be left below; merge it where something is."""
    unit = hold_unit(unit=unit, on=on, by=by)
    before = facts_of(unit, on)
    refuse_children(unit, "请先把它们划转或撤销")
    end_unit(unit, on, successor=None)
    record_event(unit=unit, kind=UnitEventKind.CLOSE, on=on, by=by, note=note)
    audit.record(
        action="撤销单位",
        obj=unit,
        by=by,
        unit=unit,
        before=before,
        after=facts_of(unit, on),
        note=note,
    )
    return unit


@transaction.atomic
def correct_unit(
    *,
    unit: Unit,
    by: User | None,
    population: int | None,
    households: int | None,
    area: Decimal | None,
    market_days: str,
    note: str = "",
) -> Unit:
    """信息更正: the figures of a unit, which carry no history of their own."""
    today = timezone.localdate()
    unit = hold_unit(unit=unit, on=today, by=by)
    fields = ("population", "households", "area", "market_days")
    before = audit.snapshot(unit, *fields)
    unit.population, unit.households, unit.area = population, households, area
    unit.market_days = market_days
    unit.save(update_fields=fields)
    record_event(unit=unit, kind=UnitEventKind.CORRECT, on=today, by=by, note=note)
    audit.record(
        action="更正单位信息",
        obj=unit,
        by=by,
        unit=unit,
        before=before,
        after=audit.snapshot(unit, *fields),
        note=note,
    )
    return unit
