"""One table as a workbook: title, notes, frozen heads, a filter, ready to print."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook

from reports.excel.rankings import A4, clean
from reports.tables import NOT_APPLICABLE

Value = str | int | float | None


class SheetKind(Enum):
    """What the cells of a column hold."""

    TEXT = "text"
    CENTRE = "centre"
    WHOLE = "whole"
    POINTS = "points"  # whole hundredths in, two decimals on the sheet
    RATE = "rate"  # a fraction of one, printed as a percentage


@dataclass(frozen=True, slots=True)
class SheetColumn:
    title: str
    kind: SheetKind = SheetKind.TEXT
    width: float = 9.5


def table_xlsx(
    *,
    name: str,
    title: str,
    notes: Sequence[str],
    columns: Sequence[SheetColumn],
    rows: Sequence[Sequence[Value]],
    day: dt.date,
) -> bytes:
    """The workbook; the same values give the same bytes. None prints as a dash."""
    buffer = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(buffer, options) as book:
        book.set_properties(
            {"title": clean(title), "created": dt.datetime.combine(day, dt.time(9))}
        )
        formats = _formats(book)
        sheet = book.add_worksheet(name)
        sheet.write_string(0, 0, clean(title), formats["title"])
        for line, note in enumerate(notes, start=1):
            sheet.write_string(line, 0, clean(note), formats["note"])
        head = len(notes) + 1
        sheet.set_row(0, 26)
        sheet.set_row(head, 34)
        for index, column in enumerate(columns):
            sheet.set_column(index, index, column.width)
            sheet.write_string(head, index, clean(column.title), formats["head"])
        for number, row in enumerate(rows, start=head + 1):
            for index, (value, column) in enumerate(zip(row, columns, strict=True)):
                style = formats[column.kind.value]
                if value is None:
                    sheet.write_string(number, index, NOT_APPLICABLE, formats["centre"])
                elif value == "":
                    sheet.write_blank(number, index, None, style)
                elif isinstance(value, str):
                    sheet.write_string(number, index, clean(value), style)
                else:
                    is_points = column.kind is SheetKind.POINTS
                    sheet.write_number(number, index, value / 100 if is_points else value, style)
        sheet.freeze_panes(head + 1, 0)
        if rows:
            sheet.autofilter(head, 0, head + len(rows), len(columns) - 1)
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.set_margins(left=0.5, right=0.5, top=0.7, bottom=0.7)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0, head)
        sheet.set_footer("&R第 &P 页，共 &N 页")
    return buffer.getvalue()


def _formats(book: Workbook) -> dict[str, Format]:
    def made(**changes: object) -> Format:
        return book.add_format(
            {"font_name": "宋体", "font_size": 11, "valign": "vcenter"} | changes
        )

    line: dict[str, object] = {"border": 1, "border_color": "#A6A6A6"}
    return {
        "title": made(font_name="黑体", font_size=16),
        "note": made(font_size=10, font_color="#595959"),
        "head": made(
            bold=True,
            align="center",
            text_wrap=True,
            bg_color="#1F4E79",
            font_color="#FFFFFF",
            **line,
        ),
        "text": made(**line),
        "centre": made(align="center", **line),
        "whole": made(num_format="0", align="right", **line),
        "points": made(num_format="0.00", align="right", **line),
        "rate": made(num_format="0.0%", align="right", **line),
    }
