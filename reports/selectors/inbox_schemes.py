"""Drafts of schemes: to be adopted before the month begins from which they hold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from assessments.enums import SchemeState
from assessments.models import Scheme
from pingan.enums import Role
from pingan.models import User
from reports.selectors.inbox_item import Item

SOON_DAYS = 7


def drafts(user: User, today: dt.date) -> Iterator[Item]:
    """One query for the county's officer, none for others."""
    if user.role != Role.COUNTY_OFFICER:
        return
    waiting = Scheme.objects.visible_to(user).filter(state=SchemeState.DRAFT)
    for each in waiting.order_by("valid_from", "pk"):
        due_on = each.valid_from.previous.last_day
        text = f"《{each.name}》第{each.version}版草案还没有采用"
        if due_on < today:
            tone, detail = "warn", f"{each.valid_from.label}已经开始，请改起始月份，或撤回草案。"
        else:
            tone = "warn" if (due_on - today).days <= SOON_DAYS else "plain"
            detail = f"拟从{each.valid_from.label}起用，要在这个月开始之前采用。"
        yield Item("草案", tone, text, detail, "assessments:scheme-detail", each.pk, due_on)
