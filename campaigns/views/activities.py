"""One activity of a return as a table: shown, filled further, saved whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from campaigns import policies
from campaigns.enums import Activity
from campaigns.forms.rows import BaseRowSet, RowForm
from campaigns.models import Draft, MonthlyReturn
from campaigns.selectors.drafts import draft_of
from campaigns.selectors.followups import asks
from campaigns.selectors.laws import LAWS, next_law
from campaigns.selectors.reopening import lock_sentence
from campaigns.selectors.returns import period_is_open
from campaigns.selectors.sections import (
    EDUCATION,
    MEETING,
    PATROL,
    SWEEP,
    Cell,
    Section,
    sections_of,
)
from campaigns.selectors.surveys import surveys_of
from campaigns.services.explanations import explain
from campaigns.services.sections import save_section
from campaigns.services.sweeps import save_sweep
from campaigns.views import merges
from campaigns.views.drafts import form_kept, mark_saved
from campaigns.views.entries import Entry, entry_of, saved_rows
from campaigns.views.filling import filled, nothing_filled
from campaigns.views.findings import entry_findings, remarked, said_in
from campaigns.views.followups import decisions_context
from campaigns.views.patrols import calendar_context, calendar_days, usual_typed
from campaigns.views.remembered import signed_in, tell
from campaigns.views.returns import visible_return
from campaigns.views.sweeps import every_category, sweep_context
from pingan.models import User
from pingan.refusals import Conflict, Refused
from pingan.stash import posted_or_stashed


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row of the entry table: its form beside what the clerk need not type."""

    form: RowForm
    label: str


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
        joined = merges.join(entry, unsaved, _values(entry, table), version)
        return _show_joined(request, entry, joined)
    shown = entry.shown(entry.typed(unsaved))
    return _render(request, entry, shown, version=version, base=unsaved.get("base", ""))


def _changed_since(entry: Entry, version: int) -> bool:
    return entry.monthly_return.section_versions.get(entry.section.activity, 0) > version


def _posted(request: HttpRequest, entry: Entry) -> HttpResponse:
    data: QueryDict = request.POST
    if fill := data.get("fill"):
        typed = entry.typed(data)
        rows = filled(entry, fill, typed, data)
        done = "已填入，还没有保存；核对后请点“保存”。" if rows != typed else nothing_filled(entry)
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
        changed = _saved(entry, data, table, version, signed_in(request))
    except Conflict:
        monthly_return.refresh_from_db()
        joined = merges.join(entry, data, _values(entry, table), version)
        # Whoever signs for zeros signs for what he has seen: not for what another one typed.
        signs_unseen = "zero_signed" in data and joined.told
        if joined.clashing.choices or signs_unseen:
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
    return mark_saved(request, _next_page(request, entry))


def _saved(entry: Entry, data: QueryDict, table: BaseRowSet, version: int, by: User) -> bool:
    """Save by the activity's own service; whether anything changed."""
    what: dict[str, Any] = {
        "monthly_return": entry.monthly_return,
        "rows": _values(entry, table),
        "version": version,
        "by": by,
    }
    if entry.section is SWEEP:
        return save_sweep(**what, zero_signed="zero_signed" in data)
    return save_section(**what, activity=entry.section.activity)


def _next_page(request: HttpRequest, entry: Entry) -> HttpResponseRedirect:
    """Back to the month; open matters that have no item yet are asked about first."""
    monthly_return, section = entry.monthly_return, entry.section
    if "stay" in request.POST:
        return redirect("campaigns:return-activity", monthly_return.pk, section.activity)
    if section is SWEEP and asks(monthly_return):
        return redirect("campaigns:follow-up-register", monthly_return.pk)
    return redirect("campaigns:return-view", monthly_return.pk)


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
    base = str(joined.data["base"])
    return _render(request, entry, table, base=base, clashing=joined.clashing, status=status)


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


def _own_context(request: HttpRequest, entry: Entry, table: BaseRowSet) -> dict[str, Any]:
    """What the activity's own part of the page shows."""
    monthly_return, section = entry.monthly_return, entry.section
    if section is PATROL:
        return _calendar(request, entry, table)
    if section is SWEEP:
        ticked = "zero_signed" in request.POST
        return {"zero_ticked": ticked, **sweep_context(monthly_return, entry.keys, table)}
    rows = [TableRow(form, table.label(index)) for index, form in enumerate(table.forms)]
    if section is EDUCATION:
        return {"rows": rows, "laws": LAWS, "next_law": next_law(monthly_return)}
    if section is MEETING:
        return {"rows": rows, **decisions_context(request, monthly_return)}
    return {"rows": rows}


def _calendar(request: HttpRequest, entry: Entry, table: BaseRowSet) -> dict[str, Any]:
    """The rows of the patrol table as days, in weeks."""
    usual = usual_typed(entry.monthly_return, request.POST or None)
    for form in table.forms:
        if not form.initial.get("team"):  # an empty day begins with the usual team
            form.initial = {**form.initial, "team": usual["team"]}
    days = calendar_days(entry.monthly_return, table.forms, entry.shut, entry.today)
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
    context |= _own_context(request, entry, table)
    return render(request, "campaigns/activity_edit.html", context, status=status)


def _read_only(
    request: HttpRequest, monthly_return: MonthlyReturn, section: Section
) -> HttpResponse:
    if section is SWEEP:
        rows: Sequence[Any] = every_category(monthly_return)
    else:
        rows = section.rows_of(monthly_return)
    own = decisions_context(request, monthly_return) if section is MEETING else {}
    context = {
        **own,
        "monthly_return": monthly_return,
        "activity": section.activity,
        "columns": section.columns,
        "rows": [[Cell(column.value(row), column) for column in section.columns] for row in rows],
        "lock": lock_sentence(monthly_return),
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
