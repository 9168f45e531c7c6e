"""一票否决: the list, one veto with its moves, the county's conditions."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from assessments.forms.vetoes import (
    ConditionForm,
    DecisionForm,
    LiftForm,
    ProposalForm,
    ReasonForm,
    VetoFilterForm,
    shown_proposal,
)
from assessments.models import Veto, VetoCondition
from assessments.policies import may
from assessments.policies import vetoes as policies
from assessments.selectors.vetoes import (
    conditions_of,
    events_of,
    namings_to_withdraw,
    units_to_veto,
    veto_row,
    vetoes_found,
)
from assessments.services import vetoes as services
from assessments.views.answers import county_of, signed_in, tell
from pingan import scopes
from pingan.models import Unit, User
from pingan.refusals import Conflict, Refused
from pingan.stash import posted_or_stashed

PAGE_LENGTH = 50
LABELS = {"condition": "否决情形", "happened_on": "发生日期", "facts": "事实"}


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Vetoes of the own tree, narrowed by what stands in the address."""
    user, today = signed_in(request), timezone.localdate()
    county = county_of(user)
    conditions = conditions_of(county.pk)
    form = VetoFilterForm(request.GET, conditions=conditions)
    chosen = {key: value for key, value in _valid(form).items() if value}
    page = Paginator(vetoes_found(user, today=today, **chosen), PAGE_LENGTH).get_page(
        request.GET.get("page")
    )
    context = {
        "form": form,
        "page": page,
        "rows": [veto_row(veto, today) for veto in page],
        "query": f"&{urlencode(chosen)}" if chosen else "",
        "is_narrowed": bool(chosen),
        "in_force": vetoes_found(user, today=today, state="force").count(),
        "may_propose": user.role in policies.PROPOSERS,
        "sees_units": user.role != "village_clerk",
    }
    return render(request, "assessments/veto_list.html", context)


def _valid(form: forms.Form) -> dict[str, Any]:
    form.is_valid()
    return form.cleaned_data


def _visible(user: User, pk: int) -> Veto:
    rows = Veto.objects.visible_to(user).select_related(
        "unit__parent", "condition", "proposing_unit", "proposed_by", "decided_by", "lifted_by"
    )
    return get_object_or_404(rows, pk=pk)


@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest) -> HttpResponse:
    """Put a matter before the county; ?unit= fills the unit in."""
    user = signed_in(request)
    if user.role not in policies.PROPOSERS:
        raise Http404
    units, conditions = units_to_veto(user), conditions_of(county_of(user).pk)
    unit = request.GET.get("unit", "")
    initial = {"unit": unit if unit.isdecimal() else None, "happened_on": timezone.localdate()}
    form = ProposalForm(
        posted_or_stashed(request), units=units, conditions=conditions, initial=initial
    )
    context: dict[str, Any] = {"form": form, "conditions": conditions}
    if request.method == "POST" and form.is_valid():
        try:
            veto = services.propose_veto(
                unit=form.cleaned_data["unit"], proposal=form.proposal(), by=user
            )
        except Refused as error:
            tell(request, error)
        else:
            messages.success(request, f"已提出对{veto.unit.name}的一票否决，等待县级决定。")
            return redirect("assessments:veto-detail", veto.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "assessments/veto_propose.html", context, status=status)


@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _show(request, _visible(signed_in(request), pk))


def _show(
    request: HttpRequest,
    veto: Veto,
    *,
    bound: dict[str, forms.Form] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page, with the forms of the moves this person may make; `bound` holds what he typed."""
    user, today = signed_in(request), timezone.localdate()
    given, version = bound or {}, {"version": veto.version}
    may_decide = may(policies.check_decide_veto, veto=veto, by=user)
    may_lift = may(policies.check_lift_veto, veto=veto, today=today, by=user)
    namings = namings_to_withdraw(veto.unit, today)
    start = {
        **version,
        "starts_on": today,
        "months": veto.condition.months,
        "namings": list(namings) if may_decide else [],
    }
    context = {
        "veto": veto,
        "row": veto_row(veto, today),
        "events": events_of(veto),
        "may_change": may(policies.check_change_proposal, veto=veto, by=user),
        "decide": given.get("decide") or DecisionForm(initial=start, namings=namings)
        if may_decide
        else None,
        "refuse": given.get("refuse") or ReasonForm(initial=version, prefix="no")
        if may_decide
        else None,
        "lift": given.get("lift") or LiftForm(initial={**version, "on": today}, prefix="lift")
        if may_lift
        else None,
        "opened": next(iter(given), ""),
    }
    return render(request, "assessments/veto_detail.html", context, status=status)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a proposal before it is decided."""
    user = signed_in(request)
    veto = _visible(user, pk)
    try:
        policies.check_change_proposal(veto=veto, by=user)
    except Refused as error:
        tell(request, error)
        return redirect("assessments:veto-detail", pk)
    conditions = conditions_of(veto.unit.root_id)
    form = ProposalForm(posted_or_stashed(request), conditions=conditions, veto=veto)
    context: dict[str, Any] = {"form": form, "veto": veto, "conditions": conditions}
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            services.change_proposal(
                veto=veto,
                proposal=form.proposal(),
                version=form.cleaned_data["version"] or 0,
                by=user,
            )
        except Conflict as error:
            messages.error(request, f"{error}您的内容还没有保存，请对照下面的改动。")
            fresh = _visible(user, pk)
            typed = {name: form[name].data for name in LABELS}
            context["form"] = ProposalForm(
                {**typed, "version": fresh.version}, conditions=conditions
            )
            context["saved"] = _differences(form, fresh)
            status = 409
        except Refused as error:
            tell(request, error)
        else:
            messages.success(request, "已保存。")
            return redirect("assessments:veto-detail", pk)
    return render(request, "assessments/veto_propose.html", context, status=status)


def _differences(form: ProposalForm, veto: Veto) -> list[tuple[str, Any, Any]]:
    typed = {**form.cleaned_data, "condition": form.cleaned_data["condition"].name}
    saved = {**shown_proposal(veto), "condition": veto.condition.name}
    return [
        (label, typed[name], saved[name])
        for name, label in LABELS.items()
        if typed[name] != saved[name]
    ]


@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    veto = _visible(user, pk)
    namings = namings_to_withdraw(veto.unit, timezone.localdate())
    form = DecisionForm(request.POST, namings=namings)
    if not form.is_valid():
        return _show(request, veto, bound={"decide": form}, status=422)
    try:
        services.decide_veto(
            veto=veto,
            decision=form.made(),
            withdrawn=form.withdrawn(),
            version=form.cleaned_data["version"] or 0,
            by=user,
        )
    except Refused as error:
        return _refused(request, pk, {"decide": form}, error)
    messages.success(request, f"已决定对{veto.unit.name}一票否决，从起始日期起自动生效。")
    return redirect("assessments:veto-detail", pk)


@require_POST
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    veto = _visible(user, pk)
    form = ReasonForm(request.POST, prefix="no")
    if not form.is_valid():
        return _show(request, veto, bound={"refuse": form}, status=422)
    data = form.cleaned_data
    try:
        services.refuse_veto(
            veto=veto, reason=data["reason"], version=data["version"] or 0, by=user
        )
    except Refused as error:
        return _refused(request, pk, {"refuse": form}, error)
    messages.success(request, "已记为不予否决，提出单位可以看到理由。")
    return redirect("assessments:veto-detail", pk)


@require_POST
def lift(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    veto = _visible(user, pk)
    form = LiftForm(request.POST, prefix="lift")
    if not form.is_valid():
        return _show(request, veto, bound={"lift": form}, status=422)
    data = form.cleaned_data
    try:
        services.lift_veto(
            veto=veto, reason=data["reason"], on=data["on"], version=data["version"] or 0, by=user
        )
    except Refused as error:
        return _refused(request, pk, {"lift": form}, error)
    messages.success(request, f"已解除对{veto.unit.name}的一票否决。")
    return redirect("assessments:veto-detail", pk)


def _refused(
    request: HttpRequest, pk: int, bound: dict[str, forms.Form], error: Refused
) -> HttpResponse:
    """The page as it stands now, with what was typed still there where the move is still open."""
    tell(request, error)
    veto = _visible(signed_in(request), pk)
    for form in bound.values():
        typed = cast(QueryDict, form.data).copy()
        typed[form.add_prefix("version")] = str(veto.version)
        form.data = typed
    return _show(request, veto, bound=bound, status=409)


@require_GET
def conditions(request: HttpRequest) -> HttpResponse:
    """Which conditions bring a veto, with their legal basis."""
    user = signed_in(request)
    if not scopes.has_records(user):
        raise Http404
    county = county_of(user)
    found = conditions_of(county.pk)
    context = {
        "conditions": found,
        "is_own": bool(found and found[0].county_id),
        "may_keep": may(policies.check_keep_veto_conditions, county=county, by=user),
    }
    return render(request, "assessments/veto_conditions.html", context)


@require_http_methods(["GET", "POST"])
def condition(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Add a line to the county's list, or change one; the common list is copied on the way."""
    user = signed_in(request)
    county = county_of(user)
    policies.check_keep_veto_conditions(county=county, by=user)
    found = _condition(county, pk)
    start = (
        {name: getattr(found, name) for name in services.CONDITION}
        if found
        else {"months": 12, "is_active": True}
    )
    form = ConditionForm(posted_or_stashed(request), initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            kept = services.keep_veto_condition(
                county=county, condition=found, text=form.text(), by=user
            )
        except Refused as error:
            tell(request, error)
        else:
            messages.success(request, f"已保存“{kept.name}”。")
            return redirect("assessments:veto-conditions")
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "condition": found, "is_used": bool(found and found.used)}  # type: ignore[attr-defined]
    return render(request, "assessments/veto_condition.html", context, status=status)


def _condition(county: Unit, pk: int | None) -> VetoCondition | None:
    if pk is None:
        return None
    found = next((each for each in conditions_of(county.pk) if each.pk == pk), None)
    if found is None:
        raise Http404
    return found
