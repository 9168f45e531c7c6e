"""One county's month, from counts to finished cards and their hash. Pure."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from assessments.ranking import Place, colour_of, grade_of, places
from assessments.scoring import Item, Line, read_item, score, total
from pingan.enums import Level

Facts = dict[str, int]

# Where a unit is counted with the units below it.
SUMMED_LEVELS = {Level.TOWNSHIP: Level.VILLAGE, Level.SECTOR: Level.DEPARTMENT}


class Node(NamedTuple):
    """One scored unit as it stood in the month."""

    unit_id: int
    parent_id: int
    level: int
    code: str
    name: str
    position: int


class Card(NamedTuple):
    """One finished scorecard; `lines` and `facts` are canonical JSON."""

    unit_id: int
    parent_id: int
    parent_code: str
    parent_name: str
    level: int
    unit_code: str
    unit_name: str
    position: int
    total: int
    rank: int
    peers: int
    is_tied: bool
    previous_rank: int | None
    grade: str
    colour: str
    lines: str
    facts: str


@dataclass(frozen=True, slots=True)
class LevelRules:
    """The scheme of one level, ready to use."""

    items: tuple[Item, ...]
    grade_bands: tuple[tuple[str, int], ...]
    colour_rules: Mapping[str, Any]


def read_rules(rules: Mapping[str, Any]) -> dict[int, LevelRules]:
    """An edition's rules by level, ready to score with; InvalidRule where one cannot work."""
    return {
        int(level): LevelRules(
            tuple(read_item(item) for item in scheme["items"]),
            tuple((grade, lowest) for grade, lowest in scheme["grade_bands"]),
            scheme["colour_rules"],
        )
        for level, scheme in rules.items()
    }


def canonical(value: Any) -> str:
    """JSON that is the same for the same data, before and after the database."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def lines_json(lines: Iterable[Line]) -> str:
    """`canonical(lines)`, six times as fast: all but the code, a slug, are integers."""
    parts = [
        f'["{code}",{"null" if points is None else points},{maximum},{numerator},{denominator}]'
        for code, points, maximum, numerator, denominator in lines
    ]
    return f"[{','.join(parts)}]"


def facts_json(facts: Facts) -> str:
    """`canonical(facts)`, six times as fast: the names are the same for every unit of a level."""
    names, template = _facts_template(tuple(facts))
    return template % tuple([facts[name] for name in names])


@lru_cache
def _facts_template(names: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    ordered = tuple(sorted(names))
    return ordered, "{" + ",".join(f'"{name}":%d' for name in ordered) + "}"


def sum_up(nodes: Sequence[Node], facts: Mapping[int, Facts]) -> None:
    """Give townships the figures of their villages, and a 口 the sums of its units. In place.

    A township answers for its villages' open matters and for their punctuality; everything else
    it is scored on is its own. A 口 records nothing itself: every count is a sum.
    """
    by_id = {node.unit_id: node for node in nodes}
    for node in nodes:
        if node.level == Level.TOWNSHIP:
            _start_area(facts[node.unit_id])
    for node in nodes:
        parent = by_id.get(node.parent_id)
        if parent is None or SUMMED_LEVELS.get(Level(parent.level)) != node.level:
            continue
        whole, part = facts[parent.unit_id], facts[node.unit_id]
        if parent.level == Level.TOWNSHIP:
            _add_village(whole, part)
        else:
            for name, value in part.items():
                whole[name] += value
    for node in nodes:
        own = facts[node.unit_id]
        prefix = "area" if node.level == Level.TOWNSHIP else "matters"
        own["open_matters"] = own[f"{prefix}_found"] - own[f"{prefix}_solved"]


def _start_area(own: Facts) -> None:
    own["area_found"], own["area_solved"] = own["matters_found"], own["matters_solved"]
    own["villages_expected"] = own["villages_received"] = own["villages_on_time"] = 0


def _add_village(township: Facts, village: Facts) -> None:
    township["area_found"] += village["matters_found"]
    township["area_solved"] += village["matters_solved"]
    township["villages_expected"] += 1
    township["villages_received"] += village["returns_received"]
    township["villages_on_time"] += village["returns_on_time"]


def assess(
    root: Node,
    nodes: Sequence[Node],
    facts: Mapping[int, Facts],
    rules: Mapping[int, LevelRules],
    previous: Mapping[int, tuple[int, int]],
) -> list[Card]:
    """Score and rank every unit whose level has a scheme; `previous`: unit to (parent, rank)."""
    scored = [node for node in nodes if node.level in rules]
    lines = {node.unit_id: score(rules[node.level].items, facts[node.unit_id]) for node in scored}
    totals = {unit_id: total(found) for unit_id, found in lines.items()}
    ranks = _rank_siblings(scored, totals)
    names = {node.unit_id: (node.code, node.name) for node in (root, *nodes)}
    return [
        _card(
            node,
            names.get(node.parent_id, ("", "")),
            totals[node.unit_id],
            ranks[node.unit_id],
            previous.get(node.unit_id),
            lines[node.unit_id],
            facts[node.unit_id],
            rules[node.level],
        )
        for node in scored
    ]


def _rank_siblings(nodes: Iterable[Node], totals: Mapping[int, int]) -> dict[int, Place]:
    siblings: dict[tuple[int, int], dict[int, int]] = defaultdict(dict)
    for node in nodes:
        siblings[node.parent_id, node.level][node.unit_id] = totals[node.unit_id]
    return {
        unit_id: place for peers in siblings.values() for unit_id, place in places(peers).items()
    }


def _card(
    node: Node,
    parent: tuple[str, str],
    points: int,
    place: Place,
    previous: tuple[int, int] | None,
    lines: Sequence[Line],
    facts: Facts,
    rules: LevelRules,
) -> Card:
    grade = grade_of(points, rules.grade_bands)
    same_peers = previous is not None and previous[0] == node.parent_id
    return Card(
        node.unit_id,
        node.parent_id,
        parent[0],
        parent[1],
        node.level,
        node.code,
        node.name,
        node.position,
        points,
        place.rank,
        place.peers,
        place.is_tied,
        previous[1] if previous and same_peers else None,
        grade.value,
        colour_of(grade, facts["open_matters"], rules.colour_rules).value,
        lines_json(lines),
        facts_json(facts),
    )


def hash_of(county_code: str, month: str, rules: Mapping[str, Any], cards: Iterable[Card]) -> str:
    """The edition's hash: county, month, rules, and every card in the order of its code."""
    digest = hashlib.sha256(f"{county_code} {month}\n{canonical(rules)}\n".encode())
    for card in sorted(cards, key=lambda card: (card.unit_code, card.parent_code, card.level)):
        # Ids are left out: the same month in another database has the same hash.
        digest.update(f"{card[2:]!r}\n".encode())
    return digest.hexdigest()
