"""拟奖惩: the table from the year's results, ticked and booked in one step."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from assessments.forms.rewards import ProposalForm
from assessments.policies import rewards as policies
from assessments.selectors.reward_proposals import proposal_years, proposals
from assessments.selectors.reward_rules import reward_rules
from assessments.selectors.rewards import known_funds
from assessments.services.rewards import book_proposals
from assessments.views.answers import county_of, signed_in, tell
from pingan.models import User
from pingan.refusals import Refused
from pingan.stash import posted_or_stashed


@require_http_methods(["GET", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """?year=; POST books the ticked lines of that year."""
    user = signed_in(request)
    try:
        policies.check_keep(county=county_of(user), by=user)
    except Refused as error:
        tell(request, error)
    years = proposal_years(county_of(user))
    asked = request.GET.get("year", "")
    this_year = timezone.localdate().year
    year = int(asked) if asked.isdecimal() and int(asked) in years else (years or [this_year])[0]
    typed = posted_or_stashed(request)
    form = ProposalForm(typed)
    keys = set(typed.getlist("key")) if typed else set()
    if request.method != "POST":
        return _page(request, user, year, years, form, keys)
    if not form.is_valid():
        return _page(request, user, year, years, form, keys, status=422)
    try:
        booked = book_proposals(
            county=county_of(user), year=year, keys=keys, by=user, **form.cleaned_data
        )
    except Refused as error:
        tell(request, error)
        return _page(request, user, year, years, form, keys, status=422)
    messages.success(request, f"已登记{len(booked)}条奖惩。")
    return redirect(f"{reverse('assessments:reward-list')}?year={year}")


def _page(
    request: HttpRequest,
    user: User,
    year: int,
    years: list[int],
    form: ProposalForm,
    keys: set[str],
    status: int = 200,
) -> HttpResponse:
    lines = proposals(county_of(user), year, timezone.localdate())
    context: dict[str, Any] = {
        "year": year,
        "years": years,
        "form": form,
        "rows": [(line, line.key in keys) for line in lines],
        "open": sum(not line.hindrance for line in lines),
        "amount": sum(line.amount for line in lines if not line.hindrance),
        "funds": sorted({*reward_rules().funds, *known_funds(user)}),
        "is_over": year < timezone.localdate().year,
    }
    return render(request, "assessments/reward_proposals.html", context, status=status)
