"""A ranking among siblings, from the scorecards of one edition, ready to print."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from django.db.models import Count

from assessments.enums import Colour, Grade
from assessments.models import Edition, Scorecard
from pingan.enums import Level
from pingan.models import User
from pingan.scopes import may_see
from reports.selectors.figures import item_heads
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

    @property
    def label(self) -> str:
        return LEVEL_LABELS[self.level]

    @property
    def query(self) -> str:
        return f"parent={self.parent_id}&level={int(self.level)}"


@dataclass(frozen=True, slots=True)
class RankLine:
    """One unit of a ranking."""

    rank: int
    is_tied: bool
    unit_id: int
    unit_name: str
    total: int
    points: tuple[int | None, ...]
    grade: Grade
    colour: Colour
    change: int | None
    position: int
    card_id: int | None  # None: this person may not open the card
    below: tuple[Peers, ...]
    is_own: bool

    @property
    def cells(self) -> list[str]:
        return [points_text(points) for points in self.points]

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


def peers_in(edition: Edition) -> list[Peers]:
    """Every ranking of the edition."""
    found = (
        Scorecard.objects.filter(edition=edition)
        .order_by("level", "parent_id")
        .values_list("parent_id", "level")
        .annotate(count=Count("pk"))
    )
    return [Peers(parent, Level(level), count) for parent, level, count in found]


def find_peers(
    edition: Edition, groups: Sequence[Peers], *, parent_id: int | None, level: int | None
) -> Peers | None:
    """The ranking asked for; without a wish, that of the townships."""
    if parent_id is None:
        parent_id, level = edition.county_id, level or Level.TOWNSHIP
    return next(
        (
            peers
            for peers in groups
            if peers.parent_id == parent_id and (level is None or peers.level == level)
        ),
        None,
    )


def ranking_page(
    edition: Edition, groups: Sequence[Peers], peers: Peers, user: User, sort: str = "rank"
) -> RankingPage:
    """The ranking with everything the page shows. At most four queries, whatever the units."""
    cards = list(
        Scorecard.objects.filter(edition=edition, parent_id=peers.parent_id, level=peers.level)
        .select_related("unit")
        .defer("facts")
    )
    heads = item_heads(edition.rules, peers.level)
    below: dict[int, list[Peers]] = {}
    for group in groups:
        below.setdefault(group.parent_id, []).append(group)
    lines = [_line(card, heads, tuple(below.get(card.unit_id, ())), user) for card in cards]
    county = tuple(group for group in groups if group.parent_id == edition.county_id)
    trail = _trail(edition, peers, groups)
    return RankingPage(peers, heads, _sorted(lines, heads, sort), county, trail)


def _line(
    card: Scorecard, heads: Sequence[ItemHead], below: tuple[Peers, ...], user: User
) -> RankLine:
    points = {line[0]: line[1] for line in card.lines}
    return RankLine(
        rank=card.rank,
        is_tied=card.is_tied,
        unit_id=card.unit_id,
        unit_name=card.unit_name,
        total=card.total,
        points=tuple(points.get(head.code) for head in heads),
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
            (g for g in groups if g.parent_id == card.parent_id and g.level == card.level), None
        )
        if above is None:
            break
        here = above
    else:
        trail.append((edition.county.short_name, here))
    return tuple(reversed(trail))
