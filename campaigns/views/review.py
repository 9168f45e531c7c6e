"""What waits for review, accepted one by one or together."""

from __future__ import annotations

import re

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from campaigns.models import MonthlyReturn
from campaigns.selectors.review import FIGURES, review_rows, waiting
from campaigns.services.returns import accept_many
from campaigns.views.remembered import signed_in


@require_http_methods(["GET", "POST"])
def return_review(request: HttpRequest) -> HttpResponse:
    """The list; a POST accepts the ticked ones, each by itself."""
    user = signed_in(request)
    returns = waiting(user)
    if request.method == "POST":
        _accept(request, returns)
        return redirect("campaigns:return-review")
    context = {
        "rows": review_rows(returns, user, timezone.localdate()),
        "labels": list(FIGURES.values()),
    }
    return render(request, "campaigns/return_review.html", context)


def _accept(request: HttpRequest, returns: list[MonthlyReturn]) -> None:
    """Ticked boxes carry "id:version": what is accepted is what was looked at."""
    ticked = [
        text for text in request.POST.getlist("chosen") if re.fullmatch(r"[0-9]+:[0-9]+", text)
    ]
    versions = {int(pk): int(version) for pk, version in (text.split(":") for text in ticked)}
    if not versions:
        messages.error(request, "请先勾选要通过的月报。")
        return
    chosen = [each for each in returns if each.pk in versions]
    accepted, refused = accept_many(returns=chosen, versions=versions, by=signed_in(request))
    if accepted:
        messages.success(request, f"已通过{accepted}份月报。")
    for refusal in refused:
        messages.error(request, refusal.sentence)
    if gone := len(versions) - len(chosen):
        messages.warning(request, f"有{gone}份已不在待审核之列，未作处理。")
