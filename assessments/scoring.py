"""From facts to points. Pure: plain values in, plain values out.

Points are integers, hundredths of a point. Every item is rounded once, half up. An item that does
not apply (its denominator is 0 or below its minimum, or the unit has no such count) is left out,
and the total of the others is scaled to 100: total = points × 10000 / points possible, rounded
once, half up. A bonus is added to that; a veto moves the grade and no point. What a rule's
parameters may hold stands in `assessments/shapes.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from assessments.enums import Grade, RuleShape
from assessments.shapes import (
    COMPARING,
    COUNTED_ALONE,
    DIRECTIONS,
    MEANS,
    Item,
    base_of,
)
from assessments.tables import INDICATOR, is_fact

__all__ = [
    "FULL",
    "InvalidRule",
    "Item",
    "Line",
    "applicable",
    "losses",
    "read_item",
    "score",
    "total",
]

FULL = 10_000  # 100 points

Bases = Mapping[str, tuple[int, int]]  # item's code to the numerator and denominator of the mean
NO_BASES: Bases = MappingProxyType({})


class InvalidRule(ValueError):
    """A score item cannot be used; the sentence says which and why."""


class Line(NamedTuple):
    """One item of a scorecard; points None: not applicable.

    `maximum` is what it can earn of the 100, so 0 for a bonus and a veto. `base_…` are the counts
    it was compared with (the mean's or last year's), `restored` what an appeal gave back; points
    contain it. Stored without the zeros at its end, as `stored` gives it.
    """

    code: str
    points: int | None
    maximum: int
    numerator: int
    denominator: int
    base_numerator: int = 0
    base_denominator: int = 0
    restored: int = 0


def stored(line: Line) -> tuple[Any, ...]:
    """As short as it can be: the older lines of five values are what they always were."""
    if line[7]:
        return line
    return line[:7] if line[6] or line[5] else line[:5]


def score(
    items: Sequence[Item],
    facts: Mapping[str, int],
    bases: Bases = NO_BASES,
    restored: Mapping[str, int] | None = None,
) -> tuple[Line, ...]:
    """The lines of one unit's scorecard, in the order of the items.

    `bases`: the means that MEAN items compare with; `restored`: points of upheld appeals by item.
    """
    lines = tuple([_line(item, facts, bases) for item in items])
    if not restored:
        return lines
    return tuple(
        _restore(line, item, restored.get(item.code, 0))
        for line, item in zip(lines, items, strict=True)
    )


def _line(item: Item, facts: Mapping[str, int], bases: Bases) -> Line:
    numerator = facts.get(item.numerator)
    divisor = item.denominator
    denominator = divisor if isinstance(divisor, int) else facts.get(divisor)
    maximum = item.maximum
    if numerator is None or denominator is None:
        return Line(item.code, None, maximum, 0, 0)
    if item.needs and not facts.get(item.needs):
        return Line(item.code, 0, maximum, numerator, denominator)
    if denominator < item.minimum:
        return Line(item.code, None, maximum, numerator, denominator)
    formula = item.formula
    if formula is not None:
        points = formula(item, numerator, denominator)
        return Line(item.code, points, maximum, numerator, denominator)
    base = bases.get(item.code) if item.shape == RuleShape.MEAN else base_of(item, facts)
    if base is None:
        return Line(item.code, None, maximum, numerator, denominator)
    points = COMPARING[item.shape](item, numerator, denominator, base)
    return Line(item.code, points, maximum, numerator, denominator, *base)


def _restore(line: Line, item: Item, restored: int) -> Line:
    """The line with what an upheld appeal gives back: never more than the item is worth."""
    if line.points is None or not restored:
        return line
    points = max(line.points, min(item.points, line.points + restored))
    return line._replace(points=points, restored=points - line.points)


def counts_for_mean(item: Item, facts: Mapping[str, int]) -> tuple[int, int] | None:
    """What a unit adds to the mean of its peers: nothing where the item does not apply to it."""
    numerator = facts.get(item.numerator)
    divisor = item.denominator
    denominator = divisor if isinstance(divisor, int) else facts.get(divisor)
    if numerator is None or denominator is None or denominator < item.minimum:
        return None
    return None if item.needs and not facts.get(item.needs) else (numerator, denominator)


def total(lines: Sequence[Line]) -> int:
    """The total in hundredths, scaled to 100 where items do not apply, with the bonus."""
    earned, possible = applicable(lines)
    scaled = (2 * earned * FULL + possible) // (2 * possible) if possible else 0
    return scaled + bonus(lines)


def bonus(lines: Sequence[Line]) -> int:
    """What the items outside the 100 points add."""
    return sum([line[1] or 0 for line in lines if not line[2]])


def applicable(lines: Sequence[Line]) -> tuple[int, int]:
    """Points earned and points possible over the items of the 100 that apply."""
    earned = possible = 0
    for line in lines:
        points, maximum = line[1], line[2]
        if points is not None and maximum:
            earned += points
            possible += maximum
    return earned, possible


def losses(lines: Sequence[Line]) -> list[int]:
    """What each item took off the 100: together exactly 100 minus the total.

    Where nothing is left out this is maximum − points. Otherwise the scaled losses are rounded
    along the running sum, so that no hundredth is lost between the lines. What a bonus adds is
    a loss below zero.
    """
    _earned, possible = applicable(lines)
    lost, before, result = 0, 0, []
    for line in lines:
        if not line.maximum:
            result.append(-(line.points or 0))
            continue
        if line.points is not None:
            lost += line.maximum - line.points
        # The total rounds half up, so its complement rounds half down.
        after = -((possible - 2 * lost * FULL) // (2 * possible)) if possible else 0
        result.append(after - before)
        before = after
    return result


def read_item(data: Mapping[str, Any]) -> Item:
    """An item from a scheme's row or an edition's rules; InvalidRule where it cannot work."""
    try:
        item = _read(data)
    except (TypeError, ValueError) as error:
        raise InvalidRule(f"考核项“{data['name']}”不能使用：参数的格式不对。") from error
    if fault := _fault(item):
        raise InvalidRule(f"考核项“{item.name}”不能使用：{fault}")
    return item


def _read(data: Mapping[str, Any]) -> Item:
    given = data["parameters"]
    shape = RuleShape(data["shape"])
    points = int(data["points"])
    cap = None if given.get("uncapped") else min(points, int(given.get("cap", points)))
    divisor = given.get("denominator", 1 if shape in COUNTED_ALONE else "")
    grade = given.get("grade")
    return Item(
        code=data["code"],
        name=data["name"],
        source=data["source"],
        shape=shape,
        points=points,
        numerator=given.get("numerator", ""),
        denominator=divisor if isinstance(divisor, str) else int(divisor),
        target=int(given.get("target", 100)),
        each=int(given.get("each", 0)),
        cap=cap,
        bands=_pairs(given.get("bands", [])),
        needs=given.get("needs", ""),
        clause=data["clause"],
        section=data.get("section", ""),
        minimum=int(given.get("minimum", 1)),
        counted=bool(given.get("counted", False)),
        steps=_pairs(given.get("steps", [])),
        within=int(given.get("within", 0)),
        change=int(given.get("change", 0)),
        direction=given.get("direction", "up"),
        of=given.get("of", "county"),
        grade=Grade(grade) if grade else None,
        labels=data.get("labels", {}),
    )


def _pairs(rows: Sequence[Sequence[Any]]) -> tuple[tuple[int, int], ...]:
    return tuple((int(first), int(second)) for first, second in rows)


def _fault(item: Item) -> str:
    """Why the item cannot work; empty where it can."""
    return _fault_of_counts(item) or _fault_of_shape(item)


def _fault_of_counts(item: Item) -> str:
    names = [item.numerator, *([item.needs] if item.needs else [])]
    if isinstance(item.denominator, str):
        names.append(item.denominator)
    elif item.denominator < 1:
        return "分母必须大于零。"
    if unknown := [name for name in names if not is_fact(name)]:
        name = unknown[0].removeprefix(INDICATOR)
        return f"没有“{name}”这个计数。" if name else "还没有选计数。"
    if item.minimum < 1:
        return "最低基数必须大于零。"
    is_fixed = isinstance(item.denominator, int) and item.denominator < item.minimum
    return "分母是固定的数，不到最低基数，本项永远不适用。" if is_fixed else ""


def _fault_of_shape(item: Item) -> str:
    shape = item.shape
    if shape == RuleShape.VETO:
        limits = item.grade not in (None, Grade.EXCELLENT)
        return "" if limits else "须写明最高能评为哪个等次，“优秀”不是限制。"
    if item.points < 1:
        return "分值必须大于零。"
    if item.target < 1:
        return "目标百分比必须大于零。"
    if shape in (RuleShape.MISSING, RuleShape.EVENTS, RuleShape.BONUS) and item.each < 1:
        return f"每次{'加' if shape == RuleShape.BONUS else '扣'}分必须大于零。"
    if (shape == RuleShape.BANDS or item.bands) and not _falls(item):
        return "分档须从高到低排列，分值不高于满分。"
    return _fault_of_comparison(item) if shape in COMPARING else ""


def _fault_of_comparison(item: Item) -> str:
    if item.direction not in DIRECTIONS or item.of not in MEANS:
        return "须写明与谁比、多的好还是少的好。"
    if not item.steps and item.each < 1:
        return "须写明每差一个百分点扣几分，或者分几档扣分。"
    if item.steps and not _rises(item):
        return "扣分的档次须从小到大排列，扣分不高于满分。"
    return "百分点和幅度不能是负数。" if item.within < 0 or item.change < 0 else ""


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


def _rises(item: Item) -> bool:
    off = [worth for _beyond, worth in item.steps]
    return (
        list(item.steps) == sorted(item.steps)
        and off == sorted(off)
        and item.steps[0][0] >= 0
        and off[0] > 0
        and off[-1] <= item.points
    )
