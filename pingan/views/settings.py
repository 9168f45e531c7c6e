"""Sign-in rules (security administrator), and the county's calendar and office names."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from pingan import calendars, policies, stash
from pingan.calendars import Deadline, Rules
from pingan.enums import OfficeRole, ShiftRule
from pingan.forms.settings import CountyForm, OfficeNameForm, SecurityForm
from pingan.middleware import SignedInRequest
from pingan.models import OfficeName, Unit
from pingan.months import Month
from pingan.refusals import Refused
from pingan.selectors.accounts import security_settings
from pingan.selectors.calendars import county_settings, rules_of
from pingan.services import settings as services


@dataclass(frozen=True, slots=True)
class MonthPreview:
    """What the settings would mean for one month."""

    month: Month
    deadlines: list[Deadline]


@require_http_methods(["GET", "POST"])
def security(request: SignedInRequest) -> HttpResponse:
    policies.check_administer_security(request.user)
    form = SecurityForm(stash.posted_or_stashed(request), instance=security_settings())
    if request.method == "POST" and form.is_valid():
        services.save_security_settings(by=request.user, **form.cleaned_data)
        messages.success(request, "安全设置已保存，立即生效。")
        return redirect("pingan:security-settings")
    return render(request, "pingan/security_settings.html", {"form": form})


@require_http_methods(["GET", "POST"])
def county(request: SignedInRequest) -> HttpResponse:
    """The form, and what it means for this month and the next. "preview" saves nothing."""
    place = _county(request)
    saved = county_settings(place)
    form = CountyForm(stash.posted_or_stashed(request), instance=saved)
    rules = rules_of(saved)
    if form.is_bound and form.is_valid():
        rules = _rules(form)
        if request.method == "POST" and "preview" not in request.POST:
            try:
                services.save_county_settings(county=place, by=request.user, **form.cleaned_data)
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, "县级设置已保存，从还没有开账的月份起生效。")
                return redirect("pingan:county-settings")
    return _county_page(request, place, form, OfficeNameForm(), rules)


@require_POST
def office_name_add(request: SignedInRequest) -> HttpResponse:
    place = _county(request)
    saved = county_settings(place)
    form = OfficeNameForm(request.POST)
    if form.is_valid():
        role = OfficeRole(form.cleaned_data.pop("role"))
        try:
            services.add_office_name(county=place, by=request.user, role=role, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "机构名称已增加。")
            return redirect("pingan:county-settings")
    return _county_page(request, place, CountyForm(instance=saved), form, rules_of(saved))


def _county(request: SignedInRequest) -> Unit:
    place = request.user.unit.county or request.user.unit
    policies.check_change_county_settings(request.user, place)
    return place


def _rules(form: CountyForm) -> Rules:
    chosen = form.cleaned_data
    return Rules(
        village_day=chosen["village_day"],
        township_day=chosen["township_day"],
        inspection_day=chosen["inspection_day"],
        bulletin_day=chosen["bulletin_day"],
        shift_rule=ShiftRule(chosen["shift_rule"]),
    )


def _county_page(
    request: SignedInRequest,
    place: Unit,
    form: CountyForm,
    office_form: OfficeNameForm,
    rules: Rules,
) -> HttpResponse:
    month = Month.of(timezone.localdate())
    context = {
        "form": form,
        "office_form": office_form,
        "previews": [
            MonthPreview(each, list(calendars.deadlines(each, rules).values()))
            for each in (month, month.next)
        ],
        "offices": OfficeName.objects.filter(county=place).order_by("role", "-valid_from"),
    }
    return render(request, "pingan/county_settings.html", context)
