"""The tree of a day. Pages and closes of a past month read it here, never from `Unit`."""

from __future__ import annotations

import datetime as dt

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from pingan.enums import CHILD_LEVELS, Level
from pingan.fields import ID_WIDTH
from pingan.models import Guidance, Unit, UnitEvent, UnitVersion, User


def tree_on(county: Unit, day: dt.date) -> QuerySet[UnitVersion]:
    """Every unit of the county as it stood that day, the county first; one query."""
    return UnitVersion.objects.on(day).within(county.path).select_related("unit")


def unit_on(unit: Unit, day: dt.date) -> UnitVersion | None:
    """What the unit was called and where it stood that day; None before it was set up."""
    return UnitVersion.objects.on(day).filter(unit=unit).select_related("parent").first()


def _with_children(versions: QuerySet[UnitVersion], day: dt.date) -> QuerySet[UnitVersion]:
    """`children_count`: how many units stood directly below that day."""
    below = UnitVersion.objects.on(day).filter(parent=OuterRef("unit")).order_by()
    count = Subquery(below.values("parent").annotate(n=Count("pk")).values("n"), IntegerField())
    return versions.select_related("unit", "parent").annotate(children_count=Coalesce(count, 0))


def first_units(user: User, day: dt.date) -> QuerySet[UnitVersion]:
    """What a person sees first: the units below his own, and the units lent to him."""
    lent = user.lent_units.values("pk")
    seen = UnitVersion.objects.on(day).visible_to(user)
    return _with_children(seen.filter(Q(parent=user.unit) | Q(unit__in=lent)), day)


def found_units(user: User, day: dt.date, text: str) -> QuerySet[UnitVersion]:
    """Visible units whose name or code of that day holds the text."""
    seen = UnitVersion.objects.on(day).visible_to(user)
    return _with_children(seen.filter(Q(name__contains=text) | Q(code__startswith=text)), day)


def children_on(unit: Unit, day: dt.date) -> QuerySet[UnitVersion]:
    return _with_children(UnitVersion.objects.on(day).filter(parent=unit), day)


def ancestors_on(version: UnitVersion, user: User) -> list[UnitVersion]:
    """The visible units above, the county first, as they were that day."""
    day, path = version.valid_from, version.path
    ids = [int(path[at : at + ID_WIDTH]) for at in range(0, len(path) - ID_WIDTH, ID_WIDTH)]
    seen = UnitVersion.objects.on(day).visible_to(user).filter(unit__in=ids)
    return sorted(seen, key=lambda ancestor: len(ancestor.path))


def versions_of(unit: Unit) -> QuerySet[UnitVersion]:
    """Every name and place the unit has had, the newest first."""
    return unit.versions.select_related("parent").order_by("-valid_from")


def events_of(unit: Unit) -> QuerySet[UnitEvent]:
    """What happened to the unit, and to others in relation to it."""
    related = UnitEvent.objects.filter(Q(unit=unit) | Q(other=unit))
    return related.select_related("unit", "other", "recorded_by").order_by("-on", "-pk")


def guidance_of(unit: Unit, day: dt.date) -> QuerySet[Guidance]:
    """包片指导 of that day, of the unit and by it."""
    on_day = Guidance.objects.filter(Q(valid_to=None) | Q(valid_to__gt=day), valid_from__lte=day)
    return on_day.filter(Q(unit=unit) | Q(guide=unit)).select_related("unit", "guide")


def possible_parents(unit: Unit) -> QuerySet[Unit]:
    """Where the unit may be moved to. A group stays in its township, to keep the list short."""
    levels = [level for level, below in CHILD_LEVELS.items() if unit.level in below]
    found = _same_county(unit).filter(level__in=levels).exclude(pk=unit.parent_id or 0)
    if unit.level == Level.GROUP and unit.parent:
        return found.filter(parent=unit.parent.parent_id)
    return found


def possible_successors(unit: Unit) -> QuerySet[Unit]:
    """What the unit may be merged into: siblings; villages of the whole county."""
    found = _same_county(unit).filter(level=unit.level).exclude(pk=unit.pk)
    return found if unit.level == Level.VILLAGE else found.filter(parent=unit.parent_id)


def _same_county(unit: Unit) -> QuerySet[Unit]:
    county = unit.root_id
    return Unit.objects.living().filter(Q(county=county) | Q(pk=county)).select_related("parent")
