"""Of the preview: cards to be read before it ends, appeals to be decided, answers to be read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db.models import Q
from django.utils import timezone

from assessments.enums import AppealState
from assessments.models import Appeal, Edition, Scorecard
from assessments.selectors.previews import moment_text
from pingan import scopes
from pingan.enums import Level, Role
from pingan.models import User
from reports.selectors.inbox_item import Item

MOST_NAMED = 5


def appeals(user: User, since: dt.datetime) -> Iterator[Item]:
    """Two queries for who has records."""
    if not scopes.has_records(user):
        return
    now = timezone.now()
    if user.unit.level == Level.COUNTY:
        if user.role == Role.COUNTY_OFFICER:
            yield from _to_decide(user)
            yield from _to_publish(user, now)
        return
    yield from _card(user, now)
    yield from _answers(user, since)


def _to_decide(user: User) -> Iterator[Item]:
    rows = list(Appeal.objects.visible_to(user).pending().select_related("unit"))
    for each in rows[:MOST_NAMED]:
        text = f"{each.unit.name}对{each.month.label}“{each.item_name}”申诉"
        where = ("assessments:appeal-detail", each.pk)
        yield Item("待您决定", "warn", text, each.reason, *where)
    if len(rows) > MOST_NAMED:
        text = f"还有{len(rows) - MOST_NAMED}件申诉等您决定"
        yield Item("待您决定", "warn", text, "", "assessments:appeal-list")


def _to_publish(user: User, now: dt.datetime) -> Iterator[Item]:
    """Previews that run, and those that are over."""
    rows = Edition.objects.visible_to(user).current()
    rows = rows.filter(published_at=None, preview_until__isnull=False)
    for each in rows.defer("rules", "totals", "changes").order_by("month"):
        assert each.preview_until is not None
        until = moment_text(each.preview_until)
        is_over = each.preview_until <= now
        text = f"{each.month.label}公示预览{'已结束' if is_over else '进行中'}"
        detail = "决定完申诉就可以公布。" if is_over else f"到{until}结束。"
        mark, tone = ("待公布", "warn") if is_over else ("预览中", "info")
        yield Item(mark, tone, text, detail, "assessments:month-list")


def _card(user: User, now: dt.datetime) -> Iterator[Item]:
    cards = Scorecard.objects.visible_to(user).filter(
        unit=user.unit_id,
        edition__is_current=True,
        edition__published_at=None,
        edition__preview_until__gt=now,
    )
    for card in cards.select_related("edition").defer("lines", "facts", "edition__rules"):
        until = card.edition.preview_until
        assert until is not None
        text = f"{card.month.label}计分卡公示预览，请逐项核对"
        detail = f"有不同意见的，{moment_text(until)}前提出申诉。"
        where = ("assessments:scorecard-detail", card.pk, timezone.localdate(until))
        yield Item("公示预览", "warn", text, detail, *where)


def _answers(user: User, since: dt.datetime) -> Iterator[Item]:
    """The appeals of the own unit and of the own office: those that wait, and new answers."""
    own = Q(unit=user.unit_id) | Q(filed_by__unit=user.unit_id)
    new = Q(state=AppealState.PENDING) | Q(decided_at__gt=since)
    rows = Appeal.objects.visible_to(user).filter(own, new).select_related("unit")
    for each in rows.order_by("filed_at"):
        place = "" if each.unit_id == user.unit_id else f"{each.unit.name}"
        text = f"{place}{each.month.label}“{each.item_name}”的申诉"
        where = ("assessments:appeal-detail", each.pk)
        if each.state == AppealState.PENDING:
            yield Item("待县级决定", "info", text, each.reason, *where)
        else:
            tone = "info" if each.state == AppealState.UPHELD else "warn"
            yield Item(each.get_state_display(), tone, text, each.decision, *where)
