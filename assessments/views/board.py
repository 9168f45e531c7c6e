"""The colour board for who has signed in, and its public view where the county allows it."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from assessments.enums import Colour
from assessments.models import Edition
from assessments.selectors.board import board, public_edition
from assessments.views.answers import county_of, last_month, signed_in
from pingan.enums import Level
from pingan.models import CountySettings, Unit
from pingan.months import Month

DIVISION_CODE = 12  # digits


@require_safe
def latest(request: HttpRequest) -> HttpResponse:
    """The newest month whose edition this person may see."""
    newest = Edition.objects.visible_to(signed_in(request)).only("month").order_by("-month").first()
    return redirect("assessments:board-month", newest.month if newest else last_month())


@require_safe
def show(request: HttpRequest, month: Month) -> HttpResponse:
    """Colours and problems of one month; ?colour= shows one colour."""
    user = signed_in(request)
    editions = Edition.objects.visible_to(user).select_related("county").defer("rules")
    edition = editions.filter(month=month).order_by("-number").first()
    around = set(
        Edition.objects.visible_to(user)
        .filter(month__in=[month.previous, month.next])
        .values_list("month", flat=True)
    )
    colour = request.GET.get("colour", "")
    found = board(edition, user) if edition else None
    context = {
        "month": month,
        "previous": _address(month.previous) if month.previous in around else "",
        "next": _address(month.next) if month.next in around else "",
        "edition": edition,
        "board": found,
        "colour": colour if colour in Colour.values else "",
        "public_code": _public_code(county_of(user)),
    }
    return render(request, "assessments/board_month.html", context)


def _address(month: Month) -> str:
    return reverse("assessments:board-month", args=[month])


def _public_code(county: Unit) -> str:
    """The code of the public address, where there is one."""
    is_public = CountySettings.objects.filter(county=county, is_board_public=True).exists()
    return county.code[:6] if is_public else ""


@login_not_required
@require_safe
def public(request: HttpRequest, code: str) -> HttpResponse:
    """Names, grades, colours and titles of the newest published month, and nothing else."""
    county = get_object_or_404(
        Unit.objects.filter(
            level=Level.COUNTY,
            code__in=[code, code.ljust(DIVISION_CODE, "0")],
            county_settings__is_board_public=True,
        )
    )
    edition = public_edition(county)
    if edition is None:
        raise Http404
    is_demo = CountySettings.objects.filter(county=county, is_demo=True).exists()
    context = {
        "county": county,
        "month": edition.month,
        "board": board(edition),
        "is_demo": is_demo,
    }
    return render(request, "assessments/board_public.html", context)
