"""One plain table a sheet, for several sheets in one book."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
A4 = 9


@dataclass(frozen=True, slots=True)
class Head:
    """A column; `kind`: text, count, money (values in 分, shown in 元) or day."""

    label: str
    width: float
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Sheet:
    name: str
    notes: Sequence[str]
    heads: Sequence[Head]
    rows: Iterable[Sequence[Any]]


def table_book(*, title: str, sheets: Sequence[Sheet]) -> bytes:
    """Frozen heads and a filter on every sheet; strings stay strings, whatever they begin with."""
    buffer = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(buffer, options) as book:
        line = {"border": 1, "valign": "top"}
        formats = {
            "title": book.add_format({"bold": True, "font_size": 14}),
            "note": book.add_format({"font_color": "#566472"}),
            "head": book.add_format({"bold": True, "bg_color": "#EEF2F6", "border": 1}),
            "text": book.add_format({"text_wrap": True, **line}),
            "count": book.add_format({"num_format": "0", **line}),
            "money": book.add_format({"num_format": "#,##0.00", **line}),
            "day": book.add_format({"num_format": "yyyy-mm-dd", **line}),
        }
        for sheet in sheets:
            _write_sheet(book.add_worksheet(sheet.name), title, sheet, formats)
    return buffer.getvalue()


def _write_sheet(place: Any, title: str, sheet: Sheet, formats: dict[str, Any]) -> None:
    place.write_string(0, 0, _clean(f"{title}　{sheet.name}"), formats["title"])
    for row, note in enumerate(sheet.notes, start=1):
        place.write_string(row, 0, _clean(note), formats["note"])
    top = len(sheet.notes) + 1
    for column, head in enumerate(sheet.heads):
        place.set_column(column, column, head.width)
        place.write_string(top, column, head.label, formats["head"])
    last = top
    for last, values in enumerate(sheet.rows, start=top + 1):
        for column, (head, value) in enumerate(zip(sheet.heads, values, strict=True)):
            _write(place, last, column, head.kind, value, formats)
    place.freeze_panes(top + 1, 1)
    place.autofilter(top, 0, last, len(sheet.heads) - 1)
    place.repeat_rows(top)
    place.set_landscape()
    place.set_paper(A4)
    place.fit_to_pages(1, 0)
    place.set_footer("&C第 &P 页，共 &N 页")


def _write(
    place: Any, row: int, column: int, kind: str, value: Any, formats: dict[str, Any]
) -> None:
    style = formats[kind]
    if value is None or value == "":
        place.write_blank(row, column, None, style)
    elif isinstance(value, dt.date):
        place.write_datetime(row, column, dt.datetime.combine(value, dt.time()), style)
    elif isinstance(value, int):
        place.write_number(row, column, value / 100 if kind == "money" else value, style)
    else:
        place.write_string(row, column, _clean(str(value)), formats["text"])


def _clean(text: str) -> str:
    return _CONTROL.sub("", text)
