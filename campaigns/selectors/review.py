"""What waits for a reviewer, with its key figures beside those of the month before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, F, Q, Sum

from campaigns.enums import Activity, ReturnState
from campaigns.models import Education, Meeting, MonthlyReturn, Patrol, Sweep
from campaigns.selectors.checks import findings_of, is_clean, notes_of
from campaigns.selectors.completeness import Mark
from campaigns.selectors.returns import ReturnRow, return_rows
from pingan.models import User

# name in the queries, what people read
FIGURES = {
    "days": "巡逻天数",
    "nights": "夜巡天数",
    "educations": "法制宣教",
    "found": "排查",
    "solved": "化解",
    "meetings": "例会",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One count of the month, and of the month before where there is one."""

    label: str
    now: int
    before: int | None

    @property
    def difference(self) -> str:
        if self.before is None or self.now == self.before:
            return ""
        return f"{self.now - self.before:+d}"


@dataclass(frozen=True, slots=True)
class ReviewRow:
    row: ReturnRow
    figures: list[Figure] = field(default_factory=list)
    is_own: bool = False  # submitted by the reviewer himself: another person must accept it
    is_clean: bool = True  # nothing asks for a look: may be accepted with others at once
    reasons: int = 0  # findings, explained or not

    @property
    def short_marks(self) -> list[Mark]:
        """What the unit itself did not fill in completely."""
        own = (mark for name, mark in self.row.marks.items() if name != Activity.SURVEY)
        return [mark for mark in own if not mark.is_full]


def waiting(user: User) -> list[MonthlyReturn]:
    """Submitted returns that this person's office reviews, oldest deadline first."""
    return list(
        MonthlyReturn.objects.reviewed_by(user)
        .filter(state=ReturnState.SUBMITTED)
        .select_related("unit__parent", "submitted_by")
        .order_by("due_on", "submitted_at", "pk")
    )


def waiting_count(user: User) -> int:
    """How many returns wait for this person's office."""
    return MonthlyReturn.objects.reviewed_by(user).filter(state=ReturnState.SUBMITTED).count()


def review_rows(returns: list[MonthlyReturn], user: User, today: dt.date) -> list[ReviewRow]:
    """The given returns with figures now and before, and whether a check wants them looked at.

    A fixed number of queries.
    """
    earlier = _previous(returns)
    counts = figures_of([*returns, *earlier.values()])
    own = {each.pk for each in returns if each.submitted_by_id == user.pk}
    rows = return_rows(returns, today)
    findings, notes = findings_of(returns, today), notes_of(returns)
    return [
        ReviewRow(
            row,
            _figures(row, counts, earlier),
            is_own=row.pk in own,
            is_clean=is_clean(findings[row.pk], notes[row.pk]),
            reasons=len(findings[row.pk]),
        )
        for row in rows
    ]


def _previous(returns: list[MonthlyReturn]) -> dict[tuple[int, int], MonthlyReturn]:
    """Returns of the months before, by unit and the month they stand before."""
    found = MonthlyReturn.objects.filter(
        unit__in={each.unit_id for each in returns},
        month__in={each.month.previous for each in returns},
    )
    return {(each.unit_id, int(each.month.next)): each for each in found}


def _figures(
    row: ReturnRow,
    counts: dict[int, dict[str, int]],
    earlier: dict[tuple[int, int], MonthlyReturn],
) -> list[Figure]:
    before = earlier.get((row.unit_id, int(row.month)))
    return [
        Figure(label, counts[row.pk][name], counts[before.pk][name] if before else None)
        for name, label in FIGURES.items()
    ]


def figures_of(returns: Iterable[MonthlyReturn]) -> dict[int, dict[str, int]]:
    """The key counts of many returns, four queries."""
    chosen = list(returns)
    where = Q(
        month__in={each.month for each in chosen}, monthly_return__in=[each.pk for each in chosen]
    )
    solved = (
        F("solved_in_group")
        + F("solved_in_village")
        + F("solved_in_township")
        + F("solved_in_county")
    )
    tables = (
        Patrol.objects.filter(where)
        .order_by()
        .values("monthly_return_id")
        .annotate(
            days=Count("pk", filter=Q(day_heads__gt=0) | Q(night_heads__gt=0)),
            nights=Count("pk", filter=Q(night_heads__gt=0)),
        ),
        Education.objects.filter(where)
        .order_by()
        .values("monthly_return_id")
        .annotate(educations=Count("pk")),
        Sweep.objects.filter(where)
        .order_by()
        .values("monthly_return_id")
        .annotate(found_sum=Sum("found"), solved_sum=Sum(solved)),
        Meeting.objects.filter(where)
        .order_by()
        .values("monthly_return_id")
        .annotate(meetings=Count("pk")),
    )
    counts = {each.pk: dict.fromkeys(FIGURES, 0) for each in chosen}
    for table in tables:
        for found in table:
            numbers: dict[str, Any] = dict(found)
            into = counts[numbers.pop("monthly_return_id")]
            into.update({name.removesuffix("_sum"): value for name, value in numbers.items()})
    return counts
