"""How firm the ranking is; for those who decide on it, before they publish it."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from assessments.fairness import DRAWS
from pingan.middleware import SignedInRequest
from pingan.months import Month
from reports.policies import may_see_fairness
from reports.selectors.editions import latest_month, month_span, shown_edition
from reports.selectors.fairness import fairness_page
from reports.selectors.rankings import find_peers, peers_in
from reports.views.months import month_links
from reports.views.parameters import number_of


def latest(request: SignedInRequest) -> HttpResponse:
    _check(request)
    month = latest_month(request.user)
    if month is None:
        return render(request, "reports/fairness_empty.html")
    return redirect("reports:fairness-month", month)


def show(request: SignedInRequest, month: Month) -> HttpResponse:
    _check(request)
    edition = shown_edition(request.user, month)
    first, last = month_span(request.user) or (None, None)
    links = month_links("reports:fairness-month", month, first=first, last=last)
    if edition is None:
        return render(request, "reports/fairness_empty.html", {"links": links})
    groups = peers_in(edition)
    peers = find_peers(
        edition,
        groups,
        parent_id=number_of(request, "parent"),
        level=number_of(request, "level"),
        group=request.GET.get("group"),
    )
    if peers is None:
        raise Http404
    context = {
        "links": links,
        "edition": edition,
        "page": fairness_page(edition, peers),
        "tabs": [each for each in groups if each.parent_id == edition.county_id],
        "draws": DRAWS,
    }
    return render(request, "reports/fairness_month.html", context)


def _check(request: SignedInRequest) -> None:
    if not may_see_fairness(request.user):
        raise PermissionDenied("公平性分析由县级经办员和县领导查看。")
