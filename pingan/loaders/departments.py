"""The seven sectors (口), their departments, and made-up places of a demo county."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pingan.enums import UnitKind
from pingan.loaders.division import place_name

DATA_FILE = Path(__file__).resolve().parent.parent / "data" / "departments.json"


@dataclass(frozen=True, slots=True)
class DepartmentUnit:
    """A sector, a department or a place; the code is ours, as none is official."""

    code: str
    name: str
    kind: UnitKind
    parent_code: str


def read_departments(county_code: str, county_name: str) -> Iterator[DepartmentUnit]:
    """Sectors and their departments, named for the county: 县公安局, 区公安局."""
    prefix, parent = county_code[:6], county_code
    words = {"c": county_name[-1], "n": county_name}
    for number, sector in enumerate(_read()["sectors"], start=1):
        code = f"{prefix}K{number}"
        yield DepartmentUnit(code, sector["name"].format(**words), UnitKind.SECTOR, parent)
        for order, row in enumerate(sector["departments"], start=1):
            name, kind = row["name"].format(**words), UnitKind(row["kind"])
            yield DepartmentUnit(f"{code}{order:02d}", name, kind, code)


def read_places(county_name: str, townships: Sequence[tuple[str, str]]) -> Iterator[DepartmentUnit]:
    """Schools, hospitals, a station and markets, marked 演示; townships as (code, name)."""
    order: dict[str, int] = {}
    for row in _read()["places"]:
        if row["township"] > len(townships):
            continue
        code, township = townships[row["township"] - 1]
        order[code] = order.get(code, 0) + 1
        name = row["name"].format(t=place_name(township), n=county_name)
        yield DepartmentUnit(f"{code[:9]}P{order[code]:02d}", name, UnitKind(row["kind"]), code)


def _read() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(DATA_FILE.read_text(encoding="utf-8"))
    return data
