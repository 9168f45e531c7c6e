"""A ledger as a workbook. Takes plain values; cannot reach the database."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

import xlsxwriter

# XML 1.0 has no way to write these.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_WIDEST, _NARROWEST = 40, 8


def ledger_book(
    *,
    title: str,
    columns: Sequence[tuple[str, bool]],
    rows: Iterable[Sequence[Any]],
    notes: Sequence[str],
) -> bytes:
    """One sheet with frozen headers and filter; strings stay strings, whatever they begin with.

    `columns`: header and whether it holds numbers; `notes`: lines above the table.
    """
    buffer = io.BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(buffer, options)
    formats = {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "note": book.add_format({"font_color": "#566472"}),
        "head": book.add_format({"bold": True, "bg_color": "#EEF2F6", "border": 1}),
        "text": book.add_format({"border": 1, "text_wrap": True, "valign": "top"}),
        "number": book.add_format({"border": 1, "num_format": "0", "valign": "top"}),
        "date": book.add_format({"border": 1, "num_format": "yyyy-mm-dd", "valign": "top"}),
    }
    sheet = book.add_worksheet(title[:31])
    head = _above(sheet, title, notes, formats)
    for index, (label, _is_number) in enumerate(columns):
        sheet.set_column(index, index, max(_NARROWEST, min(_WIDEST, len(label) * 2 + 4)))
        sheet.write_string(head, index, label, formats["head"])
    last = head
    for last, row in enumerate(rows, start=head + 1):
        for index, value in enumerate(row):
            _write(sheet, last, index, value, formats)
    sheet.freeze_panes(head + 1, 0)
    sheet.autofilter(head, 0, last, len(columns) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(head)
    sheet.set_footer("&C第 &P 页，共 &N 页")
    book.close()
    return buffer.getvalue()


def _above(sheet: Any, title: str, notes: Sequence[str], formats: dict[str, Any]) -> int:
    """Title and notes; the number of the header row."""
    sheet.write_string(0, 0, _clean(title), formats["title"])
    for line, note in enumerate(notes, start=1):
        sheet.write_string(line, 0, _clean(note), formats["note"])
    return len(notes) + 1


def _write(sheet: Any, row: int, column: int, value: Any, formats: dict[str, Any]) -> None:
    if isinstance(value, dt.date):
        sheet.write_datetime(
            row,
            column,
            dt.datetime.combine(value, dt.time()),
            formats["date"],
        )
    elif isinstance(value, int):
        sheet.write_number(row, column, value, formats["number"])
    elif value is None:
        sheet.write_blank(row, column, None, formats["text"])
    else:
        sheet.write_string(row, column, _clean(str(value)), formats["text"])


def _clean(text: str) -> str:
    return _CONTROL.sub("", text)
