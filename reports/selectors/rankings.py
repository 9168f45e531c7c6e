"""A ranking among siblings, or in a group of peers among them, from one edition, ready to print."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import Count, Min

from assessments.enums import Colour, Grade
from assessments.models import Edition, Scorecard
from pingan.enums import Level
from pingan.models import User
from pingan.scopes import may_see
from reports.charts import Spark
from reports.selectors.figures import OTHERS, item_heads, level_rules
from reports.selectors.trends import SPANS, trends
from reports.tables import ItemHead, points_text

LEVEL_LABELS = {
    Level.TOWNSHIP: "乡镇",
    Level.SECTOR: "各口",
    Level.DEPARTMENT: "单位",
    Level.VILLAGE: "村(社区)",
    Level.GROUP: "小组",
    Level.INNER: "内设单位",
}


class Moved(NamedTuple):
    """Places gained or lost: a mark and the tone it is printed in."""

    mark: str
    tone: str


def moved(change: int | None) -> Moved:
    """▲2, ▼1, — for no change; 新 where there was no rank last month."""
    if change is None:
        return Moved("新", "same")
    if change == 0:
        return Moved("—", "same")
    return Moved(f"▲{change}", "up") if change > 0 else Moved(f"▼{-change}", "down")


@dataclass(frozen=True, slots=True)
class Peers:
    """A ranking that exists in the edition: siblings of one level below one parent."""

    parent_id: int
    level: Level
    count: int
    group: str = ""  # 同组: ranked by itself
    is_rest: bool = False  # those of the level that are in no group, beside others that are

    @property
    def label(self) -> str:
        own = LEVEL_LABELS[self.level]
        return self.group or (f"{OTHERS}{own}" if self.is_rest else own)

    @property
    def query(self) -> str:
        query = {"parent": self.parent_id, "level": int(self.level)}
        return urlencode(query | ({"group": self.group} if self.group else {}))


@dataclass(frozen=True, slots=True)
class RankLine:
    """One unit of a ranking."""

    rank: int
    is_tied: bool
    unit_id: int
    unit_name: str
    total: int
    points: tuple[int | None, ...]
    too_few: tuple[bool, ...]  # items left out because what they count is below its minimum
    grade: Grade
    colour: Colour
    change: int | None
    position: int
    card_id: int | None  # None: this person may not open the card
    below: tuple[Peers, ...]
    is_own: bool
    trend: Spark | None = None

    @property
    def cells(self) -> list[tuple[str, bool]]:
        """Points as printed, and whether the item was left out for too small a number."""
        return [
            (points_text(points), few)
            for points, few in zip(self.points, self.too_few, strict=True)
        ]

    @property
    def total_text(self) -> str:
        return points_text(self.total)

    @property
    def moved(self) -> Moved:
        return moved(self.change)


@dataclass(frozen=True, slots=True)
class RankingPage:
    """The ranking on screen, with the way to the rankings above and beside it."""

    peers: Peers
    heads: tuple[ItemHead, ...]
    lines: tuple[RankLine, ...]
    tabs: tuple[Peers, ...]
    trail: tuple[tuple[str, Peers], ...]  # from the county down; the last is this ranking

    @property
    def has_too_few(self) -> bool:
        return any(any(line.too_few) for line in self.lines)

    @property
    def has_ties(self) -> bool:
        return any(line.is_tied for line in self.lines)

    @property
    def is_grouped(self) -> bool:
        """The siblings are ranked in several groups."""
        return bool(self.peers.group) or self.peers.is_rest


def peers_in(edition: Edition) -> list[Peers]:
    """Every ranking of the edition, groups of peers in the county's order of units."""
    found = list(
        Scorecard.objects.filter(edition=edition)
        .order_by()
        .values_list("parent_id", "level", "peer_group")
        .annotate(count=Count("pk"), first=Min("position"))
        .order_by("level", "parent_id", "first", "peer_group")
    )
    siblings = Counter((parent, level) for parent, level, _group, _count, _first in found)
    return [
        Peers(parent, Level(level), count, group, not group and siblings[parent, level] > 1)
        for parent, level, group, count, _first in found
    ]


def find_peers(
    edition: Edition,
    groups: Sequence[Peers],
    *,
    parent_id: int | None,
    level: int | None,
    group: str | None = None,
) -> Peers | None:
    """The ranking asked for; without a wish, that of the townships. No group: the first one."""
    if parent_id is None:
        parent_id, level = edition.county_id, level or Level.TOWNSHIP
    found = [
        peers
        for peers in groups
        if peers.parent_id == parent_id and (level is None or peers.level == level)
    ]
    if group is None:  # an address without a group means the rest, where there is one
        found.sort(key=lambda peers: not peers.is_rest)
        return found[0] if found else None
    return next((peers for peers in found if peers.group == group), None)


def ranking_page(
    edition: Edition,
    groups: Sequence[Peers],
    peers: Peers,
    user: User,
    sort: str = "rank",
    months: int = SPANS[0],
) -> RankingPage:
    """The ranking with everything the page shows. At most six queries, whatever the units."""
    cards = list(
        Scorecard.objects.filter(
            edition=edition,
            parent_id=peers.parent_id,
            level=peers.level,
            peer_group=peers.group,
        )
        .select_related("unit")
        .defer("facts")
    )
    heads = item_heads(edition.rules, peers.level, peers.group)
    minima = {
        item["code"]: item["parameters"].get("minimum", 1)
        for item in level_rules(edition.rules, peers.level, peers.group).get("items", [])
    }
    drawn = trends(edition, user, [card.unit_id for card in cards], months)
    below: dict[int, list[Peers]] = {}
    for group in groups:
        below.setdefault(group.parent_id, []).append(group)
    lines = [
        replace(
            _line(card, heads, minima, tuple(below.get(card.unit_id, ())), user),
            trend=drawn[card.unit_id],
        )
        for card in cards
    ]
    county = tuple(group for group in groups if group.parent_id == edition.county_id)
    trail = _trail(edition, peers, groups)
    return RankingPage(peers, heads, _sorted(lines, heads, sort), county, trail)


def _line(
    card: Scorecard,
    heads: Sequence[ItemHead],
    minima: Mapping[str, int],
    below: tuple[Peers, ...],
    user: User,
) -> RankLine:
    points = {line[0]: line[1] for line in card.lines}
    few = {line[0] for line in card.lines if 0 < line[4] < minima.get(line[0], 1)}
    return RankLine(
        rank=card.rank,
        is_tied=card.is_tied,
        unit_id=card.unit_id,
        unit_name=card.unit_name,
        total=card.total,
        points=tuple(points.get(head.code) for head in heads),
        too_few=tuple(head.code in few for head in heads),
        grade=Grade(card.grade),
        colour=Colour(card.colour),
        change=None if card.previous_rank is None else card.previous_rank - card.rank,
        position=card.position,
        card_id=card.pk if may_see(user, card.unit.path) else None,
        below=below,
        is_own=card.unit_id == user.unit_id,
    )


def _sorted(lines: list[RankLine], heads: Sequence[ItemHead], sort: str) -> tuple[RankLine, ...]:
    """By the column asked for ("-" before it turns it round); an unknown one is the rank."""
    keys: dict[str, Callable[[RankLine], Any]] = {
        "rank": lambda line: line.rank,
        "unit": lambda line: line.position,
        "total": lambda line: line.total,
        "change": lambda line: -1000 if line.change is None else line.change,
    }
    for index, head in enumerate(heads):
        keys[head.code] = partial(_points_of, index)
    key = keys.get(sort.removeprefix("-"), keys["rank"])
    lines.sort(key=lambda line: (line.rank, line.position))
    return tuple(sorted(lines, key=key, reverse=sort.startswith("-")))


def _points_of(index: int, line: RankLine) -> int:
    points = line.points[index]
    return -1 if points is None else points


def _trail(
    edition: Edition, peers: Peers, groups: Sequence[Peers]
) -> tuple[tuple[str, Peers], ...]:
    """The rankings above this one: 彝良县 › 甲镇 › 甲一村. One query a level, three at most."""
    trail: list[tuple[str, Peers]] = []
    here = peers
    while here.parent_id != edition.county_id:
        card = Scorecard.objects.filter(edition=edition, unit_id=here.parent_id).first()
        if card is None:
            break
        trail.append((card.unit_name, here))
        above = next(
            (
                g
                for g in groups
                if (g.parent_id, g.level, g.group) == (card.parent_id, card.level, card.peer_group)
            ),
            None,
        )
        if above is None:
            break
        here = above
    else:
        trail.append((edition.county.short_name, here))
    return tuple(reversed(trail))
