"""The citizen's page of a printed ticket: no sign-in, no cookie, no session, nothing kept."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.crypto import salted_hmac
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from campaigns.forms.slips import AnswerForm
from campaigns.selectors.names import NameBook
from campaigns.services.tickets import TicketRefused, answer_ticket, open_ticket
from pingan.middleware import client_address
from pingan.selectors.offices import is_demo_county

# Of one address within ten minutes, counted in memory only, the address as a hash. A market's
# phones may share one address; whoever tries codes that do not exist is stopped much sooner.
WINDOW_SECONDS = 600
MOST_REQUESTS = 400
MOST_REFUSALS = 30


@login_not_required
@csrf_exempt  # the ticket itself is the permission; a token against forgery would need a cookie
@require_http_methods(["GET", "POST"])
def slip_answer(request: HttpRequest, token: str) -> HttpResponse:
    """Three questions, answered once."""
    if _count(request, "all") > MOST_REQUESTS or _counted(request, "refused") > MOST_REFUSALS:
        return _closed("这个网络刚才打开测评页面的次数太多，请过十分钟再试。", 429)
    try:
        ticket = open_ticket(token)
        form = AnswerForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            answer_ticket(token=token, slip=form.slip)
            return _page("campaigns/slip_thanks.html", {})
    except TicketRefused as error:
        _count(request, "refused")
        return _closed(str(error), 410)
    name = NameBook([ticket.unit_id]).name(ticket.unit_id, ticket.month) or ticket.unit.name
    context = {
        "form": form,
        "unit": name,
        "place": ticket.place,
        "month": ticket.month,
        "is_demo": is_demo_county(ticket.unit.root_id),
    }
    return _page("campaigns/slip_answer.html", context, 422 if form.errors else 200)


def _page(template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """Rendered without the request: who may be signed in on this phone is not even asked."""
    headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return HttpResponse(render_to_string(template, context), status=status, headers=headers)


def _closed(sentence: str, status: int) -> HttpResponse:
    return _page("campaigns/slip_closed.html", {"sentence": sentence}, status)


def _key(request: HttpRequest, what: str) -> str:
    address = client_address(request) or ""
    return (
        f"slip-{what}-{salted_hmac('campaigns.answers', address, algorithm='sha256').hexdigest()}"
    )


def _count(request: HttpRequest, what: str) -> int:
    """One more of this address; how many that makes within the window."""
    key = _key(request, what)
    cache.add(key, 0, WINDOW_SECONDS)
    try:
        return cache.incr(key)
    except ValueError:  # it ran out between the two lines
        return 1


def _counted(request: HttpRequest, what: str) -> int:
    return int(cache.get(_key(request, what), 0))
