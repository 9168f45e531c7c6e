"""What units still have to hand in: monthly returns and indicator reports, by their deadlines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, DateField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from campaigns.enums import ReturnState
from campaigns.models import Extension, IndicatorReport, MonthlyReturn
from campaigns.selectors.indicator_reports import span_of
from pingan.enums import Role
from pingan.models import Unit, User
from pingan.months import Month

WAITING = (ReturnState.DRAFT, ReturnState.RETURNED)
CLERKS = (Role.VILLAGE_CLERK, Role.TOWNSHIP_CLERK)


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing that one unit has to hand in; `key` tells it apart from all others."""

    key: str
    unit: Unit
    what: str
    due_on: dt.date
    is_returned: bool
    returned_at: dt.datetime | None
    reason: str
    remarks: int


def with_deadlines(returns: QuerySet[MonthlyReturn]) -> QuerySet[Any]:
    """`until`: the day that counts, with the extension where one was given; `open_remarks`."""
    given = Extension.objects.filter(month=OuterRef("month"), unit=OuterRef("unit"))
    return returns.annotate(
        until=Coalesce(Subquery(given.values("until")[:1], DateField()), "due_on"),
        open_remarks=Count("remarks", filter=Q(remarks__resolved_at=None)),
    )


def duties(first: dt.date, last: dt.date) -> Iterator[Duty]:
    """Everything still open in all counties that is due, or was sent back, in these days.

    Two queries.
    """
    # One index range; what is older than a year is told by the inbox alone.
    since = Month.of(first).shift(-12)
    returns = with_deadlines(MonthlyReturn.objects.filter(month__gte=since, state__in=WAITING))
    returns = returns.filter(
        Q(until__range=(first, last)) | Q(state=ReturnState.RETURNED, reviewed_at__date__gte=first)
    )
    for each in returns.select_related("unit").order_by("pk"):
        yield Duty(
            key=f"return:{each.pk}",
            unit=each.unit,
            what=f"{each.month.label}月报",
            due_on=each.until,
            is_returned=each.state == ReturnState.RETURNED,
            returned_at=each.reviewed_at,
            reason=each.return_reason,
            remarks=each.open_remarks,
        )
    reports = IndicatorReport.objects.filter(
        Q(due_on__range=(first, last))
        | Q(state=ReturnState.RETURNED, reviewed_at__date__gte=first),
        state__in=WAITING,
        form__withdrawn_on=None,
    )
    for report in reports.select_related("unit", "form").order_by("pk"):
        yield Duty(
            key=f"indicators:{report.pk}",
            unit=report.unit,
            what=f"{report.form.name}（{span_of(report).label}）",
            due_on=report.due_on,
            is_returned=report.state == ReturnState.RETURNED,
            returned_at=report.reviewed_at,
            reason=report.return_reason,
            remarks=0,
        )


class ClerkBook:
    """Who fills in for which unit; where nobody signs in, the township's clerk. One query."""

    def __init__(self, units: list[Unit]) -> None:
        ids = {unit.pk for unit in units} | {unit.parent_id for unit in units if unit.parent_id}
        self._clerks: dict[int, list[User]] = {}
        for user in User.objects.filter(unit_id__in=ids, role__in=CLERKS, is_active=True):
            self._clerks.setdefault(user.unit_id, []).append(user)

    def of(self, unit: Unit) -> list[User]:
        own = self._clerks.get(unit.pk)
        if own:
            return own
        above = self._clerks.get(unit.parent_id or 0, [])
        return [user for user in above if user.role == Role.TOWNSHIP_CLERK]
