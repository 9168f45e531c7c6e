"""The scorecard: every point, the rule behind it, and the records behind the count."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from assessments.models import Scorecard
from assessments.selectors.cards import CHART_HEIGHT, CHART_WIDTH, card_page
from assessments.views.answers import signed_in


def detail(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    card = get_object_or_404(
        Scorecard.objects.visible_to(user).select_related("edition", "unit"), pk=pk
    )
    change = None if card.previous_rank is None else card.previous_rank - card.rank
    context = {
        "card": card,
        "page": card_page(card, user),
        "change": change,
        "fall": -change if change else 0,
        "chart": {"width": CHART_WIDTH, "height": CHART_HEIGHT},
    }
    return render(request, "assessments/scorecard_detail.html", context)
