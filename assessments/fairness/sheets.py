"""One unit's frozen month as the analysis takes it, and what a change does to the places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from assessments.ranking import places
from assessments.scoring import Item, Line, score, total

Totals = Mapping[int, int]
Draw = dict[int, int]  # unit to total


@dataclass(frozen=True, slots=True)
class Sheet:
    """One unit's frozen month."""

    unit: int
    lines: tuple[Line, ...]
    facts: Mapping[str, int]

    @property
    def total(self) -> int:
        return total(self.lines)


@dataclass(frozen=True, slots=True)
class Move:
    """What one change does: how many units change places, and who moves most."""

    name: str
    moved: int
    unit: int | None
    before: int
    after: int


def ranks(totals: Totals) -> dict[int, int]:
    return {unit: place.rank for unit, place in places(totals).items()}


def move(name: str, base: Mapping[int, int], totals: Totals) -> Move:
    after = ranks(totals)
    moved = [unit for unit in base if after[unit] != base[unit]]
    if not moved:
        return Move(name, 0, None, 0, 0)
    most = max(moved, key=lambda unit: (abs(after[unit] - base[unit]), -base[unit]))
    return Move(name, len(moved), most, base[most], after[most])


def again(sheet: Sheet, items: Mapping[str, Item], facts: Mapping[str, int]) -> tuple[Line, ...]:
    """The sheet with other counts; the means that it was compared with stay."""
    changed = {name for name in facts if facts[name] != sheet.facts.get(name)}
    lines = []
    for line in sheet.lines:
        item = items.get(line.code)
        if item is None or not changed & item.facts():
            lines.append(line)
            continue
        bases = {item.code: (line.base_numerator, line.base_denominator)}
        given = {item.code: line.restored}
        lines += score([item], facts, bases if line.base_denominator else {}, given)
    return tuple(lines)
