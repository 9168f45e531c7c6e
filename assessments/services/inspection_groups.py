"""Inspection groups: those that an earlier structure names, and those edited; never persons."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from assessments.models import InspectionGroup
from assessments.policies.inspections import check_organise
from pingan import audit
from pingan.loaders.structure import InspectionGroupRow, Structure, find_structure
from pingan.models import Unit, User
from pingan.refusals import Conflict, Refused


@transaction.atomic
def load_inspection_groups(*, county: Unit, by: User | None = None) -> list[InspectionGroup]:
    """Set up the groups of the county's recorded structure; those that are there are left alone."""
    structure = find_structure(county.code[:6])
    if structure is None or not structure.inspection_groups:
        raise Refused(f"没有{county.name}的督导检查组数据，请在督导检查页面逐个设立。")
    return [_load(county, structure, row, by) for row in structure.inspection_groups]


def _load(
    county: Unit, structure: Structure, row: InspectionGroupRow, by: User | None
) -> InspectionGroup:
    group, is_new = InspectionGroup.objects.get_or_create(
        county=county,
        name=row.name,
        valid_from=structure.as_of,
        defaults={"lead_unit_name": row.lead, "vehicle_unit_name": row.vehicle},
    )
    if is_new:
        units = _units(county, structure, row)
        group.units.set(units)
        audit.record(
            action="设立督导检查组",
            obj=group,
            by=by,
            unit=county,
            after={"name": group.name, "units": [unit.name for unit in units]},
            note=f"{structure.year}年建制",
        )
    return group


def _units(county: Unit, structure: Structure, row: InspectionGroupRow) -> list[Unit]:
    """Townships by their code, sectors by their name."""
    here = Unit.objects.within(county).living()
    townships = list(here.filter(code__in=row.townships))
    sectors = list(here.filter(name__in=row.sectors))
    if len(townships) != len(row.townships) or len(sectors) != len(row.sectors):
        raise Refused(
            f"{row.name}的督导单位不全。督导检查组按 {structure.year} 年的建制划分，"
            f"请先用 load_county {county.code[:6]} --structure {structure.year} 载入。"
        )
    return townships + sectors


@dataclass(frozen=True, slots=True)
class GroupFacts:
    """What a group is: members by post only."""

    name: str
    lead_unit: Unit
    vehicle_unit_name: str
    member_posts: str
    units: Sequence[Unit]


@transaction.atomic
def found_group(
    *, county: Unit, facts: GroupFacts, valid_from: dt.date, by: User
) -> InspectionGroup:
    """A new group from that day on."""
    check_organise(county=county, by=by)
    _hold(county)
    return _make(county, facts, valid_from, by, action="设立督导检查组", but=None)


@transaction.atomic
def change_group(
    *, group: InspectionGroup, facts: GroupFacts, on: dt.date, version: int, by: User
) -> InspectionGroup:
    """From that day on the group is another one; what it was before stays as it was.

    A change on the day it began corrects it.
    """
    check_organise(county=group.county, by=by)
    _hold(group.county)
    locked = _locked(group, version)
    if on < locked.valid_from:
        raise Refused(f"变动日期不能早于{locked.name}的启用日期{locked.valid_from:%Y-%m-%d}。")
    if on > locked.valid_from:
        locked.valid_to = on
        locked.version += 1
        locked.save(update_fields=["valid_to", "version"])
        return _make(locked.county, facts, on, by, action="调整督导检查组", but=locked)
    before = _told(locked, list(locked.units.all()))
    _check_free(locked.county, facts, on, but=locked)
    _put(locked, facts)
    locked.version += 1
    locked.save()
    locked.units.set(facts.units)
    audit.record(
        action="更正督导检查组",
        obj=locked,
        by=by,
        unit=locked.county,
        before=before,
        after=_told(locked, facts.units),
    )
    return locked


@transaction.atomic
def end_group(*, group: InspectionGroup, on: dt.date, version: int, by: User) -> InspectionGroup:
    """From that day on the group is no more; its visits stay."""
    check_organise(county=group.county, by=by)
    _hold(group.county)
    locked = _locked(group, version)
    if on <= locked.valid_from:
        raise Refused(f"停用日期应晚于启用日期{locked.valid_from:%Y-%m-%d}。")
    locked.valid_to = on
    locked.version += 1
    locked.save(update_fields=["valid_to", "version"])
    audit.record(
        action="停用督导检查组",
        obj=locked,
        by=by,
        unit=locked.county,
        after=audit.snapshot(locked, "valid_to"),
    )
    return locked


def _hold(county: Unit) -> None:
    """Two changes at once would not see each other's units."""
    Unit.objects.select_for_update(of=("self",), no_key=True).get(pk=county.pk)


def _locked(group: InspectionGroup, version: int) -> InspectionGroup:
    locked = (
        InspectionGroup.objects.select_for_update(of=("self",))
        .select_related("county")
        .get(pk=group.pk)
    )
    if locked.version != version:
        raise Conflict("您打开这一页之后，别人已经改过这个督导检查组。")
    if locked.valid_to is not None:
        raise Refused(f"{locked.name}已于{locked.valid_to:%Y-%m-%d}停用或调整，请改现行的那一个。")
    return locked


def _make(
    county: Unit,
    facts: GroupFacts,
    valid_from: dt.date,
    by: User,
    *,
    action: str,
    but: InspectionGroup | None,
) -> InspectionGroup:
    _check_free(county, facts, valid_from, but=but)
    group = InspectionGroup(county=county, valid_from=valid_from)
    _put(group, facts)
    group.save()
    group.units.set(facts.units)
    audit.record(action=action, obj=group, by=by, unit=county, after=_told(group, facts.units))
    return group


def _put(group: InspectionGroup, facts: GroupFacts) -> None:
    group.name = facts.name
    group.lead_unit, group.lead_unit_name = facts.lead_unit, facts.lead_unit.name
    group.vehicle_unit_name, group.member_posts = facts.vehicle_unit_name, facts.member_posts


def _check_free(
    county: Unit, facts: GroupFacts, valid_from: dt.date, *, but: InspectionGroup | None
) -> None:
    """A unit is inspected by one group on a day; two groups of a day have two names."""
    if not facts.units:
        raise Refused("请至少选一个督导单位。")
    others = InspectionGroup.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=valid_from), county=county
    )
    if but is not None:
        others = others.exclude(pk=but.pk)
    if others.filter(name=facts.name).exists():
        raise Refused(f"已经有{facts.name}，请换一个名称。")
    pairs = others.filter(units__in=facts.units).values_list("units__name", "name")
    taken = [f"{unit}已在{group}" for unit, group in pairs.order_by("units__path")]
    if taken:
        raise Refused(f"一个单位同一天只归一个组：{'、'.join(taken)}。请先从那个组移出。")


def _told(group: InspectionGroup, units: Sequence[Unit]) -> dict[str, object]:
    """The trail's row."""
    fields = ("name", "lead_unit_name", "vehicle_unit_name", "member_posts", "valid_from")
    return {**audit.snapshot(group, *fields), "units": [unit.name for unit in units]}
