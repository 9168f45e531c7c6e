"""How long the analysis of a ranking takes: every part of it, for made-up units.

    python bench/fairness.py [--items 14]

Prints: units, items, groups of inspectors, CPU seconds of all parts together and
of the slowest one.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from assessments.enums import RuleShape
from assessments.fairness import (
    Sheet,
    Visit,
    deciding,
    firmness,
    inspectors,
    item_swings,
    survey_draws,
    weight_draws,
)
from assessments.scoring import Item, read_item, score

SIZES = (18, 40, 137)  # townships of a county, of a large one, all its villages as one group
GROUPS = 5
SLIPS = 20
COUNTS = (
    ("satisfied", "survey_slips", RuleShape.RATIO),
    ("feels_safe", "survey_slips", RuleShape.RATIO),
    ("order_good", "survey_slips", RuleShape.RATIO),
    ("inspection_given", "inspection_possible", RuleShape.JUDGED),
    ("nights_covered", "nights_expected", RuleShape.RATIO),
)


def items_of(number: int) -> dict[str, Item]:
    """Items of 100 points together, the first five on slips, inspections and nights."""
    made = {}
    for index in range(number):
        part, whole, shape = COUNTS[min(index, len(COUNTS) - 1)]
        code = f"item{index}"
        made[code] = read_item(
            {
                "code": code,
                "name": code,
                "source": "routine",
                "shape": shape,
                "points": 10_000 // number,
                "parameters": {"numerator": part, "denominator": whole},
                "clause": "",
            }
        )
    return made


def sheets_of(units: int, items: dict[str, Item], dice: random.Random) -> list[Sheet]:
    made = []
    for unit in range(units):
        facts = {"survey_slips": SLIPS, "inspection_possible": 10_000, "nights_expected": 30}
        facts |= {
            name: dice.randint(12, SLIPS) for name in ("satisfied", "feels_safe", "order_good")
        }
        facts |= {
            "inspection_given": dice.randint(7000, 9800),
            "nights_covered": dice.randint(9, 30),
        }
        made.append(Sheet(unit, score(list(items.values()), facts), facts))
    return made


def measure(units: int, number: int) -> str:
    items, dice = items_of(number), random.Random(2026)
    sheets = sheets_of(units, items, dice)
    visits = [
        Visit(
            each.unit, f"{each.unit % GROUPS}", "inspection", each.facts["inspection_given"], 10_000
        )
        for each in sheets
    ]
    parts: dict[str, Callable[[], object]] = {
        "weights": lambda: firmness(sheets, weight_draws(sheets, list(items), "seed")),
        "swings": lambda: item_swings(sheets, list(items)),
        "slips": lambda: firmness(sheets, survey_draws(sheets, items, "seed") or []),
        "inspectors": lambda: inspectors(sheets, items, visits),
        "items": lambda: deciding(sheets, list(items)),
    }
    taken = {}
    for name, part in parts.items():
        started = time.process_time()
        part()
        taken[name] = time.process_time() - started
    slowest = max(taken, key=lambda name: taken[name])
    return (
        f"units={units} items={number} inspectors={GROUPS} "
        f"cpu={sum(taken.values()):.3f} slowest={slowest} {taken[slowest]:.3f}"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=14)
    wanted = parser.parse_args()
    for size in SIZES:
        print(measure(size, wanted.items))
