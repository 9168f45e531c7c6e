"""Lists of returns, ready to print."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q

from campaigns.enums import Activity, ReturnState
from campaigns.models import MonthlyReturn
from campaigns.selectors.completeness import Mark, marks
from campaigns.selectors.names import NameBook
from pingan.enums import Level, Role
from pingan.models import Period, Unit, User
from pingan.months import Month

STATE_TONES = {
    ReturnState.DRAFT: "plain",
    ReturnState.SUBMITTED: "info",
    ReturnState.RETURNED: "bad",
    ReturnState.ACCEPTED: "good",
}
# The order of the columns, for every level; a level without an activity leaves its cell empty.
LISTED_ACTIVITIES = (
    Activity.PATROL,
    Activity.EDUCATION,
    Activity.SWEEP,
    Activity.MEETING,
    Activity.SURVEY,
)


@dataclass(frozen=True, slots=True)
class ReturnFilter:
    month: Month
    state: str = ""
    text: str = ""
    under: Unit | None = None


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """One return as a list shows it."""

    pk: int
    version: int
    unit_id: int
    name: str
    parent_name: str
    level: Level
    month: Month
    state: ReturnState
    due_on: dt.date
    timeliness: str
    is_late: bool
    reason: str
    submitted_at: dt.datetime | None
    submitted_by: str
    marks: Mapping[Activity, Mark]

    @property
    def state_label(self) -> str:
        return str(self.state.label)

    @property
    def tone(self) -> str:
        return STATE_TONES[self.state]

    @property
    def has_villages(self) -> bool:
        return self.level == Level.TOWNSHIP

    @property
    def listed_marks(self) -> list[Mark | None]:
        return [self.marks.get(activity) for activity in LISTED_ACTIVITIES]


def timeliness(monthly_return: MonthlyReturn, today: dt.date) -> tuple[str, bool]:
    """On time, late, or how long there is; and whether it is late."""
    if monthly_return.is_on_time is not None:
        return ("按时", False) if monthly_return.is_on_time else ("迟报", True)
    left = (monthly_return.due_on - today).days
    if left < 0:
        return f"已超期{-left}天", True
    return ("今天截止" if left == 0 else f"还有{left}天"), False


def listed(user: User, chosen: ReturnFilter) -> list[MonthlyReturn]:
    """The returns of one month in tree order.

    The county sees its townships and departments first; a search or a township opens the rest.
    """
    rows = MonthlyReturn.objects.visible_to(user).for_month(chosen.month)
    rows = rows.select_related("unit__parent", "submitted_by")
    if chosen.state:
        rows = rows.filter(state=chosen.state)
    if chosen.under is not None:
        rows = rows.within(chosen.under)
    elif looks_from_above(user) and not chosen.text:
        rows = rows.exclude(unit__level=Level.VILLAGE).exclude(
            unit__level=Level.DEPARTMENT, unit__parent__level__in=(Level.TOWNSHIP, Level.VILLAGE)
        )
    if chosen.text:
        rows = rows.filter(Q(unit__name__icontains=chosen.text) | Q(unit__code=chosen.text))
    found = list(rows.order_by())
    book = NameBook(row.unit_id for row in found)
    return sorted(found, key=lambda row: book.order(row.unit_id, row.month))


def looks_from_above(user: User) -> bool:
    """Whether the list begins with townships and departments."""
    return user.role in (Role.COUNTY_OFFICER, Role.LEADER, Role.INSPECTOR)


def own_returns(user: User) -> list[MonthlyReturn]:
    """Every month of the clerk's own unit, newest first."""
    rows = MonthlyReturn.objects.visible_to(user).filter(unit_id=user.unit_id)
    return list(rows.select_related("unit__parent", "submitted_by").order_by("-month"))


def return_rows(returns: Sequence[MonthlyReturn], today: dt.date) -> list[ReturnRow]:
    """Rows ready to print, in the given order; a fixed number of queries."""
    book = NameBook(each.unit_id for each in returns)
    found = marks(returns, today)
    return [_row(each, book, found[each.pk], today) for each in returns]


def _row(
    each: MonthlyReturn, book: NameBook, found: Mapping[Activity, Mark], today: dt.date
) -> ReturnRow:
    words, is_late = timeliness(each, today)
    return ReturnRow(
        pk=each.pk,
        version=each.version,
        unit_id=each.unit_id,
        name=book.name(each.unit_id, each.month) or each.unit.name,
        parent_name=book.parent_name(each.unit_id, each.month),
        level=Level(each.unit.level),
        month=each.month,
        state=ReturnState(each.state),
        due_on=each.due_on,
        timeliness=words,
        is_late=is_late,
        reason=each.return_reason,
        submitted_at=each.submitted_at,
        submitted_by=each.submitted_by.display_name if each.submitted_by else "",
        marks=found,
    )


def period_is_open(county_id: int, month: Month) -> bool:
    """Whether the month takes records; a month nobody opened yet does."""
    period = Period.objects.filter(county_id=county_id, month=month).first()
    return period is None or period.is_open


def month_exists(user: User, month: Month) -> bool:
    return MonthlyReturn.objects.visible_to(user).for_month(month).exists()
