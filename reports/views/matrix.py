"""The matrix of a month: who has done which step."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from pingan.enums import Level
from pingan.middleware import SignedInRequest
from pingan.models import Unit
from pingan.months import Month
from pingan.selectors.calendars import deadlines
from reports.selectors.editions import county_of, shown_edition
from reports.selectors.matrix import month_matrix, record_months
from reports.views.months import month_links


def latest(request: SignedInRequest) -> HttpResponse:
    return redirect("reports:matrix-month", Month.of(timezone.localdate()))


def show(request: SignedInRequest, month: Month) -> HttpResponse:
    user, county, today = request.user, county_of(request.user), timezone.localdate()
    parent = _parent(request, county)
    due = deadlines(county, month)
    matrix = month_matrix(
        parent, month, user=user, edition=shown_edition(user, month), due=due, today=today
    )
    first, last = record_months(county, Month.of(today))
    query = f"unit={parent.pk}" if "unit" in request.GET else ""
    context = {
        "links": month_links("reports:matrix-month", month, first=first, last=last, query=query),
        "matrix": matrix,
        "county": county,
        "is_county": parent.level == Level.COUNTY,
        "shifted": [each for each in due.values() if each.is_shifted],
    }
    return render(request, "reports/matrix_month.html", context)


def _parent(request: SignedInRequest, county: Unit) -> Unit:
    """The unit asked for, as far as this person may see it; else his own, or the county.

    An inspector's units are lent: he reads them as the county does.
    """
    user = request.user
    wanted = request.GET.get("unit", "")
    if wanted:
        if not wanted.isdecimal():
            raise Http404
        return get_object_or_404(Unit.objects.visible_to(user), pk=int(wanted), county=county)
    own = user.unit.level in (Level.TOWNSHIP, Level.VILLAGE, Level.SECTOR, Level.DEPARTMENT)
    return user.unit if own and len(user.scope_paths) == 1 else county
