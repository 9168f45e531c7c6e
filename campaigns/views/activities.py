"""One activity of a return as a table: shown, filled further, saved whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from campaigns import policies
from campaigns.enums import Activity, SweepAnswer
from campaigns.forms.activities import ROW_FORMS, GroupRow
from campaigns.forms.fills import NEW_ROWS, TypedRow, add_rows, report_zero, zero_groups
from campaigns.forms.rows import BaseRowSet, RowForm, row_set, typed_rows
from campaigns.models import Draft, MonthlyReturn
from campaigns.selectors.drafts import draft_of
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
from campaigns.services.explanations import explain
from campaigns.services.sections import save_section
from campaigns.views import merges
from campaigns.views.drafts import form_kept, mark_saved
from campaigns.views.findings import entry_findings, remarked, said_in
from campaigns.views.patrols import calendar_context, calendar_days, filled_days, usual_typed
from campaigns.views.remembered import signed_in, tell
from campaigns.views.returns import visible_return
from pingan.refusals import Conflict, Refused
from pingan.stash import posted_or_stashed


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row of the entry table: its form beside what the clerk need not type."""

    form: RowForm
    label: str
    note: str = ""


@dataclass
class Entry:
    """What one request knows about the table."""

    monthly_return: MonthlyReturn
    section: Section
    keys: list[Any]
    labels: list[str]
    today: dt.date
    shut: dict[dt.date, str] = field(default_factory=dict)  # patrol days that cannot be written

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
        """What was posted. The browser sends nothing of shut days: they hold what is saved."""
        if not self.shut:
            return row_set(self.form_class)(data, **self.options())
        table = row_set(self.form_class)(data, initial=saved_rows(self), **self.options())
        for day, form in zip(self.keys, table.forms, strict=False):
            form.empty_permitted = False
            for each in form.fields.values():
                each.disabled = day in self.shut
        return table

    def typed(self, data: QueryDict) -> list[TypedRow]:
        """What was posted, unread; shut days as they are saved."""
        rows = typed_rows(self.form_class, data)
        if not self.shut:
            return rows
        saved = saved_rows(self)
        return [
            _as_typed(saved[index]) if day in self.shut else row
            for index, (day, row) in enumerate(zip(self.keys, rows, strict=False))
        ]

    @property
    def open_days(self) -> list[int]:
        """Numbers of the rows that may be written."""
        return [index for index, day in enumerate(self.keys) if day not in self.shut]


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
    may_edit = policies.may_edit_activity(section.activity, monthly_return=monthly_return, by=user)
    may_edit = may_edit and period_is_open(monthly_return.unit.root_id, monthly_return.month)
    if request.method == "POST":
        return _posted(request, entry_of(monthly_return, section))
    if not may_edit:
        return _read_only(request, monthly_return, section)
    entry = entry_of(monthly_return, section)
    unsaved = posted_or_stashed(request) or form_kept(request, monthly_return, section.activity)
    if unsaved:
        return _restored(request, entry, unsaved)
    rows = saved_rows(entry)
    draft = draft_of(user, monthly_return, section.activity)
    return _render(request, entry, entry.shown(rows), base=merges.base_of(entry, rows), draft=draft)


def _restored(request: HttpRequest, entry: Entry, unsaved: QueryDict) -> HttpResponse:
    """What was typed and never saved, joined with what others have saved since."""
    version = _version(unsaved)
    is_old = version is not None and _changed_since(entry, version)
    table = entry.bound(unsaved)
    if is_old and version is not None and table.is_valid():
        joined = merges.join(entry, unsaved, typed_values(entry, table), version)
        return _show_joined(request, entry, joined)
    shown = entry.shown(entry.typed(unsaved))
    return _render(request, entry, shown, version=version, base=unsaved.get("base", ""))


def _changed_since(entry: Entry, version: int) -> bool:
    return entry.monthly_return.section_versions.get(entry.section.activity, 0) > version


def entry_of(monthly_return: MonthlyReturn, section: Section) -> Entry:
    """The table of one section as the clerk may fill it in now."""
    expected = expected_keys(section, monthly_return)
    today = timezone.localdate()
    shut = policies.shut_patrol_days(monthly_return, today) if section is PATROL else {}
    return Entry(monthly_return, section, list(expected), list(expected.values()), today, shut)


def _as_typed(row: dict[str, Any]) -> TypedRow:
    return {name: "" if value is None else str(value) for name, value in row.items()}


def saved_rows(entry: Entry) -> list[dict[str, Any]]:
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
        typed = entry.typed(data)
        rows = _filled(entry, fill, typed, data)
        done = "已填入，还没有保存；核对后请点“保存”。" if rows != typed else _nothing_filled(entry)
        messages.info(request, done)
        return _render(request, entry, entry.shown(rows), version=_version(data))
    data, clashing = merges.decide(entry, data)
    table = entry.bound(data)
    version = _version(data)
    if version is None:
        messages.error(request, "表格不完整，没有保存。请刷新页面再填。")
        return _render(request, entry, table, status=422)
    if clashing:
        messages.error(request, "还有没有选的地方，没有保存。请逐处选择。")
        return _render(request, entry, table, version=version, clashing=clashing, status=409)
    if not table.is_valid():
        return _render(request, entry, table, version=version, status=422)
    return _save(request, entry, data, table, version)


def _save(
    request: HttpRequest,
    entry: Entry,
    data: QueryDict,
    table: BaseRowSet,
    version: int,
    told: Sequence[str] = (),
) -> HttpResponse:
    """`told` is what others had changed and a merge has kept."""
    monthly_return, section = entry.monthly_return, entry.section
    try:
        changed = save_section(
            monthly_return=monthly_return,
            activity=section.activity,
            rows=typed_values(entry, table),
            version=version,
            by=signed_in(request),
        )
    except Conflict:
        monthly_return.refresh_from_db()
        joined = merges.join(entry, data, typed_values(entry, table), version)
        if joined.clashing.choices:
            return _show_joined(request, entry, joined, status=409)
        table = entry.bound(joined.data)
        if not table.is_valid():
            return _show_joined(request, entry, joined, status=422)
        now = monthly_return.version
        return _save(request, entry, joined.data, table, now, [*told, *joined.told])
    except Refused as error:
        tell(request, error)
        return _render(request, entry, table, version=version, status=422)
    if said := said_in(data):
        explain(monthly_return=monthly_return, said=said, by=signed_in(request))
    done = "已保存" if changed else "没有改动"
    kept = merges.summary(told) if told else ""
    messages.success(request, f"{section.activity.label}{done}。{kept}")
    if "stay" in request.POST:
        back = redirect("campaigns:return-activity", monthly_return.pk, section.activity)
    else:
        back = redirect("campaigns:return-view", monthly_return.pk)
    return mark_saved(request, back)


def _show_joined(
    request: HttpRequest, entry: Entry, joined: merges.Joined, status: int = 200
) -> HttpResponse:
    """The table after a merge, not saved: choices to make, or errors that the merge brought."""
    table = entry.bound(joined.data)
    choices = joined.clashing.choices
    if choices:
        sentence = f"您和对方改了同样的{len(choices)}处，您的内容还没有保存，请逐处选择。"
    else:
        sentence = "对方的改动已经并入下面的表格，您的内容还没有保存。请核对后保存。"
    name = entry.section.activity.label
    messages.warning(request, f"您打开页面以后，{name}已被别人改过。{sentence}")
    base = joined.data["base"]
    return _render(request, entry, table, base=base, clashing=joined.clashing, status=status)


def _version(data: QueryDict) -> int | None:
    """The version the form was made from. It stands last in the form: without it, the form was
    cut short on its way."""
    text = data.get("version", "")
    return int(text) if text.isdecimal() else None


def typed_values(entry: Entry, table: BaseRowSet) -> list[dict[str, Any]]:
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


def _filled(entry: Entry, fill: str, rows: list[TypedRow], data: QueryDict) -> list[TypedRow]:
    """The rows after one of the filling buttons."""
    if entry.section is PATROL:
        usual = usual_typed(entry.monthly_return, data)
        held = (entry.monthly_return, fill, rows, entry.open_days, usual, entry.today)
        return filled_days(*held)
    if fill == "zero" and entry.section is SWEEP:
        return report_zero(rows, SweepAnswer.ZERO)
    if fill == "zero":
        return zero_groups(rows, GroupRow.COUNTS)
    if fill == "add":
        return add_rows(rows, [{} for _ in range(NEW_ROWS)])
    if fill == "previous":
        return add_rows(rows, _last_month(entry))
    return rows


def _nothing_filled(entry: Entry) -> str:
    if entry.section is PATROL:
        return "没有填入：请先填好上面的常用人数，并确认还有空白的日子。"
    return "没有可以填入的。"


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


def _calendar(request: HttpRequest, entry: Entry, table: BaseRowSet) -> dict[str, Any]:
    """The rows of the patrol table as days, in weeks."""
    days = calendar_days(entry.monthly_return, table.forms, entry.shut, entry.today)
    usual = usual_typed(entry.monthly_return, request.POST or None)
    handed_in = policies.handed_in_on(entry.monthly_return)
    return {"rows": days, **calendar_context(entry.monthly_return, days, usual, handed_in)}


def _render(
    request: HttpRequest,
    entry: Entry,
    table: BaseRowSet,
    *,
    version: int | None = None,
    base: str | None = None,
    clashing: merges.Clashing | None = None,
    draft: Draft | None = None,
    status: int = 200,
) -> HttpResponse:
    """The entry page. After a conflict the new version goes out: saving again keeps mine."""
    monthly_return = entry.monthly_return
    context = {
        "monthly_return": monthly_return,
        "activity": entry.section.activity,
        "table": table,
        "problems": table.problems() if table.is_bound else [],
        "version": monthly_return.version if version is None else version,
        "base": request.POST.get("base", "") if base is None else base,
        "clashing": clashing,
        "draft": draft,
        "part": f"campaigns/_{entry.section.activity}_rows.html",
        **remarked(entry, table),
        "findings": entry_findings(entry, table, said_in(request.POST)),
    }
    if entry.section is PATROL:
        context |= _calendar(request, entry, table)
    else:
        context["rows"] = _table_rows(entry, table)
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
