"""The request of a page behind the sign-in."""

from __future__ import annotations

from django.http import HttpRequest

from pingan.models import User


class SignedInRequest(HttpRequest):
    """What a view here is handed: the middleware lets nobody else through."""

    user: User
