"""Which group of peers a unit belongs to on a day (S4)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.db.models import Q

from assessments.models import PeerGroup

GroupOf = Callable[[int, int, int, str], str]  # county, unit, level, kind to the group's name


@dataclass(slots=True)
class _Level:
    """The groups of one level of one county, the first first."""

    by_unit: dict[int, str] = field(default_factory=dict)
    by_kind: dict[str, str] = field(default_factory=dict)


def peer_groups_on(county_ids: Sequence[int], day: dt.date) -> GroupOf:
    """The group of any unit that day: "" for the rest of its level. One query.

    A unit belongs to the group that names it, else to the first that names its kind.
    """
    groups = (
        PeerGroup.objects.filter(
            Q(valid_to=None) | Q(valid_to__gt=day), county_id__in=county_ids, valid_from__lte=day
        )
        .order_by("position", "pk")
        .values_list("county_id", "level", "name", "unit_kinds", "units")
    )
    levels: dict[tuple[int, int], _Level] = defaultdict(_Level)
    for county_id, level, name, kinds, unit_id in groups:
        own = levels[county_id, level]
        for kind in kinds:
            own.by_kind.setdefault(kind, name)
        if unit_id is not None:
            own.by_unit.setdefault(unit_id, name)

    def group_of(county_id: int, unit_id: int, level: int, kind: str) -> str:
        found = levels.get((county_id, level)) if levels else None
        if found is None:
            return ""
        return found.by_unit.get(unit_id) or found.by_kind.get(kind, "")

    return group_of
