"""Of vetoes and namings: what is to be decided, checked, rechecked; what is about to end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from django.db.models import Q

from assessments.enums import NamingState, RecheckResult, VetoState
from assessments.models import Naming, Veto
from assessments.selectors.namings import SOON_DAYS, with_result
from pingan import calendars, scopes
from pingan.enums import Level, Role
from pingan.models import User
from reports.selectors.inbox_item import Item

MOST_NAMED = 5
_COUNTY_CHECKS = frozenset({Level.COUNTY, Level.TOWNSHIP, Level.SECTOR})
_ABOVE = frozenset({Level.COUNTY, Level.SECTOR})


def honours(user: User, today: dt.date) -> Iterator[Item]:
    """Two queries for everybody who has records."""
    if not scopes.has_records(user):
        return
    yield from _vetoes(user, today)
    yield from _namings(user, today)


def _vetoes(user: User, today: dt.date) -> Iterator[Item]:
    """Proposals wait for the officer of the county; a unit is told what holds against it."""
    rows = Veto.objects.visible_to(user).select_related("unit", "condition")
    if user.role == Role.COUNTY_OFFICER:
        rows = rows.filter(state=VetoState.PROPOSED).order_by("proposed_at")
        for veto in rows[:MOST_NAMED]:
            text = f"{veto.unit.name}：一票否决待您决定"
            detail = veto.condition.name
            yield Item("待您决定", "warn", text, detail, "assessments:veto-detail", veto.pk)
        return
    for veto in rows.in_force(on=today).filter(unit=user.unit_id):
        until = veto.lifted_on or veto.ends_on
        assert until is not None
        text = f"本单位一票否决，{calendars.describe(until)}期满"
        detail = f"{veto.condition.name}。期内不得命名和奖励。"
        yield Item("否决中", "info", text, detail, "assessments:veto-detail", veto.pk)


def _namings(user: User, today: dt.date) -> Iterator[Item]:
    soon = today + dt.timedelta(days=SOON_DAYS)
    waiting = Q(state__in=[NamingState.APPLIED, NamingState.CHECKED])
    sent_back = Q(state=NamingState.DRAFT, unit=user.unit_id) & ~Q(check_note="")
    holding = Q(state=NamingState.NAMED, valid_to__gt=today)
    failed = Q(last_result=RecheckResult.FAILED)
    pressing = holding & (Q(recheck_on__lte=today) | Q(valid_to__lte=soon) | failed)
    seen = with_result(Naming.objects.visible_to(user))
    rows = list(
        seen.filter(waiting | sent_back | pressing)
        .select_related("unit__parent", "kind")
        .defer("statement")
        .order_by("pk")
    )
    yield from _own(user, rows, today)
    if user.role == Role.COUNTY_OFFICER:
        yield from _to_decide(rows)
    if user.role in (Role.TOWNSHIP_REVIEWER, Role.COUNTY_OFFICER, Role.INSPECTOR):
        yield from _to_check(user, rows, today)


def _own(user: User, rows: Sequence[Naming], today: dt.date) -> Iterator[Item]:
    for naming in rows:
        if naming.unit_id != user.unit_id or user.role == Role.LEADER:
            continue
        where = ("assessments:naming-detail", naming.pk, naming.valid_to)
        if naming.state == NamingState.DRAFT:
            text = f"“{naming.kind.name}”申报被退回"
            page = ("assessments:naming-edit", naming.pk)
            yield Item("已退回", "bad", text, naming.check_note, *page)
        elif naming.state == NamingState.NAMED and naming.valid_to is not None:
            left = (naming.valid_to - today).days
            if left <= SOON_DAYS:
                text = f"“{naming.kind.name}”命名将到期，请重新申报或请县级续期"
                yield Item(f"还有{left}天", "plain", text, "", *where)


def _to_decide(rows: Sequence[Naming]) -> Iterator[Item]:
    checked = sum(naming.state == NamingState.CHECKED for naming in rows)
    if checked:
        text = f"{checked}份命名申请已经核查，等您决定"
        yield Item("待您决定", "info", text, "", "assessments:naming-decide")
    failed = [each for each in rows if _failed(each)]
    for naming in failed[:MOST_NAMED]:
        text = f"{naming.unit.name}：“{naming.kind.name}”复核未通过"
        detail = "请决定是否撤销命名。"
        yield Item("待您决定", "warn", text, detail, "assessments:naming-detail", naming.pk)


def _failed(naming: Naming) -> bool:
    result = naming.last_result  # type: ignore[attr-defined]
    return naming.state == NamingState.NAMED and result == RecheckResult.FAILED


def _to_check(user: User, rows: Sequence[Naming], today: dt.date) -> Iterator[Item]:
    """A township's reviewer is told of the units below it, the county of all others."""
    mine = [naming for naming in rows if _checks(user, naming)]
    applied = sum(naming.state == NamingState.APPLIED for naming in mine)
    if applied:
        text = f"{applied}份命名申请等您实地核查"
        yield Item("待核查", "info", text, "", "assessments:naming-list")
    due = [
        naming.recheck_on
        for naming in mine
        if naming.state == NamingState.NAMED
        and naming.recheck_on is not None
        and naming.recheck_on <= today
    ]
    if due:
        text = f"{len(due)}个命名到了复核日期"
        detail = f"最早的是{calendars.describe(min(due))}。"
        yield Item("待复核", "warn", text, detail, "assessments:naming-list", None, min(due))


def _checks(user: User, naming: Naming) -> bool:
    if naming.applied_by_id == user.pk or naming.unit_id == user.unit_id:
        return False
    parent = naming.unit.parent
    of_county = naming.unit.level in _COUNTY_CHECKS or bool(parent and parent.level in _ABOVE)
    return of_county is not (user.role == Role.TOWNSHIP_REVIEWER)
