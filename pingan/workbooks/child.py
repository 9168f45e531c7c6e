"""Run as a program: prints sheets as JSON lines. Imports nothing of ours.

A sheet is a line with its name and the number of its rows, then a line for each row.
`sheet_names`: a name, nothing for the first sheet, or `*` for every sheet that can be seen or is
hidden. `formulas`: "values" takes what a formula gave last, "refuse" stops at the first one.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from typing import Any

try:
    import resource
except ImportError:  # not on Windows: there the time-out alone guards
    resource = None  # type: ignore[assignment]


EVERY_SHEET = "*"
_VALUES = (int, float, bool, type(None), dt.date, dt.time, dt.timedelta)


class _Stop(Exception):
    """The book is refused; the argument is the report."""


class _Output:
    """Lines of JSON. One long text that many cells share must not become gigabytes."""

    def __init__(self, characters: int) -> None:
        self._left = characters

    def line(self, value: Any) -> None:
        text = json.dumps(value) + "\n"
        self._left -= len(text)
        if self._left < 0:
            raise _Stop({"error": "volume"})
        sys.stdout.write(text)


def main(
    path: str,
    sheet_name: str,
    formulas: str,
    rows: int,
    columns: int,
    memory: int,
    seconds: int,
    characters: int,
) -> None:
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    # After the limits: whatever the library does is bounded.
    import openpyxl  # noqa: PLC0415

    data_only = formulas == "values"
    book = openpyxl.load_workbook(path, read_only=True, data_only=data_only, keep_links=False)
    sheets = {sheet.title: sheet for sheet in book.worksheets}
    every = sheet_name == EVERY_SHEET
    if not sheets or (sheet_name and not every and sheet_name not in sheets):
        is_named = sheet_name and not every
        _print({"error": "sheet" if is_named else "empty", "sheet": sheet_name})
        return
    chosen = list(sheets.values()) if every else [sheets.get(sheet_name) or book.worksheets[0]]
    output = _Output(characters)
    try:
        for sheet in chosen:
            lines = _lines_of(sheet, rows, columns, data_only)
            output.line({"sheet": sheet.title, "rows": len(lines)})
            for line in lines:
                output.line(line)
    except _Stop as stop:
        _print(stop.args[0])


def _lines_of(sheet: Any, rows: int, columns: int, data_only: bool) -> list[list[Any]]:
    sheet.reset_dimensions()  # a <dimension> that lies would cut rows off
    lines: list[list[Any]] = []
    kept, is_suspect = 0, False
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        is_suspect = is_suspect or any(map(_may_be_formula, row))
        values = [_plain(value) for value in row]
        while values and values[-1] is None:
            values.pop()
        if not values:
            if number <= rows:
                lines.append([])
            continue
        if number > rows or len(values) > columns:
            column = len(values) if number <= rows else _first(values)
            raise _Stop({"error": "size", "sheet": sheet.title, "row": number, "column": column})
        lines.append(values)
        kept = number
    if is_suspect and not data_only:
        _check_formulas(sheet)
    return lines[:kept]


def _may_be_formula(value: Any) -> bool:
    """A text that begins so may be one; of an array formula the library makes an object."""
    if isinstance(value, str):
        return value.startswith("=")
    return not isinstance(value, _VALUES)


def _check_formulas(sheet: Any) -> None:
    """A formula is no value: what it gave last may be missing or out of date."""
    for number, row in enumerate(sheet.iter_rows(), start=1):
        for column, cell in enumerate(row, start=1):
            if cell.data_type == "f":
                at = {"row": number, "column": column}
                raise _Stop({"error": "formula", "sheet": sheet.title, **at})


def _first(values: list[Any]) -> int:
    return next(n for n, value in enumerate(values, start=1) if value is not None)


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return {"at": value.isoformat()}
    if isinstance(value, dt.date):
        return {"at": dt.datetime(value.year, value.month, value.day).isoformat()}  # noqa: DTZ001
    if isinstance(value, dt.time | dt.timedelta):
        return str(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    if isinstance(value, str):
        return value.strip() or None
    return value


def _print(value: Any) -> None:
    sys.stdout.write(json.dumps(value) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], *map(int, sys.argv[4:9]))
