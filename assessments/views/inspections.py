"""Inspections: the month's list, and one visit's form."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from assessments import policies
from assessments.forms.inspections import InspectionForm, shown
from assessments.models import Inspection
from assessments.selectors.inspections import groups_on, inspection_rows, period_is_closed
from assessments.services.inspections import change_inspection, record_inspection
from assessments.tables import TOWNSHIP_INSPECTORS
from assessments.views.answers import asked_month, county_of, signed_in, tell
from pingan.enums import Role, Step
from pingan.models import Unit, User
from pingan.months import Month
from pingan.refusals import Conflict, Refused
from pingan.selectors.calendars import deadlines
from pingan.stash import posted_or_stashed

LABELS = {
    "on": "检查日期",
    "points_given": "得分",
    "points_possible": "满分",
    "findings": "发现问题",
}


def index(request: HttpRequest) -> HttpResponse:
    """The units to inspect this month; ?open=1 those not yet, ?unit= one of them."""
    user, month = signed_in(request), asked_month(request)
    unit = request.GET.get("unit", "")
    unit_id = int(unit) if unit.isdecimal() else None
    everything = inspection_rows(user, month, unit_id)
    is_open_only = request.GET.get("open") == "1"
    rows = [row for row in everything if not (is_open_only and row.inspections)]
    is_closed = period_is_closed(county_of(user), month)
    address = reverse("assessments:inspection-list")
    context = {
        "month": month,
        "previous": f"{address}?month={month.previous}",
        "next": f"{address}?month={month.next}" if month < Month.of(timezone.localdate()) else "",
        "rows": rows,
        "done": sum(bool(row.inspections) for row in everything),
        "expected": len(everything),
        "is_open_only": is_open_only,
        "is_one_unit": unit_id is not None,
        "may_record": _may_record(user) and not is_closed,
        "is_closed": is_closed,
        "due": deadlines(county_of(user), month)[Step.INSPECTION],
    }
    return render(request, "assessments/inspection_list.html", context)


def _may_record(user: User) -> bool:
    return user.role in (Role.COUNTY_OFFICER, Role.INSPECTOR, *TOWNSHIP_INSPECTORS)


def create(request: HttpRequest, month: Month, unit_pk: int) -> HttpResponse:
    user = signed_in(request)
    unit = get_object_or_404(Unit.objects.visible_to(user), pk=unit_pk)
    _refuse_strangers(request, unit, user)
    form = InspectionForm(posted_or_stashed(request), initial={"on": _likely_day(month)})
    context = {"form": form, "unit": unit, "month": month}
    if request.method == "POST" and form.is_valid():
        try:
            record_inspection(unit=unit, month=month, found=form.found(), by=user)
        except Refused as error:
            tell(request, error)
            return render(request, "assessments/inspection_edit.html", context, status=422)
        messages.success(request, f"已录入{unit.name}的督导检查。")
        return _to_list(month)
    status = 422 if request.method == "POST" else 200
    return render(request, "assessments/inspection_edit.html", context, status=status)


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    inspection = get_object_or_404(
        Inspection.objects.visible_to(user).select_related("unit", "group", "recorded_by"), pk=pk
    )
    may_change = policies.may(policies.check_inspect, unit=inspection.unit, by=user)
    context: dict[str, Any] = {
        "inspection": inspection,
        "unit": inspection.unit,
        "month": inspection.month,
    }
    if not may_change:
        return render(request, "assessments/inspection_detail.html", context)
    form = InspectionForm(posted_or_stashed(request), inspection=inspection)
    context["form"] = form
    if request.method != "POST":
        return render(request, "assessments/inspection_edit.html", context)
    if not form.is_valid():
        return render(request, "assessments/inspection_edit.html", context, status=422)
    return _change(request, inspection, form, context)


def _change(
    request: HttpRequest, inspection: Inspection, form: InspectionForm, context: dict[str, Any]
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
        inspection.refresh_from_db()
        context["form"] = _mine_over(form, inspection)
        context["saved"] = _differences(form, inspection)
        return render(request, "assessments/inspection_edit.html", context, status=409)
    except Refused as error:
        tell(request, error)
        return render(request, "assessments/inspection_edit.html", context, status=422)
    messages.success(request, f"已保存{inspection.unit.name}的督导检查。")
    return _to_list(inspection.month)


def _mine_over(form: InspectionForm, inspection: Inspection) -> InspectionForm:
    """What was typed, on top of the version that is saved now."""
    return InspectionForm(
        {**{name: form[name].data for name in LABELS}, "version": inspection.version}
    )


def _differences(form: InspectionForm, inspection: Inspection) -> list[tuple[str, Any, Any]]:
    saved = shown(inspection)
    return [
        (label, form.cleaned_data[name], saved[name])
        for name, label in LABELS.items()
        if form.cleaned_data[name] != saved[name]
    ]


def groups(request: HttpRequest) -> HttpResponse:
    """Who inspects whom, today."""
    county = county_of(signed_in(request))
    found = groups_on(county.pk, timezone.localdate()).prefetch_related("units")
    return render(request, "assessments/inspection_groups.html", {"groups": found})


def _refuse_strangers(request: HttpRequest, unit: Unit, user: User) -> None:
    try:
        policies.check_inspect(unit=unit, by=user)
    except Refused as error:
        tell(request, error)


def _likely_day(month: Month) -> Any:
    return min(timezone.localdate(), month.next.last_day)


def _to_list(month: Month) -> HttpResponse:
    return redirect(f"{reverse('assessments:inspection-list')}?month={month}")
