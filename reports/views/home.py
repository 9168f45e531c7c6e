"""The first page: what is due for this person, by when, and one click to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from campaigns.services.months import ensure_month_open
from pingan.enums import ADMINISTRATOR_ROLES, Role
from pingan.models import User
from pingan.months import Month
from pingan.selectors.calendars import deadlines
from reports.models import Bulletin
from reports.selectors import home as selectors
from reports.selectors.dashboard import dashboard
from reports.selectors.editions import county_of, published_edition
from reports.services import DOCUMENTS
from reports.views.request import SignedInRequest

ADMINISTRATOR_HOMES = {
    Role.ACCOUNT_ADMIN: "pingan:account-list",
    Role.SECURITY_ADMIN: "pingan:security-settings",
    Role.AUDITOR: "pingan:audit-list",
}


def home(request: SignedInRequest) -> HttpResponse:
    user = request.user
    if user.role in ADMINISTRATOR_ROLES:
        return redirect(ADMINISTRATOR_HOMES[Role(user.role)])
    template, context = PAGES[Role(user.role)]
    return render(request, f"reports/{template}.html", context(user))


def _village(user: User) -> dict[str, Any]:
    """What every clerk sees: the unit's own month, what is left of earlier ones, the last score."""
    county, today = county_of(user), timezone.localdate()
    month = Month.of(today)
    ensure_month_open(county=county, month=month)
    due = deadlines(county, month)
    return {
        "month": month,
        "today": today,
        "due": due,
        "own": selectors.own_return(user, month, due, today),
        "unfinished": selectors.unfinished(user, month),
        "card": selectors.own_card(user),
    }


def _township(user: User) -> dict[str, Any]:
    context = _village(user)
    month, due, today = context["month"], context["due"], context["today"]
    return context | {
        "shares": selectors.shares(user, month, due, today),
        "units": selectors.waiting_units(user, month),
        "review_count": selectors.review_count(user),
    }


def _county(user: User) -> dict[str, Any]:
    county, today = county_of(user), timezone.localdate()
    month = Month.of(today)
    ensure_month_open(county=county, month=month)
    due = deadlines(county, month)
    before = month.previous
    return {
        "month": month,
        "due": due,
        "shares": selectors.shares(user, month, due, today),
        "review_count": selectors.review_count(user),
        "last": selectors.last_month(user, before, deadlines(county, before), today),
        "unsettled": selectors.unsettled(user, before),
        "unfinished": selectors.unfinished(user, month),
    }


def _inspector(user: User) -> dict[str, Any]:
    """Last month's units while its month is open, this month's beside them."""
    county, today = county_of(user), timezone.localdate()
    month = Month.of(today)
    ensure_month_open(county=county, month=month)
    closed = selectors.closed_months(county.pk)
    rounds = []
    for each in sorted({month.previous, month} - closed):
        if visits := selectors.visits(user, each):
            rounds.append(selectors.inspection_round(each, visits, deadlines(county, each), today))
    return {"month": month, "rounds": rounds}


def _leader(user: User) -> dict[str, Any]:
    edition = published_edition(user)
    if edition is None:
        return {}
    return {
        "edition": edition,
        "board": dashboard(edition, user),
        "bulletin": Bulletin.objects.filter(edition=edition).first(),
        "documents": DOCUMENTS,
    }


PAGES: dict[Role, tuple[str, Callable[[User], dict[str, Any]]]] = {
    Role.VILLAGE_CLERK: ("home_village", _village),
    Role.TOWNSHIP_CLERK: ("home_township", _township),
    Role.TOWNSHIP_REVIEWER: ("home_township", _township),
    Role.COUNTY_OFFICER: ("home_county", _county),
    Role.INSPECTOR: ("home_inspector", _inspector),
    Role.LEADER: ("home_leader", _leader),
}
