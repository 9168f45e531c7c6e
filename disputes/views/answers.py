"""What every page of the disputes does with a person, a case and a refusal."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from disputes.models import Dispute
from pingan.models import User
from pingan.refusals import Forbidden, Refused


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
