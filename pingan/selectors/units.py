"""The tree of a day. Pages and closes of a past month read it here, never from `Unit`."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet

from pingan.models import Unit, UnitVersion


def tree_on(county: Unit, day: dt.date) -> QuerySet[UnitVersion]:
    """Every unit of the county as it stood that day, the county first; one query."""
    return UnitVersion.objects.on(day).within(county.path).select_related("unit")


def unit_on(unit: Unit, day: dt.date) -> UnitVersion | None:
    """What the unit was called and where it stood that day; None before it was set up."""
    return UnitVersion.objects.on(day).filter(unit=unit).select_related("parent").first()
