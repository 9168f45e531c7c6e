"""The month at a glance: each township's and department's returns, reviews and survey slips."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Sum

from campaigns.enums import ReturnState
from campaigns.models import MonthlyReturn, Survey
from campaigns.selectors.names import NameBook
from pingan.enums import Level
from pingan.models import Unit, User
from pingan.months import Month

_HANDED_IN = (ReturnState.SUBMITTED, ReturnState.ACCEPTED)


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One unit of the month: its own return, and the returns of the units below it."""

    unit_id: int
    name: str
    parent_name: str
    level: Level
    return_pk: int
    state: ReturnState
    is_on_time: bool | None
    due_on: dt.date
    submitted_at: dt.datetime | None
    reviewed_at: dt.datetime | None
    below_expected: int
    below_submitted: int
    below_accepted: int
    below_on_time: int
    survey_slips: int


def month_matrix(county: Unit, month: Month, user: User) -> list[MatrixRow]:
    """Townships and departments of the county for one month, in tree order; four queries.

    A person of a township gets the township and then its villages. Names are those of the month.
    """
    returns = list(
        MonthlyReturn.objects.visible_to(user)
        .for_month(month)
        .within(county)
        .select_related("unit")
        .order_by()
    )
    book = NameBook(each.unit_id for each in returns)
    slips = dict(
        Survey.objects.visible_to(user)
        .for_month(month)
        .order_by()
        .values_list("unit_id")
        .annotate(sum=Sum("slips"))
    )
    below = _below(returns, book, month)
    from_above = user.unit.level == Level.COUNTY or user.unit_id == county.pk
    rows = [
        _row(each, book, below.get(each.unit_id, []), slips.get(each.unit_id, 0))
        for each in returns
        if not from_above or not _has_township(each, book)
    ]
    return sorted(rows, key=lambda row: book.order(row.unit_id, month))


def township_of(each: MonthlyReturn, book: NameBook) -> int | None:
    """The township that a village, or a school in it, stood below that month."""
    version = book.version(each.unit_id, each.month)
    while version is not None and version.parent_id:
        version = book.version(version.parent_id, each.month)
        if version is not None and version.level == Level.TOWNSHIP:
            return version.unit_id
    return None


def _has_township(each: MonthlyReturn, book: NameBook) -> bool:
    return each.unit.level != Level.TOWNSHIP and township_of(each, book) is not None


def _below(
    returns: list[MonthlyReturn], book: NameBook, month: Month
) -> dict[int, list[MonthlyReturn]]:
    found: dict[int, list[MonthlyReturn]] = defaultdict(list)
    for each in returns:
        if each.unit.level == Level.VILLAGE and (township := township_of(each, book)):
            found[township].append(each)
    return found


def _row(each: MonthlyReturn, book: NameBook, below: list[MonthlyReturn], slips: int) -> MatrixRow:
    return MatrixRow(
        unit_id=each.unit_id,
        name=book.name(each.unit_id, each.month) or each.unit.name,
        parent_name=book.parent_name(each.unit_id, each.month),
        level=Level(each.unit.level),
        return_pk=each.pk,
        state=ReturnState(each.state),
        is_on_time=each.is_on_time,
        due_on=each.due_on,
        submitted_at=each.submitted_at,
        reviewed_at=each.reviewed_at,
        below_expected=len(below),
        below_submitted=sum(row.state in _HANDED_IN for row in below),
        below_accepted=sum(row.state == ReturnState.ACCEPTED for row in below),
        below_on_time=sum(row.is_on_time is True for row in below),
        survey_slips=slips,
    )
