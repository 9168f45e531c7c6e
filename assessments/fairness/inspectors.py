"""What hangs on one group of inspectors: its visits left out, or made as strict as the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from assessments.fairness.sheets import Draw, Move, Sheet, again, move, ranks
from assessments.scoring import Item, total

Change = Callable[["Visit"], tuple[int, int]]  # what the visit adds to points given and possible


class Visit(NamedTuple):
    """One inspection: whose it was, of which unit, which counts it went into."""

    unit: int
    inspector: str
    kind: str  # "inspection" or "undercover"
    given: int
    possible: int


@dataclass(frozen=True, slots=True)
class Inspector:
    """One group's visits: its strictness beside the county's, and what hangs on it."""

    name: str
    units: int
    given: int
    possible: int
    without: Move  # its visits left out
    levelled: Move  # its points lifted or lowered to the county's mean


def inspectors(
    sheets: Sequence[Sheet], items: Mapping[str, Item], visits: Sequence[Visit]
) -> list[Inspector]:
    """Every group of inspectors that visited any of these units, in the order of the visits."""
    base = ranks({sheet.unit: sheet.total for sheet in sheets})
    found = []
    for name in dict.fromkeys(visit.inspector for visit in visits):
        own = [visit for visit in visits if visit.inspector == name]
        found.append(
            Inspector(
                name,
                len({visit.unit for visit in own}),
                sum(visit.given for visit in own),
                sum(visit.possible for visit in own),
                move(name, base, _revisited(sheets, items, own, _left_out)),
                move(name, base, _revisited(sheets, items, own, _leveller(visits, own))),
            )
        )
    return found


def _left_out(visit: Visit) -> tuple[int, int]:
    return -visit.given, -visit.possible


def _leveller(visits: Sequence[Visit], own: Sequence[Visit]) -> Change:
    """Lifts or lowers the points of the own visits by what their mean is off the county's."""

    def rate(of: Iterable[Visit], kind: str) -> float:
        kept = [visit for visit in of if visit.kind == kind]
        possible = sum(visit.possible for visit in kept)
        return sum(visit.given for visit in kept) / possible if possible else 0.0

    gaps = {visit.kind: rate(visits, visit.kind) - rate(own, visit.kind) for visit in own}

    def level(visit: Visit) -> tuple[int, int]:
        wanted = round(visit.given + gaps[visit.kind] * visit.possible)
        return min(max(wanted, 0), visit.possible) - visit.given, 0

    return level


def _revisited(
    sheets: Sequence[Sheet], items: Mapping[str, Item], own: Sequence[Visit], change: Change
) -> Draw:
    """Totals with these visits changed; a count never falls below zero."""
    result = {}
    for sheet in sheets:
        facts = dict(sheet.facts)
        for visit in own:
            if visit.unit != sheet.unit or f"{visit.kind}_possible" not in facts:
                continue
            for name, step in zip(("given", "possible"), change(visit), strict=True):
                key = f"{visit.kind}_{name}"
                facts[key] = max(0, facts[key] + step)
        result[sheet.unit] = total(again(sheet, items, facts))
    return result
