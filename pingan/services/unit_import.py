"""Units from a workbook: everything or nothing, every mistake at once."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from pingan import audit, policies
from pingan.enums import Level, UnitEventKind, UnitKind
from pingan.loaders.division import short_name
from pingan.loaders.unit_sheet import (
    VALID_FROM,
    Findings,
    KnownUnit,
    SheetUnit,
    check_tree,
    parse_rows,
)
from pingan.models import Unit, UnitEvent, User
from pingan.refusals import Forbidden, Refused
from pingan.services.loading import furnish_county
from pingan.services.units import NewUnit, PlantedUnit, plant_tree
from pingan.workbooks import SheetRows, cell_name


class ImportRefused(Refused):
    """Nothing was loaded; `sentences` name each wrong cell."""

    def __init__(self, sentences: Sequence[str]) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = list(sentences)


@dataclass(frozen=True, slots=True)
class ImportResult:
    """`counts` are the new units by level."""

    units: int
    counts: Mapping[Level, int]


@transaction.atomic
def import_units(*, sheet: SheetRows, by: User | None) -> ImportResult:
    """New units from the rows of a sheet, under units that are there or in the sheet itself."""
    findings = Findings(sheet.name, cell_name)
    rows = parse_rows(sheet.rows, findings)
    standing = _standing(rows)
    known = {
        unit.code: KnownUnit(unit.name, Level(unit.level), unit.valid_from) for unit in standing
    }
    check_tree(rows, known, findings)
    _check_dates(rows, findings, today=timezone.localdate())
    if findings.found:
        raise ImportRefused(findings.sentences())
    _check_may_import(by, rows, standing)
    planted = plant_tree([_planted(row) for row in rows], standing=standing)
    _record(planted, by, note=f"工作表“{sheet.name}”，{len(rows)} 行")
    return ImportResult(len(rows), Counter(row.level for row in rows))


def _standing(rows: Sequence[SheetUnit]) -> list[Unit]:
    """Living units that the rows name, as parents or by the same code."""
    codes = {row.code for row in rows} | {row.parent_code for row in rows}
    ordered = sorted(codes)
    chunks = (ordered[at : at + 500] for at in range(0, len(ordered), 500))
    return [
        unit
        for chunk in chunks
        for unit in Unit.objects.living().filter(code__in=chunk).select_related("county")
    ]


def _check_dates(rows: Sequence[SheetUnit], findings: Findings, *, today: dt.date) -> None:
    for row in rows:
        if row.valid_from > today:
            findings.add(row.row, VALID_FROM, "启用日期不能晚于今天，请在启用之后再导入。")


def _check_may_import(by: User | None, rows: Sequence[SheetUnit], standing: list[Unit]) -> None:
    """A county's officer adds units to that county; whole counties are the command's."""
    if by is None:
        return
    if any(row.kind is UnitKind.COUNTY for row in rows):
        raise Forbidden("页面上不能导入县，请由系统维护人员用命令导入。")
    for unit in standing:
        policies.check_change_units(by, unit)


def _planted(row: SheetUnit) -> PlantedUnit:
    data = NewUnit(
        code=row.code,
        name=row.name,
        short_name=short_name(row.name)[:40],
        kind=row.kind,
        population=row.population,
        households=row.households,
        area=row.area,
        market_days=row.market_days,
    )
    return PlantedUnit(data, row.parent_code, row.valid_from)


def _record(planted: Mapping[str, Unit], by: User | None, note: str) -> None:
    """One audit row a county; an event for each unit, as if it had been set up by hand."""
    UnitEvent.objects.bulk_create(
        UnitEvent(
            unit=unit, kind=UnitEventKind.CREATE, on=unit.valid_from, note="导入", recorded_by=by
        )
        for unit in planted.values()
    )
    for unit in planted.values():
        if unit.level == Level.COUNTY:
            furnish_county(unit)
    by_county = Counter(unit.root_id for unit in planted.values())
    for county in Unit.objects.filter(pk__in=list(by_county)):
        audit.record(
            action="导入单位",
            obj=county,
            by=by,
            unit=county,
            after={"units": by_county[county.pk]},
            note=note,
        )
