"""The county dashboard of a month."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render

from pingan.middleware import SignedInRequest
from pingan.months import Month
from reports.models import Bulletin
from reports.selectors.dashboard import dashboard
from reports.selectors.editions import latest_month, month_span, shown_edition
from reports.views.months import month_links


def latest(request: SignedInRequest) -> HttpResponse:
    month = latest_month(request.user)
    if month is None:
        return render(request, "reports/dashboard_empty.html")
    return redirect("reports:dashboard-month", month)


def show(request: SignedInRequest, month: Month) -> HttpResponse:
    edition = shown_edition(request.user, month)
    first, last = month_span(request.user) or (None, None)
    links = month_links("reports:dashboard-month", month, first=first, last=last)
    if edition is None:
        return render(request, "reports/dashboard_empty.html", {"links": links})
    context = {
        "links": links,
        "edition": edition,
        "bulletin": Bulletin.objects.visible_to(request.user).filter(edition=edition).first(),
        "board": dashboard(edition, request.user),
    }
    return render(request, "reports/dashboard_month.html", context)
