"""The rule of a score item, and the formula of every shape. Pure.

What a rule's `parameters` may hold, by shape. Points are hundredths of a point, percentages whole
numbers, a count is a name of `tables.is_fact`; `denominator` may also be a whole number from 1 on.

    RATIO      numerator, denominator; target: the percentage that earns everything (100)
    JUDGED     as RATIO: points given out of points possible
    MISSING    numerator, denominator; each: points off per missing thing
    BANDS      numerator, denominator; bands: [[lowest percentage, points], …] from high to low;
               counted: true where the bands are on the count itself (denominator then 1)
    EVENTS     numerator; each: points off per event; cap: the most they take (the item's points);
               uncapped: true where they may take more than the item's points
    MEAN       numerator, denominator; of: "county" (all units of the level, the default) or
               "peers" (those it is ranked with); within: percentage points that cost nothing (0);
               direction; and each: points off per percentage point beyond that,
               or steps: [[more than so many percentage points, points off], …] from low to high;
               denominator 1: the counts themselves, and percent of the mean instead of points
    LAST_YEAR  numerator, denominator (1: the counts themselves); change: the percentage of rise or
               fall that earns everything (0: no worse than last year); direction; and each: points
               off per percentage point short of it, or steps as above
    INDEX      numerator, denominator, minimum; target (100), or bands as above
    BONUS      numerator; each: points gained per event; the item's points are the most it adds
    VETO       numerator; grade: the best grade that remains once the count is above 0; no points

`direction` is "up" where more is better (the default) and "down" where less is. Every shape may
have `needs`, a count without which nothing is earned; every shape with a denominator `minimum`,
the lowest denominator that counts: below it the item does not apply.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from assessments.enums import Grade, RuleShape
from assessments.tables import LAST_YEAR, Labels

# Shapes outside the 100 points: a bonus is added to the total, a veto moves the grade.
OUTSIDE = frozenset({RuleShape.BONUS, RuleShape.VETO})
COUNTED_ALONE = frozenset({RuleShape.EVENTS, RuleShape.BONUS, RuleShape.VETO})
DIRECTIONS = ("up", "down")
MEANS = ("county", "peers")


Formula = Callable[["Item", int, int], int]


@dataclass(frozen=True, slots=True)
class Item:
    """One score item, ready to score. `denominator` is the name of a count, or the count itself."""

    code: str
    name: str
    source: str
    shape: RuleShape
    points: int
    numerator: str
    denominator: str | int
    target: int
    each: int
    cap: int | None
    bands: tuple[tuple[int, int], ...]
    needs: str
    clause: str
    section: str = ""
    minimum: int = 1
    counted: bool = False
    steps: tuple[tuple[int, int], ...] = ()
    within: int = 0
    change: int = 0
    direction: str = "up"
    of: str = "county"
    grade: Grade | None = None
    labels: Labels = field(default_factory=dict)
    # Of the 100 points, and None for a shape that compares: looked up once, not for every unit.
    maximum: int = field(init=False, compare=False, repr=False)
    formula: Formula | None = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "maximum", 0 if self.shape in OUTSIDE else self.points)
        object.__setattr__(self, "formula", RULES.get(self.shape))

    @property
    def rises(self) -> bool:
        return self.direction == "up"

    def facts(self) -> set[str]:
        """The counts that it is scored on."""
        names = {self.numerator, *([self.needs] if self.needs else [])}
        if isinstance(self.denominator, str):
            names.add(self.denominator)
        if self.shape == RuleShape.LAST_YEAR:
            names |= {f"{LAST_YEAR}{name}" for name in names - {self.needs}}
        return names


def _ratio(item: Item, numerator: int, denominator: int) -> int:
    whole, most = denominator * item.target, item.points
    points = (200 * most * numerator + whole) // (2 * whole)
    return most if points > most else 0 if points < 0 else points


def _missing(item: Item, numerator: int, denominator: int) -> int:
    missing = denominator - numerator
    return item.points if missing <= 0 else max(0, item.points - item.each * missing)


def _bands(item: Item, numerator: int, denominator: int) -> int:
    reached = numerator if item.counted else 100 * numerator
    for lowest, points in item.bands:
        if reached >= (lowest if item.counted else lowest * denominator):
            return points
    return 0


def _events(item: Item, numerator: int, _denominator: int) -> int:
    off = item.each * numerator if numerator > 0 else 0
    return item.points - (off if item.cap is None or off < item.cap else item.cap)


def _index(item: Item, numerator: int, denominator: int) -> int:
    shape = _bands if item.bands else _ratio
    return shape(item, numerator, denominator)


def _bonus(item: Item, numerator: int, _denominator: int) -> int:
    return min(item.points, item.each * max(0, numerator))


def _veto(_item: Item, _numerator: int, _denominator: int) -> int:
    return 0


def mean_gap(item: Item, numerator: int, denominator: int, base: tuple[int, int]) -> int:
    """Percentage points that the rate is worse than the mean, times `mean_scale`."""
    whole, parts = base
    worse = 100 * (whole * denominator - numerator * parts)
    return worse if item.rises else -worse


def mean_scale(item: Item, denominator: int, base: tuple[int, int]) -> int:
    """Counts without a denominator are compared in percent of their mean."""
    whole, parts = base
    return denominator * (max(1, whole) if isinstance(item.denominator, int) else parts)


def change_gap(item: Item, numerator: int, denominator: int, base: tuple[int, int]) -> int:
    """Percent that the change on last year is short of the aim, times `change_scale`.

    From nothing there is no percentage: last year's count is then taken as 1.
    """
    before, parts = base
    rise = 100 * (numerator * parts - before * denominator)
    return item.change * change_scale(denominator, before) - (rise if item.rises else -rise)


def change_scale(denominator: int, before: int) -> int:
    return denominator * max(1, before)


def _mean(item: Item, numerator: int, denominator: int, base: tuple[int, int]) -> int:
    scale = mean_scale(item, denominator, base)
    return _short(item, mean_gap(item, numerator, denominator, base), scale)


def _last_year(item: Item, numerator: int, denominator: int, base: tuple[int, int]) -> int:
    scale = change_scale(denominator, base[0])
    return _short(item, change_gap(item, numerator, denominator, base), scale)


def _short(item: Item, gap: int, scale: int) -> int:
    """Points left where the result is gap / scale percentage points short."""
    if gap <= 0:
        return item.points
    off = 0
    if item.steps:
        for beyond, more in item.steps:
            off = more if gap > beyond * scale else off
    else:
        beyond = gap - item.within * scale
        off = (2 * item.each * beyond + scale) // (2 * scale) if beyond > 0 else 0
    return item.points - off if off < item.points else 0


RULES: dict[RuleShape, Formula] = {
    RuleShape.RATIO: _ratio,
    RuleShape.MISSING: _missing,
    RuleShape.BANDS: _bands,
    RuleShape.EVENTS: _events,
    RuleShape.INDEX: _index,
    RuleShape.JUDGED: _ratio,
    RuleShape.BONUS: _bonus,
    RuleShape.VETO: _veto,
}

# Shapes that compare with another rate: the mean's, or last year's.
COMPARING: dict[RuleShape, Callable[[Item, int, int, tuple[int, int]], int]] = {
    RuleShape.MEAN: _mean,
    RuleShape.LAST_YEAR: _last_year,
}


def base_of(item: Item, facts: Mapping[str, int]) -> tuple[int, int] | None:
    """Last year's numerator and denominator, where both are known."""
    numerator = facts.get(f"{LAST_YEAR}{item.numerator}")
    divisor = item.denominator
    denominator = divisor if isinstance(divisor, int) else facts.get(f"{LAST_YEAR}{divisor}")
    if numerator is None or denominator is None or denominator < item.minimum:
        return None
    return numerator, denominator
