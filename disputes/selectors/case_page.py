"""The page of one case: a fixed number of queries, never a plain name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from disputes.deadlines import Clock, Dates, Pause, clocks
from disputes.enums import MOVES, OPEN_STATES, DisputeState, HandoverState, Move
from disputes.models import (
    Agreement,
    ClockPause,
    Dispute,
    DisputeMove,
    Escalation,
    FollowVisit,
    Handover,
)
from disputes.selectors.cases import LOOK, TAKEN
from disputes.selectors.repeats import Repeats, repeats_of
from disputes.selectors.terms import settings_of
from pingan.enums import Level, Role
from pingan.models import AuditEvent, User


@dataclass(frozen=True, slots=True)
class PartyLine:
    """One party as it may be shown: masked to the handler, a role to everybody else."""

    role: str
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the way of a case."""

    at: dt.datetime
    on: dt.date
    text: str
    note: str
    who: str


@dataclass(frozen=True, slots=True)
class CasePage:
    """Everything of the page but the case itself."""

    parties: list[PartyLine]
    clocks: list[tuple[Clock, str, str]]
    events: list[Event]
    offer: Handover | None
    pause: ClockPause | None
    moves: list[Move]
    looks: list[AuditEvent]
    repeats: Repeats


def case_page(dispute: Dispute, user: User, today: dt.date) -> CasePage:
    """The page of one case. A fixed number of queries, whatever its length."""
    is_handler = dispute.is_known_to(user)
    handovers = list(
        dispute.handovers.select_related("from_unit", "to_unit", "asked_by", "answered_by")
    )
    offer = next((each for each in handovers if each.state == HandoverState.PENDING), None)
    pauses = list(dispute.pauses.select_related("by"))
    may_move = is_handler and offer is None
    return CasePage(
        parties=_parties(dispute, is_handler=is_handler),
        clocks=_clocks(dispute, pauses, today),
        events=_events(dispute, handovers, pauses),
        offer=offer,
        pause=next((pause for pause in pauses if pause.ends_on is None), None),
        moves=_moves(dispute) if may_move else [],
        looks=_looks(dispute) if is_handler or user.role == Role.COUNTY_OFFICER else [],
        repeats=repeats_of(dispute, user, today),
    )


def _parties(dispute: Dispute, *, is_handler: bool) -> list[PartyLine]:
    return [
        PartyLine(
            party.get_role_display(),
            party.get_kind_display(),
            party.name.masked if is_handler else str(party),
        )
        for party in dispute.parties.all()
    ]


def _moves(dispute: Dispute) -> list[Move]:
    state = DisputeState(dispute.state)
    return [move for move, (states, _after) in MOVES.items() if state in states]


def clocks_of(dispute: Dispute, pauses: Sequence[ClockPause], today: dt.date) -> list[Clock]:
    """Every clock of the case that has begun. Three queries."""
    agreement = Agreement.objects.filter(dispute=dispute).first()
    visit = FollowVisit.objects.filter(dispute=dispute).order_by("on").first()
    terms = settings_of(dispute.county_id)
    told = dispute.police_told_at
    dates = Dates(
        today=today,
        level=Level(dispute.level),
        level_since=dispute.level_since,
        accepted_on=dispute.accepted_on,
        settled_on=dispute.settled_on,
        agreed_on=agreement.agreed_on if agreement else None,
        effective_on=agreement.effective_on if agreement else None,
        confirmation_asked_on=agreement.confirmation_asked_on if agreement else None,
        perform_by=agreement.perform_by if agreement else None,
        visited_on=visit.on if visit else None,
        crime_noted_on=dispute.registered_on if dispute.is_crime_likely else None,
        police_told_on=timezone.localdate(told) if told else None,
        is_open=dispute.state in OPEN_STATES and dispute.level_due_on is not None,
        pauses=tuple(Pause(pause.starts_on, pause.ends_on) for pause in pauses),
    )
    return clocks(
        dates,
        settle_days=terms.settle_days,
        level_days=terms.level_days,
        follow_days=terms.follow_days,
    )


_CLOCK_TONES = {
    "done": ("已办", "good"),
    "late": ("超期", "bad"),
    "soon": ("将到期", "warn"),
    "paused": ("中止", "info"),
    "running": ("计时中", "plain"),
}


def _clocks(
    dispute: Dispute, pauses: Sequence[ClockPause], today: dt.date
) -> list[tuple[Clock, str, str]]:
    found = []
    for clock in clocks_of(dispute, pauses, today):
        word, tone = _CLOCK_TONES[clock.tone(today)]
        left = clock.days_left(today)
        if clock.done_on is None and not clock.is_paused:
            word = f"超期{-left}天" if left < 0 else "今天到期" if left == 0 else f"还有{left}天"
        found.append((clock, word, tone))
    return found


def _events(
    dispute: Dispute, handovers: Sequence[Handover], pauses: Sequence[ClockPause]
) -> list[Event]:
    """Moves, hand-overs, levels and pauses in one line of time."""
    first = Event(
        dispute.registered_at, dispute.registered_on, "登记", "", _who(dispute.registered_by)
    )
    found = [first]
    moves = DisputeMove.objects.filter(dispute=dispute).exclude(move=Move.EDIT)
    for move in moves.select_related("by"):
        found.append(Event(move.at, move.on, move.get_move_display(), move.note, _who(move.by)))
    for each in handovers:
        text = f"移交：{each.from_unit.name} → {each.to_unit.name}"
        found.append(
            Event(
                each.asked_at,
                timezone.localdate(each.asked_at),
                text,
                each.reason,
                _who(each.asked_by),
            )
        )
        if each.answered_at:
            state = f"移交{each.get_state_display()}"
            found.append(
                Event(
                    each.answered_at,
                    timezone.localdate(each.answered_at),
                    state,
                    each.answer,
                    _who(each.answered_by),
                )
            )
    ups = Escalation.objects.filter(dispute=dispute).select_related("from_unit", "to_unit", "by")
    for up in ups:
        text = (
            f"{up.get_cause_display()}："
            f"{up.get_from_level_display()} → {up.get_to_level_display()}（{up.to_unit.name}）"
        )
        found.append(Event(up.at, up.on, text, up.note, _who(up.by)))
    found += _takings(dispute)
    for pause in pauses:
        until = f"，{pause.ends_on:%Y-%m-%d}恢复" if pause.ends_on else ""
        at = dispute.registered_at.replace(
            year=pause.starts_on.year, month=pause.starts_on.month, day=pause.starts_on.day
        )
        found.append(Event(at, pause.starts_on, f"期限中止{until}", pause.reason, _who(pause.by)))
    return sorted(found, key=lambda event: (event.on, event.at))


def _takings(dispute: Dispute) -> list[Event]:
    """Who took the case in hand: the former handler sees where it went."""
    rows = AuditEvent.objects.filter(object_type="纠纷", object_id=str(dispute.pk), action=TAKEN)
    return [
        Event(row.at, timezone.localdate(row.at), "接手办理", "", row.by_name.rsplit("（", 1)[0])
        for row in rows
    ]


def _who(user: User | None) -> str:
    return user.display_name if user else "系统"


def _looks(dispute: Dispute) -> list[AuditEvent]:
    """Who looked at the names, when and what for."""
    rows = AuditEvent.objects.filter(object_type="纠纷", object_id=str(dispute.pk), action=LOOK)
    return list(rows.order_by("-pk")[:20])
