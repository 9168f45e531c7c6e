"""Rows of a sheet, parsed by a child process that may run out of memory without harm."""

from __future__ import annotations

import datetime as dt
import json
import math
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from pingan.workbooks.guard import Limits, WorkbookRefused, check_workbook

Cell = str | int | float | bool | dt.datetime | None
CHILD = Path(__file__).with_name("child.py")
LETTERS = 26


@dataclass(frozen=True, slots=True)
class SheetRows:
    """One sheet: its name and its rows from row 1 on; every row as wide as the widest."""

    name: str
    rows: list[list[Cell]]


def read_rows(
    file: IO[bytes] | Path, *, sheet: str | None = None, limits: Limits | None = None
) -> SheetRows:
    """The named sheet, else the first. Anything suspicious raises WorkbookRefused."""
    limits = limits or Limits()
    if isinstance(file, Path):
        try:
            with file.open("rb") as opened:
                return read_rows(opened, sheet=sheet, limits=limits)
        except OSError as error:
            raise WorkbookRefused(f"打不开文件 {file}，请检查路径。") from error
    check_workbook(file, limits)
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as copy:
        while chunk := file.read(1024 * 1024):
            copy.write(chunk)
        copy.flush()
        file.seek(0)
        return _parse(copy.name, sheet, limits)


def cell_name(row: int, column: int) -> str:
    """(7, 2) is B7; both begin at 1."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, LETTERS)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row}"


def _parse(path: str, sheet: str | None, limits: Limits) -> SheetRows:
    # -P keeps the child's own folder off its import path.
    command = [sys.executable, "-P", str(CHILD), path, sheet or ""]
    command += [
        str(n) for n in (limits.rows, limits.columns, limits.memory, math.ceil(limits.seconds))
    ]
    try:
        child = subprocess.run(command, capture_output=True, timeout=limits.seconds, check=False)
    except subprocess.TimeoutExpired as error:
        raise WorkbookRefused("工作簿太复杂，读取超时，请新建工作簿，只粘贴数值。") from error
    lines = _lines(child.stdout)
    first = next(lines, None)
    if child.returncode != 0 or first is None:
        raise WorkbookRefused("工作簿读不出来，请新建工作簿，只把数值粘贴进去后再上传。")
    if "error" in first:
        raise WorkbookRefused(_sentence(first, limits))
    rows = [[_cell(value) for value in row] for row in lines]
    width = max(map(len, rows), default=0)
    return SheetRows(first["sheet"], [row + [None] * (width - len(row)) for row in rows])


def _lines(output: bytes) -> Iterator[Any]:
    return (json.loads(line) for line in output.splitlines())


def _sentence(report: dict[str, Any], limits: Limits) -> str:
    if report["error"] == "sheet":
        return f"没有名为“{report['sheet']}”的工作表，请检查工作表名称。"
    if report["error"] == "empty":
        return "工作簿里没有工作表，请检查文件。"
    at = cell_name(report["row"], report["column"])
    return (
        f"工作表“{report['sheet']}”的单元格 {at} 还有内容，"
        f"最多读取 {limits.rows} 行 {limits.columns} 列，请删去多余内容或分成几个文件。"
    )


def _cell(value: Any) -> Cell:
    if isinstance(value, dict):
        return dt.datetime.fromisoformat(value["at"])
    return value
