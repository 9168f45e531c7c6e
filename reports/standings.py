"""The year or quarter out of its months: means, places, grades. Pure.

A unit's result is the mean of its monthly totals, rounded once, half up. A month that has not
been published counts for nobody; a month in which the unit was not scored counts neither for nor
against it. Whoever was scored in less than half of the published months has no place.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

from assessments.enums import Grade
from assessments.ranking import Place, grade_of, places
from reports.tables import mean_points

Bands = Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Entry:
    """One unit's months, in their order: its total, or None where it was not scored."""

    peers: Hashable  # with whom it is compared
    totals: tuple[int | None, ...]
    bands: Bands
    is_vetoed: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """What becomes of one unit's months; `place` None: too few of them."""

    mean: int | None
    counted: int
    missed: int
    place: Place | None
    grade: Grade | None


def least_months(published: int) -> int:
    """How many months a unit needs for a place: half of those published, rounded up."""
    return max(1, (published + 1) // 2)


def standings(entries: Mapping[int, Entry], published: Sequence[bool]) -> dict[int, Standing]:
    """The standing of every unit; `published` says of each month whether it counts at all."""
    least = least_months(sum(published))
    kept = {
        unit: [
            total
            for total, is_out in zip(entry.totals, published, strict=True)
            if is_out and total is not None
        ]
        for unit, entry in entries.items()
    }
    means = {unit: mean_points(totals) for unit, totals in kept.items()}
    ranked: dict[Hashable, dict[int, int]] = {}
    for unit, mean in means.items():
        if mean is not None and len(kept[unit]) >= least:
            ranked.setdefault(entries[unit].peers, {})[unit] = mean
    found = {unit: place for totals in ranked.values() for unit, place in places(totals).items()}
    return {
        unit: Standing(
            means[unit],
            len(kept[unit]),
            sum(published) - len(kept[unit]),
            found.get(unit),
            _grade(means[unit], entry),
        )
        for unit, entry in entries.items()
    }


def _grade(mean: int | None, entry: Entry) -> Grade | None:
    """A veto in any of the months decides alone."""
    if mean is None:
        return None
    return Grade.UNQUALIFIED if entry.is_vetoed else grade_of(mean, entry.bands)
