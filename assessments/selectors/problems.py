"""Problems ready to print, the units they may be raised for, what was done to a record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Model, Q, QuerySet

from assessments import ladder
from assessments.models import Problem
from campaigns.selectors.history import Event
from pingan import scopes
from pingan.enums import Level
from pingan.models import AuditEvent, Unit, User
from pingan.months import Month

HISTORY_LENGTH = 50
_RAISED_FOR = (Level.TOWNSHIP, Level.VILLAGE, Level.DEPARTMENT)


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """One problem: how long it has stood, and how it stands."""

    problem: Problem
    unit_name: str
    parent_name: str
    months: int
    word: str
    tone: str


def problem_row(problem: Problem, today: dt.date) -> ProblemRow:
    """`unit__parent` must be loaded."""
    parent = problem.unit.parent
    word, tone = _standing(problem, today)
    return ProblemRow(
        problem,
        problem.unit.name,
        parent.name if parent and parent.level != Level.COUNTY else "",
        ladder.months_open(problem.month, Month.of(problem.solved_on or today)),
        word,
        tone,
    )


def _standing(problem: Problem, today: dt.date) -> tuple[str, str]:
    if problem.solved_on:
        return "已销号", "good"
    if problem.solution:
        return "已报整改，待确认", "info"
    left = (problem.due_on - today).days
    if left < 0:
        return f"超期{-left}天", "bad"
    return ("今天到期" if not left else f"还有{left}天"), "warn" if left <= 7 else "plain"


def problems_listed(
    user: User, chosen: Mapping[str, Any], today: dt.date, below: Unit | None
) -> QuerySet[Problem]:
    """The problems this person may see, the longest overdue first."""
    rows = Problem.objects.visible_to(user).select_related("unit__parent")
    rows = rows.filter(_in_state(chosen["state"], today))
    if chosen["months"]:
        rows = rows.filter(month__lte=Month.of(today).shift(1 - int(chosen["months"])))
    if chosen["source"]:
        rows = rows.filter(source=chosen["source"])
    if below is not None:
        rows = rows.filter(scopes.within(below.path, "unit__path"))
    if text := chosen["text"]:
        rows = rows.filter(
            Q(title__icontains=text)
            | Q(unit__name__icontains=text)
            | Q(unit__parent__name__icontains=text)
        )
    return rows.order_by(F("solved_on").desc(nulls_first=True), "due_on", "pk")


def _in_state(state: str, today: dt.date) -> Q:
    if state == "all":
        return Q()
    if state == "solved":
        return Q(solved_on__isnull=False)
    if state == "reported":
        return Q(solved_on=None) & ~Q(solution="")
    if state == "overdue":
        return Q(solved_on=None, due_on__lt=today, solution="")
    return Q(solved_on=None)


def units_below(user: User) -> list[Unit]:
    """What the own unit is divided into, for the list's filter. One query."""
    if user.unit.level not in (Level.COUNTY, Level.TOWNSHIP):
        return []
    return list(Unit.objects.visible_to(user).living().filter(parent=user.unit_id))


def raisable_units(user: User) -> list[Any]:
    """Choices of a problem's unit, by the unit above. One query."""
    units = (
        Unit.objects.visible_to(user)
        .living()
        .filter(level__in=_RAISED_FOR)
        .exclude(pk=user.unit_id)
        .select_related("parent")
        .order_by("path")
    )
    return grouped(units)


def grouped(units: Iterable[Unit]) -> list[Any]:
    """Choices of units, by the unit above; the townships themselves first."""
    choices: dict[str, list[tuple[int, str]]] = {}
    for unit in units:
        name = unit.parent.name if unit.parent else ""
        choices.setdefault(name, []).append((unit.pk, unit.name))
    return list(choices.items())


def history_of(record: Model) -> list[Event]:
    """What was done to it, the latest first; sign-in names are left to the auditor."""
    events = AuditEvent.objects.filter(
        object_type=str(record._meta.verbose_name), object_id=str(record.pk)
    )
    return [
        Event(event.at, event.by_name.rsplit("（", 1)[0], event.action, event.note)
        for event in events.order_by("-pk")[:HISTORY_LENGTH]
    ]
