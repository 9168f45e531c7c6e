"""What is asked of each level, for those who may lessen it."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from campaigns.selectors.indicators import ASKED_LEVELS
from pingan.middleware import SignedInRequest
from pingan.months import Month
from reports.policies import may_see_burden
from reports.selectors.burden import NUMBER_SECONDS, PREFILLED_SECONDS, TEXT_SECONDS, burden
from reports.views.months import month_links

MONTHS_BACK = 60


@require_GET
def overview(request: SignedInRequest) -> HttpResponse:
    return redirect("reports:burden-month", Month.of(timezone.localdate()))


@require_GET
def show(request: SignedInRequest, month: Month) -> HttpResponse:
    """One month's demands by level, and how they came about over a year."""
    if not may_see_burden(request.user):
        raise PermissionDenied("填报负担由县级经办员和领导查看。")
    last = Month.of(timezone.localdate())
    first = last.shift(-MONTHS_BACK)
    if not first <= month <= last:
        raise Http404
    county = request.user.unit.county or request.user.unit
    context = {
        "links": month_links("reports:burden-month", month, first=first, last=last),
        "burden": burden(county, month),
        "level_names": list(ASKED_LEVELS.values()),
        "seconds": {
            "number": NUMBER_SECONDS,
            "text": TEXT_SECONDS,
            "prefilled": PREFILLED_SECONDS,
        },
    }
    return render(request, "reports/burden_month.html", context)
