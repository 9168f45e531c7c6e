"""The first page: what is due for this person, by when, and one click to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from campaigns.services.indicator_reports import ensure_reports_open
from campaigns.services.months import ensure_month_open
from pingan.enums import ADMINISTRATOR_ROLES, Role
from pingan.middleware import SignedInRequest
from pingan.models import User
from pingan.months import Month
from pingan.selectors.calendars import deadlines
from pingan.services.accounts import note_inbox_seen
from reports.models import Bulletin
from reports.selectors import home as selectors
from reports.selectors.dashboard import dashboard
from reports.selectors.editions import county_of, published_edition
from reports.selectors.inbox import inbox
from reports.services import DOCUMENTS

ADMINISTRATOR_HOMES = {
    Role.ACCOUNT_ADMIN: "pingan:account-list",
    Role.SECURITY_ADMIN: "pingan:security-settings",
    Role.AUDITOR: "pingan:audit-list",
}


INBOX_ROLES = (
    Role.VILLAGE_CLERK,
    Role.TOWNSHIP_CLERK,
    Role.TOWNSHIP_REVIEWER,
    Role.COUNTY_OFFICER,
)
LAST_LOOK = "inbox_last_look"


@require_safe
def home(request: SignedInRequest) -> HttpResponse:
    user = request.user
    if user.role in ADMINISTRATOR_ROLES:
        return redirect(ADMINISTRATOR_HOMES[Role(user.role)])
    template, context_of = PAGES[Role(user.role)]
    context = context_of(user)
    if user.role in INBOX_ROLES:
        ensure_reports_open(county=county_of(user))
        context["inbox"] = inbox(user, _last_look(request), timezone.localdate())
        note_inbox_seen(by=user, at=timezone.now())
    return render(request, f"reports/{template}.html", context)


def _last_look(request: SignedInRequest) -> dt.datetime | None:
    """When this person looked before this session: what is new stays so until he says 看过."""
    if LAST_LOOK not in request.session:
        seen = request.user.inbox_seen_at
        request.session[LAST_LOOK] = seen.isoformat() if seen else ""
    kept = request.session[LAST_LOOK]
    return dt.datetime.fromisoformat(kept) if kept else None


@require_POST
def inbox_seen(request: SignedInRequest) -> HttpResponse:
    """全部看过: from now on only what comes later is new."""
    now = timezone.now()
    request.session[LAST_LOOK] = now.isoformat()
    note_inbox_seen(by=request.user, at=now)
    return redirect("reports:home")


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
        "unfinished": _below(selectors.unfinished(user, month)),
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
        "unfinished": _below(selectors.unfinished(user, month)),
    }


def _below(unfinished: list[selectors.Unfinished]) -> list[selectors.Unfinished]:
    """The units below; one's own months stand in the inbox, with their reasons."""
    return [each for each in unfinished if each.return_id is None]


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
