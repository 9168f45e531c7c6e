"""What every page of the disputes does with a person, a case and a refusal."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from disputes.models import Dispute
from pingan.models import User
from pingan.refusals import Conflict, Forbidden, Refused


def signed_in(request: HttpRequest) -> User:
    """The person; every page of this app lies behind the sign-in."""
    user = request.user
    assert isinstance(user, User)
    return user


def visible_dispute(request: HttpRequest, pk: int) -> Dispute:
    """The case, or 404: another township's case is as good as none."""
    cases = Dispute.objects.visible_to(signed_in(request)).select_related(
        *("unit", "county", "holder__parent", "committee", "mediator__committee", "handler__unit"),
        *("category", "scale", "source", "registered_by"),
    )
    return get_object_or_404(cases, pk=pk)


def tell(request: HttpRequest, error: Refused) -> None:
    """Show the refusal's sentence; what a role may never do is a 403."""
    if isinstance(error, Forbidden):
        raise PermissionDenied(str(error)) from error
    messages.error(request, str(error))


def told(request: HttpRequest, error: Refused, form: forms.Form, dispute: Dispute) -> int:
    """Tell it above the form, with all that was typed still in it; the answer's status.

    Where somebody else was quicker the form is brought to the case as it is now: sent again it
    goes through, or the rule says why not.
    """
    if not isinstance(error, Conflict):
        tell(request, error)
        return 422
    dispute.refresh_from_db()
    renew(form, dispute.version)
    now = f"现在的状态是“{dispute.get_state_display()}”，由{dispute.holder.name}承办。"
    messages.error(request, f"{error}{now}您填写的内容还在下面，没有保存；请核对后再提交。")
    return 409


def renew(form: forms.Form, version: int) -> None:
    """What was typed, on top of the version that is saved now."""
    sent: Any = form.data
    data = sent.copy()
    data["version"] = str(version)
    form.data = data
