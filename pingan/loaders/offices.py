"""Names of committees and offices with their dates: the county's own, else the usual ones."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pingan.enums import OfficeRole

DATA_FILE = Path(__file__).resolve().parent.parent / "data" / "offices.json"


@dataclass(frozen=True, slots=True)
class OfficeRow:
    role: OfficeRole
    name: str
    short_name: str
    valid_from: dt.date
    valid_to: dt.date | None


def read_offices(county_code: str, county_name: str) -> Iterator[OfficeRow]:
    data: dict[str, Any] = json.loads(DATA_FILE.read_text(encoding="utf-8"))
    words = {"n": county_name, "p": county_name[:-1], "c": county_name[-1]}
    for row in data["counties"].get(county_code[:6], data["default"]):
        yield OfficeRow(
            role=OfficeRole(row["role"]),
            name=row["name"].format(**words),
            short_name=row["short_name"].format(**words),
            valid_from=dt.date.fromisoformat(row["valid_from"]),
            valid_to=dt.date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
        )
