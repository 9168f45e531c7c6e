"""A form sent after the session had ended is kept, and shown again to the same person.

The last person of this browser is known by a signed cookie. What was sent waits in the new,
anonymous session; it is given back only if the one who then signs in is that person.
"""

from __future__ import annotations

from typing import TypedDict
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict

from pingan.models import User
from pingan.privacy import seal, unseal

COOKIE = "pingan_last_person"
COOKIE_SECONDS = 7 * 24 * 3600
KEY = "stash"
LONGEST = 512 * 1024  # more than any form of ours; a session row should not grow without end


class Stash(TypedDict):
    """What the session holds: where it was sent, what, whose."""

    path: str
    data: str
    person: int


def remember_person(response: HttpResponse, user: User, *, secure: bool) -> None:
    """Note in the browser who signed in here last."""
    response.set_signed_cookie(
        COOKIE,
        str(user.pk),
        max_age=COOKIE_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=secure,
    )


def last_person(request: HttpRequest) -> int | None:
    """Who signed in here last, by the signed cookie."""
    value = request.get_signed_cookie(COOKIE, default="", max_age=COOKIE_SECONDS)
    return int(value) if value else None


def keep(request: HttpRequest, person: int | None) -> bool:
    """Keep the form that was just sent, less its secrets, for `person` alone."""
    if request.method != "POST" or person is None:
        return False
    data = request.POST.copy()
    for name in list(data):
        if name == "csrfmiddlewaretoken" or "password" in name:
            del data[name]
    text = data.urlencode()
    if not data or len(text) > LONGEST:
        return False
    # It may hold names: sealed, as they are where they are stored.
    request.session[KEY] = Stash(path=request.path, data=seal(text), person=person)
    return True


def page_of_form(request: HttpRequest) -> str:
    """Where the form stood: its own page as the browser names it, else the address it went to."""
    stood = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    parts = urlsplit(stood)
    if parts.netloc != request.get_host():
        return request.get_full_path()
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def drop_of_others(request: HttpRequest, user: User) -> None:
    """At sign-in: what somebody else had typed goes away unseen."""
    kept = request.session.get(KEY)
    if kept and kept["person"] != user.pk:
        del request.session[KEY]


def posted_or_stashed(request: HttpRequest, *, action: str = "") -> QueryDict | None:
    """The data to bind a form with: what is posted now, else what was kept for this page.

    `action` is where the form goes, when that is not the page's own address. A kept form is given
    once, with a message; nothing of it is saved until the person sends it again.
    """
    if request.method == "POST":
        return request.POST
    kept = request.session.get(KEY)
    if not kept or kept["path"] != (action or request.path) or kept["person"] != request.user.pk:
        return None
    del request.session[KEY]
    messages.warning(
        request, "登录曾经中断，您填写的内容已经找回，还没有保存。请核对后再提交一次。"
    )
    return QueryDict(unseal(kept["data"]))
