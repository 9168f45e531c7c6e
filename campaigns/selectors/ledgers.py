"""Electronic ledgers (台账): every record of an activity, filtered, in pages or as a sheet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from campaigns.enums import Activity, ReturnState
from campaigns.models import ActivityRecord, Survey
from campaigns.selectors.names import NameBook
from campaigns.selectors.sections import SECTIONS, Cell, Column, Section
from pingan.models import User
from pingan.months import Month

_SURVEY_COLUMNS = (
    Column("测评日期", lambda row: row.on),
    Column("地点", lambda row: row.place),
    Column("有效票数", lambda row: row.slips, is_number=True),
    Column("治安状况好", lambda row: row.order_good, is_number=True),
    Column("有安全感", lambda row: row.feels_safe, is_number=True),
    Column("满意", lambda row: row.satisfied, is_number=True),
)
_DATED = (Activity.PATROL, Activity.EDUCATION, Activity.MEETING, Activity.SURVEY)


@dataclass(frozen=True, slots=True)
class LedgerFilter:
    first: Month
    last: Month
    text: str = ""
    state: str = ""
    on_from: dt.date | None = None
    on_to: dt.date | None = None


@dataclass(frozen=True, slots=True)
class LedgerRow:
    cells: list[Cell]
    return_pk: int | None


def has_dates(activity: Activity) -> bool:
    return activity in _DATED


def headers(activity: Activity) -> list[Column]:
    """Columns of the ledger, those that every ledger begins with included."""
    own = _SURVEY_COLUMNS if activity == Activity.SURVEY else SECTIONS[activity].columns
    state = () if activity == Activity.SURVEY else (Column("状态", _state_label),)
    lead = (
        Column("月份", lambda row: str(row.month)),
        Column("上级单位", lambda row: ""),
        Column("单位", lambda row: ""),
    )
    return [*lead, *state, *own]


def _state_label(row: ActivityRecord) -> str:
    return str(ReturnState(row.monthly_return.state).label)


def ledger(user: User, activity: Activity, chosen: LedgerFilter) -> QuerySet[Any]:
    """The records this person may see, in the order of the ledger."""
    if activity == Activity.SURVEY:
        rows: QuerySet[Any] = Survey.objects.visible_to(user).select_related("unit")
        unit = "unit"
        by_date: tuple[str, ...] = ("month", "unit__path", "on", "pk")
    else:
        section = SECTIONS[activity]
        rows = section.model.objects.visible_to(user)
        rows = rows.select_related("monthly_return__unit", *section.related)
        unit, by_date = "monthly_return__unit", _order(section)
        if chosen.state:
            rows = rows.filter(monthly_return__state=chosen.state)
    rows = rows.filter(_in_range(chosen, activity))
    if chosen.text:
        rows = rows.filter(
            Q(**{f"{unit}__name__icontains": chosen.text})
            | Q(**{f"{unit}__parent__name__icontains": chosen.text})
        )
    return rows.order_by(*by_date)


def _order(section: Section) -> tuple[str, ...]:
    within = {"on": "on", "pk": "on", "category_id": "category__position"}
    last = within.get(section.key, "group__position")
    return ("month", "monthly_return__unit__path", last, "pk")


def _in_range(chosen: LedgerFilter, activity: Activity) -> Q:
    where = Q(month__gte=chosen.first, month__lte=chosen.last)
    if activity in _DATED and chosen.on_from:
        where &= Q(on__gte=chosen.on_from)
    if activity in _DATED and chosen.on_to:
        where &= Q(on__lte=chosen.on_to)
    return where


def ledger_rows(activity: Activity, rows: Iterable[Any]) -> Iterator[LedgerRow]:
    """Rows ready to print, units by the names of the month; two queries more than `rows`."""
    found = list(rows)
    book = NameBook({_unit_id(row) for row in found})
    columns = headers(activity)
    for row in found:
        yield LedgerRow(list(_cells(row, columns, book)), getattr(row, "monthly_return_id", None))


def _cells(row: Any, columns: list[Column], book: NameBook) -> Iterator[Cell]:
    for column in columns:
        if column.label == "上级单位":
            value: Any = book.parent_name(_unit_id(row), row.month)
        elif column.label == "单位":
            value = book.name(_unit_id(row), row.month)
        else:
            value = column.value(row)
        yield Cell(value, column)


def _unit_id(row: Any) -> int:
    return int(row.unit_id if isinstance(row, Survey) else row.monthly_return.unit_id)
