"""Lists of cases and the page of one: a fixed number of queries, never a plain name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
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
from disputes.selectors.terms import settings_of
from pingan.enums import Level
from pingan.models import AuditEvent, Unit, User

SOON_DAYS = 3
LOOK = "查看当事人姓名"
PAUSED = Exists(ClockPause.objects.filter(dispute=OuterRef("pk"), ends_on=None))
TONES = {
    DisputeState.REGISTERED: "warn",
    DisputeState.ACCEPTED: "info",
    DisputeState.WORKING: "info",
    DisputeState.AGREED: "good",
    DisputeState.PERFORMED: "good",
    DisputeState.FOLLOWED: "good",
    DisputeState.FAILED: "bad",
    DisputeState.GUIDED: "warn",
}


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One case of a list, ready to print."""

    dispute: Dispute
    unit_name: str
    holder_name: str
    state: str
    tone: str
    clock: str
    clock_tone: str
    is_mine: bool


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows a list of cases; empty: not at all."""

    state: str = "open"
    category: int | None = None
    level: int | None = None
    unit: int | None = None
    first: dt.date | None = None
    last: dt.date | None = None
    text: str = ""


def cases(user: User, filters: Filters, today: dt.date) -> QuerySet[Dispute]:
    """The cases of the own tree and those that are held: the most pressing first."""
    own = Dispute.objects.visible_to(user)
    found = _listed(own.open() if filters.state in ("open", "late") else own)
    if filters.state == "late":
        found = found.filter(~PAUSED, level_due_on__lt=today)
    elif filters.state in DisputeState.values:
        found = found.filter(state=filters.state)
    for name, value in (
        ("category", filters.category),
        ("level", filters.level),
        ("unit", filters.unit),
        ("registered_on__gte", filters.first),
        ("registered_on__lte", filters.last),
    ):
        if value is not None:
            found = found.filter(**{name: value})
    if filters.text:
        found = found.filter(
            Q(code__icontains=filters.text)
            | Q(title__icontains=filters.text)
            | Q(place__icontains=filters.text)
        )
    if filters.state in ("open", "late"):
        return found.order_by(F("level_due_on").asc(nulls_last=True), "pk")
    return found.order_by("-registered_on", "-pk")


def cases_in_hand(user: User) -> QuerySet[Dispute]:
    """What this person has in hand and is not closed, the most pressing first."""
    found = _listed(Dispute.objects.handled_by(user)).exclude(state=DisputeState.CLOSED)
    return found.order_by(F("level_due_on").asc(nulls_last=True), "registered_on", "pk")


def cases_waiting(user: User) -> QuerySet[Dispute]:
    """Cases of the own unit that nobody has in hand: they came up, or were handed on."""
    found = _listed(Dispute.objects.visible_to(user)).filter(holder=user.unit_id, handler=None)
    return found.exclude(state=DisputeState.CLOSED).order_by("level_due_on", "pk")


def _listed(rows: QuerySet[Dispute]) -> QuerySet[Dispute]:
    return (
        rows.annotate(is_paused=PAUSED)
        .select_related("unit", "holder", "category", "mediator")
        .defer("facts")
    )


def offers_to(user: User) -> list[Handover]:
    """Cases that other units offer to this one."""
    rows = Handover.objects.filter(to_unit=user.unit_id, state=HandoverState.PENDING)
    return list(rows.select_related("dispute__category", "from_unit").order_by("asked_at"))


def rows_of(found: Sequence[Dispute], user: User, today: dt.date) -> list[CaseRow]:
    return [_row(dispute, user, today) for dispute in found]


def _row(dispute: Dispute, user: User, today: dt.date) -> CaseRow:
    clock, tone = clock_word(dispute, today)
    state = DisputeState(dispute.state)
    return CaseRow(
        dispute=dispute,
        unit_name=dispute.unit.name,
        holder_name=dispute.holder.name,
        state=state.label,
        tone=TONES.get(state, "plain"),
        clock=clock,
        clock_tone=tone,
        is_mine=dispute.is_known_to(user),
    )


def clock_word(dispute: Dispute, today: dt.date) -> tuple[str, str]:
    """How long the present level still has, and the tone of it."""
    if dispute.state not in OPEN_STATES:
        return "", "plain"
    if getattr(dispute, "is_paused", False):
        return "中止", "info"
    if dispute.level_due_on is None:
        return "", "plain"
    left = (dispute.level_due_on - today).days
    if left < 0:
        return f"超期{-left}天", "bad"
    word = "今天到期" if left == 0 else f"还有{left}天"
    return word, "warn" if left <= SOON_DAYS else "plain"


def state_counts(user: User, today: dt.date) -> dict[str, int]:
    """How many cases of each state, and `late`; one query."""
    sums = Dispute.objects.visible_to(user).aggregate(
        late=Count(
            "pk",
            filter=Q(~PAUSED, state__in=OPEN_STATES, level_due_on__lt=today),
        ),
        **{state.value: Count("pk", filter=Q(state=state)) for state in DisputeState},
    )
    return {name: int(count) for name, count in sums.items()}


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


def case_page(dispute: Dispute, user: User, today: dt.date) -> CasePage:
    """The page of one case. Nine queries, whatever its length."""
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
        looks=_looks(dispute) if is_handler or user.unit.level == Level.COUNTY else [],
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
    for pause in pauses:
        until = f"，{pause.ends_on:%Y-%m-%d}恢复" if pause.ends_on else ""
        at = dispute.registered_at.replace(
            year=pause.starts_on.year, month=pause.starts_on.month, day=pause.starts_on.day
        )
        found.append(Event(at, pause.starts_on, f"期限中止{until}", pause.reason, _who(pause.by)))
    return sorted(found, key=lambda event: (event.on, event.at))


def _who(user: User | None) -> str:
    return user.display_name if user else "系统"


def _looks(dispute: Dispute) -> list[AuditEvent]:
    """Who looked at the names, when and what for."""
    rows = AuditEvent.objects.filter(object_type="纠纷", object_id=str(dispute.pk), action=LOOK)
    return list(rows.order_by("-pk")[:20])


def receiving_units(dispute: Dispute) -> QuerySet[Unit]:
    """Whom the case may be offered to: the county's units that work on cases."""
    return (
        Unit.objects.living()
        .filter(
            Q(county=dispute.county_id) | Q(pk=dispute.county_id),
            level__in=(Level.COUNTY, Level.TOWNSHIP, Level.VILLAGE, Level.DEPARTMENT),
        )
        .exclude(pk=dispute.holder_id)
        .order_by("level", "path")
    )
