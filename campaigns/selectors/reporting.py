"""Reporting figures of a month: expected, received, on time, complete.

Each is a part of the one before it or of what was expected, so no rate passes 100 %.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils import timezone

from campaigns.enums import Activity, ReturnState
from campaigns.models import Extension, MonthlyReturn
from campaigns.selectors.completeness import Mark, marks
from campaigns.selectors.matrix import township_of
from campaigns.selectors.names import NameBook
from pingan.enums import Level
from pingan.models import Unit, User
from pingan.months import Month

# What was sent back has been received; what was withdrawn has not.
_RECEIVED = frozenset({ReturnState.SUBMITTED, ReturnState.ACCEPTED, ReturnState.RETURNED})
# One record says that the section was thought of; how many there should be is for the scoring.
_ONE_IS_AN_ANSWER = (Activity.EDUCATION, Activity.MEETING)


@dataclass(frozen=True, slots=True)
class ReportingRow:
    """Counts of one township with everything below it, or of the departments of one 口."""

    name: str
    unit_id: int | None = None  # the township whose returns a list can show
    expected: int = 0
    received: int = 0
    on_time: int = 0
    complete: int = 0
    returned: int = 0
    extended: int = 0


@dataclass(frozen=True, slots=True)
class ReportingFigures:
    rows: list[ReportingRow]
    total: ReportingRow


def reporting_figures(county: Unit, month: Month, user: User) -> ReportingFigures:
    """The month by township, what the person may see of it; a fixed number of queries."""
    returns = list(
        MonthlyReturn.objects.visible_to(user)
        .for_month(month)
        .within(county)
        .select_related("unit")
        .order_by()
    )
    book, found = NameBook(each.unit_id for each in returns), marks(returns)
    units = {each.unit_id for each in returns}
    rows = Extension.objects.filter(month=month, unit__in=units)
    extended = set(rows.values_list("unit_id", flat=True))
    groups: dict[int, list[MonthlyReturn]] = defaultdict(list)
    for each in returns:
        groups[_group_of(each, book)].append(each)
    ordered = sorted(groups, key=lambda unit_id: book.order(unit_id, month))
    return ReportingFigures(
        [_row(unit_id, groups[unit_id], book, found, extended) for unit_id in ordered],
        _counted("合计", None, returns, found, extended),
    )


def _group_of(each: MonthlyReturn, book: NameBook) -> int:
    """The township that the unit is or stands in; the 口 of a department of the county."""
    if each.unit.level == Level.TOWNSHIP:
        return each.unit_id
    if township := township_of(each, book):
        return township
    version = book.version(each.unit_id, each.month)
    return version.parent_id if version is not None and version.parent_id else each.unit_id


def _row(
    unit_id: int,
    returns: list[MonthlyReturn],
    book: NameBook,
    found: Mapping[int, Mapping[Activity, Mark]],
    extended: set[int],
) -> ReportingRow:
    month = returns[0].month
    version = book.version(unit_id, month)
    is_township = version is not None and version.level == Level.TOWNSHIP
    name = book.name(unit_id, month)
    return _counted(name, unit_id if is_township else None, returns, found, extended)


def _counted(
    name: str,
    unit_id: int | None,
    returns: list[MonthlyReturn],
    found: Mapping[int, Mapping[Activity, Mark]],
    extended: set[int],
) -> ReportingRow:
    received = [each for each in returns if each.state in _RECEIVED]
    return ReportingRow(
        name=name,
        unit_id=unit_id,
        expected=len(returns),
        received=len(received),
        on_time=sum(each.is_on_time is True for each in received),
        complete=sum(is_complete(each, found[each.pk]) for each in received),
        returned=sum(each.state == ReturnState.RETURNED for each in received),
        extended=sum(each.unit_id in extended for each in returns),
    )


def is_complete(monthly_return: MonthlyReturn, found: Mapping[Activity, Mark]) -> bool:
    """Whether every section of its own is answered; 零报告 is an answer, a default is none."""
    return all(
        _is_answered(monthly_return, mark)
        for activity, mark in found.items()
        if activity != Activity.SURVEY
    )


def _is_answered(monthly_return: MonthlyReturn, mark: Mark) -> bool:
    if mark.activity == Activity.PATROL:
        return mark.done >= _days_before(monthly_return)
    if mark.activity in _ONE_IS_AN_ANSWER:
        return not mark.is_empty
    return mark.is_full


def _days_before(monthly_return: MonthlyReturn) -> int:
    """Days of the month that were over when it was handed in: villages report by the 25th."""
    month = monthly_return.month
    if monthly_return.submitted_at is None:
        return month.days
    on: dt.date = timezone.localdate(monthly_return.submitted_at)
    return max(1, min(month.days, (on - month.first_day).days))
