"""Lists of cases: a fixed number of queries, never a name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, When

from disputes.enums import OPEN_STATES, DisputeState, HandoverState
from disputes.models import ClockPause, Dispute, Handover
from disputes.selectors.repeats import Mark, marks_of
from pingan.enums import Level
from pingan.models import User

SOON_DAYS = 3
LOOK = "查看当事人姓名"
TAKEN = "接手纠纷"
PAUSED = Exists(ClockPause.objects.filter(dispute=OuterRef("pk"), ends_on=None))
# What a case still needs when no clock of its level runs.
NEXT = {
    DisputeState.AGREED: "待履行",
    DisputeState.PERFORMED: "待回访",
    DisputeState.FOLLOWED: "待结案",
    DisputeState.FAILED: "待结案",
    DisputeState.GUIDED: "待结案",
    DisputeState.WITHDRAWN: "待结案",
    DisputeState.REJECTED: "待结案",
}
# The most pressing first; paused ones after those that run, settled ones last.
PRESSING = (
    Case(When(level_due_on=None, then=2), When(PAUSED, then=1), default=0),
    "level_due_on",
    "registered_on",
    "pk",
)
LEVELS = (Level.GROUP, Level.VILLAGE, Level.TOWNSHIP, Level.COUNTY, Level.DEPARTMENT)
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
    level: str
    state: str
    tone: str
    clock: str
    clock_tone: str
    mark: Mark


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
        return found.order_by(*PRESSING)
    return found.order_by("-registered_on", "-pk")


def cases_in_hand(user: User) -> QuerySet[Dispute]:
    """What this person has in hand and is not closed, the most pressing first."""
    found = _listed(Dispute.objects.handled_by(user)).exclude(state=DisputeState.CLOSED)
    return found.order_by(*PRESSING)


def cases_waiting(user: User) -> QuerySet[Dispute]:
    """Cases of the own unit that nobody has in hand: they came up, or were handed on."""
    found = _listed(Dispute.objects.visible_to(user)).filter(holder=user.unit_id, handler=None)
    return found.exclude(state=DisputeState.CLOSED).order_by(*PRESSING)


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
    """Rows with the marks of repeats: five more queries, whatever their number."""
    marks = marks_of(found, user, today)
    return [_row(dispute, marks, today) for dispute in found]


def _row(dispute: Dispute, marks: Mapping[int, Mark], today: dt.date) -> CaseRow:
    clock, tone = clock_word(dispute, today)
    state = DisputeState(dispute.state)
    return CaseRow(
        dispute=dispute,
        unit_name=dispute.unit.name,
        holder_name=dispute.holder.name,
        level=level_name(dispute.level),
        state=state.label,
        tone=TONES.get(state, "plain"),
        clock=clock,
        clock_tone=tone,
        mark=marks.get(dispute.pk, Mark()),
    )


def level_name(level: int) -> str:
    """县级 rather than 县: it stands alone."""
    return "县级" if level == Level.COUNTY else Level(level).label


def clock_word(dispute: Dispute, today: dt.date) -> tuple[str, str]:
    """How long the present level still has, or what comes next; and the tone of it."""
    if dispute.state not in OPEN_STATES:
        return NEXT.get(DisputeState(dispute.state), ""), "plain"
    if getattr(dispute, "is_paused", False):
        return "中止", "info"
    if dispute.level_due_on is None:
        return "", "plain"
    left = (dispute.level_due_on - today).days
    if left < 0:
        return f"超期{-left}天", "bad"
    word = "今天到期" if left == 0 else f"还有{left}天"
    return word, "warn" if left <= SOON_DAYS else "plain"


@dataclass(frozen=True, slots=True)
class LevelRow:
    """One level of the board: how many open cases of each state, and how many are late."""

    level: Level
    label: str
    counts: tuple[tuple[str, int], ...]
    late: int

    @property
    def total(self) -> int:
        return sum(count for _state, count in self.counts)


BOARD_STATES = (DisputeState.REGISTERED, DisputeState.ACCEPTED, DisputeState.WORKING)


def level_board(user: User, today: dt.date) -> list[LevelRow]:
    """The open cases of the own tree by level and state; one query. Levels without any are out."""
    late = Count("pk", filter=Q(~PAUSED, level_due_on__lt=today))
    rows = Dispute.objects.visible_to(user).open().order_by().values_list("level", "state")
    counts: dict[int, dict[str, int]] = {}
    lates: dict[int, int] = {}
    for level, state, count, over in rows.annotate(count=Count("pk"), late=late):
        counts.setdefault(level, {})[state] = count
        lates[level] = lates.get(level, 0) + over
    return [
        LevelRow(
            level,
            level_name(level),
            tuple((state.value, counts[level].get(state, 0)) for state in BOARD_STATES),
            lates[level],
        )
        for level in LEVELS
        if level in counts
    ]


def state_counts(user: User) -> dict[str, int]:
    """How many cases of each state; one query."""
    rows = Dispute.objects.visible_to(user).order_by().values_list("state")
    return dict(rows.annotate(Count("pk")))
