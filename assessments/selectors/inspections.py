"""The inspections of a month: who is to be inspected by whom, and what was found."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from assessments.enums import VisitKind
from assessments.models import Inspection, InspectionGroup, MonthFocus
from assessments.tables import COUNTY_INSPECTED, TOWNSHIP_INSPECTED, TOWNSHIP_INSPECTORS
from pingan import scopes
from pingan.enums import Level, PeriodState, Role
from pingan.models import Period, Unit, UnitVersion, User
from pingan.months import Month


@dataclass(slots=True)
class InspectionRow:
    """One unit to inspect, with what was recorded."""

    unit_id: int
    name: str
    parent_name: str
    inspections: list[Inspection] = field(default_factory=list)


def inspection_rows(
    user: User,
    month: Month,
    unit_id: int | None = None,
    kind: VisitKind | None = None,
) -> list[InspectionRow]:
    """The units this person inspects, or may look at, in the tree of that month.

    Three queries: units, visits, what was found on them.
    """
    units = (
        UnitVersion.objects.on(month.last_day)
        .visible_to(user)
        .filter(_inspected_by(user), is_scored=True)
        .select_related("parent")
    )
    if unit_id is not None:
        units = UnitVersion.objects.on(month.last_day).visible_to(user).filter(unit=unit_id)
        units = units.select_related("parent") if scopes.has_records(user) else units.none()
    rows = {
        unit.unit_id: InspectionRow(
            unit.unit_id, unit.name, unit.parent.short_name if unit.parent else ""
        )
        for unit in units
    }
    found = Inspection.objects.visible_to(user).for_month(month).select_related("group")
    if kind is not None:
        found = found.filter(kind=kind)
    for inspection in found.prefetch_related("entries").order_by("on"):
        if inspection.unit_id in rows:
            rows[inspection.unit_id].inspections.append(inspection)
    return list(rows.values())


def _inspected_by(user: User) -> Q:
    """The units of this person's inspections; everybody else sees those of the own tree."""
    if not scopes.has_records(user):
        return scopes.NOTHING
    if user.role in TOWNSHIP_INSPECTORS:
        return Q(level__in=TOWNSHIP_INSPECTED) & ~Q(unit=user.unit_id)
    if user.unit.level == Level.COUNTY or user.role == Role.INSPECTOR:
        return Q(level__in=(Level.TOWNSHIP, Level.SECTOR))
    return Q(level__in=(*COUNTY_INSPECTED, Level.VILLAGE))


def findings_of(inspection: Inspection) -> list[tuple[str, str]]:
    """What was found: (line of the sheet, words); the general remark last, under no line."""
    found = [(each.name, each.finding) for each in inspection.entries.all() if each.finding]
    return found + ([("", inspection.findings)] if inspection.findings else [])


def period_is_closed(county: Unit, month: Month) -> bool:
    """Whether what was found that month can no longer be changed."""
    return Period.objects.filter(county=county, month=month, state=PeriodState.CLOSED).exists()


def group_of(unit: Unit, on: dt.date) -> InspectionGroup | None:
    """The inspection group the unit belongs to that day."""
    return groups_on(unit.root_id, on).filter(units=unit).first()


def groups_on(county_id: int, on: dt.date) -> QuerySet[InspectionGroup]:
    return InspectionGroup.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=on), county=county_id, valid_from__lte=on
    )


def focus_of(county_id: int, month: Month) -> MonthFocus | None:
    """What is looked at that month, published or not."""
    return (
        MonthFocus.objects.select_related("published_by")
        .filter(county=county_id, month=month)
        .first()
    )


def focus_for(user: User, month: Month) -> MonthFocus | None:
    """The published focus; the county's officer sees the draft as well."""
    focus = focus_of(user.unit.root_id, month) if scopes.has_records(user) else None
    if focus and not focus.published_at and user.role != Role.COUNTY_OFFICER:
        return None
    return focus
