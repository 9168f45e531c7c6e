"""Inspections: the month's list, and one visit's sheet, with or without a network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from assessments import policies
from assessments.enums import VisitKind
from assessments.forms.inspections import InspectionForm, SheetForm, sheet_differences, shown
from assessments.models import Inspection
from assessments.policies.inspections import check_organise, check_record
from assessments.policies.problems import check_raise_problem
from assessments.selectors.draws import drawn_for, knows_secrets
from assessments.selectors.findings import found_on, is_told
from assessments.selectors.inspections import (
    InspectionRow,
    findings_of,
    focus_for,
    inspection_rows,
    period_is_closed,
)
from assessments.selectors.sheets import lines_of, sheet_lines
from assessments.services.inspections import (
    Findings,
    change_inspection,
    is_recorded,
    record_inspection,
)
from assessments.tables import TOWNSHIP_INSPECTORS
from assessments.views.answers import asked_month, county_of, signed_in, tell
from pingan.enums import Role, Step
from pingan.models import Unit, User
from pingan.months import Month
from pingan.refusals import Conflict, Forbidden, Refused
from pingan.selectors.calendars import deadlines
from pingan.stash import posted_or_stashed

LABELS = {
    "on": "检查日期",
    "place": "检查地点",
    "points_given": "得分",
    "points_possible": "满分",
    "findings": "发现问题",
}
PLACES = {VisitKind.OPEN: "inspection-create", VisitKind.SECRET: "inspection-secret"}


@dataclass(frozen=True, slots=True)
class Line:
    """One unit of the list, ready to print."""

    unit: InspectionRow
    visits: list[tuple[Inspection, list[tuple[str, str]]]]
    address: str
    draw_id: int | None


def index(request: HttpRequest) -> HttpResponse:
    """The units to inspect this month; ?open=1 those not yet, ?unit= one of them, ?kind=secret."""
    user, month = signed_in(request), asked_month(request)
    asked = request.GET.get("kind", "")
    kind = VisitKind(asked) if asked in VisitKind.values else VisitKind.OPEN
    unit = request.GET.get("unit", "")
    unit_id = int(unit) if unit.isdecimal() else None
    everything = inspection_rows(user, month, unit_id, kind)
    is_open_only = request.GET.get("open") == "1"
    is_closed = period_is_closed(county_of(user), month)
    may_record = _may_record(user, kind) and not is_closed
    rows = [row for row in everything if not (is_open_only and row.inspections)]
    drawn = drawn_for(user.unit.root_id, month, kind) if knows_secrets(user) else {}
    address = reverse("assessments:inspection-list")
    more = f"&kind={kind}" + (f"&unit={unit_id}" if unit_id else "")
    more += "&open=1" if is_open_only else ""
    context = {
        "month": month,
        "previous": f"{address}?month={month.previous}{more}",
        "next": f"{address}?month={month.next}{more}"
        if month < Month.of(timezone.localdate())
        else "",
        "kind": kind,
        "kinds": VisitKind,
        "rows": [_line(row, month, kind, drawn, may_record=may_record) for row in rows],
        "done": sum(bool(row.inspections) for row in everything),
        "expected": len(everything),
        "is_open_only": is_open_only,
        "unit_id": unit_id,
        "is_closed": is_closed,
        "due": deadlines(county_of(user), month)[Step.INSPECTION],
        "focus": focus_for(user, month),
        "may_organise": policies.may(check_organise, county=county_of(user), by=user),
    }
    return render(request, "assessments/inspection_list.html", context)


def _line(
    row: InspectionRow, month: Month, kind: VisitKind, drawn: dict[int, int], *, may_record: bool
) -> Line:
    visits = [(each, findings_of(each)) for each in row.inspections]
    address = _place(month, row.unit_id, kind) if may_record else ""
    return Line(row, visits, address, drawn.get(row.unit_id))


def _may_record(user: User, kind: VisitKind) -> bool:
    if user.role in TOWNSHIP_INSPECTORS:
        return kind == VisitKind.OPEN
    return user.role in (Role.COUNTY_OFFICER, Role.INSPECTOR)


def create(request: HttpRequest, month: Month, unit_pk: int, kind: VisitKind) -> HttpResponse:
    """A new sheet. Its address is kept by the browser and answers without a network."""
    unit = _unit_to_visit(request, unit_pk, kind)
    form = _new_form(posted_or_stashed(request), unit, month, kind)
    context = _sheet_context(form, unit, month, kind)
    context["draft_key"] = f"inspection/{month}/{unit.pk}/{kind}"
    if request.method == "POST" and form.is_valid():
        try:
            _record(form, unit, month, kind, signed_in(request))
        except Refused as error:
            tell(request, error)
            return render(request, "assessments/inspection_edit.html", context, status=422)
        messages.success(request, f"已录入{unit.name}的{_named(kind)}。")
        return _to_list(month, kind)
    status = 422 if request.method == "POST" else 200
    return render(request, "assessments/inspection_edit.html", context, status=status)


@require_POST
def sync(request: HttpRequest, month: Month, unit_pk: int, kind: VisitKind) -> HttpResponse:
    """A sheet that was filled in without a network, sent by the script. Twice is once."""
    user = signed_in(request)
    if request.POST.get("writer") != str(user.pk):
        return JsonResponse({"state": "other", "sentence": "是另一个人填的，请本人登录后上报。"})
    unit = _unit_to_visit(request, unit_pk, kind)
    form = _new_form(request.POST, unit, month, kind)
    if not form.is_valid():
        return JsonResponse({"state": "check", "sentence": "有的地方填得不对，请改正。"})
    try:
        _record(form, unit, month, kind, user)
    except Refused as error:
        return JsonResponse({"state": "refused", "sentence": str(error)})
    return JsonResponse({"state": "saved", "sentence": f"{unit.name}的{_named(kind)}已保存。"})


def _unit_to_visit(request: HttpRequest, unit_pk: int, kind: VisitKind) -> Unit:
    """The unit, if this person visits it; else 404 or 403."""
    user = signed_in(request)
    unit = get_object_or_404(Unit.objects.visible_to(user), pk=unit_pk)
    try:
        check_record(unit=unit, kind=kind, by=user)
    except Forbidden as error:
        tell(request, error)
    return unit


def _new_form(data: Any, unit: Unit, month: Month, kind: VisitKind) -> InspectionForm | SheetForm:
    """The sheet of such units; where the county has none in use, the total alone."""
    lines = sheet_lines(unit.root_id, unit.level, kind)
    initial = {"on": min(timezone.localdate(), month.next.last_day)}
    if lines:
        return SheetForm(data, lines=lines, initial=initial)
    return InspectionForm(data, initial=initial)


def _record(
    form: InspectionForm | SheetForm, unit: Unit, month: Month, kind: VisitKind, user: User
) -> None:
    """Save it, unless this very sheet is saved already."""
    found: Findings = form.found()
    if not is_recorded(unit=unit, month=month, kind=kind, found=found, by=user):
        record_inspection(unit=unit, month=month, found=found, by=user, kind=kind)


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """One visit: to whoever records such visits its form, to the others what was found."""
    user = signed_in(request)
    inspection = get_object_or_404(
        Inspection.objects.visible_to(user)
        .select_related("unit", "group", "draw", "recorded_by")
        .prefetch_related("entries"),
        pk=pk,
    )
    kind = VisitKind(inspection.kind)
    may_change = policies.may(check_record, unit=inspection.unit, kind=kind, by=user)
    is_closed = period_is_closed(county_of(user), inspection.month)
    if not may_change or is_closed:
        return _detail(request, inspection, is_closed=is_closed)
    form = _form_of(posted_or_stashed(request), inspection)
    context = _sheet_context(form, inspection.unit, inspection.month, kind)
    context |= {"inspection": inspection, "draft_key": f"inspection/{pk}"}
    context |= _found(inspection, user)
    if request.method != "POST":
        return render(request, "assessments/inspection_edit.html", context)
    if not form.is_valid():
        return render(request, "assessments/inspection_edit.html", context, status=422)
    return _change(request, inspection, form, context)


def _detail(request: HttpRequest, inspection: Inspection, *, is_closed: bool) -> HttpResponse:
    context = {
        "inspection": inspection,
        "unit": inspection.unit,
        "month": inspection.month,
        "kind": VisitKind(inspection.kind),
        "named": _named(VisitKind(inspection.kind)),
        "entries": list(inspection.entries.all()),
        "is_closed": is_closed,
        **_found(inspection, signed_in(request)),
    }
    if request.method == "POST":
        messages.error(request, "这次检查您不能修改，或该月已经结账。")
        return render(request, "assessments/inspection_detail.html", context, status=422)
    return render(request, "assessments/inspection_detail.html", context)


def _found(inspection: Inspection, user: User) -> dict[str, Any]:
    """The findings, with a button for whoever raises problems of the unit."""
    may_raise = policies.may(check_raise_problem, unit=inspection.unit, by=user)
    return {"found": found_on(inspection, user), "may_raise": may_raise and is_told(inspection)}


def _form_of(data: Any, inspection: Inspection) -> InspectionForm | SheetForm:
    lines = lines_of(inspection)
    if lines:
        return SheetForm(data, lines=lines, inspection=inspection)
    return InspectionForm(data, inspection=inspection)


def _change(
    request: HttpRequest,
    inspection: Inspection,
    form: InspectionForm | SheetForm,
    context: dict[str, Any],
) -> HttpResponse:
    try:
        change_inspection(
            inspection=inspection,
            found=form.found(),
            version=form.cleaned_data["version"] or 0,
            by=signed_in(request),
        )
    except Conflict as error:
        messages.error(request, f"{error}您的内容还没有保存，请对照下面的改动。")
        saved = Inspection.objects.prefetch_related("entries").get(pk=inspection.pk)
        context["form"] = _mine_over(form, saved)
        context["saved"] = _differences(form, saved)
        return render(request, "assessments/inspection_edit.html", context, status=409)
    except Refused as error:
        tell(request, error)
        return render(request, "assessments/inspection_edit.html", context, status=422)
    kind = VisitKind(inspection.kind)
    messages.success(request, f"已保存{inspection.unit.name}的{_named(kind)}。")
    return _to_list(inspection.month, kind)


def _mine_over(
    form: InspectionForm | SheetForm, inspection: Inspection
) -> InspectionForm | SheetForm:
    """What was typed, on top of the version that is saved now."""
    data = {**{name: form[name].data for name in form.fields}, "version": inspection.version}
    if isinstance(form, SheetForm):
        return SheetForm(data, lines=form.lines, inspection=inspection)
    return InspectionForm(data)


def _differences(
    form: InspectionForm | SheetForm, inspection: Inspection
) -> list[tuple[str, Any, Any]]:
    if isinstance(form, SheetForm):
        return sheet_differences(form, inspection)
    saved = shown(inspection)
    return [
        (label, form.cleaned_data[name], saved[name])
        for name, label in LABELS.items()
        if form.cleaned_data[name] != saved[name]
    ]


def _sheet_context(
    form: InspectionForm | SheetForm, unit: Unit, month: Month, kind: VisitKind
) -> dict[str, Any]:
    return {
        "form": form,
        "is_sheet": isinstance(form, SheetForm),
        "unit": unit,
        "month": month,
        "kind": kind,
        "named": _named(kind),
    }


def _named(kind: VisitKind) -> str:
    return "督导检查" if kind == VisitKind.OPEN else "暗访"


def _place(month: Month, unit_id: int, kind: VisitKind) -> str:
    return reverse(f"assessments:{PLACES[kind]}", args=[month, unit_id])


def _to_list(month: Month, kind: VisitKind) -> HttpResponse:
    more = "&kind=secret" if kind == VisitKind.SECRET else ""
    return redirect(f"{reverse('assessments:inspection-list')}?month={month}{more}")
