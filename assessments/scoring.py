"""From facts to points. Pure: plain values in, plain values out.

Points are integers, hundredths of a point. Every item is rounded once, half up. An item that does
not apply (its denominator is 0, or the unit has no such count) is left out, and the total of the
others is scaled to 100: total = points × 10000 / points possible, rounded once, half up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from assessments.enums import RuleShape
from assessments.tables import FACTS

FULL = 10_000  # 100 points


class InvalidRule(ValueError):
    """A score item cannot be used; the sentence says which and why."""


class Line(NamedTuple):
    """One item of a scorecard; points None: not applicable."""

    code: str
    points: int | None
    maximum: int
    numerator: int
    denominator: int


@dataclass(frozen=True, slots=True)
class Item:
    """One score item, ready to score. `denominator` is the name of a count, or the count itself.

    `target` is the percentage of numerator / denominator that earns everything, `each` the points
    off per missing thing or event, `cap` the most that events may take, `bands` pairs of (lowest
    percentage, points) from high to low, `needs` a count without which nothing is earned.
    """

    code: str
    name: str
    source: str
    shape: RuleShape
    points: int
    numerator: str
    denominator: str | int
    target: int
    each: int
    cap: int
    bands: tuple[tuple[int, int], ...]
    needs: str
    clause: str


def _ratio(item: Item, numerator: int, denominator: int) -> int:
    whole = denominator * item.target
    return min(item.points, (200 * item.points * numerator + whole) // (2 * whole))


def _missing(item: Item, numerator: int, denominator: int) -> int:
    missing = denominator - numerator
    return item.points if missing <= 0 else max(0, item.points - item.each * missing)


def _bands(item: Item, numerator: int, denominator: int) -> int:
    reached = 100 * numerator
    for percent, points in item.bands:
        if reached >= percent * denominator:
            return points
    return 0


def _events(item: Item, numerator: int, _denominator: int) -> int:
    return item.points - min(item.cap, item.each * numerator)


RULES: dict[RuleShape, Callable[[Item, int, int], int]] = {
    RuleShape.RATIO: _ratio,
    RuleShape.MISSING: _missing,
    RuleShape.BANDS: _bands,
    RuleShape.EVENTS: _events,
    RuleShape.JUDGED: _ratio,
}


def score(items: Sequence[Item], facts: Mapping[str, int]) -> tuple[Line, ...]:
    """The lines of one unit's scorecard, in the order of the items."""
    return tuple(_line(item, facts) for item in items)


def _line(item: Item, facts: Mapping[str, int]) -> Line:
    numerator = facts.get(item.numerator)
    divisor = item.denominator
    denominator = divisor if isinstance(divisor, int) else facts.get(divisor)
    if numerator is None or denominator is None:
        return Line(item.code, None, item.points, 0, 0)
    if item.needs and not facts.get(item.needs):
        return Line(item.code, 0, item.points, numerator, denominator)
    if denominator == 0:
        return Line(item.code, None, item.points, numerator, 0)
    points = RULES[item.shape](item, numerator, denominator)
    return Line(item.code, points, item.points, numerator, denominator)


def total(lines: Sequence[Line]) -> int:
    """The total in hundredths, scaled to 100 where items do not apply."""
    earned, possible = applicable(lines)
    return (2 * earned * FULL + possible) // (2 * possible) if possible else 0


def applicable(lines: Sequence[Line]) -> tuple[int, int]:
    """Points earned and points possible over the items that apply."""
    earned = possible = 0
    for _code, points, maximum, _numerator, _denominator in lines:
        if points is not None:
            earned += points
            possible += maximum
    return earned, possible


def losses(lines: Sequence[Line]) -> list[int]:
    """What each item took off the 100: together exactly 100 minus the total.

    Where nothing is left out this is maximum − points. Otherwise the scaled losses are rounded
    along the running sum, so that no hundredth is lost between the lines.
    """
    _earned, possible = applicable(lines)
    lost, before, result = 0, 0, []
    for line in lines:
        if line.points is not None:
            lost += line.maximum - line.points
        # The total rounds half up, so its complement rounds half down.
        after = -((possible - 2 * lost * FULL) // (2 * possible)) if possible else 0
        result.append(after - before)
        before = after
    return result


def read_item(data: Mapping[str, Any]) -> Item:
    """An item from a scheme's row or an edition's rules; InvalidRule where it cannot work."""
    parameters = data["parameters"]
    shape = RuleShape(data["shape"])
    points = int(data["points"])
    item = Item(
        code=data["code"],
        name=data["name"],
        source=data["source"],
        shape=shape,
        points=points,
        numerator=parameters.get("numerator", ""),
        denominator=parameters.get("denominator", 1 if shape == RuleShape.EVENTS else ""),
        target=parameters.get("target", 100),
        each=parameters.get("each", 0),
        cap=min(points, parameters.get("cap", points)),
        bands=tuple((percent, worth) for percent, worth in parameters.get("bands", [])),
        needs=parameters.get("needs", ""),
        clause=data["clause"],
    )
    if fault := _fault(item):
        raise InvalidRule(f"考核项“{item.name}”不能使用：{fault}")
    return item


def _fault(item: Item) -> str:
    names = [item.numerator, *([item.needs] if item.needs else [])]
    if isinstance(item.denominator, str):
        names.append(item.denominator)
    elif item.denominator < 1:
        return "分母必须大于零。"
    if unknown := [name for name in names if name not in FACTS]:
        return f"没有“{unknown[0]}”这个计数。"
    if item.target < 1:
        return "目标百分比必须大于零。"
    if item.shape in (RuleShape.MISSING, RuleShape.EVENTS) and item.each < 1:
        return "每次扣分必须大于零。"
    if item.shape == RuleShape.BANDS and not _falls(item):
        return "分档须从高到低排列，分值不高于满分。"
    return ""


def _falls(item: Item) -> bool:
    highest_first = sorted(item.bands, reverse=True)
    points = [worth for _percent, worth in item.bands]
    return (
        bool(item.bands)
        and list(item.bands) == highest_first
        and points == sorted(points, reverse=True)
        and item.points >= points[0]
        and points[-1] >= 0
    )
