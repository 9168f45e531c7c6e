"""Of disputes: what a desk has to do, and what went up a level. Titles and numbers, no names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from disputes.enums import EscalationCause
from disputes.models import DESK_ROLES, Agreement, Dispute, Escalation
from disputes.selectors.cases import PAUSED, cases_waiting, level_name, offers_to
from pingan.calendars import describe
from pingan.models import User
from reports.selectors.inbox_item import Item

SOON = dt.timedelta(days=3)
MOST = 8
_CASE, _OFFER, _MINE = "disputes:dispute-detail", "disputes:dispute-answer", "disputes:dispute-mine"


def disputes(user: User, since: dt.datetime, today: dt.date) -> Iterator[Item]:
    """Six queries, and none for whoever works on no cases."""
    if user.role not in DESK_ROLES:
        return
    yield from _offers(user)
    yield from _waiting(user)
    yield from _police(user)
    yield from _due(user, today)
    yield from _unperformed(user, today)
    yield from _gone_up(user, since)


def _offers(user: User) -> Iterator[Item]:
    for offer in offers_to(user):
        text = f"{offer.from_unit.name}移交纠纷：{offer.dispute.title}"
        yield Item("待接收", "warn", text, offer.reason, _OFFER, offer.pk)


def _waiting(user: User) -> Iterator[Item]:
    """Cases that came to the own unit and are in nobody's hands."""
    found = list(cases_waiting(user)[: MOST + 1])
    for each in found[:MOST]:
        text = f"纠纷还没有人接手：{each.title}"
        yield Item("待接手", "warn", text, each.code, _CASE, each.pk, each.level_due_on)
    if len(found) > MOST:
        yield Item("待接手", "warn", "还有更多纠纷没有人接手", "", _MINE)


def _police(user: User) -> Iterator[Item]:
    rows = Dispute.objects.handled_by(user).open()
    rows = rows.filter(is_crime_likely=True, police_told_at=None).order_by("registered_on", "pk")
    for pk, code, title in rows.values_list("pk", "code", "title")[:MOST]:
        text = f"纠纷可能引发治安或刑事案件，还没有报告公安机关：{title}"
        yield Item("须报公安", "bad", text, code, _CASE, pk)


def _due(user: User, today: dt.date) -> Iterator[Item]:
    """Cases in hand whose level's days are nearly over, or over."""
    rows = Dispute.objects.handled_by(user).open().exclude(PAUSED)
    rows = rows.filter(level_due_on__lte=today + SOON).order_by("level_due_on", "pk")
    found = list(rows.values_list("pk", "code", "title", "level", "level_due_on")[: MOST + 1])
    for pk, code, title, level, due_on in found[:MOST]:
        assert due_on is not None  # it was asked for by its day
        left, tone = _left(due_on, today)
        detail = f"{code}，{level_name(level)}办理期限{describe(due_on)}期满。"
        yield Item(left, tone, f"纠纷　{title}", detail, _CASE, pk, due_on)
    if len(found) > MOST:
        yield Item("还有", "warn", "更多快到期的纠纷", "", _MINE, None, found[-1][-1])


def _unperformed(user: User, today: dt.date) -> Iterator[Item]:
    """Agreements whose day of performance is near or past: somebody should ask after them."""
    rows = Agreement.objects.filter(
        dispute__in=Dispute.objects.handled_by(user),
        dispute__settled_level__isnull=False,
        performed_on=None,
        perform_by__lte=today + SOON,
    ).order_by("perform_by", "pk")
    fields = ("dispute", "dispute__code", "dispute__title", "perform_by")
    for pk, code, title, due_on in rows.values_list(*fields)[:MOST]:
        left, tone = _left(due_on, today)
        detail = f"{code}，约定{describe(due_on)}前履行，请督促并登记。"
        yield Item(left, tone, f"调解协议没有履行完：{title}", detail, _CASE, pk, due_on)


def _gone_up(user: User, since: dt.datetime) -> Iterator[Item]:
    """四级七天: the level that a case has left is told as well as the one that it came to."""
    rows = Escalation.objects.filter(
        from_unit=user.unit_id,
        cause=EscalationCause.EXPIRED,
        at__gt=since,
        dispute__in=Dispute.objects.visible_to(user),
    ).order_by("at", "pk")
    for up in rows.select_related("dispute", "to_unit").defer("dispute__facts")[:MOST]:
        name = up.dispute.title
        text = f"纠纷期满，已自动上报{up.to_unit.name}：{name}"
        yield Item("已上报", "info", text, up.dispute.code, _CASE, up.dispute_id)


def _left(due_on: dt.date, today: dt.date) -> tuple[str, str]:
    days = (due_on - today).days
    if days < 0:
        return f"超期{-days}天", "bad"
    return ("今天到期" if days == 0 else f"还有{days}天"), "warn"
