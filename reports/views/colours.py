"""The colour matrix: units × the months of a year."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from pingan.enums import Level
from pingan.middleware import SignedInRequest
from pingan.months import FIRST_YEAR, LAST_YEAR, Month
from reports.selectors.colours import CHOICES, colour_parents, colour_rows
from reports.selectors.editions import county_of, month_span, shown_editions


def show(request: SignedInRequest) -> HttpResponse:
    user, county = request.user, county_of(request.user)
    span = month_span(user)
    newest = span[1].year if span else timezone.localdate().year
    year = _year(request, newest)
    editions = shown_editions(user, Month(year, 1), Month(year, 12))
    parents = colour_parents(editions)
    choice = request.GET.get("of", "") or CHOICES[0][0]
    parent_id, level = _choice(choice, county.pk, parents)
    context = {
        "year": year,
        "previous": year - 1 if span and span[0].year < year else None,
        "next": year + 1 if span and year < span[1].year else None,
        "months": range(1, 13),
        "rows": colour_rows(editions, parent_id=parent_id, level=level, user=user),
        "has_editions": bool(editions),
        "choices": [*CHOICES, *((f"{pk}", name) for pk, _, name in parents)],
        "choice": choice,
    }
    return render(request, "reports/colour_matrix.html", context)


def _year(request: SignedInRequest, newest: int) -> int:
    text = request.GET.get("year", "")
    if not text:
        return newest
    if not text.isdecimal() or not FIRST_YEAR <= int(text) <= LAST_YEAR:
        raise Http404
    return int(text)


def _choice(
    choice: str, county_id: int, parents: list[tuple[int, Level, str]]
) -> tuple[int, Level]:
    """The parent and level of the rows: townships, 口, or the units below one of them."""
    if choice == "townships":
        return county_id, Level.TOWNSHIP
    if choice == "sectors":
        return county_id, Level.SECTOR
    for pk, level, _name in parents:
        if str(pk) == choice:
            return pk, Level.VILLAGE if level == Level.TOWNSHIP else Level.DEPARTMENT
    raise Http404
