"""Handing a case on: offer, accept, refuse, take back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from disputes import policies
from disputes.enums import Channel, HandoverState
from disputes.forms.cases import AnswerForm, OfferForm
from disputes.models import Dispute, Handover
from disputes.selectors.receiving import receiving_names
from disputes.services.handovers import (
    accept_handover,
    offer_dispute,
    refuse_handover,
    withdraw_handover,
)
from disputes.views.answers import signed_in, tell, told, visible_dispute
from pingan.models import User
from pingan.refusals import Refused


def offer(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose the unit and say why."""
    user, dispute = signed_in(request), visible_dispute(request, pk)
    try:
        policies.check_handle(dispute=dispute, by=user)
    except Refused as error:
        tell(request, error)
    start = {"version": dispute.version, "channel": dispute.channel}
    form = OfferForm(request.POST or None, initial=start, dispute=dispute)
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            offer_dispute(
                dispute=dispute,
                to_unit=data["to_unit"],
                channel=Channel(data["channel"]),
                reason=data["reason"],
                version=data["version"] or 0,
                by=user,
            )
        except Refused as error:
            status = told(request, error, form, dispute)
        else:
            messages.success(request, f"已移交{data['to_unit'].name}，等对方接收。")
            return redirect("disputes:dispute-detail", pk)
    context = {"dispute": dispute, "form": form, "units": receiving_names(dispute)}
    return render(request, "disputes/dispute_offer.html", context, status=status)


def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept, refuse with a reason, or take one's own offer back."""
    user = signed_in(request)
    seen = Dispute.objects.visible_to(user)
    rows = Handover.objects.select_related("dispute__category", "from_unit", "to_unit")
    handover = get_object_or_404(rows.filter(dispute__in=seen), pk=pk)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done = _answer(request, handover, form.cleaned_data["reason"], user)
        if done is not None:
            return done
        handover.refresh_from_db()
    context = {
        "handover": handover,
        "dispute": handover.dispute,
        "form": form,
        "may_answer": policies.may(policies.check_answer, handover=handover, by=user),
        "may_withdraw": handover.state == HandoverState.PENDING
        and policies.may(policies.check_handle, dispute=handover.dispute, by=user),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "disputes/dispute_answer.html", context, status=status)


def _answer(
    request: HttpRequest, handover: Handover, reason: str, user: User
) -> HttpResponse | None:
    """The way on, or nothing where it was refused."""
    what = request.POST.get("answer", "")
    case = reverse("disputes:dispute-detail", args=[handover.dispute_id])
    try:
        if what == "accept":
            accept_handover(handover=handover, note=reason, by=user)
            messages.success(request, f"已接收{handover.dispute.code}，现在由您办理。")
            return redirect(case)
        if what == "refuse":
            refuse_handover(handover=handover, reason=reason, by=user)
            messages.success(request, f"已退回{handover.from_unit.name}。")
            return redirect("disputes:dispute-mine")
        if what == "withdraw":
            withdraw_handover(handover=handover, by=user)
            messages.success(request, "移交已收回。")
            return redirect(case)
        messages.error(request, "请选择接收、退回或收回。")
    except Refused as error:
        tell(request, error)
    return None
