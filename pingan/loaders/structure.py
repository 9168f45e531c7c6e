"""How a county stood in an earlier year, and the dated events since: parsed, not yet stored."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pingan.enums import UnitEventKind, UnitKind

STRUCTURES_DIR = Path(__file__).resolve().parent.parent / "data" / "structures"


class StructureError(ValueError):
    """There is no such structure, or its file is wrong; a sentence for the user."""


@dataclass(frozen=True, slots=True)
class VillageState:
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class TownshipState:
    code: str
    name: str
    kind: UnitKind
    population: int | None
    villages: tuple[VillageState, ...]
    note: str


@dataclass(frozen=True, slots=True)
class NewTownship:
    """What a split leaves: `villages` maps the old code to the new code and, if new, name."""

    code: str
    name: str
    kind: UnitKind
    villages: dict[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class StructureEvent:
    """One dated change. `on` is the latest possible day where only a span is known."""

    kind: UnitEventKind
    on: dt.date
    not_before: dt.date
    unit: str
    to: str
    code: str
    name: str
    unit_kind: UnitKind | None
    into: tuple[NewTownship, ...]
    is_verified: bool
    source: str
    note: str


@dataclass(frozen=True, slots=True)
class GuidanceRow:
    """包片指导: a department (by name) and the townships it guides (by code)."""

    department: str
    townships: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InspectionGroupRow:
    """督导检查组: leading office, office that lends the car, townships (codes) or sectors."""

    name: str
    lead: str
    vehicle: str
    townships: tuple[str, ...]
    sectors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Structure:
    county_code: str
    county_name: str
    year: int
    as_of: dt.date
    population_year: int | None
    groups_total: int
    known_groups: dict[str, int]
    townships: tuple[TownshipState, ...]
    guidance: tuple[GuidanceRow, ...]
    inspection_groups: tuple[InspectionGroupRow, ...]
    sectors: tuple[str, ...]
    events: tuple[StructureEvent, ...]
    demo_market_days: dict[str, str]
    note: str


def read_structure(county_code: str, year: int) -> Structure:
    """The structure of `year`; the message of the error says which years there are."""
    structure = find_structure(county_code)
    if structure is None:
        raise StructureError(
            f"没有 {county_code} 的历史建制数据，请去掉 --structure 载入今天的建制。"
        )
    if structure.year != year:
        raise StructureError(
            f"{structure.county_name}只有 {structure.year} 年的历史建制数据，没有 {year} 年的。"
        )
    return structure


def find_structure(county_code: str) -> Structure | None:
    """The one structure kept of a county, if there is one."""
    path = STRUCTURES_DIR / f"{county_code}.json"
    if not path.exists():
        return None
    try:
        return parse_structure(json.loads(path.read_text(encoding="utf-8")))
    except (KeyError, TypeError, ValueError) as error:
        raise StructureError(f"历史建制文件 {path.name} 的内容有误：{error!r}。") from error


def parse_structure(data: dict[str, Any]) -> Structure:
    return Structure(
        county_code=data["county"],
        county_name=data["name"],
        year=data["year"],
        as_of=dt.date.fromisoformat(data["as_of"]),
        population_year=data["population_year"],
        groups_total=data["groups_total"],
        known_groups=dict(data["known_groups"]),
        townships=tuple(_township(row) for row in data["townships"]),
        guidance=tuple(
            GuidanceRow(row["department"], tuple(row["townships"])) for row in data["guidance"]
        ),
        inspection_groups=tuple(_inspection_group(row) for row in data["inspection_groups"]),
        sectors=tuple(data["sectors"]),
        events=tuple(sorted((_event(row) for row in data["events"]), key=lambda e: e.on)),
        demo_market_days=dict(data["demo_market_days"]),
        note=data["note"],
    )


def _township(row: dict[str, Any]) -> TownshipState:
    return TownshipState(
        code=row["code"],
        name=row["name"],
        kind=UnitKind(row["kind"]),
        population=row.get("population"),
        villages=tuple(VillageState(code, name) for code, name in row["villages"]),
        note=row.get("note", ""),
    )


def _inspection_group(row: dict[str, Any]) -> InspectionGroupRow:
    return InspectionGroupRow(
        row["name"], row["lead"], row["vehicle"], tuple(row["townships"]), tuple(row["sectors"])
    )


def _event(row: dict[str, Any]) -> StructureEvent:
    return StructureEvent(
        kind=UnitEventKind(row["kind"]),
        on=dt.date.fromisoformat(row["date"]),
        not_before=dt.date.fromisoformat(row["not_before"]),
        unit=row.get("unit", ""),
        to=row.get("to", ""),
        code=row.get("code", ""),
        name=row.get("name", ""),
        unit_kind=UnitKind(row["type"]) if "type" in row else None,
        into=tuple(_new_township(new) for new in row.get("into", ())),
        is_verified=row["verified"],
        source=row["source"],
        note=row.get("note", ""),
    )


def _new_township(row: dict[str, Any]) -> NewTownship:
    return NewTownship(
        code=row["code"],
        name=row["name"],
        kind=UnitKind(row["type"]),
        villages={old: (code, "".join(name)) for old, code, *name in row["villages"]},
    )
