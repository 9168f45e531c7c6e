"""The month's workbook that is filled in and read back: written from plain values.

Only what may be filled in is unlocked. Column A of every sheet is hidden and holds the keys by
which the rows are found again; the sheet `_pingan`, hidden as well, says whose book it is.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter

META_SHEET = "_pingan"
NOTES_SHEET = "说明"
FORMAT = "pingan-month"
FORMAT_VERSION = 1
KEY_HEADER = "行号（请勿改动）"
UNIT_HEADER = "单位"

# XML 1.0 has no way to write these.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_NO_CONVERSION = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


@dataclass(frozen=True, slots=True)
class BookColumn:
    """One column to be filled in. `choices` become a drop-down, `largest` a check in Excel."""

    label: str
    width: int
    note: str = ""
    choices: tuple[str, ...] = ()
    largest: int | None = None
    days: tuple[dt.date, dt.date] | None = None


@dataclass(frozen=True, slots=True)
class BookLine:
    """One row: hidden key, unit, label of the row (None in a free list), values to be filled."""

    key: str
    unit: str
    label: str | None
    values: Sequence[Any]
    is_locked: bool = False
    is_marked: bool = False


@dataclass(frozen=True, slots=True)
class BookSheet:
    """One activity. `free_rows` at the end are for new entries of any of the units."""

    title: str
    row_header: str
    columns: Sequence[BookColumn]
    lines: Sequence[BookLine]
    free_rows: int = 0

    @property
    def first_value(self) -> int:
        """Number of columns before the values."""
        return 3 if self.row_header else 2

    @property
    def headers(self) -> list[str]:
        fixed = [KEY_HEADER, UNIT_HEADER, *([self.row_header] if self.row_header else [])]
        return [*fixed, *(column.label for column in self.columns)]


@dataclass(frozen=True, slots=True)
class BookMeta:
    """Whose book it is and what stood in the system when it was made.

    `book` tells this book from every other: what it has written itself is no conflict with it.
    """

    month: str
    unit_code: str
    versions: Sequence[tuple[str, str, int]]  # code and name of the unit, version of its return
    book: str = ""


def write_book(*, meta: BookMeta, sheets: Sequence[BookSheet], notes: Sequence[str]) -> bytes:
    """The whole book; strings stay strings, whatever they begin with."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, **_NO_CONVERSION})
    formats = _formats(book)
    _write_notes(book, notes, formats)
    for sheet in sheets:
        _write_sheet(book, sheet, len(meta.versions), formats)
    _write_meta(book, meta)
    book.get_worksheet_by_name(sheets[0].title if sheets else NOTES_SHEET).activate()
    book.close()
    return buffer.getvalue()


def _formats(book: Any) -> dict[str, Any]:
    grid = {"border": 1, "border_color": "#C4CED7", "valign": "vcenter"}
    free = {**grid, "locked": False}
    still = {**grid, "bg_color": "#EEF2F6", "font_color": "#3A4753"}
    kinds: dict[str, dict[str, Any]] = {"number": {"num_format": "0"}, "text": {"text_wrap": True}}
    kinds["date"] = {"num_format": "yyyy-mm-dd", "align": "left"}
    made = {f"free-{name}": book.add_format({**free, **kind}) for name, kind in kinds.items()}
    made |= {f"still-{name}": book.add_format({**still, **kind}) for name, kind in kinds.items()}
    made["head"] = book.add_format({**grid, "bold": True, "bg_color": "#14477E", "color": "white"})
    made["mark"] = book.add_format({**grid, "bg_color": "#FFF2CF"})
    made["title"] = book.add_format({"bold": True, "font_size": 14})
    made["line"] = book.add_format({"text_wrap": True, "valign": "top"})
    return made


def _write_notes(book: Any, notes: Sequence[str], formats: dict[str, Any]) -> None:
    sheet = book.add_worksheet(NOTES_SHEET)
    sheet.set_column(0, 0, 90)
    sheet.hide_gridlines(2)
    for line, note in enumerate(notes):
        sheet.write_string(line, 0, _clean(note), formats["title" if line == 0 else "line"])
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.protect()


def _write_meta(book: Any, meta: BookMeta) -> None:
    sheet = book.add_worksheet(META_SHEET)
    sheet.write_row(0, 0, [FORMAT, FORMAT_VERSION])
    sheet.write_row(1, 0, ["month", meta.month])
    sheet.write_row(2, 0, ["unit", meta.unit_code])
    sheet.write_row(3, 0, ["book", meta.book])
    for line, (code, name, version) in enumerate(meta.versions, start=4):
        sheet.write_row(line, 0, [code, version, _clean(name)])
    sheet.protect()
    sheet.very_hidden()


def _write_sheet(book: Any, sheet: BookSheet, units: int, formats: dict[str, Any]) -> None:
    page = book.add_worksheet(sheet.title)
    first, last = sheet.first_value, len(sheet.lines) + sheet.free_rows
    for place, header in enumerate(sheet.headers):
        page.write_string(0, place, header, formats["head"])
    page.set_column(0, 0, 4, None, {"hidden": True})
    longest = max((len(line.unit) for line in sheet.lines), default=0)
    page.set_column(1, 1, min(36, max(12, 2 * longest + 2)))
    if sheet.row_header:
        page.set_column(2, 2, 18)
    for place, column in enumerate(sheet.columns, start=first):
        page.set_column(place, place, column.width)
        if column.note:
            page.write_comment(0, place, column.note, {"x_scale": 1.6, "y_scale": 1.1})
        _restrict(page, place, last, column)
    for number, line in enumerate(sheet.lines, start=1):
        _write_line(page, number, line, first, formats)
    _write_free(page, sheet, units, formats)
    page.freeze_panes(1, first)
    page.autofilter(0, 1, max(1, last), len(sheet.headers) - 1)
    page.protect("", {"format_columns": True, "format_rows": True, "autofilter": True})
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)


def _restrict(page: Any, place: int, last: int, column: BookColumn) -> None:
    """A drop-down, or a check with a sentence. Text pasted over it is checked by the import."""
    if column.choices:
        # As text Excel takes 255 characters; ours are far shorter.
        rule: dict[str, Any] = {"validate": "list", "source": list(column.choices)}
        rule |= {"error_title": "请从下拉中选", "error_message": "、".join(column.choices)[:255]}
    elif column.largest is not None:
        rule = {"validate": "integer", "criteria": "between", "minimum": 0}
        rule |= {"maximum": column.largest, "error_title": "请填整数"}
        rule["error_message"] = f"请填0到{column.largest}的整数，没有填就留空。"
    elif column.days is not None:
        rule = {"validate": "date", "criteria": "between", "minimum": column.days[0]}
        rule |= {"maximum": column.days[1], "error_title": "请填日期"}
        rule["error_message"] = f"日期应在{column.days[0]}到{column.days[1]}之间。"
    else:
        return
    page.data_validation(1, place, max(1, last), place, rule)


def _write_line(
    page: Any, number: int, line: BookLine, first: int, formats: dict[str, Any]
) -> None:
    page.write_string(number, 0, line.key, formats["still-text"])
    page.write_string(number, 1, _clean(line.unit), formats["still-text"])
    if line.label is not None:
        page.write_string(
            number, 2, _clean(line.label), formats["mark" if line.is_marked else "still-text"]
        )
    state = "still" if line.is_locked else "free"
    for place, value in enumerate(line.values, start=first):
        _write_value(page, number, place, value, state, formats)


def _write_value(
    page: Any, row: int, column: int, value: Any, state: str, formats: dict[str, Any]
) -> None:
    if value is None or value == "":
        page.write_blank(row, column, None, formats[f"{state}-text"])
    elif isinstance(value, dt.date):
        moment = dt.datetime.combine(value, dt.time())
        page.write_datetime(row, column, moment, formats[f"{state}-date"])
    elif isinstance(value, int):
        page.write_number(row, column, value, formats[f"{state}-number"])
    else:
        page.write_string(row, column, _clean(str(value)), formats[f"{state}-text"])


def _write_free(page: Any, sheet: BookSheet, units: int, formats: dict[str, Any]) -> None:
    """Rows without a key: the unit is chosen, the row is new."""
    first, last = len(sheet.lines) + 1, len(sheet.lines) + sheet.free_rows
    if not sheet.free_rows:
        return
    for number in range(first, last + 1):
        page.write_blank(number, 0, None, formats["still-text"])
        for place in range(1, len(sheet.headers)):
            page.write_blank(number, place, None, formats["free-text"])
    names = f"='{META_SHEET}'!$C$5:$C${units + 4}"
    page.data_validation(first, 1, last, 1, {"validate": "list", "source": names})


def _clean(text: str) -> str:
    return _CONTROL.sub("", text)
