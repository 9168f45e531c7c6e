"""Who is asking: sign-in required everywhere, idle time-out, first password, where from."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url

from pingan import audit, stash
from pingan.models import User
from pingan.refusals import Forbidden, Refused
from pingan.selectors.accounts import security_settings
from pingan.services.accounts import record_time_out

SEEN = "seen_at"
TOUCH_SECONDS = 30  # the session is written no more often than that
# No setting is shorter (a test compares): below it nobody need look the setting up.
SHORTEST_IDLE_SECONDS = 5 * 60

View = Callable[..., HttpResponse]


class SignedInRequest(HttpRequest):
    """What a view is handed that is not marked `login_not_required`: nobody else gets through."""

    user: User


def poll(view: View) -> View:
    """Mark a view that a page calls by itself: that is no sign of life of the person."""
    view.is_poll = True  # type: ignore[attr-defined]
    return view


def before_first_password(view: View) -> View:
    """Mark a view that is open to who still has to change his first password."""
    view.before_first_password = True  # type: ignore[attr-defined]
    return view


def client_address(request: HttpRequest) -> str | None:
    """Where the request comes from, as the audit trail and the lock-out note it.

    Behind our own proxies it is what the outermost of them saw; anybody can write the rest of
    the header.
    """
    seen = request.META.get("REMOTE_ADDR", "")
    hops = request.headers.get("X-Forwarded-For", "").split(",")
    if 0 < settings.TRUSTED_PROXIES <= len(hops):
        seen = hops[-settings.TRUSTED_PROXIES].strip()
    try:
        return str(ipaddress.ip_address(seen))
    except ValueError:  # a unix socket has no address
        return None


class SignInMiddleware:
    """Every view needs a signed-in person unless it is marked `login_not_required`.

    It works in `process_view`, after the check against forged requests: only a form that our own
    page sent is ever kept.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = audit.client_address.set(client_address(request) or "")
        try:
            return self.get_response(request)
        finally:
            audit.client_address.reset(token)

    def process_view(
        self, request: HttpRequest, view: View, _args: tuple[Any, ...], _kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        if not getattr(view, "login_required", True):
            return None
        user = request.user
        if user.is_authenticated and _has_idled(request):
            record_time_out(by=user)
            logout(request)
        if not request.user.is_authenticated:
            return _to_sign_in(request)
        if not getattr(view, "is_poll", False):
            _touch(request)
        is_free = getattr(view, "before_first_password", False)
        if request.user.must_change_password and not is_free:
            return _to(request, resolve_url("pingan:password-change"))
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A refusal that no view has caught is still a sentence, never a server error."""
        if not isinstance(error, Refused):
            return None
        status = 403 if isinstance(error, Forbidden) else 409
        return render(request, "pingan/refused.html", {"sentence": str(error)}, status=status)


def _has_idled(request: HttpRequest) -> bool:
    seen = request.session.get(SEEN)
    if seen is None:
        return False
    idle = time.time() - seen
    return idle > SHORTEST_IDLE_SECONDS and idle > security_settings().idle_minutes * 60


def _touch(request: HttpRequest) -> None:
    now = time.time()
    if now - request.session.get(SEEN, 0) > TOUCH_SECONDS:
        request.session[SEEN] = now


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    stash.keep(request, stash.last_person(request))
    asked_by_script = request.headers.get("HX-Request")
    plain_page = request.method in {"GET", "HEAD"} and not asked_by_script
    back = request.get_full_path() if plain_page else stash.page_of_form(request)
    return _to(request, f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': back}, safe='/')}")


def _to(request: HttpRequest, address: str) -> HttpResponse:
    """Send the browser there; a script's request moves the whole page, not a part of it."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)
