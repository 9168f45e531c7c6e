"""How much of what could be named is named: by kind and by township, beside the goals (S9).

The denominator are the units of the kinds that may bear the name, as the tree stood that day; for
kinds counted by households, the households of those units. Where there is nothing to name, there
is no rate.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from assessments.enums import NamingGrade
from assessments.models import Naming, NamingKind
from pingan import scopes
from pingan.enums import Level
from pingan.fields import ID_WIDTH
from pingan.models import Unit, UnitVersion, User

FULL = 100
_TOWNSHIP_END = 2 * ID_WIDTH


@dataclass(frozen=True, slots=True)
class Share:
    """How many there are, how many are named, how many of these as demonstration."""

    total: int
    named: int
    demonstration: int

    def reaches(self, goal: int, part: int) -> bool | None:
        """Whether the part reaches the goal in per cent; None where there is none of either."""
        return None if not self.total or not goal else part * FULL >= goal * self.total


@dataclass(frozen=True, slots=True)
class KindRate:
    """One kind with its two counts over the whole, and by township."""

    kind: NamingKind
    share: Share
    places: tuple[tuple[str, Share], ...]

    @property
    def is_qualified_reached(self) -> bool | None:
        return self.share.reaches(self.kind.goal_qualified, self.share.named)

    @property
    def is_demonstration_reached(self) -> bool | None:
        return self.share.reaches(self.kind.goal_demonstration, self.share.demonstration)


@dataclass(frozen=True, slots=True)
class _Place:
    """A unit that may be named, and the township (or 口) that it counts in."""

    kind: str
    top: int
    weight: int


def naming_rates(user: User, kinds: Iterable[NamingKind], day: dt.date) -> list[KindRate]:
    """Every active kind on that day, within what the person sees. Three queries."""
    offered = [kind for kind in kinds if kind.is_active]
    wanted = {each for kind in offered for each in kind.unit_kinds}
    versions = UnitVersion.objects.on(day).visible_to(user).filter(kind__in=wanted)
    if not scopes.has_records(user):
        versions = versions.none()
    units = {
        unit_id: _Place(kind, _top(path, level), households or 0)
        for unit_id, kind, path, level, households in versions.order_by("path").values_list(
            "unit_id", "kind", "path", "level", "unit__households"
        )
    }
    names = _tops({place.top for place in units.values()}, day)
    named = _named(user, day)
    return [_rate(kind, units, named[kind.code], names) for kind in offered]


def _top(path: str, level: int) -> int:
    """The unit right below the county, or the county itself."""
    return int(path[:ID_WIDTH] if level == Level.COUNTY else path[ID_WIDTH:_TOWNSHIP_END])


def _tops(ids: set[int], day: dt.date) -> dict[int, str]:
    """Names of that day, in the order of the tree."""
    rows = UnitVersion.objects.on(day).filter(unit__in=ids).order_by("level", "position", "code")
    found = dict(rows.values_list("unit_id", "name"))
    missing = ids - found.keys()
    return (
        found | dict(Unit.objects.filter(pk__in=missing).values_list("pk", "name"))
        if missing
        else found
    )


def _named(user: User, day: dt.date) -> dict[str, dict[int, tuple[str, int]]]:
    """By kind and unit: the grade and the households of what holds that day."""
    found: dict[str, dict[int, tuple[str, int]]] = defaultdict(dict)
    rows = Naming.objects.visible_to(user).valid(on=day).order_by("valid_from", "pk")
    for code, unit_id, grade, count in rows.values_list("kind__code", "unit_id", "grade", "count"):
        found[code][unit_id] = (grade, count or 0)
    return found


def _rate(
    kind: NamingKind,
    units: dict[int, _Place],
    named: dict[int, tuple[str, int]],
    names: dict[int, str],
) -> KindRate:
    totals: Counter[int] = Counter()
    done: Counter[int] = Counter()
    best: Counter[int] = Counter()
    for unit_id, place in units.items():
        if place.kind not in kind.unit_kinds:
            continue
        totals[place.top] += place.weight if kind.is_counted else 1
        if unit_id not in named:
            continue
        grade, count = named[unit_id]
        part = count if kind.is_counted else 1
        done[place.top] += part
        best[place.top] += part if grade == NamingGrade.DEMONSTRATION else 0
    places = tuple(
        (name, Share(totals[top], done[top], best[top]))
        for top, name in names.items()
        if top in totals
    )
    whole = Share(totals.total(), done.total(), best.total())
    return KindRate(kind, whole, places)
