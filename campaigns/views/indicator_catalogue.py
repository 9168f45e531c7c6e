"""The county's catalogue of indicators, and the forms that ask for them."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from campaigns import policies
from campaigns.enums import IndicatorKind, PeriodKind
from campaigns.forms.indicators import AskForm, IndicatorDetailsForm, NewIndicatorForm
from campaigns.models import Indicator, IndicatorForm
from campaigns.selectors.indicator_reports import parse_start
from campaigns.selectors.indicators import (
    ASKED_LEVELS,
    asked_elsewhere,
    catalogue,
    form_fields,
    forms_of,
    live_forms,
)
from campaigns.services import indicator_reports
from campaigns.services import indicators as services
from campaigns.spans import span_on
from campaigns.views.indicators import tabs
from campaigns.views.remembered import county_of, signed_in, tell
from pingan.enums import Level
from pingan.models import Unit
from pingan.refusals import Refused
from pingan.stash import posted_or_stashed


@require_GET
def indicator_catalogue(request: HttpRequest) -> HttpResponse:
    """Every indicator, by topic, and where it is asked now."""
    county = county_of(signed_in(request))
    asked: dict[int, list[str]] = {}
    for form in live_forms(county.pk, timezone.localdate()):
        for each in form.indicators.all():
            asked.setdefault(each.pk, []).append(form.name)
    rows = [{"indicator": each, "asked": asked.get(each.pk, [])} for each in catalogue(county.pk)]
    topics = [
        {"name": topic, "rows": list(found)}
        for topic, found in groupby(rows, key=lambda row: row["indicator"].topic)  # type: ignore[attr-defined]
    ]
    return render(
        request, "campaigns/indicator_catalogue.html", {"topics": topics, **tabs(request)}
    )


def _county(request: HttpRequest) -> Unit:
    """The county, for him who keeps its indicators; 403 for everybody else."""
    user = signed_in(request)
    county = county_of(user)
    try:
        policies.check_keep_indicators(county=county, by=user)
    except Refused as error:
        tell(request, error)
    return county


@require_http_methods(["GET", "POST"])
def indicator_add(request: HttpRequest) -> HttpResponse:
    """A new indicator of the county's own."""
    county, user = _county(request), signed_in(request)
    counts = [each for each in catalogue(county.pk) if each.kind == IndicatorKind.COUNT]
    form = NewIndicatorForm(posted_or_stashed(request), counts=counts)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        what = {name: data.pop(name) for name in ("code", "numerator", "denominator")}
        kind = IndicatorKind(data.pop("kind"))
        try:
            made = services.add_indicator(county=county, kind=kind, values=data, by=user, **what)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"已新增指标“{made.name}”。")
            return redirect("campaigns:indicator-catalogue")
    context = {"form": form, "title": "新增指标"}
    return render(request, "campaigns/indicator_edit.html", context, status=_status(form))


@require_http_methods(["GET", "POST"])
def indicator_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Words, limits and use of an own indicator."""
    county, user = _county(request), signed_in(request)
    indicator = get_object_or_404(Indicator, pk=pk, county=county)
    initial = {name: getattr(indicator, name) for name in IndicatorDetailsForm.base_fields}
    form = IndicatorDetailsForm(posted_or_stashed(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_indicator(indicator=indicator, values=form.cleaned_data, by=user)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"已修改指标“{indicator.name}”。")
            return redirect("campaigns:indicator-catalogue")
    context = {"form": form, "title": f"修改指标：{indicator.name}"}
    return render(request, "campaigns/indicator_edit.html", context, status=_status(form))


def _status(form: Any) -> int:
    return 422 if form.is_bound and form.errors else 200


@require_GET
def indicator_forms(request: HttpRequest) -> HttpResponse:
    """The county's forms: drawn up, in use, withdrawn."""
    county, today = _county(request), timezone.localdate()
    rows = [
        {
            "form": form,
            "levels": level_names(form),
            "fields": form.indicators.all().count(),
            "state": _state(form),
            "sentences": asked_elsewhere(form, today) if form.issued_on is None else [],
        }
        for form in forms_of(county.pk).order_by("withdrawn_on", "code")
    ]
    return render(request, "campaigns/indicator_forms.html", {"rows": rows, **tabs(request)})


def level_names(form: IndicatorForm) -> str:
    return "、".join(ASKED_LEVELS[Level(level)] for level in form.levels)


def _state(form: IndicatorForm) -> tuple[str, str]:
    """Tone and word of where the form stands."""
    if form.issued_on is None:
        return "plain", "拟定中"
    return ("good", "在用") if form.withdrawn_on is None else ("plain", "已停用")


@require_http_methods(["GET", "POST"])
def indicator_form_edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Draw a form up, or change it before it is issued."""
    county, user = _county(request), signed_in(request)
    saved = get_object_or_404(IndicatorForm, pk=pk, county=county) if pk else None
    offered = catalogue(county.pk, active_only=True)
    form = AskForm(posted_or_stashed(request), offered=offered, initial=_initial(saved))
    if request.method == "POST" and form.is_valid():
        try:
            made = services.save_form(
                county=county,
                form=saved,
                values=form.values(),
                indicators=form.chosen(),
                by=user,
            )
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"《{made.name}》已保存，还没有下发。")
            return redirect("campaigns:indicator-form", made.pk)
    picked = {str(value) for value in form["indicators"].value() or []}
    context = {
        "form": form,
        "saved": saved,
        "topics": _offered(offered, picked),
    }
    return render(request, "campaigns/indicator_form_edit.html", context, status=_status(form))


def _initial(saved: IndicatorForm | None) -> dict[str, Any]:
    if saved is None:
        return {}
    names = ("code", "name", "period", "levels", "due_days", "minutes", "basis")
    fields = form_fields(saved)
    chosen = [each.pk for each in (*fields.counts, *fields.ratios)]
    return {**{name: getattr(saved, name) for name in names}, "indicators": chosen}


def _offered(offered: list[Indicator], picked: set[str]) -> list[dict[str, Any]]:
    return [
        {
            "name": topic,
            "rows": [{"indicator": each, "is_picked": str(each.pk) in picked} for each in found],
        }
        for topic, found in groupby(offered, key=lambda each: each.topic)
    ]


@require_GET
def indicator_form(request: HttpRequest, pk: int) -> HttpResponse:
    """One form: what it asks, what stands in its way, how to issue or withdraw it."""
    county, today = _county(request), timezone.localdate()
    form = get_object_or_404(IndicatorForm, pk=pk, county=county)
    present = span_on(PeriodKind(form.period), today)
    context = {
        "form": form,
        "fields": form_fields(form),
        "levels": level_names(form),
        "state": _state(form),
        "sentences": asked_elsewhere(form, today) if form.issued_on is None else [],
        "past": [present.previous, present.a_year_before] if form.issued_on else [],
        **tabs(request),
    }
    return render(request, "campaigns/indicator_form.html", context)


@require_POST
def indicator_form_issue(request: HttpRequest, pk: int) -> HttpResponse:
    """Issue the form, unless one of its fields is asked elsewhere."""
    county, user = _county(request), signed_in(request)
    form = get_object_or_404(IndicatorForm, pk=pk, county=county)
    try:
        opened = services.issue_form(form=form, by=user)
    except services.AskedElsewhere as error:
        for sentence in error.sentences:
            messages.error(request, sentence)
    except Refused as error:
        tell(request, error)
    else:
        messages.success(request, f"《{form.name}》已下发，本期开启{opened}份报表。")
    return redirect("campaigns:indicator-form", pk)


@require_POST
def indicator_form_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the form no more."""
    county, user = _county(request), signed_in(request)
    form = get_object_or_404(IndicatorForm, pk=pk, county=county)
    try:
        services.withdraw_form(form=form, by=user)
    except Refused as error:
        tell(request, error)
    else:
        messages.success(request, f"《{form.name}》已停用，没有动笔的报表已收回。")
    return redirect("campaigns:indicator-form", pk)


@require_POST
def indicator_form_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a past period by hand, so that last year's figures can be entered for comparison."""
    county, user = _county(request), signed_in(request)
    form = get_object_or_404(IndicatorForm, pk=pk, county=county)
    span = parse_start(form, request.POST.get("start", ""))
    if span is None:
        messages.error(request, "请选择要补录的期次。")
        return redirect("campaigns:indicator-form", pk)
    try:
        made = indicator_reports.open_reports(form=form, span=span, by=user)
    except Refused as error:
        tell(request, error)
    else:
        messages.success(request, f"{span.label}已开启，新建{made}份报表。")
    return redirect("campaigns:indicator-form", pk)
