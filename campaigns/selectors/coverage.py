"""Coverage rates of the registers: two counts each, never a stored rate."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from campaigns.enums import FacilityKind, PostKind, TeamKind
from campaigns.models import Facility, LeadingPost, TeamEntry
from campaigns.selectors.registers import FACILITIES, POSTS, REGISTERS, TEAMS, Register
from pingan import scopes
from pingan.enums import Level
from pingan.models import UnitVersion, User

COVERED_LEVELS = {Level.TOWNSHIP: "乡镇", Level.VILLAGE: "村(社区)", Level.DEPARTMENT: "单位"}
# What a county asks of each village first, township by township.
VILLAGE_COLUMNS: tuple[tuple[Register, str, str], ...] = (
    (POSTS, PostKind.HEAD, "领导组组长"),
    (TEAMS, TeamKind.SECURITY, "治保会"),
    (TEAMS, TeamKind.MEDIATION, "调解会"),
    (TEAMS, TeamKind.PATROL, "巡防队"),
    (TEAMS, TeamKind.CENTRE_HOUSEHOLD, "中心户"),
    (FACILITIES, FacilityKind.CENTRE, "工作站"),
    (FACILITIES, FacilityKind.POLICE_ROOM, "警务室"),
    (FACILITIES, FacilityKind.CAMERA, "视频监控"),
)


@dataclass(frozen=True, slots=True)
class Share:
    """`numerator` of `denominator`; of nothing there is no rate."""

    numerator: int
    denominator: int


@dataclass(frozen=True, slots=True)
class CoverageLine:
    """One kind; every figure with the label of its column."""

    label: str
    by_level: list[tuple[str, Share]]  # units that have it, of the units of each level
    figures: list[tuple[str, int]]
    shares: list[tuple[str, Share]]


@dataclass(frozen=True, slots=True)
class CoverageTable:
    """One register: which units have each kind, and how it stands with them."""

    label: str
    lines: list[CoverageLine]

    @property
    def headers(self) -> list[str]:
        """Labels of the columns behind the kind; every line has the same."""
        first = self.lines[0]
        return [label for label, _value in (*first.by_level, *first.figures, *first.shares)]


@dataclass(frozen=True, slots=True)
class TownshipCoverage:
    unit_id: int
    name: str
    shares: list[tuple[str, Share]]


@dataclass(frozen=True, slots=True)
class Coverage:
    levels: list[str]
    tables: list[CoverageTable]
    village_columns: list[str]
    townships: list[TownshipCoverage]


Entries = Mapping[Register, Sequence[Any]]


def coverage(user: User, day: dt.date) -> Coverage:
    """Rates of everything this person may see, as it stood that day. Four queries."""
    units = _units(user, day)
    levels = [level for level in COVERED_LEVELS if any(unit.level == level for unit in units)]
    ids = {unit.unit_id for unit in units}
    entries = {
        POSTS: _standing(LeadingPost.objects.on(day).visible_to(user), ids),
        TEAMS: _standing(TeamEntry.objects.on(day).visible_to(user), ids),
        FACILITIES: _standing(Facility.objects.on(day).visible_to(user), ids),
    }
    members = {level: {u.unit_id for u in units if u.level == level} for level in levels}
    return Coverage(
        levels=[COVERED_LEVELS[level] for level in levels],
        tables=[_table(register, entries[register], members) for register in REGISTERS.values()],
        village_columns=[label for _register, _kind, label in VILLAGE_COLUMNS],
        townships=_townships(units, entries),
    )


def _units(user: User, day: dt.date) -> list[UnitVersion]:
    if not scopes.has_records(user):
        return []
    rows = UnitVersion.objects.on(day).visible_to(user).filter(level__in=list(COVERED_LEVELS))
    return list(rows.order_by("level", "position", "code"))


def _standing(rows: Iterable[Any], ids: set[int]) -> list[Any]:
    """Entries of units that stood that day."""
    return [row for row in rows if row.unit_id in ids]


def _table(
    register: Register, entries: Sequence[Any], members: Mapping[Level, set[int]]
) -> CoverageTable:
    figures_of = FIGURES[register.name]
    lines = []
    for kind, label in register.kinds:
        rows = [row for row in entries if row.kind == kind]
        having = {row.unit_id for row in rows if _counts(row)}
        by_level = [
            (f"{COVERED_LEVELS[level]}{HAVING[register.name]}", Share(len(having & ids), len(ids)))
            for level, ids in members.items()
        ]
        lines.append(CoverageLine(label, by_level, *figures_of(rows, members)))
    return CoverageTable(register.label, lines)


def _counts(row: Any) -> bool:
    """A facility of which there is none is entered, but covers nothing."""
    return not isinstance(row, Facility) or row.number > 0


Members = Mapping[Level, set[int]]
Labelled = tuple[list[tuple[str, int]], list[tuple[str, Share]]]


def _post_figures(rows: Sequence[Any], members: Members) -> Labelled:
    """Of the posts that are set up, how many are held, level by level."""
    shares = []
    for level, ids in members.items():
        own = [row for row in rows if row.unit_id in ids]
        held = Share(sum(row.is_held for row in own), len(own))
        shares.append((f"{COVERED_LEVELS[level]}有人任职", held))
    return [], shares


def _team_figures(rows: Sequence[Any], _members: Members) -> Labelled:
    watching = sum(row.is_round_the_clock for row in rows)
    figures = [("支数", len(rows)), ("人数", sum(row.heads for row in rows))]
    return figures, [("24小时值守", Share(watching, len(rows)))]


def _facility_figures(rows: Sequence[Any], _members: Members) -> Labelled:
    number = sum(row.number for row in rows)
    asked = [row for row in rows if row.needed]
    # What is there beyond the need of one unit does not make up for another's lack.
    there = sum(min(row.number, row.needed) for row in asked)
    needed = sum(row.needed for row in asked)
    working = Share(sum(row.working for row in rows), number)
    return [("数量", number)], [("完好率", working), ("配备率", Share(there, needed))]


FIGURES: dict[str, Callable[[Sequence[Any], Members], Labelled]] = {
    "posts": _post_figures,
    "teams": _team_figures,
    "facilities": _facility_figures,
}
HAVING = {"posts": "已设", "teams": "覆盖", "facilities": "覆盖"}


def _townships(units: Sequence[UnitVersion], entries: Entries) -> list[TownshipCoverage]:
    """Of each township's villages, how many have what."""
    villages: dict[int | None, set[int]] = defaultdict(set)
    for unit in units:
        if unit.level == Level.VILLAGE:
            villages[unit.parent_id].add(unit.unit_id)
    having = {
        label: {row.unit_id for row in entries[register] if row.kind == kind and _counts(row)}
        for register, kind, label in VILLAGE_COLUMNS
    }
    return [
        TownshipCoverage(unit.unit_id, unit.name, _shares(having, villages[unit.unit_id]))
        for unit in units
        if unit.level == Level.TOWNSHIP
    ]


def _shares(having: Mapping[str, set[int]], among: set[int]) -> list[tuple[str, Share]]:
    return [(label, Share(len(ids & among), len(among))) for label, ids in having.items()]
