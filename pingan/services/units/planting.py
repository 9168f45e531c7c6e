"""Whole trees at once: a county in a second, a province in a minute."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import CharField, F, OuterRef, Subquery, Value
from django.db.models.functions import Cast, Concat, LPad

from pingan.enums import LEVEL_OF_KIND
from pingan.fields import ID_WIDTH, path_segment
from pingan.models import Unit, UnitVersion
from pingan.services.units.tree import NewUnit, version_values


@dataclass(frozen=True, slots=True)
class PlantedUnit:
    """A new unit and the code of its parent; the county's parent is ""."""

    data: NewUnit
    parent_code: str
    valid_from: dt.date


@transaction.atomic
def plant_tree(rows: Sequence[PlantedUnit], *, standing: Sequence[Unit] = ()) -> dict[str, Unit]:
    """Set up all units, parents before children or not; `standing` are parents that exist already.

    The rows must hang together and their codes be free: callers check that and say it in words.
    Returns the units by code, with their paths.
    """
    by_code = {unit.code: unit for unit in standing}
    planted: dict[str, Unit] = {}
    waiting = list(rows)
    while waiting:
        ready = [row for row in waiting if not row.parent_code or row.parent_code in by_code]
        if not ready:
            raise ValueError("rows without a parent: " + waiting[0].data.code)
        layer = _plant_layer(ready, by_code, first_position=len(planted))
        planted |= layer
        by_code |= layer
        taken = set(layer)
        waiting = [row for row in waiting if row.data.code not in taken]
    UnitVersion.objects.bulk_create(
        UnitVersion(**version_values(unit, unit.valid_from)) for unit in planted.values()
    )
    return planted


def _plant_layer(
    rows: Sequence[PlantedUnit], parents: dict[str, Unit], first_position: int
) -> dict[str, Unit]:
    units = Unit.objects.bulk_create(
        _unit(row, parents.get(row.parent_code), first_position + number)
        for number, row in enumerate(rows, start=1)
    )
    parent_path = Subquery(Unit.objects.filter(pk=OuterRef("parent")).values("path")[:1])
    own_id = LPad(Cast(F("pk"), CharField()), ID_WIDTH, Value("0"))
    fresh = Unit.objects.filter(pk__gte=units[0].pk, pk__lte=units[-1].pk)
    fresh.filter(parent=None).update(path=own_id)
    fresh.exclude(parent=None).update(path=Concat(parent_path, own_id))
    for unit in units:
        unit.path = (unit.parent.path if unit.parent else "") + path_segment(unit.pk)
    return {unit.code: unit for unit in units}


def _unit(row: PlantedUnit, parent: Unit | None, position: int) -> Unit:
    data = row.data
    return Unit(
        path=uuid.uuid4().hex,  # unique until the layer's ids are known
        parent=parent,
        county_id=parent.root_id if parent else None,
        code=data.code,
        name=data.name,
        short_name=data.short_name or data.name,
        kind=data.kind,
        level=LEVEL_OF_KIND[data.kind],
        position=data.position or position,
        is_scored=data.is_scored,
        population=data.population,
        households=data.households,
        area=data.area,
        market_days=data.market_days,
        valid_from=row.valid_from,
    )
