"""What an address asks for; an address that nobody is offered is a 404."""

from __future__ import annotations

from django.http import Http404

from pingan.middleware import SignedInRequest


def number_of(request: SignedInRequest, name: str) -> int | None:
    """A whole number of the query; None where it is not there."""
    text = request.GET.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal()) or len(text) > 9:
        raise Http404
    return int(text)
