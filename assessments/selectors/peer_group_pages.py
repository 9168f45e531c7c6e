"""The groups of peers of one level: who is in which, and who is left."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from assessments.models import PeerGroup
from assessments.selectors.peers import peer_groups_on
from pingan.enums import LEVEL_OF_KIND, Level, UnitKind
from pingan.models import Unit, UnitVersion, User

GROUPED_LEVELS = (Level.TOWNSHIP, Level.SECTOR, Level.VILLAGE, Level.DEPARTMENT)
MOST_NAMES = 40


@dataclass(slots=True)
class GroupRow:
    """One group on a day, with the names of its units."""

    group: PeerGroup | None  # None: the rest of the level
    kinds: tuple[str, ...] = ()
    names: list[str] = field(default_factory=list)
    chosen: tuple[str, ...] = ()

    @property
    def shown(self) -> list[str]:
        return self.names[:MOST_NAMES]

    @property
    def rest(self) -> int:
        return max(0, len(self.names) - MOST_NAMES)

    @property
    def is_lonely(self) -> bool:
        return len(self.names) == 1


@dataclass(frozen=True, slots=True)
class GroupsPage:
    """The groups in force that day, those to come, those that ended, and who is in none."""

    rows: tuple[GroupRow, ...]
    coming: tuple[GroupRow, ...]
    ended: tuple[PeerGroup, ...]
    left: GroupRow


def groups_page(user: User, level: Level, day: dt.date) -> GroupsPage:
    """Four queries, whatever the number of groups and units."""
    county_id = user.unit.root_id
    groups = list(
        PeerGroup.objects.filter(county_id=county_id, level=level)
        .prefetch_related("units")
        .order_by("position", "pk")
    )
    group_of = peer_groups_on([county_id], day)
    members: dict[str, list[str]] = {}
    left = GroupRow(None)
    for unit in scored_units(county_id, level, day):
        name = group_of(county_id, unit.unit_id, unit.level, unit.kind)
        (members.setdefault(name, []) if name else left.names).append(unit.short_name or unit.name)
    in_force = [g for g in groups if g.valid_from <= day and (not g.valid_to or g.valid_to > day)]
    coming = [group for group in groups if group.valid_from > day]
    ended = [group for group in groups if group.valid_to and group.valid_to <= day]
    return GroupsPage(
        tuple(_row(group, members.get(group.name, [])) for group in in_force),
        tuple(_row(group, []) for group in coming),
        tuple(ended),
        left,
    )


def _row(group: PeerGroup, names: Sequence[str]) -> GroupRow:
    kinds = tuple(UnitKind(kind).label for kind in group.unit_kinds)
    chosen = tuple(unit.short_name for unit in group.units.all())
    return GroupRow(group, kinds, list(names), chosen)


def scored_units(county_id: int, level: Level, day: dt.date) -> QuerySet[UnitVersion]:
    """The units of the level that are scored, as the tree stood that day."""
    return (
        UnitVersion.objects.on(day)
        .filter(county_id=county_id, level=level, is_scored=True)
        .order_by("parent__position", "position", "code")
    )


def choosable_units(county: Unit, level: Level) -> QuerySet[Unit]:
    """Living units of the level that may be named one by one."""
    return (
        Unit.objects.living()
        .within(county)
        .filter(level=level, is_scored=True)
        .select_related("parent")
        .order_by("parent__position", "position", "code")
    )


def kinds_of(level: Level) -> list[tuple[str, str]]:
    """The kinds of units that stand at a level."""
    return [(kind.value, kind.label) for kind, of in LEVEL_OF_KIND.items() if of == level]


def visible_groups(user: User) -> QuerySet[PeerGroup]:
    """Groups of the person's own county."""
    return PeerGroup.objects.filter(
        Q(county_id=user.unit.root_id) | Q(county=user.unit)
    ).select_related("county")
