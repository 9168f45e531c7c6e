"""The number beside 首页: reminders since the person last looked."""

from __future__ import annotations

from typing import Any

from django import template

from campaigns.models import Notice
from pingan.models import User
from pingan.scopes import has_records

register = template.Library()


@register.simple_tag
def unseen_notices(user: Any) -> int:
    """How many reminders came after the last look at the inbox."""
    if not isinstance(user, User) or not has_records(user):
        return 0
    rows = Notice.objects.filter(user=user)
    if user.inbox_seen_at:
        rows = rows.filter(at__gt=user.inbox_seen_at)
    return rows.count()
