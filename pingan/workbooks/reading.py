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
from itertools import islice
from pathlib import Path
from typing import IO, Any

from pingan.workbooks.guard import Limits, WorkbookRefused, check_workbook

Cell = str | int | float | bool | dt.datetime | None
CHILD = Path(__file__).with_name("child.py")
LETTERS = 26
EVERY_SHEET = "*"  # no sheet may be called that


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
    return _read(file, sheet or "", "values", limits)[0]


def read_book(file: IO[bytes], *, limits: Limits | None = None) -> dict[str, SheetRows]:
    """Every sheet by its name, hidden ones too. A formula is refused, like all that is suspicious.

    What a formula gave last stands in the file only if the program that wrote it has put it there:
    read as values, a figure might silently be nothing.
    """
    found = _read(file, EVERY_SHEET, "refuse", limits or Limits())
    return {sheet.name: sheet for sheet in found}


def _read(file: IO[bytes], sheet: str, formulas: str, limits: Limits) -> list[SheetRows]:
    check_workbook(file, limits)
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as copy:
        while chunk := file.read(1024 * 1024):
            copy.write(chunk)
        copy.flush()
        file.seek(0)
        return _parse(copy.name, sheet, formulas, limits)


def cell_name(row: int, column: int) -> str:
    """(7, 2) is B7; both begin at 1."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, LETTERS)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row}"


def _parse(path: str, sheet: str, formulas: str, limits: Limits) -> list[SheetRows]:
    # -P keeps the child's own folder off its import path.
    command = [sys.executable, "-P", str(CHILD), path, sheet, formulas]
    numbers = (limits.rows, limits.columns, limits.memory, math.ceil(limits.seconds))
    command += [str(number) for number in (*numbers, limits.characters)]
    try:
        child = subprocess.run(command, capture_output=True, timeout=limits.seconds, check=False)
    except subprocess.TimeoutExpired as error:
        raise WorkbookRefused("工作簿太复杂，读取超时，请新建工作簿，只粘贴数值。") from error
    if child.returncode != 0 or not child.stdout:
        raise WorkbookRefused("工作簿读不出来，请新建工作簿，只把数值粘贴进去后再上传。")
    return list(_sheets(_lines(child.stdout), limits))


def _sheets(lines: Iterator[Any], limits: Limits) -> Iterator[SheetRows]:
    for head in lines:
        if "error" in head:
            raise WorkbookRefused(_sentence(head, limits))
        rows = [_row(line, limits) for line in islice(lines, head["rows"])]
        width = max(map(len, rows), default=0)
        yield SheetRows(head["sheet"], [row + [None] * (width - len(row)) for row in rows])


def _lines(output: bytes) -> Iterator[Any]:
    return (json.loads(line) for line in output.splitlines())


def _sentence(report: dict[str, Any], limits: Limits) -> str:
    if report["error"] == "sheet":
        return f"没有名为“{report['sheet']}”的工作表，请检查工作表名称。"
    if report["error"] == "empty":
        return "工作簿里没有工作表，请检查文件。"
    if report["error"] == "volume":
        return "工作簿里的文字过多，请删去多余的内容和工作表后再上传。"
    at = cell_name(report["row"], report["column"])
    if report["error"] == "formula":
        return (
            f"工作表“{report['sheet']}”的单元格 {at} 是公式，"
            "请复制后用“选择性粘贴—数值”换成数值，再上传。"
        )
    return (
        f"工作表“{report['sheet']}”的单元格 {at} 还有内容，"
        f"最多读取 {limits.rows} 行 {limits.columns} 列，请删去多余内容或分成几个文件。"
    )


def _row(line: Any, limits: Limits) -> list[Cell]:
    if isinstance(line, dict):  # the child gave up in the middle of a sheet
        raise WorkbookRefused(_sentence(line, limits))
    return [_cell(value) for value in line]


def _cell(value: Any) -> Cell:
    if isinstance(value, dict):
        return dt.datetime.fromisoformat(value["at"])
    return value
