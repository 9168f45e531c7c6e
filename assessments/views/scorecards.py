"""The scorecard: every point, the rule behind it, and the records behind the count."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from assessments.models import Scorecard
from assessments.policies import may
from assessments.policies.appeals import check_file
from assessments.selectors.cards import CHART_HEIGHT, CHART_WIDTH, card_page, own_change
from assessments.selectors.previews import moment_text
from assessments.views.answers import signed_in


def detail(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    cards = Scorecard.objects.visible_to(user)
    card = get_object_or_404(cards.select_related("edition__county", "unit__parent"), pk=pk)
    may_appeal = may(check_file, card=card, lost=1, now=timezone.now(), by=user)
    change = None if card.previous_rank is None else card.previous_rank - card.rank
    context = {
        "card": card,
        "page": card_page(card, user, may_appeal=may_appeal),
        "may_appeal": may_appeal,
        **_preview(card),
        "own_change": own_change(card),
        "change": change,
        "fall": -change if change else 0,
        "chart": {"width": CHART_WIDTH, "height": CHART_HEIGHT},
    }
    return render(request, "assessments/scorecard_detail.html", context)


def _preview(card: Scorecard) -> dict[str, object]:
    """Whether the card is shown in the preview, and until when."""
    edition = card.edition
    if edition.published_at is not None or edition.preview_until is None:
        return {}
    return {
        "until": moment_text(edition.preview_until),
        "is_in_preview": timezone.now() < edition.preview_until,
    }
