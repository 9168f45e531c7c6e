"""Registering a case, correcting its registration, taking it in hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from disputes import policies
from disputes.enums import Move
from disputes.forms.register import (
    PARTY_ROWS,
    PartySet,
    RegisterForm,
    blank_parties,
    blank_start,
    shown,
    shown_parties,
)
from disputes.models import DESK_ROLES, Dispute
from disputes.services.names import note_look
from disputes.services.registration import (
    MOST_PARTIES,
    change_dispute,
    register_once,
    take_dispute,
)
from disputes.views.answers import renew, signed_in, tell, visible_dispute
from pingan.models import User
from pingan.refusals import Conflict, Refused
from pingan.stash import posted_or_stashed

MOST_DIGITS = 4
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
    if request.method == "POST" and not _adds(request) and _are_valid(form, parties):
        try:
            dispute, is_new = register_once(
                unit=form.cleaned_data["unit"], entry=form.entry(parties.entries()), by=user
            )
        except Refused as error:
            tell(request, error)
            return _page(request, context, 422)
        _tell_registered(request, dispute, is_new=is_new)
        return redirect("disputes:dispute-detail", dispute.pk)
    return _page(request, context, 422 if request.method == "POST" and not _adds(request) else 200)


def _tell_registered(request: HttpRequest, dispute: Dispute, *, is_new: bool) -> None:
    if not is_new:
        messages.info(request, f"刚才已经登记过，案号{dispute.code}，没有重复登记。")
        return
    messages.success(request, f"已登记，案号{dispute.code}，由您办理。")
    if dispute.is_crime_likely:
        messages.warning(request, "可能引发治安或刑事案件：请今天报告公安机关，并记下报告情况。")


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
    if request.method != "POST" or _adds(request):
        return _page(request, context, 200)
    if not _are_valid(form, parties):
        return _page(request, context, 422)
    try:
        change_dispute(
            dispute=dispute,
            entry=form.entry(parties.entries()),
            version=form.cleaned_data["version"] or 0,
            by=user,
        )
    except Conflict as error:
        return _clash(request, context, f"{error}", user)
    except Refused as error:
        tell(request, error)
        return _page(request, context, 422)
    messages.success(request, "已保存。")
    return redirect("disputes:dispute-detail", pk)


def _clash(request: HttpRequest, context: dict[str, Any], word: str, user: User) -> HttpResponse:
    """What was typed beside what is saved now. It opens names: the look is put down first."""
    dispute, form = context["dispute"], context["form"]
    dispute.refresh_from_db()
    try:
        note_look(dispute=dispute, purpose="对照修改登记", by=user)
    except Refused as error:
        tell(request, error)
    messages.error(request, f"{word}您填写的内容还在下面，没有保存；请对照后再存。")
    context["saved"] = _differences(form, context["parties"], dispute)
    renew(form, dispute.version)
    return _page(request, context, 409)


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


def _adds(request: HttpRequest) -> bool:
    return ADD in request.POST


def _page(request: HttpRequest, context: dict[str, Any], status: int) -> HttpResponse:
    """The form; it may hold names, so no copy of the page is kept anywhere."""
    answer = render(request, "disputes/dispute_register.html", context, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


def _party_set(data: Any, initial: list[dict[str, Any]]) -> Any:
    """The rows of the parties; one more where the button asks for it."""
    if data is None:
        return PartySet(initial=initial, prefix="party")
    if ADD in data:
        data = data.copy()
        rows = data.get("party-TOTAL_FORMS", "")
        is_number = rows.isascii() and rows.isdecimal() and len(rows) < MOST_DIGITS
        rows = int(rows) if is_number else PARTY_ROWS
        data["party-TOTAL_FORMS"] = str(min(rows + 1, MOST_PARTIES))
    return PartySet(data, prefix="party")


def _are_valid(form: RegisterForm, parties: Any) -> bool:
    return all([form.is_valid(), parties.is_valid()])


def _differences(form: RegisterForm, parties: Any, dispute: Dispute) -> list[tuple[str, str, str]]:
    """Label, mine, saved: of every field that differs."""
    typed = {name: form.cleaned_data.get(name) for name in form.fields if name != "version"}
    mine = {
        name: value if isinstance(value, models.Model) else _saved(form, name, value)
        for name, value in typed.items()
        if name != "scale" or value is not None  # left open, it follows from the people
    }
    saved = {name: _saved(form, name, value) for name, value in shown(dispute).items()}
    found = [
        (str(form.fields[name].label), _word(value), _word(saved.get(name)))
        for name, value in mine.items()
        if _word(value) != _word(saved.get(name))
    ]
    ours = "、".join(entry.name for entry in parties.entries())
    kept = "、".join(row["name"] for row in shown_parties(dispute))
    if ours != kept:
        found.append(("当事人", ours, kept))
    return found


def _saved(form: RegisterForm, name: str, value: Any) -> Any:
    """A key as the choice it stands for."""
    field = form.fields.get(name)
    if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
        return dict(field.widget.choices).get(value, value)
    if isinstance(field, forms.ModelChoiceField) and value is not None:
        return field.queryset.filter(pk=value).first()  # type: ignore[union-attr]
    return value


def _word(value: Any) -> str:
    if value is None or value == "":
        return "空"
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value)
