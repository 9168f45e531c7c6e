"""命名, from the decision on: one document over many, refusal, recheck, renewal, withdrawal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from assessments.enums import RecheckResult
from assessments.forms.namings import DecisionForm, RecheckForm, RenewForm
from assessments.forms.vetoes import ReasonForm
from assessments.models import Naming
from assessments.policies import namings as policies
from assessments.selectors.freezes import frozen_units
from assessments.selectors.namings import checked_namings
from assessments.services import naming_decisions as services
from assessments.services.namings import send_back_naming
from assessments.views.answers import county_of, signed_in, tell
from assessments.views.namings import show, visible
from pingan.refusals import Refused
from pingan.stash import posted_or_stashed


@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest) -> HttpResponse:
    """All that was checked, to be named with one document."""
    user, today = signed_in(request), timezone.localdate()
    county = county_of(user)
    policies.check_decide_namings(county=county, by=user)
    checked = checked_namings(county)
    form = DecisionForm(posted_or_stashed(request), checked=checked, initial={"on": today})
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            named = services.decide_namings(
                county=county, chosen=form.chosen(), decision=form.made(), by=user
            )
        except Refused as error:
            tell(request, error)
            status = 409
        else:
            messages.success(request, f"已命名{len(named)}个。")
            return redirect(_list_of(named[0].document))
    frozen = frozen_units(today, units=[each.naming.unit for each in checked])
    rows = [(each, controls, frozen.get(each.naming.unit_id)) for each, controls in form.rows()]
    context = {"form": form, "rows": rows}
    return render(request, "assessments/naming_decide.html", context, status=status)


def _list_of(document: str) -> str:
    return f"{reverse('assessments:naming-list')}?{urlencode({'document': document})}"


@require_POST
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    def move(naming: Naming, data: dict[str, Any]) -> None:
        services.refuse_naming(naming=naming, by=signed_in(request), **data)

    return _moved(request, pk, "no", ReasonForm, move, "已记为不予命名，申报单位可以看到理由。")


@require_POST
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    def move(naming: Naming, data: dict[str, Any]) -> None:
        send_back_naming(naming=naming, by=signed_in(request), **data)

    return _moved(request, pk, "back", ReasonForm, move, "已退回申报单位修改。")


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    def move(naming: Naming, data: dict[str, Any]) -> None:
        services.withdraw_naming(naming=naming, by=signed_in(request), **data)

    return _moved(request, pk, "withdraw", ReasonForm, move, "已撤销命名。")


@require_POST
def recheck(request: HttpRequest, pk: int) -> HttpResponse:
    def move(naming: Naming, data: dict[str, Any]) -> None:
        result = RecheckResult(data.pop("result"))
        services.recheck_naming(naming=naming, result=result, by=signed_in(request), **data)

    return _moved(request, pk, "recheck", RecheckForm, move, "已保存复核结果。")


@require_POST
def renew(request: HttpRequest, pk: int) -> HttpResponse:
    def move(naming: Naming, data: dict[str, Any]) -> None:
        decision = services.NamingDocument(data["document"], data["decision"], data["on"])
        services.renew_naming(
            naming=naming, decision=decision, version=data["version"], by=signed_in(request)
        )

    return _moved(request, pk, "renew", RenewForm, move, "已续期，新的期限从原期满之日算起。")


def _moved(
    request: HttpRequest,
    pk: int,
    prefix: str,
    form_class: type[forms.Form],
    move: Callable[[Naming, dict[str, Any]], None],
    done: str,
) -> HttpResponse:
    """One move of one naming; refused, the page stands as it is now with what was typed."""
    user = signed_in(request)
    naming = visible(user, pk)
    form = form_class(request.POST, prefix=prefix)
    if not form.is_valid():
        return show(request, naming, bound={prefix: form}, status=422)
    data = {key: value for key, value in form.cleaned_data.items() if key != "not_name"}
    data["version"] = data["version"] or 0
    try:
        move(naming, data)
    except Refused as error:
        tell(request, error)
        fresh = visible(user, pk)
        typed = request.POST.copy()
        typed[f"{prefix}-version"] = str(fresh.version)
        return show(request, fresh, bound={prefix: form_class(typed, prefix=prefix)}, status=409)
    messages.success(request, done)
    return redirect("assessments:naming-detail", pk)
