"""The month a person looks at, kept from page to page; refusals told to him."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import timezone

from pingan.models import Unit, User
from pingan.months import InvalidMonth, Month
from pingan.refusals import Forbidden, Refused

_KEY = "campaigns.month"


def signed_in(request: HttpRequest) -> User:
    """The person; every page of this app lies behind the sign-in."""
    user = request.user
    assert isinstance(user, User)
    return user


def county_of(user: User) -> Unit:
    return user.unit.county or user.unit


def remembered_month(request: HttpRequest) -> Month:
    """?month= where given (and kept for the next page), else the one looked at last, else now."""
    current = Month.of(timezone.localdate())
    text = request.GET.get("month") or request.session.get(_KEY) or str(current)
    try:
        month = Month.parse(text)
    except InvalidMonth as error:
        messages.error(request, str(error))
        return current
    if request.session.get(_KEY) != str(month):
        request.session[_KEY] = str(month)
    return month


def month_links(month: Month, **parameters: Any) -> dict[str, Any]:
    """Context of the month navigation; nothing follows the current month."""
    kept = {name: value for name, value in parameters.items() if value}

    def address(of: Month) -> str:
        return "?" + urlencode({"month": str(of), **kept})

    is_last = month >= Month.of(timezone.localdate())
    return {
        "month": month,
        "previous": address(month.previous),
        "next": "" if is_last else address(month.next),
    }


def tell(request: HttpRequest, error: Refused) -> None:
    """Show the refusal's sentence; what a role may never do is a 403."""
    if isinstance(error, Forbidden):
        raise PermissionDenied(str(error)) from error
    messages.error(request, str(error))
