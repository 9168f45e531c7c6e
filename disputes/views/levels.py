"""四级七天 by hand: ask the level above, stop the days, let them count again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from disputes import policies
from disputes.deadlines import LEVEL_RULE
from disputes.forms.cases import PauseForm, ReasonForm, ResumeForm
from disputes.models import Dispute
from disputes.services.escalations import escalate_dispute, pause_clock, resume_clock
from disputes.views.answers import signed_in, tell, told, visible_dispute
from pingan.models import User
from pingan.refusals import Refused

Do = Callable[[Dispute, dict[str, Any], User], Any]


def escalate(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand the case to the level above."""
    dispute = visible_dispute(request, pk)
    form = ReasonForm(request.POST or None, initial={"version": dispute.version})
    word = f"{LEVEL_RULE}。上报以后由上一级承办，您不再看到当事人姓名。"
    return _page(request, dispute, form, "上报上一级", word, _escalate)


def pause(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop the days."""
    dispute = visible_dispute(request, pk)
    form = PauseForm(request.POST or None, initial={"starts_on": timezone.localdate()})
    word = "中止期间不计入期限，恢复后顺延；谁批准、为什么都记在经过里。"
    return _page(request, dispute, form, "中止期限", word, _pause)


def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the days count again."""
    dispute = visible_dispute(request, pk)
    form = ResumeForm(request.POST or None, initial={"ends_on": timezone.localdate()})
    return _page(request, dispute, form, "恢复期限", "从恢复之日起接着计算。", _resume)


def _escalate(dispute: Dispute, data: dict[str, Any], by: User) -> None:
    escalate_dispute(dispute=dispute, reason=data["reason"], version=data["version"] or 0, by=by)


def _pause(dispute: Dispute, data: dict[str, Any], by: User) -> None:
    pause_clock(dispute=dispute, starts_on=data["starts_on"], reason=data["reason"], by=by)


def _resume(dispute: Dispute, data: dict[str, Any], by: User) -> None:
    resume_clock(dispute=dispute, ends_on=data["ends_on"], by=by)


def _page(
    request: HttpRequest, dispute: Dispute, form: forms.Form, title: str, word: str, do: Do
) -> HttpResponse:
    """Ask, then do it."""
    user = signed_in(request)
    try:
        policies.check_handle(dispute=dispute, by=user)
    except Refused as error:
        tell(request, error)
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            do(dispute, form.cleaned_data, user)
        except Refused as error:
            status = told(request, error, form, dispute)
        else:
            messages.success(request, f"{dispute.code}：已{title}。")
            return redirect("disputes:dispute-detail", dispute.pk)
    context = {"dispute": dispute, "form": form, "title": title, "word": word}
    return render(request, "disputes/dispute_step.html", context, status=status)
