"""What a draw is drawn from, who is left out and why, and who may look at the result."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from assessments.enums import DrawState, VisitKind
from assessments.models import Draw, Edition, Inspection, InspectionGroup
from assessments.selectors.inspections import groups_on
from pingan.enums import Level, Role
from pingan.models import Guidance, Unit, UnitVersion, User
from pingan.months import Month

DRAWN_LEVELS = (Level.TOWNSHIP, Level.SECTOR)


@dataclass(frozen=True, slots=True)
class Pool:
    """`units`: id, code, name; `excluded`: code, name, reason; groups without a lead unit."""

    units: list[tuple[int, str, str]]
    excluded: list[tuple[str, str, str]]
    leaderless: list[str]


def pool_of(county: Unit, month: Month, group: InspectionGroup | None, on: dt.date) -> Pool:
    """The units scored that month, less those whose inspectors have ties to them. Four queries.

    A unit is inspected by the chosen group, or by the group it belongs to that day. Left out are
    the units that the group's lead unit guides, and the lead unit's own.
    """
    versions = (
        UnitVersion.objects.on(month.last_day)
        .filter(county=county, level__in=DRAWN_LEVELS, is_scored=True)
        .order_by("level", "position", "code")
    )
    group_of = _groups(county, on)
    if group is not None:
        members = {unit_id for unit_id, each in group_of.items() if each.pk == group.pk}
        versions = versions.filter(unit__in=members)
    guided = _guided(county, on)
    units, excluded = [], []
    for version in versions:
        reason = _reason(version, group_of.get(version.unit_id), guided)
        if reason:
            excluded.append((version.code, version.name, reason))
        else:
            units.append((version.unit_id, version.code, version.name))
    used = {each.pk: each for each in group_of.values() if group is None or each.pk == group.pk}
    leaderless = sorted(each.name for each in used.values() if each.lead_unit_id is None)
    return Pool(units, excluded, leaderless)


def _groups(county: Unit, on: dt.date) -> dict[int, InspectionGroup]:
    """The group of every unit that day."""
    groups = groups_on(county.pk, on).select_related("lead_unit").prefetch_related("units")
    return {unit.pk: group for group in groups for unit in group.units.all()}


def _guided(county: Unit, on: dt.date) -> set[tuple[int, int]]:
    """Who guides whom that day: (guide, unit)."""
    rows = Guidance.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=on), valid_from__lte=on, unit__county=county
    )
    return set(rows.values_list("guide_id", "unit_id"))


def _reason(
    version: UnitVersion, group: InspectionGroup | None, guided: set[tuple[int, int]]
) -> str:
    """Why the group may not be sent there; empty where it may."""
    lead = group.lead_unit if group else None
    if group is None or lead is None:
        return ""
    if (lead.pk, version.unit_id) in guided:
        return f"由{group.name}检查，组长单位{lead.short_name}挂钩该单位"
    if lead.path.startswith(version.path) or version.path.startswith(lead.path):
        return f"由{group.name}检查，组长单位{lead.short_name}与该单位有隶属关系"
    return ""


def knows_secrets(user: User) -> bool:
    """Whether a draw's result is shown to this person at once."""
    return user.unit.level == Level.COUNTY or user.role == Role.INSPECTOR


def result_is_open(draw: Draw, user: User) -> bool:
    """To the county's office and its inspectors at once; to the others when it warns nobody:
    every drawn unit has been visited openly, or the preview of the month has begun."""
    if draw.state != DrawState.DRAWN:
        return False
    if knows_secrets(user):
        return True
    if draw.kind == VisitKind.OPEN:
        drawn = {row[0] for row in draw.result}
        visited = Inspection.objects.filter(draw=draw, unit__in=drawn).values_list("unit")
        if len(drawn) == visited.distinct().count():
            return True
    return Edition.objects.filter(
        Q(preview_opened_at__isnull=False) | Q(published_at__isnull=False),
        county=draw.county_id,
        month=draw.month,
    ).exists()


def drawn_for(
    county_id: int, month: Month, kind: str, units: Iterable[int] | None = None
) -> dict[int, int]:
    """unit → draw, of the draws made for the month; the latest where it was drawn twice."""
    found: dict[int, int] = {}
    rows = Draw.objects.filter(
        county=county_id, month=month, kind=kind, state=DrawState.DRAWN
    ).order_by("number")
    for pk, result in rows.values_list("pk", "result"):
        found |= {row[0]: pk for row in result}
    return found if units is None else {unit: found[unit] for unit in units if unit in found}
