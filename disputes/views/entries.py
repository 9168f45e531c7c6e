"""The small pages that put one thing into a case's file: asked, done, told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from disputes import policies
from disputes.models import Dispute
from disputes.views.answers import signed_in, tell, told, visible_dispute
from pingan.models import User
from pingan.refusals import Refused

Do = Callable[[dict[str, Any], User], Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """The words of such a page."""

    title: str
    word: str
    done: str
    button: str = "保存"
    law: str = ""


def handled_dispute(request: HttpRequest, pk: int) -> Dispute:
    """A case in the own hands: 404 for a stranger's, 403 for one that somebody else handles."""
    dispute = visible_dispute(request, pk)
    try:
        policies.check_handle(dispute=dispute, by=signed_in(request))
    except Refused as error:
        tell(request, error)
    return dispute


def entry_page(
    request: HttpRequest, dispute: Dispute, form: forms.Form, entry: Entry, do: Do
) -> HttpResponse:
    """Ask, then do it; a refusal keeps all that was typed."""
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                do(form.cleaned_data, signed_in(request))
            except Refused as error:
                status = told(request, error, form, dispute)
            else:
                messages.success(request, entry.done)
                return redirect("disputes:dispute-detail", dispute.pk)
    context = {"dispute": dispute, "form": form, "entry": entry}
    return sealed_page(render(request, "disputes/file_entry.html", context, status=status))


def sealed_page(answer: HttpResponse) -> HttpResponse:
    """A page that shows what is sealed is kept by no browser and no proxy."""
    answer["Cache-Control"] = "no-store"
    return answer


def differences(
    form: forms.Form, mine: dict[str, Any], saved: dict[str, Any]
) -> list[tuple[str, str, str]]:
    """Label, mine, saved: of every field that differs."""
    return [
        (str(form.fields[name].label), _word(mine[name]), _word(value))
        for name, value in saved.items()
        if name in mine and name in form.fields and _word(mine[name]) != _word(value)
        if name != "version"
    ]


def _word(value: Any) -> str:
    if value is None or value == "":
        return "空"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return str(getattr(value, "label", value))
