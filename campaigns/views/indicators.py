"""Indicator reports: what is asked, one report filled in and moved, what waits for review."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from campaigns import policies
from campaigns.enums import IndicatorAnswer, Move
from campaigns.forms.indicators import ReportForm
from campaigns.forms.moves import MoveForm
from campaigns.models import IndicatorReport, IndicatorValue
from campaigns.selectors.history import history
from campaigns.selectors.indicator_reports import (
    AnswerCell,
    ReportLine,
    numbers_in,
    report_lines,
    span_of,
)
from campaigns.selectors.indicator_tasks import (
    task_rows,
    tasks,
    waiting_reports,
    waiting_tables,
)
from campaigns.selectors.indicators import FormFields, form_fields
from campaigns.services import indicator_reports as services
from campaigns.views.remembered import county_of, signed_in, tell
from pingan.refusals import Conflict, Refused
from pingan.stash import posted_or_stashed

PAGE_LENGTH = 40


def tabs(request: HttpRequest) -> dict[str, Any]:
    """Which of the indicator pages this person finds."""
    user = signed_in(request)
    county = county_of(user)
    return {
        "may_keep": policies.may_keep_indicators(county=county, by=user),
        "may_review": policies.reviews_anything(user),
    }


@require_GET
def indicator_list(request: HttpRequest) -> HttpResponse:
    """Every form and period of the units in sight, the newest first."""
    user = signed_in(request)
    services.ensure_reports_open(county=county_of(user))
    page = Paginator(tasks(user), PAGE_LENGTH).get_page(request.GET.get("page"))
    found = task_rows(user, list(page.object_list), timezone.localdate())
    context = {
        "tasks": found,
        "has_own": any(task.own for task in found),
        "page": page,
        **tabs(request),
    }
    return render(request, "campaigns/indicator_list.html", context)


def visible_report(request: HttpRequest, pk: int) -> IndicatorReport:
    """The report, or 404 where this person may not see it."""
    rows = IndicatorReport.objects.visible_to(signed_in(request))
    return get_object_or_404(
        rows.select_related("unit__parent", "form", "submitted_by", "reviewed_by"), pk=pk
    )


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One indicator of the report: its fields beside what the clerk need not type."""

    cell: AnswerCell
    year_before: int | None
    answer: forms.BoundField
    absent: forms.BoundField
    note: forms.BoundField
    is_different: bool  # after a conflict: somebody else saved another value


@require_http_methods(["GET", "POST"])
def indicator_report(request: HttpRequest, pk: int) -> HttpResponse:
    """One report: filled in by its clerk, read by everybody else who sees it."""
    report, user = visible_report(request, pk), signed_in(request)
    fields = form_fields(report.form)
    may_edit = policies.may_move(Move.EDIT, record=report, by=user)
    if request.method == "POST":
        return _posted(request, report, fields)
    if not may_edit:
        return _page(request, report, fields, None)
    form = ReportForm(posted_or_stashed(request), initial=_saved(report, fields), **_of(fields))
    return _page(request, report, fields, form)


@require_POST
def indicator_check(request: HttpRequest, pk: int) -> HttpResponse:
    """What the checks say of the report while it is being typed; nothing is saved."""
    report = visible_report(request, pk)
    if not policies.may_move(Move.EDIT, record=report, by=signed_in(request)):
        return HttpResponse(status=204)
    fields = form_fields(report.form)
    form = ReportForm(request.POST, **_of(fields))
    form.is_valid()  # what cannot be read is as good as not typed
    typed = {
        pk: IndicatorValue(
            report=report,
            indicator_id=pk,
            answer=answer.kind,
            number=answer.number,
            note=answer.note,
        )
        for pk, answer in form.answers().items()
    }
    (line,) = report_lines(report.form, fields, [report], typed={report.pk: typed})
    return render(request, "campaigns/_indicator_checked.html", {"line": line})


def _of(fields: FormFields) -> dict[str, Any]:
    return {"counts": fields.counts}


def _saved(report: IndicatorReport, fields: FormFields) -> dict[str, Any]:
    initial: dict[str, Any] = {}
    for value in report.values.all():
        initial[f"a{value.indicator_id}"] = "" if value.number is None else value.number
        initial[f"n{value.indicator_id}"] = value.note
        initial[f"x{value.indicator_id}"] = value.answer == IndicatorAnswer.NOT_APPLICABLE
    return initial


def _posted(request: HttpRequest, report: IndicatorReport, fields: FormFields) -> HttpResponse:
    form = ReportForm(request.POST, **_of(fields))
    version = request.POST.get("version", "")
    if not version.isdecimal():
        messages.error(request, "表格不完整，没有保存。请刷新页面再填。")
        return _page(request, report, fields, form, status=422)
    if not form.is_valid():
        messages.error(request, "有填得不对的地方，还没有保存，请看标红处。")
        return _page(request, report, fields, form, version=int(version), status=422)
    try:
        return _save(request, report, form, int(version))
    except Conflict:
        messages.error(request, "这张表刚刚被别人改过，您的内容还没有保存。请对照标出的已存数。")
        report.refresh_from_db()
        return _page(request, report, fields, form, is_conflict=True, status=409)
    except Refused as error:
        tell(request, error)
        return _page(request, report, fields, form, version=int(version), status=422)


def _save(
    request: HttpRequest, report: IndicatorReport, form: ReportForm, version: int
) -> HttpResponse:
    """Save, and hand in where that was asked; what is unfit stays saved as a draft."""
    user, title = signed_in(request), f"《{report.form.name}》{span_of(report).label}"
    changed = services.save_answers(report=report, answers=form.answers(), version=version, by=user)
    if "submit" not in request.POST:
        messages.success(request, f"{title}：{'已保存' if changed else '没有改动'}。")
        return redirect("campaigns:indicator-report", report.pk)
    try:
        services.submit_report(report=report, version=report.version, by=user)
    except services.Unfit as error:
        messages.error(request, f"已保存，还不能上报：{error}")
        return redirect("campaigns:indicator-report", report.pk)
    messages.success(request, f"{title}：已上报，请等待审核。")
    return redirect("campaigns:indicator-list")


def _page(
    request: HttpRequest,
    report: IndicatorReport,
    fields: FormFields,
    form: ReportForm | None,
    *,
    version: int | None = None,
    is_conflict: bool = False,
    status: int = 200,
) -> HttpResponse:
    user, span = signed_in(request), span_of(report)
    (line,) = report_lines(report.form, fields, [report])
    a_year_before = numbers_in(
        span.a_year_before, [report.unit_id], [each.pk for each in fields.counts]
    )
    context = {
        "report": report,
        "span": span,
        "line": line,
        "form": form,
        "version": report.version if version is None else version,
        "is_conflict": is_conflict,
        "rows": _rows(line, form, a_year_before, is_conflict=is_conflict),
        "previous_label": span.previous.label,
        "year_label": span.a_year_before.label,
        "allowed": {move.value: policies.may_move(move, record=report, by=user) for move in Move},
        "history": history(report),
        **tabs(request),
    }
    return render(request, "campaigns/indicator_report.html", context, status=status)


def _rows(
    line: ReportLine,
    form: ReportForm | None,
    a_year_before: dict[tuple[int, int], int | None],
    *,
    is_conflict: bool,
) -> list[Any]:
    unit_id = line.report.unit_id
    if form is None:
        return [
            {"cell": cell, "year_before": a_year_before.get((unit_id, cell.indicator.pk))}
            for cell in line.cells
        ]
    typed = form.answers() if is_conflict else {}
    return [
        EntryRow(
            cell,
            a_year_before.get((unit_id, cell.indicator.pk)),
            form[f"a{cell.indicator.pk}"],
            form[f"x{cell.indicator.pk}"],
            form[f"n{cell.indicator.pk}"],
            is_conflict and _differs(cell, typed.get(cell.indicator.pk)),
        )
        for cell in line.cells
    ]


def _differs(cell: AnswerCell, typed: services.Answer | None) -> bool:
    saved = (cell.value.answer, cell.value.number) if cell.value else None
    return saved != ((str(typed.kind), typed.number) if typed else None)


_DONE = {
    Move.WITHDRAW: "已撤回，可以继续修改",
    Move.SEND_BACK: "已退回，填报人会看到原因",
    Move.ACCEPT: "已审核通过",
}


@require_http_methods(["GET", "POST"])
def indicator_move(request: HttpRequest, pk: int, move: Move) -> HttpResponse:
    """Ask once more, then do it."""
    report, user = visible_report(request, pk), signed_in(request)
    form = MoveForm(request.POST or None, initial={"version": report.version})
    try:
        policies.check_move(move, record=report, by=user)
        if request.method == "POST" and form.is_valid():
            _do(request, move, report, form.cleaned_data)
            messages.success(request, f"{report.unit.name}《{report.form.name}》：{_DONE[move]}。")
            next_page = "indicator-report" if move == Move.WITHDRAW else "indicator-review"
            return redirect(f"campaigns:{next_page}", *([pk] if move == Move.WITHDRAW else []))
    except Refused as error:
        tell(request, error)
        return redirect("campaigns:indicator-report", pk)
    fields = form_fields(report.form)
    (line,) = report_lines(report.form, fields, [report])
    context = {"report": report, "line": line, "span": span_of(report), "move": move, "form": form}
    return render(request, "campaigns/indicator_move.html", context)


def _do(request: HttpRequest, move: Move, report: IndicatorReport, data: dict[str, Any]) -> None:
    what: dict[str, Any] = {"report": report, "version": data["version"], "by": signed_in(request)}
    if move == Move.WITHDRAW:
        services.withdraw_report(**what)
    elif move == Move.SEND_BACK:
        services.send_report_back(**what, reason=data["reason"])
    else:
        services.accept_report(**what)


@require_http_methods(["GET", "POST"])
def indicator_review(request: HttpRequest) -> HttpResponse:
    """What waits, beside the period before; a POST accepts the ticked ones, each by itself."""
    user = signed_in(request)
    if request.method == "POST":
        _accept(request)
        return redirect("campaigns:indicator-review")
    context = {"tables": waiting_tables(user), "person": user.pk, **tabs(request)}
    return render(request, "campaigns/indicator_review.html", context)


def _accept(request: HttpRequest) -> None:
    """Ticked boxes carry "id:version": what is accepted is what was looked at."""
    user = signed_in(request)
    ticked = [
        text
        for text in request.POST.getlist("chosen")
        if re.fullmatch(r"[0-9]{1,18}:[0-9]{1,9}", text)
    ]
    versions = {int(pk): int(version) for pk, version in (text.split(":") for text in ticked)}
    if not versions:
        messages.error(request, "请先勾选要通过的报表。")
        return
    chosen = [each for each in waiting_reports(user) if each.pk in versions]
    accepted, refused = services.accept_reports(reports=chosen, versions=versions, by=user)
    if accepted:
        messages.success(request, f"已通过{accepted}份报表。")
    for sentence in refused:
        messages.error(request, sentence)
    if gone := len(versions) - len(chosen):
        messages.warning(request, f"有{gone}份已不在待审核之列，未作处理。")
