"""Registering a case, correcting its registration, taking it in hand."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from disputes import policies
from disputes.enums import Move
from disputes.forms.register import (
    PartySet,
    RegisterForm,
    blank_parties,
    blank_start,
    shown,
    shown_parties,
)
from disputes.models import DESK_ROLES, Dispute
from disputes.services.names import note_look
from disputes.services.registration import change_dispute, register_dispute, take_dispute
from disputes.views.answers import signed_in, tell, visible_dispute
from pingan.models import User
from pingan.refusals import Conflict, Refused
from pingan.stash import posted_or_stashed

ADD = "add-party"  # the button that adds a row, where there is no script


def create(request: HttpRequest) -> HttpResponse:
    """A new case."""
    user = signed_in(request)
    if user.role not in DESK_ROLES:
        raise PermissionDenied("您的岗位不办理纠纷。")
    data = posted_or_stashed(request)
    start = blank_start(user, timezone.localdate(), request.GET.dict())
    form = RegisterForm(data, user=user, initial=start)
    parties = _party_set(data, blank_parties())
    context: dict[str, Any] = {"form": form, "parties": parties}
    if request.method == "POST" and ADD not in request.POST and _are_valid(form, parties):
        try:
            dispute = register_dispute(
                unit=form.cleaned_data["unit"], entry=form.entry(parties.entries()), by=user
            )
        except Refused as error:
            tell(request, error)
            return render(request, "disputes/dispute_register.html", context, status=422)
        messages.success(request, f"已登记，案号{dispute.code}。")
        return redirect("disputes:dispute-detail", dispute.pk)
    status = 422 if request.method == "POST" and ADD not in request.POST else 200
    return render(request, "disputes/dispute_register.html", context, status=status)


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a registration. It shows names: the look is put down first."""
    user, dispute = signed_in(request), visible_dispute(request, pk)
    try:
        policies.check_move(dispute=dispute, move=Move.EDIT, by=user)
    except Refused as error:
        tell(request, error)
        return redirect("disputes:dispute-detail", pk)
    data = posted_or_stashed(request)
    if data is None:
        note_look(dispute=dispute, purpose="修改登记", by=user)
    form = RegisterForm(data, user=user, dispute=dispute, initial=shown(dispute))
    parties = _party_set(data, shown_parties(dispute))
    context: dict[str, Any] = {"form": form, "parties": parties, "dispute": dispute}
    if request.method != "POST" or ADD in request.POST:
        return render(request, "disputes/dispute_register.html", context)
    if not _are_valid(form, parties):
        return render(request, "disputes/dispute_register.html", context, status=422)
    try:
        change_dispute(
            dispute=dispute,
            entry=form.entry(parties.entries()),
            version=form.cleaned_data["version"] or 0,
            by=user,
        )
    except Conflict as error:
        messages.error(request, f"{error}您填写的内容还在下面，没有保存；请对照后再存。")
        dispute.refresh_from_db()
        context["saved"] = _differences(form, parties, dispute)
        context["form"] = _mine_over(form, dispute, user)
        return render(request, "disputes/dispute_register.html", context, status=409)
    except Refused as error:
        tell(request, error)
        return render(request, "disputes/dispute_register.html", context, status=422)
    messages.success(request, "已保存。")
    return redirect("disputes:dispute-detail", pk)


@require_POST
def take(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a case in hand."""
    dispute = visible_dispute(request, pk)
    try:
        take_dispute(dispute=dispute, by=signed_in(request))
    except Refused as error:
        tell(request, error)
    else:
        messages.success(request, f"您已接手{dispute.code}。")
    return redirect("disputes:dispute-detail", pk)


def _party_set(data: Any, initial: list[dict[str, Any]]) -> Any:
    """The rows of the parties; one more where the button asks for it."""
    if data is None:
        return PartySet(initial=initial, prefix="party")
    if ADD in data:
        data = data.copy()
        data["party-TOTAL_FORMS"] = str(int(data.get("party-TOTAL_FORMS") or 0) + 1)
    return PartySet(data, prefix="party")


def _are_valid(form: RegisterForm, parties: Any) -> bool:
    return all([form.is_valid(), parties.is_valid()])


def _mine_over(form: RegisterForm, dispute: Dispute, user: User) -> RegisterForm:
    """What was typed, on top of the version that is saved now."""
    data = {**form.data.dict(), "version": str(dispute.version)}  # type: ignore[attr-defined]
    return RegisterForm(data, user=user, dispute=dispute)


def _differences(form: RegisterForm, parties: Any, dispute: Dispute) -> list[tuple[str, str, str]]:
    """Label, mine, saved: of every field that differs."""
    mine = {name: form.cleaned_data.get(name) for name in form.fields if name != "version"}
    saved = {name: _saved(form, name, value) for name, value in shown(dispute).items()}
    found = [
        (str(form.fields[name].label), _word(value), _word(saved.get(name)))
        for name, value in mine.items()
        if _word(value) != _word(saved.get(name))
    ]
    typed = "、".join(entry.name for entry in parties.entries())
    kept = "、".join(row["name"] for row in shown_parties(dispute))
    if typed != kept:
        found.append(("当事人", typed, kept))
    return found


def _saved(form: RegisterForm, name: str, value: Any) -> Any:
    """A saved key as the choice it stands for."""
    field = form.fields.get(name)
    if isinstance(field, forms.ModelChoiceField) and value is not None:
        return field.queryset.filter(pk=value).first()  # type: ignore[union-attr]
    return value


def _word(value: Any) -> str:
    if value is None or value == "":
        return "空"
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value)
