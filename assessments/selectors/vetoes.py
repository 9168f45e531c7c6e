"""Vetoes: the list with their terms, the conditions of a county, who may be proposed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from assessments.enums import NamingState, VetoState
from assessments.models import Naming, Veto, VetoCondition
from assessments.terms import days_left
from pingan.enums import Level
from pingan.models import AuditEvent, Unit, User

HISTORY_LENGTH = 50
# Units that answer for their own order; a small group answers through its village.
VETOED_LEVELS = frozenset({Level.TOWNSHIP, Level.VILLAGE, Level.SECTOR, Level.DEPARTMENT})


@dataclass(frozen=True, slots=True)
class VetoRow:
    """One veto and where it stands today."""

    veto: Veto
    word: str
    tone: str
    left: int  # days until it ends, 0 where it is not in force


@dataclass(frozen=True, slots=True)
class Event:
    """What was done to a record, from the audit trail."""

    at: dt.datetime
    who: str
    action: str
    note: str


def veto_row(veto: Veto, today: dt.date) -> VetoRow:
    """The state in words: in force, to come, over, lifted."""
    match VetoState(veto.state):
        case VetoState.PROPOSED:
            return VetoRow(veto, "待县级决定", "warn", 0)
        case VetoState.REFUSED:
            return VetoRow(veto, "不予否决", "plain", 0)
        case VetoState.LIFTED if veto.lifted_on is None or veto.lifted_on <= today:
            return VetoRow(veto, "已提前解除", "plain", 0)
    assert veto.starts_on is not None
    assert veto.ends_on is not None
    if veto.starts_on > today:
        return VetoRow(veto, "已决定，未起始", "warn", 0)
    if veto.ends_on <= today:
        return VetoRow(veto, "已期满", "plain", 0)
    return VetoRow(veto, "否决中", "bad", days_left(veto.ends_on, today))


def vetoes_found(
    user: User,
    *,
    today: dt.date,
    state: str = "",
    condition: str = "",
    text: str = "",
    year: int | None = None,
) -> QuerySet[Veto]:
    """Visible vetoes, narrowed; the proposed first, then by their day."""
    rows = Veto.objects.visible_to(user).select_related(
        "unit__parent", "condition", "proposing_unit"
    )
    if state == "force":
        rows = rows.in_force(on=today)
    elif state == "over":
        rows = rows.filter(
            Q(ends_on__lte=today) | Q(state=VetoState.LIFTED), decided_at__isnull=False
        )
    elif state:
        rows = rows.filter(state=state)
    if condition:
        rows = rows.filter(condition__code=condition)
    if text:
        rows = rows.filter(
            Q(unit__name__icontains=text)
            | Q(unit__parent__name__icontains=text)
            | Q(document__icontains=text)
        )
    if year:
        rows = rows.filter(happened_on__year=year)
    return rows


def conditions_of(county_id: int) -> Sequence[VetoCondition]:
    """The county's own list, else the common one; with how many vetoes rest on each."""
    rows = VetoCondition.objects.filter(Q(county=county_id) | Q(county=None)).annotate(
        used=Count("vetoes")
    )
    found = list(rows.order_by("position", "pk"))
    own = [row for row in found if row.county_id]
    return own or found


def units_to_veto(user: User) -> QuerySet[Unit]:
    """Whom this person may propose, by the tree."""
    rows = Unit.objects.visible_to(user).living().filter(level__in=VETOED_LEVELS)
    return rows.exclude(pk=user.unit_id).select_related("parent").order_by("path")


def namings_to_withdraw(unit: Unit, on: dt.date) -> QuerySet[Naming]:
    """What the unit is named, today or from a later day: a veto withdraws it in the same step."""
    rows = Naming.objects.filter(unit=unit, state=NamingState.NAMED, valid_to__gt=on)
    return rows.select_related("kind")


def events_of(record: Veto | Naming) -> list[Event]:
    """Who did what to it, newest first; sign-in names are left to the auditor."""
    events = AuditEvent.objects.filter(
        object_type=str(record._meta.verbose_name), object_id=str(record.pk)
    )
    return [
        Event(event.at, event.by_name.rsplit("（", 1)[0], event.action, event.note)
        for event in events.order_by("-pk")[:HISTORY_LENGTH]
    ]
