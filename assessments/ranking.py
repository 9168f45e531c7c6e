"""From totals to places, grades and colours. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from assessments.enums import Colour, Grade

# One step down, for units that still have too many open matters.
LOWERED: dict[Colour, Colour] = {
    Colour.BLUE: Colour.YELLOW,
    Colour.YELLOW: Colour.RED,
    Colour.RED: Colour.RED,
}


BEST_FIRST = tuple(Grade)


class Place(NamedTuple):
    rank: int
    peers: int
    is_tied: bool


def places(totals: Mapping[int, int]) -> dict[int, Place]:
    """The place of every sibling, by total alone; equal totals share one: 1, 2, 2, 4."""
    counts = Counter(totals.values())
    by_total: dict[int, Place] = {}
    better = 0
    for points in sorted(counts, reverse=True):
        by_total[points] = Place(better + 1, len(totals), counts[points] > 1)
        better += counts[points]
    return {unit: by_total[points] for unit, points in totals.items()}


def grade_of(points: int, bands: Sequence[tuple[str, int]]) -> Grade:
    """The first band, from high to low, whose lowest total is reached."""
    for grade, lowest in bands:
        if points >= lowest:
            return Grade(grade)
    return Grade.UNQUALIFIED


def worse(one: Grade, other: Grade) -> Grade:
    """The lower of two grades."""
    return max(one, other, key=BEST_FIRST.index)


def colour_of(grade: Grade, open_matters: int, rules: Mapping[str, str | int]) -> Colour:
    """The colour of the grade, one step down from `open_limit` open matters on (0: never)."""
    colour = Colour(str(rules[grade.value]))
    limit = int(rules.get("open_limit", 0))
    return LOWERED[colour] if limit and open_matters >= limit else colour
