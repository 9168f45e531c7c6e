"""Who inspects whom: groups, set up, changed from a day on, ended."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from assessments import policies
from assessments.forms.inspection_groups import EndForm, GroupForm
from assessments.models import InspectionGroup
from assessments.policies.inspections import check_organise
from assessments.selectors.draws import DRAWN_LEVELS
from assessments.selectors.inspections import groups_on
from assessments.services.inspection_groups import change_group, end_group, found_group
from assessments.views.answers import county_of, signed_in, tell
from pingan import scopes
from pingan.models import Unit
from pingan.refusals import Conflict, Forbidden, Refused
from pingan.stash import posted_or_stashed


def groups(request: HttpRequest) -> HttpResponse:
    """Who inspects whom, today; whom nobody inspects."""
    user = signed_in(request)
    county, today = county_of(user), timezone.localdate()
    found = InspectionGroup.objects.none()
    if scopes.has_records(user):
        found = groups_on(county.pk, today).select_related("lead_unit").prefetch_related("units")
    shown = list(found)
    coming = InspectionGroup.objects.filter(county=county, valid_from__gt=today)
    may_organise = policies.may(check_organise, county=county, by=user)
    grouped = {unit.pk for group in shown for unit in group.units.all()}
    left = Unit.objects.living().filter(county=county, level__in=DRAWN_LEVELS, is_scored=True)
    context = {
        "groups": shown,
        "coming": coming if may_organise else [],
        "may_organise": may_organise,
        "ungrouped": left.exclude(pk__in=grouped) if may_organise and shown else [],
    }
    return render(request, "assessments/inspection_groups.html", context)


def create(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    county = organised(request)
    form = GroupForm(posted_or_stashed(request), county=county, day=timezone.localdate())
    context: dict[str, Any] = {"form": form, "group": None}
    if request.method == "POST" and form.is_valid():
        try:
            group = found_group(
                county=county, facts=form.facts(), valid_from=form.cleaned_data["on"], by=user
            )
        except Refused as error:
            tell(request, error)
            return render(request, "assessments/inspection_group.html", context, status=422)
        messages.success(request, f"已设立{group.name}。")
        return redirect("assessments:inspection-groups")
    status = 422 if request.method == "POST" else 200
    return render(request, "assessments/inspection_group.html", context, status=status)


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    county = organised(request)
    group = get_object_or_404(
        InspectionGroup.objects.filter(county=county).prefetch_related("units"), pk=pk
    )
    today = timezone.localdate()
    day = max(today, group.valid_from)
    form = GroupForm(posted_or_stashed(request), county=county, group=group, day=day)
    end = EndForm(initial={"on": day, "version": group.version})
    context: dict[str, Any] = {"form": form, "group": group, "end": end}
    if request.method != "POST":
        return render(request, "assessments/inspection_group.html", context)
    if not form.is_valid():
        return render(request, "assessments/inspection_group.html", context, status=422)
    values = form.cleaned_data
    try:
        change_group(
            group=group,
            facts=form.facts(),
            on=values["on"],
            version=values["version"] or 0,
            by=user,
        )
    except Conflict as error:
        messages.error(request, f"{error}您的内容还没有保存，请对照下面的现行内容。")
        saved = InspectionGroup.objects.prefetch_related("units").get(pk=pk)
        data = request.POST.copy()
        data["version"] = str(saved.version)
        context["form"] = GroupForm(data, county=county, group=saved, day=day)
        context["saved"] = saved
        return render(request, "assessments/inspection_group.html", context, status=409)
    except Refused as error:
        tell(request, error)
        return render(request, "assessments/inspection_group.html", context, status=422)
    messages.success(request, f"{values['name']}已保存，{values['on']:%Y-%m-%d}起生效。")
    return redirect("assessments:inspection-groups")


def end(request: HttpRequest, pk: int) -> HttpResponse:
    """The group is no more from a day on; asked once more by the page's own form."""
    user = signed_in(request)
    group = get_object_or_404(InspectionGroup.objects.filter(county=organised(request)), pk=pk)
    form = EndForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        messages.error(request, "请填停用日期，如 2026-09-28。")
        return redirect("assessments:inspection-group-edit", pk)
    values = form.cleaned_data
    try:
        end_group(group=group, on=values["on"], version=values["version"], by=user)
    except Refused as error:
        tell(request, error)
        return redirect("assessments:inspection-group-edit", pk)
    messages.success(request, f"{group.name}从{values['on']:%Y-%m-%d}起停用。")
    return redirect("assessments:inspection-groups")


def organised(request: HttpRequest) -> Unit:
    """The county, if this person organises its inspections; else 403."""
    user = signed_in(request)
    county = county_of(user)
    try:
        check_organise(county=county, by=user)
    except Forbidden as error:
        tell(request, error)
    return county
