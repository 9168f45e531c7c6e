"""Rules and counts for tests of the scoring."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assessments.enums import RuleShape
from assessments.scorelines import (
    Card,
    Facts,
    Node,
    assess,
    read_rules,
)
from assessments.scoring import (
    FULL,
    Item,
    Line,
    read_item,
    score,
)
from pingan.enums import Level

CRIMES, HOMES = "indicator.crimes", "indicator.homes"
LABELS = {CRIMES: ["刑事案件", "起"], HOMES: ["住户", "户"]}
RATE = {"numerator": "nights_covered", "denominator": "nights_expected"}


def make_item(shape: RuleShape, points: int = 1000, code: str = "item", **parameters: Any) -> Item:
    names = {} if shape in (RuleShape.EVENTS, RuleShape.BONUS, RuleShape.VETO) else RATE
    return read_item(
        {
            "code": code,
            "name": "考核项",
            "source": "routine",
            "shape": shape,
            "points": points,
            "parameters": {"numerator": "briefs", **names, **parameters},
            "clause": "条文",
            "labels": LABELS,
        }
    )


def line_of(
    item: Item, facts: Mapping[str, int], base: tuple[int, int] | None = None, restored: int = 0
) -> Line:
    bases = {item.code: base} if base else {}
    return score([item], facts, bases, {item.code: restored} if restored else None)[0]


def nights(numerator: int, denominator: int) -> Facts:
    return {"nights_covered": numerator, "nights_expected": denominator}


def last_year(counts: Facts, before: Facts) -> Facts:
    return {**counts, **{f"last_year.{name}": value for name, value in before.items()}}


BANDS = [["excellent", 9000], ["good", 8000], ["qualified", 6000], ["unqualified", 0]]
COLOURS = {"excellent": "blue", "good": "blue", "qualified": "yellow", "unqualified": "red"}
COUNTY = Node(100, 0, Level.COUNTY, "530628", "县", 0)


def scheme_of(*items: dict[str, Any]) -> dict[str, Any]:
    defaults = {"source": "routine", "clause": "条文", "labels": LABELS}
    return {
        "name": "办法",
        "version": 2,
        "grade_bands": BANDS,
        "colour_rules": COLOURS,
        "items": [
            {"code": f"i{place}", "name": "项", **defaults, **item}
            for place, item in enumerate(items)
        ],
    }


RATIO = {"shape": "ratio", "points": FULL, "parameters": RATE}


def township(number: int, group: str = "") -> Node:
    return Node(number, 100, Level.TOWNSHIP, f"{number:03d}", f"{number}镇", number, group)


def cards_of(
    nodes: list[Node], facts: Mapping[int, Facts], rules: Mapping[str, Any], **more: Any
) -> dict[int, Card]:
    own = {unit: {"open_matters": 0, **counts} for unit, counts in facts.items()}
    cards = assess(COUNTY, nodes, own, read_rules(rules), more.pop("previous", {}), **more)
    return {card.unit_id: card for card in cards}
