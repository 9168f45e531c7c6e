"""One county's month, from counts to finished cards and their hash. Pure."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from assessments.enums import Colour, Grade, RuleShape
from assessments.ranking import Place, colour_of, grade_of, places, worse
from assessments.scoring import Item, Line, counts_for_mean, read_item, score, total
from assessments.tables import INDICATOR, LAST_YEAR, VETOES, Labels
from pingan.enums import Level

Facts = dict[str, int]
T = TypeVar("T")
INDICATORS = (INDICATOR, LAST_YEAR + INDICATOR)

# Where a unit is counted with the units below it.
# A township answers for its villages' disputes and cases too, where a rule asks for them.
AREA_TOO = (
    *("disputes_found", "disputes_solved"),
    *("cases_received", "cases_settled", "cases_overdue"),
)
SUMMED_LEVELS = {Level.TOWNSHIP: Level.VILLAGE, Level.SECTOR: Level.DEPARTMENT}


class Node(NamedTuple):
    """One scored unit as it stood in the month."""

    unit_id: int
    parent_id: int
    level: int
    code: str
    name: str
    position: int
    peer_group: str = ""


class Card(NamedTuple):
    """One finished scorecard; `lines` and `facts` are canonical JSON.

    `peer_group` is last, so that the digest of a card without one is what it always was.
    """

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
    peer_group: str = ""


class Previous(NamedTuple):
    """Last month's place of a unit."""

    parent_id: int
    rank: int
    peer_group: str = ""


@dataclass(frozen=True, slots=True)
class LevelRules:
    """The scheme of one level or peer group, ready to use.

    `caps` are the items that limit the grade, with their place; `means` those that need a mean.
    """

    items: tuple[Item, ...]
    grade_bands: tuple[tuple[str, int], ...]
    colour_rules: Mapping[str, Any]
    caps: tuple[tuple[int, Grade], ...] = ()
    means: tuple[Item, ...] = ()

    def facts(self) -> set[str]:
        """The counts that its items are scored on."""
        return {name for item in self.items for name in item.facts()}


def rules_key(level: int, peer_group: str = "") -> str:
    """The key of a scheme in an edition's rules: "2", or "2/街道" for a group of peers."""
    return f"{int(level)}/{peer_group}" if peer_group else str(int(level))


def rules_for(rules: Mapping[str, T], level: int, peer_group: str = "") -> T | None:
    """The rules of a unit: those of its group of peers, else of its level; None: not scored."""
    if peer_group and (own := rules.get(rules_key(level, peer_group))) is not None:
        return own
    return rules.get(rules_key(level))


def level_of(key: str) -> Level:
    """The level of a key of `rules_key`."""
    return Level(int(key.partition("/")[0]))


def labels_of(rules: Mapping[str, Any]) -> Labels:
    """What an edition's rules call the indicators that they are scored on."""
    return {
        name: label
        for scheme in rules.values()
        for item in scheme["items"]
        for name, label in item.get("labels", {}).items()
    }


def read_rules(rules: Mapping[str, Any]) -> dict[str, LevelRules]:
    """An edition's rules by `rules_key`, ready to score with; InvalidRule where one cannot work."""
    return {key: read_scheme(scheme) for key, scheme in rules.items()}


def read_scheme(scheme: Mapping[str, Any]) -> LevelRules:
    """One scheme's full text, ready to score with; InvalidRule where it cannot work."""
    items = tuple(read_item(item) for item in scheme["items"])
    return LevelRules(
        items,
        tuple((grade, lowest) for grade, lowest in scheme["grade_bands"]),
        scheme["colour_rules"],
        tuple((place, item.grade) for place, item in enumerate(items) if item.grade),
        tuple(item for item in items if item.shape == RuleShape.MEAN),
    )


def canonical(value: Any) -> str:
    """JSON that is the same for the same data, before and after the database."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def lines_json(lines: Iterable[Line]) -> str:
    """`canonical` of the stored lines, six times as fast: all but the code, a slug, is integers."""
    parts = []
    for code, points, maximum, numerator, denominator, base, parts_of_base, restored in lines:
        text = "null" if points is None else points
        more = f",{base},{parts_of_base}" if base or parts_of_base or restored else ""
        if restored:
            more += f",{restored}"
        parts.append(f'["{code}",{text},{maximum},{numerator},{denominator}{more}]')
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
    it is scored on is its own. A 口 records nothing itself: every count is a sum, but for an
    indicator that it reported itself.
    """
    by_id = {node.unit_id: node for node in nodes}
    reported: dict[int, set[str]] = {}
    for node in nodes:
        if node.level == Level.TOWNSHIP:
            _start_area(facts[node.unit_id])
        elif node.level == Level.SECTOR:
            reported[node.unit_id] = {
                name for name in facts[node.unit_id] if name.startswith(INDICATORS)
            }
    for node in nodes:
        parent = by_id.get(node.parent_id)
        if parent is None or SUMMED_LEVELS.get(Level(parent.level)) != node.level:
            continue
        whole, part = facts[parent.unit_id], facts[node.unit_id]
        if parent.level == Level.TOWNSHIP:
            _add_village(whole, part)
        else:
            _add_part(whole, part, reported[parent.unit_id])
    for node in nodes:
        own = facts[node.unit_id]
        prefix = "area" if node.level == Level.TOWNSHIP else "matters"
        own["open_matters"] = own[f"{prefix}_found"] - own[f"{prefix}_solved"]


def _start_area(own: Facts) -> None:
    own["area_found"], own["area_solved"] = own["matters_found"], own["matters_solved"]
    own["villages_expected"] = own["villages_received"] = own["villages_on_time"] = 0
    for name in AREA_TOO:
        if name in own:
            own[f"area_{name}"] = own[name]


def _add_village(township: Facts, village: Facts) -> None:
    township["area_found"] += village["matters_found"]
    township["area_solved"] += village["matters_solved"]
    township["villages_expected"] += 1
    township["villages_received"] += village["returns_received"]
    township["villages_on_time"] += village["returns_on_time"]
    for name in AREA_TOO:
        if f"area_{name}" in township:
            township[f"area_{name}"] += village[name]


def _add_part(whole: Facts, part: Facts, reported: Container[str]) -> None:
    """A veto stays with its unit, and last year's counts are those of last year's own card."""
    for name, value in part.items():
        if name.startswith(INDICATORS):
            if name not in reported:
                whole[name] = whole.get(name, 0) + value
        elif name in whole and name != VETOES and not name.startswith(LAST_YEAR):
            whole[name] += value


def assess(
    root: Node,
    nodes: Sequence[Node],
    facts: Mapping[int, Facts],
    rules: Mapping[str, LevelRules],
    previous: Mapping[int, Previous],
    restored: Mapping[int, Mapping[str, int]] | None = None,
) -> list[Card]:
    """Score and rank every unit whose level has a scheme, its own group's or the level's.

    `previous`: last month's places by unit; `restored`: points of upheld appeals by unit and item.
    """
    scored = [
        (node, own)
        for node in nodes
        if (own := rules_for(rules, node.level, node.peer_group)) is not None
    ]
    means = _means(scored, nodes, facts)
    given_back = restored or {}
    lines = {
        node.unit_id: score(
            own.items,
            facts[node.unit_id],
            _bases(own, node, means) if own.means else {},
            given_back.get(node.unit_id),
        )
        for node, own in scored
    }
    totals = {unit_id: total(found) for unit_id, found in lines.items()}
    ranks = _rank_siblings([node for node, _own in scored], totals)
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
            own,
        )
        for node, own in scored
    ]


Means = Mapping[tuple[Any, ...], tuple[int, int]]


def _circle(item: Item, node: Node) -> tuple[Any, ...]:
    """Whose mean an item compares the unit with, and of what."""
    peers = (node.parent_id, node.peer_group) if item.of == "peers" else ()
    return (node.level, *peers, item.numerator, item.denominator, item.minimum, item.needs)


def _means(
    scored: Iterable[tuple[Node, LevelRules]], nodes: Iterable[Node], facts: Mapping[int, Facts]
) -> Means:
    """The sums of what is compared, over every unit of the circle that it applies to."""
    wanted: dict[int, dict[tuple[Any, ...], Item]] = defaultdict(dict)
    for level, own in {(node.level, id(own)): (node.level, own) for node, own in scored}.values():
        for item in own.means:
            kind = (item.of, item.numerator, item.denominator, item.minimum, item.needs)
            wanted[level][kind] = item
    sums: dict[tuple[Any, ...], tuple[int, int]] = {}
    for node in nodes:
        for item in wanted[node.level].values() if node.level in wanted else ():
            if counts := counts_for_mean(item, facts[node.unit_id]):
                circle = _circle(item, node)
                before = sums.get(circle, (0, 0))
                sums[circle] = (before[0] + counts[0], before[1] + counts[1])
    return sums


def _bases(rules: LevelRules, node: Node, means: Means) -> dict[str, tuple[int, int]]:
    return {
        item.code: means[circle] for item in rules.means if (circle := _circle(item, node)) in means
    }


def _rank_siblings(nodes: Iterable[Node], totals: Mapping[int, int]) -> dict[int, Place]:
    """Places among the units of one parent, level and peer group."""
    siblings: dict[tuple[int, int, str], dict[int, int]] = defaultdict(dict)
    for node in nodes:
        siblings[node.parent_id, node.level, node.peer_group][node.unit_id] = totals[node.unit_id]
    return {
        unit_id: place for peers in siblings.values() for unit_id, place in places(peers).items()
    }


def _card(
    node: Node,
    parent: tuple[str, str],
    points: int,
    place: Place,
    previous: Previous | None,
    lines: Sequence[Line],
    facts: Facts,
    rules: LevelRules,
) -> Card:
    grade = _grade(points, lines, facts, rules)
    colour = colour_of(grade, facts["open_matters"], rules.colour_rules)
    same_peers = previous is not None and (previous[0], previous[2]) == (
        node.parent_id,
        node.peer_group,
    )
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
        (Colour.RED if facts.get(VETOES) else colour).value,
        lines_json(lines),
        facts_json(facts),
        node.peer_group,
    )


def _grade(points: int, lines: Sequence[Line], facts: Facts, rules: LevelRules) -> Grade:
    """The grade of the total, no better than its vetoes allow."""
    if facts.get(VETOES):
        return Grade.UNQUALIFIED
    grade = grade_of(points, rules.grade_bands)
    for place, highest in rules.caps:
        if lines[place].numerator > 0:
            grade = worse(grade, highest)
    return grade


def hash_of(county_code: str, month: str, rules: Mapping[str, Any], cards: Iterable[Card]) -> str:
    """The edition's hash: county, month, rules, and every card in the order of its code."""
    digest = hashlib.sha256(f"{county_code} {month}\n{canonical(rules)}\n".encode())
    for card in sorted(cards, key=lambda card: (card.unit_code, card.parent_code, card.level)):
        # Ids are left out: the same month in another database has the same hash.
        digest.update(f"{(card[2:] if card.peer_group else card[2:-1])!r}\n".encode())
    return digest.hexdigest()
