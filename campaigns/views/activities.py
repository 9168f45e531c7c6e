"""One activity of a return as a table: shown, filled further, saved whole."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from campaigns import policies
from campaigns.enums import Activity, Move, SweepAnswer
from campaigns.forms.activities import ROW_FORMS, GroupRow
from campaigns.forms.fills import NEW_ROWS, add_rows, fill_down, report_zero, zero_groups
from campaigns.forms.rows import BaseRowSet, RowForm, row_set, typed_rows
from campaigns.models import MonthlyReturn
from campaigns.selectors.history import changes_since
from campaigns.selectors.returns import period_is_open
from campaigns.selectors.sections import (
    PATROL,
    SWEEP,
    Cell,
    Section,
    categories_of,
    expected_keys,
    previous_return,
    sections_of,
)
from campaigns.selectors.surveys import surveys_of
from campaigns.services.sections import save_section
from campaigns.views.remembered import signed_in, tell
from campaigns.views.returns import visible_return
from pingan.calendars import WEEKDAYS, holiday_name, key_dates
from pingan.refusals import Conflict, Refused
from pingan.stash import posted_or_stashed


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row of the entry table: its form beside what the clerk need not type."""

    form: RowForm
    label: str
    note: str = ""
    is_marked: bool = False


@dataclass
class Entry:
    """What one request knows about the table."""

    monthly_return: MonthlyReturn
    section: Section
    keys: list[Any]
    labels: list[str]

    @property
    def form_class(self) -> type[RowForm]:
        return ROW_FORMS[self.section.activity]

    def options(self) -> dict[str, Any]:
        """What the row forms are told."""
        month = {"month": self.monthly_return.month} if self.section.is_list else {}
        return {
            "labels": self.labels,
            "is_fixed": not self.section.is_list,
            "row_options": month,
        }

    def shown(self, rows: list[dict[str, Any]]) -> BaseRowSet:
        """The table showing these rows, nothing checked."""
        return row_set(self.form_class)(initial=rows, **self.options())

    def bound(self, data: QueryDict) -> BaseRowSet:
        return row_set(self.form_class)(data, **self.options())


@require_http_methods(["GET", "POST"])
def activity(request: HttpRequest, pk: int, activity: str) -> HttpResponse:
    """The table of one activity of one return."""
    monthly_return = visible_return(request, pk)
    if activity == Activity.SURVEY:
        return _survey(request, monthly_return)
    section = next(
        (each for each in sections_of(monthly_return.unit.level) if each.activity == activity), None
    )
    if section is None:
        raise Http404
    user = signed_in(request)
    may_edit = policies.may(Move.EDIT, monthly_return=monthly_return, by=user)
    may_edit = may_edit and period_is_open(monthly_return.unit.root_id, monthly_return.month)
    if request.method == "POST":
        return _posted(request, _entry(monthly_return, section))
    if not may_edit:
        return _read_only(request, monthly_return, section)
    entry = _entry(monthly_return, section)
    stashed = posted_or_stashed(request)
    if stashed:
        return _render(request, entry, entry.shown(typed_rows(entry.form_class, stashed)))
    return _render(request, entry, entry.shown(_saved(entry)))


def _entry(monthly_return: MonthlyReturn, section: Section) -> Entry:
    expected = expected_keys(section, monthly_return)
    return Entry(monthly_return, section, list(expected), list(expected.values()))


def _saved(entry: Entry) -> list[dict[str, Any]]:
    """What is saved, a row for every expected key; a free list gets one blank row more."""
    section = entry.section
    rows = section.rows_of(entry.monthly_return)
    if section.is_list:
        shown = [{name: getattr(row, name) for name in (*section.fields, "id")} for row in rows]
        return [*shown, *({} for _ in range(NEW_ROWS))]
    saved = {getattr(row, section.key): row for row in rows}
    return [
        {name: getattr(saved[key], name) for name in section.fields} if key in saved else {}
        for key in entry.keys
    ]


def _posted(request: HttpRequest, entry: Entry) -> HttpResponse:
    data = request.POST
    if fill := data.get("fill"):
        rows = _filled(entry, fill, typed_rows(entry.form_class, data))
        messages.info(request, "已填入，还没有保存；核对后请点“保存”。")
        return _render(request, entry, entry.shown(rows), version=_version(data))
    table = entry.bound(data)
    version = _version(data)
    if version is None:
        messages.error(request, "表格不完整，没有保存。请刷新页面再填。")
        return _render(request, entry, table, status=422)
    if not table.is_valid():
        return _render(request, entry, table, version=version, status=422)
    return _save(request, entry, table, version)


def _save(request: HttpRequest, entry: Entry, table: BaseRowSet, version: int) -> HttpResponse:
    monthly_return, section = entry.monthly_return, entry.section
    try:
        changed = save_section(
            monthly_return=monthly_return,
            activity=section.activity,
            rows=_values(entry, table),
            version=version,
            by=signed_in(request),
        )
    except Conflict as error:
        messages.error(request, f"{error}您的内容还没有保存，请对照下面的改动。")
        monthly_return.refresh_from_db()
        changes = changes_since(monthly_return, section.activity, version)
        return _render(request, entry, table, changes=changes, status=409)
    except Refused as error:
        tell(request, error)
        return _render(request, entry, table, version=version, status=422)
    done = "已保存" if changed else "没有改动"
    messages.success(request, f"{section.activity.label}{done}。")
    if "stay" in request.POST:
        return redirect("campaigns:return-activity", monthly_return.pk, section.activity)
    return redirect("campaigns:return-view", monthly_return.pk)


def _version(data: QueryDict) -> int | None:
    """The version the form was made from. It stands last in the form: without it, the form was
    cut short on its way."""
    text = data.get("version", "")
    return int(text) if text.isdecimal() else None


def _values(entry: Entry, table: BaseRowSet) -> list[dict[str, Any]]:
    """Rows to be saved: blank and deleted ones left out."""
    found = []
    for index, form in enumerate(table.forms):
        if form.is_blank or getattr(form, "is_deleted", False):
            continue
        row = form.row()
        if not entry.section.is_list:
            row[entry.section.key] = entry.keys[index]
        found.append(row)
    return found


def _filled(entry: Entry, fill: str, rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """The rows after one of the filling buttons."""
    if fill == "down":
        return fill_down(rows)
    if fill == "zero" and entry.section is SWEEP:
        return report_zero(rows, SweepAnswer.ZERO)
    if fill == "zero":
        return zero_groups(rows, GroupRow.COUNTS)
    if fill == "add":
        return add_rows(rows, [{} for _ in range(NEW_ROWS)])
    if fill == "previous":
        return add_rows(rows, _last_month(entry))
    return rows


_COPIED = {
    Activity.EDUCATION: ("kind", "topic", "host_post"),
    Activity.MEETING: ("kind", "chair_post", "items"),
}


def _last_month(entry: Entry) -> list[dict[str, str]]:
    """Topics of the month before as a starting point: dates and figures are this month's own."""
    previous = previous_return(entry.monthly_return)
    names = _COPIED.get(entry.section.activity, ())
    if previous is None:
        return []
    return [{name: getattr(row, name) for name in names} for row in entry.section.rows_of(previous)]


def _table_rows(entry: Entry, table: BaseRowSet) -> list[TableRow]:
    if entry.section is PATROL:
        return _days(entry, table)
    notes = {}
    if entry.section is SWEEP:
        categories = categories_of(entry.monthly_return.unit.root_id)
        notes = {each.pk: "只报数" for each in categories if each.touches_persons}
    return [
        TableRow(form, table.label(index), _note(entry, notes, index))
        for index, form in enumerate(table.forms)
    ]


def _note(entry: Entry, notes: dict[int, str], index: int) -> str:
    return notes.get(entry.keys[index], "") if index < len(entry.keys) else ""


def _days(entry: Entry, table: BaseRowSet) -> list[TableRow]:
    """The days of the month with weekday, market day and holiday."""
    unit = entry.monthly_return.unit
    markets = unit.market_days or (unit.parent.market_days if unit.parent else "")
    key_days = set(key_dates(entry.monthly_return.month, markets))
    return [
        TableRow(form, f"{day.month}月{day.day}日", _day_note(day, key_days), day in key_days)
        for day, form in zip(entry.keys, table.forms, strict=False)
    ]


def _day_note(day: dt.date, key_days: set[dt.date]) -> str:
    weekday = f"周{WEEKDAYS[day.weekday()]}"
    if day not in key_days:
        return weekday
    return f"{weekday} {holiday_name(day) or '逢场'}"


def _render(
    request: HttpRequest,
    entry: Entry,
    table: BaseRowSet,
    *,
    version: int | None = None,
    changes: list[Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The entry page. After a conflict the new version goes out: saving again keeps mine."""
    monthly_return = entry.monthly_return
    context = {
        "monthly_return": monthly_return,
        "activity": entry.section.activity,
        "table": table,
        "rows": _table_rows(entry, table),
        "problems": table.problems() if table.is_bound else [],
        "version": monthly_return.version if version is None else version,
        "changes": changes,
        "part": f"campaigns/_{entry.section.activity}_rows.html",
    }
    return render(request, "campaigns/activity_edit.html", context, status=status)


def _read_only(
    request: HttpRequest, monthly_return: MonthlyReturn, section: Section
) -> HttpResponse:
    rows = section.rows_of(monthly_return)
    context = {
        "monthly_return": monthly_return,
        "activity": section.activity,
        "columns": section.columns,
        "rows": [[Cell(column.value(row), column) for column in section.columns] for row in rows],
    }
    return render(request, "campaigns/activity_view.html", context)


def _survey(request: HttpRequest, monthly_return: MonthlyReturn) -> HttpResponse:
    """What the superior recorded about this unit: read only here."""
    context = {
        "monthly_return": monthly_return,
        "activity": Activity.SURVEY,
        "surveys": surveys_of(signed_in(request), monthly_return.unit_id, monthly_return.month),
    }
    return render(request, "campaigns/activity_survey.html", context)
