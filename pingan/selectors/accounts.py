"""Reading accounts and the rules of sign-in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from axes.models import AccessAttempt
from django.db.models import Q, Sum
from django.utils import timezone

from pingan import scopes
from pingan.models import SecuritySettings, Unit, User
from pingan.models.user import UserQuerySet


def security_settings() -> SecuritySettings:
    """The one row; its defaults where nobody has saved it yet."""
    return SecuritySettings.objects.first() or SecuritySettings(pk=1)


def accounts(
    by: User, *, text: str = "", role: str = "", unit: Unit | None = None, state: str = ""
) -> UserQuerySet:
    """The accounts that this administrator keeps, filtered as the list asks."""
    found: UserQuerySet = User.objects.visible_to(by).select_related("unit__parent")
    if text:
        found = found.filter(Q(username__icontains=text) | Q(display_name__icontains=text))
    if role:
        found = found.filter(role=role)
    if unit:
        found = found.filter(scopes.within(unit.path, "unit__path"))
    if state:
        found = found.filter(is_active=state == "active")
    return found.order_by("unit__path", "username")


def locked_usernames(usernames: Iterable[str]) -> set[str]:
    """Those that are locked out now, as django-axes would decide it."""
    rules = security_settings()
    since = timezone.now() - dt.timedelta(minutes=rules.lock_minutes)
    failures = (
        AccessAttempt.objects.filter(username__in=list(usernames), attempt_time__gte=since)
        .values("username")
        .annotate(failures=Sum("failures_since_start"))
        .filter(failures__gte=rules.failure_limit)
    )
    return {row["username"] for row in failures}
