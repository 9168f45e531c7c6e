"""实绩档案: what happened to the units while somebody held their leading posts. Set-based."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Q

from assessments.enums import Grade, NamingState, NoticeState, RewardKind, VetoState
from assessments.models import (
    Edition,
    Naming,
    PostTenure,
    RectificationNotice,
    Reward,
    Scorecard,
    Veto,
)
from assessments.selectors.tenures import term_of
from pingan.models import User
from pingan.money import yuan_text
from pingan.months import Month


@dataclass(frozen=True, slots=True)
class MonthResult:
    """One published month of the unit; points in hundredths."""

    month: Month
    total: int
    rank: int
    peers: int
    is_tied: bool
    grade: Grade
    card_id: int

    @property
    def place(self) -> str:
        return f"{'并列' if self.is_tied else ''}第{self.rank}名 / {self.peers}"


@dataclass(frozen=True, slots=True)
class ArchiveEvent:
    """Something about the unit that fell into the tenure."""

    on: dt.date
    kind: str
    text: str
    document: str


@dataclass(frozen=True, slots=True)
class ArchivePart:
    """One tenure within the year."""

    tenure: PostTenure
    first: dt.date
    last: dt.date
    months: tuple[Month, ...]  # counted for the holder
    results: tuple[MonthResult, ...]
    events: tuple[ArchiveEvent, ...]

    @property
    def unpublished(self) -> list[Month]:
        """Counted months without a published result."""
        there = {result.month for result in self.results}
        return [month for month in self.months if month not in there]

    @property
    def mean(self) -> int | None:
        return mean_of(self.results)

    def count(self, kind: str) -> int:
        return sum(event.kind == kind for event in self.events)

    @property
    def counts(self) -> list[int]:
        return [self.count(kind) for kind in KINDS]


@dataclass(frozen=True, slots=True)
class Archive:
    """One holder's year over all posts held in it."""

    holder: str
    year: int
    parts: tuple[ArchivePart, ...]

    @property
    def results(self) -> list[MonthResult]:
        """Each card once: of two posts held at one unit the months are the same."""
        found = {each.card_id: each for part in self.parts for each in part.results}
        return list(found.values())

    @property
    def month_count(self) -> int:
        return len({(part.tenure.unit_id, each) for part in self.parts for each in part.months})

    @property
    def mean(self) -> int | None:
        return mean_of(self.results)

    @property
    def grades(self) -> list[tuple[str, int]]:
        found = Counter(result.grade for result in self.results)
        return [(str(grade.label), found[grade]) for grade in Grade if found[grade]]


TREE_ORDER = ("unit__level", "unit__parent__position", "unit__position", "unit__code")
KINDS = ("奖励", "惩处", "一票否决", "整改通知", "命名")
REWARD, PENALTY, VETO, NOTICE, NAMING = KINDS


def mean_of(results: Sequence[MonthResult]) -> int | None:
    """The mean of the months, rounded once."""
    count = len(results)
    total = sum(result.total for result in results)
    return (2 * total + count) // (2 * count) if count else None


def archive_parts(user: User, year: int, today: dt.date, **only: object) -> list[ArchivePart]:
    """Every tenure this person may see that touches the year so far. Six queries, however many."""
    first, after = dt.date(year, 1, 1), dt.date(year + 1, 1, 1)
    rows = (
        PostTenure.objects.visible_to(user)
        .filter(Q(ends_on=None) | Q(ends_on__gt=first), starts_on__lt=after, **only)
        .select_related("unit__parent", "unit__county")
        .order_by(*TREE_ORDER, "post", "starts_on")
    )
    found = list(rows)
    units = {tenure.unit_id for tenure in found}
    cards = _cards(units, year)
    events = defaultdict(list)
    for unit_id, event in _events(units, first, after):
        events[unit_id].append(event)
    return [_part(tenure, year, today, cards, events[tenure.unit_id]) for tenure in found]


def _part(
    tenure: PostTenure,
    year: int,
    today: dt.date,
    cards: dict[tuple[int, Month], MonthResult],
    events: Sequence[ArchiveEvent],
) -> ArchivePart:
    term = term_of(tenure)
    span = term.within(year)
    assert span is not None
    months = tuple(month for month in term.months(year) if month <= Month.of(today))
    results = [cards.get((tenure.unit_id, month)) for month in months]
    return ArchivePart(
        tenure,
        span[0],
        max(span[0], min(span[1], today)),
        months,
        tuple(result for result in results if result is not None),
        tuple(
            sorted((event for event in events if term.holds(event.on)), key=lambda event: event.on)
        ),
    )


def archive_of(user: User, tenure: PostTenure, year: int, today: dt.date) -> Archive:
    """The year of the tenure's holder, in the order of the posts. Six queries."""
    county = tenure.unit.root_id
    parts = archive_parts(user, year, today, holder=tenure.holder)
    own = [part for part in parts if part.tenure.unit.root_id == county]
    own.sort(key=lambda part: (part.first, part.tenure.pk))
    return Archive(tenure.holder, year, tuple(own))


def _cards(units: Collection[int], year: int) -> dict[tuple[int, Month], MonthResult]:
    """Published current results by unit and month; of two cards the one of the higher level."""
    rows = Scorecard.objects.filter(
        unit__in=units,
        month__gte=Month(year, 1),
        month__lte=Month(year, 12),
        edition__is_current=True,
        edition__published_at__isnull=False,
    ).order_by("-level", "-pk")
    names = ("unit_id", "month", "total", "rank", "peers", "is_tied", "grade", "pk")
    return {
        (unit_id, month): MonthResult(month, total, rank, peers, is_tied, Grade(grade), pk)
        for unit_id, month, total, rank, peers, is_tied, grade, pk in rows.values_list(*names)
    }


def _events(
    units: Collection[int], first: dt.date, after: dt.date
) -> Iterator[tuple[int, ArchiveEvent]]:
    """What fell into the year, by unit. Four queries."""
    rewards = Reward.objects.filter(
        unit__in=units, decided_on__gte=first, decided_on__lt=after, cancelled_on=None
    )
    for reward in rewards.order_by("pk"):
        kind = REWARD if reward.kind == RewardKind.REWARD else PENALTY
        money = f"，{yuan_text(reward.amount)}元" if reward.amount else ""
        event = ArchiveEvent(reward.decided_on, kind, f"{reward.title}{money}", reward.document)
        yield reward.unit_id, event
    vetoes = Veto.objects.filter(
        unit__in=units,
        state__in=[VetoState.DECIDED, VetoState.LIFTED],
        starts_on__gte=first,
        starts_on__lt=after,
    )
    for veto in vetoes.select_related("condition").order_by("pk"):
        assert veto.starts_on is not None
        lifted = f"，{veto.lifted_on}解除" if veto.lifted_on else ""
        text = f"{veto.condition.name}，至{veto.ends_on}{lifted}"
        yield veto.unit_id, ArchiveEvent(veto.starts_on, VETO, text, veto.document)
    notices = RectificationNotice.objects.filter(
        unit__in=units, signed_on__gte=first, signed_on__lt=after
    ).exclude(state__in=[NoticeState.DRAFT, NoticeState.WITHDRAWN])
    for notice in notices.order_by("pk"):
        assert notice.signed_on
        text = f"{notice.get_kind_display()}，{notice.get_state_display()}"
        number = f"〔{notice.year}〕{notice.number}号"
        yield notice.unit_id, ArchiveEvent(notice.signed_on, NOTICE, text, number)
    yield from _namings(units, first, after)


def _namings(
    units: Collection[int], first: dt.date, after: dt.date
) -> Iterator[tuple[int, ArchiveEvent]]:
    """Named, and named no longer."""
    begun = Q(valid_from__gte=first, valid_from__lt=after)
    ended = Q(withdrawn_on__gte=first, withdrawn_on__lt=after)
    rows = Naming.objects.filter(
        begun | ended, unit__in=units, state__in=[NamingState.NAMED, NamingState.WITHDRAWN]
    )
    for naming in rows.select_related("kind").order_by("pk"):
        name = f"{naming.kind.name}（{naming.get_grade_display()}）"
        for on, text, document in (
            (naming.valid_from, f"命名为{name}", naming.document),
            (naming.withdrawn_on, f"撤销{name}：{naming.withdraw_reason}", ""),
        ):
            if on is not None and first <= on < after:
                yield naming.unit_id, ArchiveEvent(on, NAMING, text, document)


def archive_years(user: User, today: dt.date) -> list[int]:
    """Years with a tenure and a published month, and this one, the latest first. Two queries."""
    if not PostTenure.objects.visible_to(user).exists():
        return [today.year]
    editions = Edition.objects.visible_to(user).published()
    months = editions.order_by().values_list("month", flat=True).distinct()
    return sorted({today.year, *(month.year for month in months)}, reverse=True)
