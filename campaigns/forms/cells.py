"""What a sheet of many units is made of, and what of it is shown again after a save."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from campaigns.forms.workbook import NEW, BookUnit

LONGEST_LINE, MOST_LINES = 52, 4


@dataclass(slots=True)
class Cell:
    """One input. `kind` gives its width; `error` is why it was not saved."""

    name: str
    value: str
    label: str
    kind: str
    choices: str = ""
    error: str = ""
    starts: bool = False

    @property
    def rows(self) -> int:
        """Lines of a text that may be long; 0 where one line does."""
        if self.kind == "text":
            return 1
        is_long = len(self.value) > LONGEST_LINE or "\n" in self.value
        return min(MOST_LINES, 1 + len(self.value) // LONGEST_LINE) if is_long else 0


@dataclass(slots=True)
class Line:
    """One row of the sheet."""

    unit: BookUnit
    label: str
    cells: list[Cell]
    is_first: bool
    base: str = ""


@dataclass(slots=True)
class UnitRows:
    """What was typed for one unit: whole rows to be saved, and what could not be read."""

    unit: BookUnit
    version: int
    rows: list[Mapping[str, Any]]
    is_changed: bool
    errors: dict[str, str] = field(default_factory=dict)  # by the name of the input


def cell_name(pk: int, key: Hashable, name: str) -> str:
    """The name of an input."""
    return f"{pk}.{key}.{name}"


def digest(cells: Mapping[str, str]) -> str:
    """Tells whether a unit's cells are as they were sent out; blank ones do not matter."""
    texts = {name: text.replace("\r\n", "\n").strip() for name, text in cells.items()}
    joined = "\x1f".join(f"{name}={text}" for name, text in sorted(texts.items()) if text)
    return hashlib.sha256(joined.encode()).hexdigest()[:16]


def still_typed(
    typed: Mapping[str, str], units: Sequence[UnitRows], whole: Sequence[int]
) -> tuple[dict[str, str], dict[str, str]]:
    """What is shown again after a save: failing rows, and all of the units in `whole`.

    New rows that were saved are now rows of their own, so the failing ones move up.
    """
    kept: dict[str, str] = {}
    errors: dict[str, str] = {}
    for each in units:
        pk = each.unit.monthly_return.pk
        if pk in whole:
            kept |= {name: text for name, text in typed.items() if name.startswith(f"{pk}.")}
            errors |= each.errors
            continue
        rows = list(dict.fromkeys(name.rpartition(".")[0] for name in each.errors))
        fresh = [row for row in rows if row.startswith(f"{pk}.{NEW}")]
        moved = {row: f"{pk}.{NEW}{number}" for number, row in enumerate(fresh)}
        for name, text in typed.items():
            row, _dot, field_name = name.rpartition(".")
            if row in rows:
                kept[f"{moved.get(row, row)}.{field_name}"] = text
        for name, sentence in each.errors.items():
            row, _dot, field_name = name.rpartition(".")
            errors[f"{moved.get(row, row)}.{field_name}"] = sentence
    return kept, errors
