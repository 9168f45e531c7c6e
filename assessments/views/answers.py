"""What every page of the assessment does with a person, a month and a refusal."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import timezone

from pingan.models import Unit, User
from pingan.months import InvalidMonth, Month
from pingan.refusals import Forbidden, Refused


def signed_in(request: HttpRequest) -> User:
    """The person; every page of this app lies behind the sign-in."""
    user = request.user
    assert isinstance(user, User)
    return user


def county_of(user: User) -> Unit:
    return user.unit.county or user.unit


def last_month() -> Month:
    """The month that is being inspected and closed now."""
    return Month.of(timezone.localdate()).previous


def asked_month(request: HttpRequest) -> Month:
    """?month=, else last month."""
    try:
        return Month.parse(request.GET["month"]) if "month" in request.GET else last_month()
    except InvalidMonth as error:
        messages.error(request, str(error))
        return last_month()


def tell(request: HttpRequest, error: Refused) -> None:
    """Show the refusal's sentence; what a role may never do is a 403."""
    if isinstance(error, Forbidden):
        raise PermissionDenied(str(error)) from error
    messages.error(request, str(error))
