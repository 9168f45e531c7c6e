"""A ranking drawn many times: other weights, other slips. Who keeps a place, who is tied."""

from __future__ import annotations

import random
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import exp, log

from assessments.fairness.sheets import Draw, Move, Sheet, Totals, again, move, ranks
from assessments.scoring import FULL, Item, Line, applicable, bonus

SWING = 0.1  # a weight a tenth up or down
DRAWS = 500
SURE = 0.95
SLIPS = "survey_slips"
ANSWERS = ("order_good", "feels_safe", "satisfied")


@dataclass(frozen=True, slots=True)
class Spread:
    """Which places a unit takes when things change: all of them, and the middle 95 %."""

    place: int
    best: int
    worst: int
    low: int
    high: int
    same: float  # share of the draws in which it keeps its place

    @property
    def same_text(self) -> str:
        """Rounded, but neither all nor nothing unless it is."""
        percent = round(100 * self.same)
        if 0 < self.same < 1:
            percent = min(max(percent, 1), 99)
        return f"{percent}%"


@dataclass(frozen=True, slots=True)
class Firmness:
    """A ranking drawn many times. `top_kept`: how often the same units fill the first places."""

    spreads: Mapping[int, Spread]
    tiers: Mapping[int, int]  # units that cannot be told apart share one, 1 is the best
    top: int
    top_kept: float


def top_of(units: int) -> int:
    """How many first places are looked at."""
    return min(3, max(1, units // 2))


def reweighted(lines: Sequence[Line], weights: Mapping[str, float]) -> int:
    """The total when items weigh more or less; what is out of the 100 points stays as it is."""
    earned = possible = 0.0
    for line in lines:
        points, maximum = line[1], line[2]
        if points is not None and maximum:
            weight = weights.get(line[0], 1.0)
            earned += weight * points
            possible += weight * maximum
    scaled = int(earned * FULL / possible + 0.5) if possible else 0
    return scaled + bonus(lines)


def item_swings(sheets: Sequence[Sheet], codes: Sequence[str]) -> dict[str, Move]:
    """Every item a tenth up and a tenth down: the change that moves more units."""
    base = ranks({sheet.unit: sheet.total for sheet in sheets})
    moves = {}
    for code in codes:
        both = [
            move(code, base, {s.unit: reweighted(s.lines, {code: 1 + swing}) for s in sheets})
            for swing in (SWING, -SWING)
        ]
        moves[code] = max(both, key=lambda one: (one.moved, abs(one.after - one.before)))
    return moves


def weight_draws(sheets: Sequence[Sheet], codes: Sequence[str], seed: str) -> list[Draw]:
    """Totals under many small re-weightings, every item by chance up to a tenth up or down."""
    dice = random.Random(f"{seed} weights")  # noqa: S311 - repeats itself on purpose
    drawn = []
    for _ in range(DRAWS):
        weights = {code: dice.uniform(1 - SWING, 1 + SWING) for code in codes}
        drawn.append({sheet.unit: reweighted(sheet.lines, weights) for sheet in sheets})
    return drawn


def survey_draws(
    sheets: Sequence[Sheet], items: Mapping[str, Item], seed: str
) -> list[Draw] | None:
    """Totals when as many slips are asked again; None where no item counts slips.

    A slip says yes with the chance (yes + ½) / (slips + 1): twenty of twenty is no certainty.
    """
    asked = {
        code: item
        for code, item in items.items()
        if item.numerator in ANSWERS and item.denominator == SLIPS and item.maximum
    }
    if not asked or not any(sheet.facts.get(SLIPS) for sheet in sheets):
        return None
    dice = random.Random(f"{seed} survey")  # noqa: S311 - repeats itself on purpose
    throwers = [_thrower(sheet, asked) for sheet in sheets]
    return [
        {sheet.unit: throw(dice) for sheet, throw in zip(sheets, throwers, strict=True)}
        for _ in range(DRAWS)
    ]


def firmness(sheets: Sequence[Sheet], drawn: Sequence[Draw]) -> Firmness:
    """Places of every unit over all draws, and who can be told apart from whom."""
    totals = {sheet.unit: sheet.total for sheet in sheets}
    base = ranks(totals)
    taken: dict[int, list[int]] = {unit: [] for unit in totals}
    top = top_of(len(totals))
    leaders = {unit for unit, place in base.items() if place <= top}
    kept = 0
    for draw in drawn:
        own = ranks(draw)
        kept += leaders == {unit for unit, place in own.items() if place <= top}
        for unit, place in own.items():
            taken[unit].append(place)
    return Firmness(
        {unit: _spread(base[unit], sorted(found)) for unit, found in taken.items()},
        _tiers(totals, drawn),
        top,
        kept / len(drawn),
    )


def _spread(place: int, found: Sequence[int]) -> Spread:
    edge = int(len(found) * (1 - SURE) / 2)
    return Spread(
        place,
        min(place, found[0]),
        max(place, found[-1]),
        found[edge],
        found[-1 - edge],
        found.count(place) / len(found),
    )


def _tiers(totals: Totals, drawn: Sequence[Draw]) -> dict[int, int]:
    """A tier is opened by the best that is left; whoever is not behind it in 95 % of the draws is
    in its tier, until the first that is, who opens the next."""
    found: dict[int, int] = {}
    tier, first = 0, None
    for unit in sorted(totals, key=lambda unit: -totals[unit]):
        if first is None or sum(d[first] > d[unit] for d in drawn) >= SURE * len(drawn):
            tier, first = tier + 1, unit
        found[unit] = tier
    return found


def _thrower(sheet: Sheet, asked: Mapping[str, Item]) -> Callable[[random.Random], int]:
    """Asks the slips of one unit again and adds up: the points of every count are known before."""
    slips = sheet.facts.get(SLIPS, 0)
    drawn = [line for line in sheet.lines if line.code in asked and line.points is not None]
    earned, possible = applicable(sheet.lines)
    if not slips or not drawn or not possible:
        fixed = sheet.total
        return lambda _dice: fixed
    fixed = earned - sum(line.points or 0 for line in drawn)
    extra = bonus(sheet.lines)
    by_answer: dict[str, list[list[int]]] = {}
    for line in drawn:
        item = asked[line.code]
        table = []
        for yes in range(slips + 1):
            facts = {**sheet.facts, item.numerator: yes}
            (line_again,) = again(Sheet(sheet.unit, (line,), sheet.facts), asked, facts)
            table.append(line_again.points or 0)
        by_answer.setdefault(item.numerator, []).append(table)
    chances = {
        answer: _cumulated(slips, (sheet.facts[answer] + 0.5) / (slips + 1)) for answer in by_answer
    }

    def throw(dice: random.Random) -> int:
        points = fixed
        for answer, tables in by_answer.items():
            yes = min(bisect_left(chances[answer], dice.random()), slips)
            points += sum(table[yes] for table in tables)
        return (2 * points * FULL + possible) // (2 * possible) + extra

    return throw


def _cumulated(slips: int, chance: float) -> list[float]:
    """The chance of at most 0, 1, 2 … yes among so many slips."""
    odds = chance / (1 - chance)
    weights = [0.0]  # logarithms: many slips would leave the range of a float
    for yes in range(slips):
        weights.append(weights[-1] + log((slips - yes) / (yes + 1) * odds))
    top = max(weights)
    parts = [exp(weight - top) for weight in weights]
    whole = sum(parts)
    return [part / whole for part in accumulate(parts)]
