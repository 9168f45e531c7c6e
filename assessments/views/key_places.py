"""Key places under regulation: the list, a new one, one place with its months."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from assessments.forms import key_places as forms
from assessments.forms.places import NamelessForm
from assessments.models import KeyPlace
from assessments.policies import key_places as policies
from assessments.policies import may
from assessments.selectors.key_places import (
    leading_units,
    notice_to_list,
    open_months,
    place_row,
    place_units,
    places_listed,
)
from assessments.selectors.problems import history_of
from assessments.services import key_places as services
from assessments.views.answers import county_of, signed_in, tell
from assessments.views.problems import differences
from pingan.models import Unit, User
from pingan.months import Month
from pingan.refusals import Conflict, Refused
from pingan.scopes import may_see
from pingan.stash import posted_or_stashed
from pingan.views.files import handed_out

PAGE_LENGTH = 50
LABELS = {
    "problem": "突出问题",
    "basis": "依据文件",
    "lead_unit": "牵头单位",
    "responsible_post": "责任岗位",
    "plan": "整治方案",
    "due_on": "整治期限",
}


@require_GET
def place_list(request: HttpRequest) -> HttpResponse:
    """Places on the list, the shortest term first."""
    user, today = signed_in(request), timezone.localdate()
    form = forms.PlaceFilterForm(request.GET or {"state": "listed"})
    form.is_valid()
    state = form.cleaned_data.get("state") or "listed"
    words = form.cleaned_data.get("text", "")
    page = Paginator(places_listed(user, state, words), PAGE_LENGTH).get_page(
        request.GET.get("page")
    )
    context = {
        "form": form,
        "page": page,
        "rows": [place_row(place, today) for place in page],
        "query": "&" + urlencode({"state": state, "text": words}),
        "may_list": may(policies.check_list_place, county=county_of(user), by=user),
    }
    return render(request, "assessments/key_place_list.html", context)


@require_http_methods(["GET", "POST"])
def place_create(request: HttpRequest) -> HttpResponse:
    """A new place, by hand or from ?notice=."""
    user, county = signed_in(request), county_of(signed_in(request))
    if not may(policies.check_list_place, county=county, by=user):
        return redirect("assessments:key-place-list")
    notice = notice_to_list(user, request.GET.get("notice", ""))
    start: dict[str, Any] = {"lead_unit": county.pk}
    if notice is not None:
        problems = "；".join(notice.problems.values_list("title", flat=True))
        start |= {"unit": notice.unit_id, "basis": str(notice), "problem": problems[:300]}
        start |= {"responsible_post": notice.responsible_post}
    form = forms.NewPlaceForm(
        posted_or_stashed(request),
        request.FILES or None,
        initial=start,
        places=place_units(county),
        leading=leading_units(county),
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            try:
                place = services.list_place(
                    unit=get_object_or_404(Unit.objects.visible_to(user), pk=data["unit"]),
                    name=data["name"],
                    values=_values(data, user),
                    notice=notice,
                    upload=data["upload"],
                    by=user,
                )
            except Refused as error:
                tell(request, error)
            else:
                messages.success(request, f"“{place.name}”已列为重点整治地区。")
                return redirect("assessments:key-place-detail", place.pk)
    context = {"form": form, "notice": notice}
    return render(request, "assessments/key_place_create.html", context, status=status)


def _values(data: dict[str, Any], user: User) -> dict[str, Any]:
    lead = get_object_or_404(Unit.objects.visible_to(user), pk=data["lead_unit"])
    return {**data, "lead_unit": lead}


def _visible(request: HttpRequest, pk: int) -> KeyPlace:
    rows = KeyPlace.objects.visible_to(signed_in(request))
    found = rows.select_related(
        "unit__parent", "unit__county", "lead_unit__parent", "notice", "listed_by", "delisted_by"
    )
    return get_object_or_404(found.prefetch_related("progress__recorded_by"), pk=pk)


@require_GET
def place_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _show(request, _visible(request, pk))


def _show(
    request: HttpRequest, place: KeyPlace, status: int = 200, **typed: NamelessForm
) -> HttpResponse:
    """The place, its months, and the forms of the moves that this person may make now."""
    user, today = signed_in(request), timezone.localdate()
    version = {"version": place.version}
    row = place_row(place, today)
    months = open_months(place, today)
    first = row.missing[0] if row.missing else months[0] if months else None
    context = {
        "row": row,
        "place": place,
        "missing": "、".join(month.label for month in row.missing),
        "history": history_of(place),
        "sees_notice": place.notice is not None and may_see(user, place.unit.path),
        "may_change": may(policies.check_change_place, place=place, by=user),
        "may_report": may(policies.check_report_progress, place=place, by=user),
        "progress": forms.ProgressForm(
            initial={**version, "month": str(first)}, prefix="progress", months=months
        ),
        "delist": forms.DelistForm(initial={**version, "delisted_on": today}, prefix="delist"),
        **typed,
    }
    return render(request, "assessments/key_place_detail.html", context, status=status)


def _move(
    request: HttpRequest,
    place: KeyPlace,
    name: str,
    form: NamelessForm,
    move: Callable[[dict[str, Any], User], object],
    told: str,
) -> HttpResponse:
    """One move; what was typed stays on the page where it is refused."""
    status = 422
    if form.is_valid():
        try:
            move(form.cleaned_data, signed_in(request))
        except Refused as error:
            tell(request, error)
            place = _visible(request, place.pk)
            form.renewed(place.version)
            status = 409 if isinstance(error, Conflict) else 422
        else:
            messages.success(request, told)
            return redirect("assessments:key-place-detail", place.pk)
    return _show(request, place, status, **{name: form})


@require_POST
def place_progress(request: HttpRequest, pk: int) -> HttpResponse:
    place = _visible(request, pk)
    months = open_months(place, timezone.localdate())
    return _move(
        request,
        place,
        "progress",
        forms.ProgressForm(request.POST, prefix="progress", months=months),
        lambda data, user: services.report_progress(
            place=place,
            version=data["version"],
            month=Month.parse(data["month"]),
            text=data["text"],
            by=user,
        ),
        "整治进展已填报。",
    )


@require_POST
def place_delist(request: HttpRequest, pk: int) -> HttpResponse:
    place = _visible(request, pk)
    return _move(
        request,
        place,
        "delist",
        forms.DelistForm(request.POST, prefix="delist"),
        lambda data, user: services.delist_place(
            place=place,
            version=data["version"],
            delisted_on=data["delisted_on"],
            outcome=data["outcome"],
            by=user,
        ),
        "已摘牌。",
    )


@require_http_methods(["GET", "POST"])
def place_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the plan; of two who save, the second sees what the first wrote."""
    place, user = _visible(request, pk), signed_in(request)
    if not may(policies.check_change_place, place=place, by=user):
        return redirect("assessments:key-place-detail", pk)
    start = {name: getattr(place, name) for name in (*LABELS, "version")}
    form = forms.PlaceForm(
        posted_or_stashed(request),
        request.FILES or None,
        initial={**start, "lead_unit": place.lead_unit_id},
        leading=leading_units(county_of(user)),
    )
    context: dict[str, Any] = {"form": form, "place": place}
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            values = _values(form.cleaned_data, user)
            version, upload = values["version"], values["upload"]
            try:
                services.change_place(
                    place=place, version=version, values=values, upload=upload, by=user
                )
            except Conflict as error:
                messages.error(request, f"{error}您的内容还没有保存，请对照下面的改动。")
                place = _visible(request, pk)
                form.renewed(place.version)
                context["saved"] = differences(LABELS, values, place)
                status = 409
            except Refused as error:
                tell(request, error)
            else:
                messages.success(request, "整治方案已保存。")
                return redirect("assessments:key-place-detail", pk)
    return render(request, "assessments/key_place_edit.html", context, status=status)


@require_GET
def place_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """The plan's file, for everybody who sees the place: the lead unit may lie elsewhere."""
    place = _visible(request, pk)
    if place.plan_file is None:
        raise Http404
    return handed_out(place.plan_file)
