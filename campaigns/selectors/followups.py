"""Follow-up items: what is still open, what has to be registered, what was solved where."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet

from campaigns.enums import FollowUpSource
from campaigns.models import FollowUp, MonthlyReturn, Sweep
from pingan.enums import Level, Role
from pingan.models import User

SOON_DAYS = 3
SOLVED_FIELDS = {
    Level.GROUP: "solved_in_group",
    Level.VILLAGE: "solved_in_village",
    Level.TOWNSHIP: "solved_in_township",
    Level.COUNTY: "solved_in_county",
}


@dataclass(frozen=True, slots=True)
class FollowUpRow:
    """One item ready to print."""

    item: FollowUp
    unit_name: str
    parent_name: str
    kind: str
    word: str
    tone: str


def follow_up_row(item: FollowUp, today: dt.date) -> FollowUpRow:
    """`unit__parent` and `category` must be loaded."""
    word, tone = _standing(item, today)
    kind = item.get_source_display()
    parent = item.unit.parent
    return FollowUpRow(
        item=item,
        unit_name=item.unit.name,
        parent_name=parent.name if parent and parent.level != Level.COUNTY else "",
        kind=f"{kind}：{item.category.name}" if item.category else kind,
        word=word,
        tone=tone,
    )


def _standing(item: FollowUp, today: dt.date) -> tuple[str, str]:
    """Solved, overdue, or how long there is; and its tone."""
    if item.solved_on:
        return "已办结", "good"
    left = (item.due_on - today).days
    if left < 0:
        return f"超期{-left}天", "bad"
    word = "今天到期" if left == 0 else f"还有{left}天"
    return word, "warn" if left <= SOON_DAYS else "plain"


def _in_hands_of(user: User) -> Q:
    """Matters that wait for this person's level."""
    if user.role == Role.COUNTY_OFFICER:
        return Q(level=Level.COUNTY)
    if user.role in (Role.TOWNSHIP_CLERK, Role.TOWNSHIP_REVIEWER):
        return Q(level=Level.TOWNSHIP)
    return Q(level=user.unit.level, unit_id=user.unit_id)


def follow_ups(
    user: User, *, state: str, source: str, text: str, today: dt.date, scope: str = ""
) -> QuerySet[FollowUp]:
    """The items this person may see: by deadline, so the overdue stand first."""
    rows = FollowUp.objects.visible_to(user).select_related("unit__parent", "category")
    if state == "overdue":
        rows = rows.overdue(on=today)
    elif state == "solved":
        rows = rows.exclude(solved_on=None)
    elif state != "all":
        rows = rows.open()
    if source:
        rows = rows.filter(source=source)
    if scope == "own":
        rows = rows.filter(unit_id=user.unit_id)
    elif scope == "mine":
        rows = rows.filter(_in_hands_of(user))
    if text:
        rows = rows.filter(
            Q(title__icontains=text)
            | Q(place__icontains=text)
            | Q(unit__name__icontains=text)
            | Q(unit__parent__name__icontains=text)
        )
    return rows.order_by(F("solved_on").desc(nulls_first=True), "due_on", "pk")


def live_counts(unit_id: int) -> dict[int, int]:
    """Unsolved items of the sweep by category, whatever month they were found in."""
    rows = FollowUp.objects.open().filter(unit_id=unit_id, source=FollowUpSource.SWEEP)
    return dict(rows.order_by().values_list("category_id").annotate(count=Count("pk")))


@dataclass(frozen=True, slots=True)
class Ask:
    """A category whose open matters are not all registered."""

    category_id: int
    name: str
    open: int
    live: int

    @property
    def missing(self) -> int:
        return self.open - self.live


def asks(monthly_return: MonthlyReturn) -> list[Ask]:
    """Where a line is still missing; categories that touch persons are never asked about."""
    sweeps = Sweep.objects.filter(
        month=monthly_return.month,
        monthly_return=monthly_return,
        found__gt=0,
        category__touches_persons=False,
    ).select_related("category")
    found = [row for row in sweeps.order_by("category__position") if row.found > row.solved]
    if not found:
        return []
    live = live_counts(monthly_return.unit_id)
    made = [
        Ask(
            row.category_id, row.category.name, row.found - row.solved, live.get(row.category_id, 0)
        )
        for row in found
    ]
    return [ask for ask in made if ask.missing > 0]


def open_matters(monthly_return: MonthlyReturn) -> list[FollowUp]:
    """Unsolved items of the unit's sweeps, found until this month."""
    rows = FollowUp.objects.open().filter(
        unit_id=monthly_return.unit_id,
        source=FollowUpSource.SWEEP,
        month__lte=monthly_return.month,
    )
    return list(rows.select_related("unit__parent", "category"))


def decisions_of(monthly_return: MonthlyReturn) -> list[FollowUp]:
    """What the meetings of this month decided."""
    rows = FollowUp.objects.filter(
        month=monthly_return.month, unit_id=monthly_return.unit_id, source=FollowUpSource.MEETING
    )
    return list(rows.select_related("unit__parent", "category"))


@dataclass(frozen=True, slots=True)
class SolvedMatters:
    """What the items say about one category of this month."""

    by_field: dict[str, int]
    live: int

    @property
    def solved(self) -> int:
        return sum(self.by_field.values())


def solved_matters(monthly_return: MonthlyReturn) -> dict[int, SolvedMatters]:
    """By category: items solved in this month by level, and those still open; one query."""
    month = monthly_return.month
    rows = FollowUp.objects.filter(
        Q(solved_on=None) | Q(solved_on__range=(month.first_day, month.last_day)),
        unit_id=monthly_return.unit_id,
        source=FollowUpSource.SWEEP,
        month__lte=month,
    ).values_list("category_id", "solved_level")
    found: dict[int, Counter[int | None]] = defaultdict(Counter)
    for category_id, level in rows:
        found[category_id or 0][level] += 1
    return {
        category_id: SolvedMatters(_by_field(levels), levels[None])
        for category_id, levels in found.items()
    }


def _by_field(levels: Counter[int | None]) -> dict[str, int]:
    """A department's own solution counts as solved at the lowest level the sweep knows."""
    counts: Counter[str] = Counter()
    for level, count in levels.items():
        if level is not None:
            counts[SOLVED_FIELDS.get(Level(level), SOLVED_FIELDS[Level.GROUP])] += count
    return dict(counts)


def rows_of(items: Sequence[FollowUp], today: dt.date) -> list[FollowUpRow]:
    return [follow_up_row(item, today) for item in items]
