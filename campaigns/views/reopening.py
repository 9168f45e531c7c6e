"""Requests to open a closed month again: asked, listed, decided."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from campaigns import policies
from campaigns.forms.moves import ReasonForm
from campaigns.models import ReopenRequest
from campaigns.selectors.reopening import lock_sentence, reopen_requests, requests_of
from campaigns.services.reopening import grant_reopen, refuse_reopen, request_reopen
from campaigns.views.remembered import county_of, signed_in, tell
from campaigns.views.returns import visible_return
from pingan.refusals import Refused


@require_http_methods(["GET", "POST"])
def return_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """The unit's request, with its reason."""
    monthly_return, user = visible_return(request, pk), signed_in(request)
    if not policies.may_request_reopen(monthly_return=monthly_return, by=user):
        raise PermissionDenied(f"您不是{monthly_return.unit.name}的填报人，不能替它申请重开。")
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            request_reopen(
                monthly_return=monthly_return, reason=form.cleaned_data["reason"], by=user
            )
        except Refused as error:
            tell(request, error)
        else:
            messages.success(request, "重开申请已送出，请等县里决定。")
            return redirect("campaigns:return-view", pk)
    context = {
        "monthly_return": monthly_return,
        "lock": lock_sentence(monthly_return),
        "requests": requests_of(monthly_return),
        "form": form,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "campaigns/return_reopen.html", context, status=status)


@require_GET
def reopen_list(request: HttpRequest) -> HttpResponse:
    """Every request that this person may see; the county's officer decides here."""
    user = signed_in(request)
    context = {
        "requests": reopen_requests(user),
        "may_decide": policies.may_decide_reopen(county_id=county_of(user).pk, by=user),
    }
    return render(request, "campaigns/reopen_list.html", context)


@require_POST
def reopen_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Grant or refuse one request."""
    user = signed_in(request)
    asked = get_object_or_404(ReopenRequest.objects.visible_to(user).select_related("unit"), pk=pk)
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        if "grant" in request.POST:
            grant_reopen(request=asked, by=user, note=reason)
            sentence = f"{asked.month.label}已重开，{asked.unit.name}的月报已退回更正。"
        else:
            refuse_reopen(request=asked, by=user, reason=reason)
            sentence = f"已答复{asked.unit.name}：不同意重开。"
    except Refused as error:
        tell(request, error)
    else:
        messages.success(request, sentence)
    return redirect("campaigns:reopen-list")
