"""Run as a program: prints the sheet's name, then one JSON line a row. Imports nothing of ours."""

from __future__ import annotations

import datetime as dt
import json
import sys
from typing import Any

try:
    import resource
except ImportError:  # not on Windows: there the time-out alone guards
    resource = None  # type: ignore[assignment]


def main(path: str, sheet_name: str, rows: int, columns: int, memory: int, seconds: int) -> None:
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    # After the limits: whatever the library does is bounded.
    import openpyxl  # noqa: PLC0415

    book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
    sheets = {sheet.title: sheet for sheet in book.worksheets}
    if not sheets or (sheet_name and sheet_name not in sheets):
        _print({"error": "sheet" if sheet_name else "empty", "sheet": sheet_name})
        return
    sheet = sheets[sheet_name] if sheet_name else book.worksheets[0]
    sheet.reset_dimensions()  # a <dimension> that lies would cut rows off
    lines: list[list[Any]] = []
    kept = 0
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        values = [_plain(value) for value in row]
        while values and values[-1] is None:
            values.pop()
        if not values:
            if number <= rows:
                lines.append([])
            continue
        if number > rows or len(values) > columns:
            column = len(values) if number <= rows else _first(values)
            _print({"error": "size", "sheet": sheet.title, "row": number, "column": column})
            return
        lines.append(values)
        kept = number
    _print({"sheet": sheet.title})
    for line in lines[:kept]:
        _print(line)


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
    main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:7]))
