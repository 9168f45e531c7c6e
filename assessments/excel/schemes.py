"""A scheme as a workbook: head, items in their sections, grades. Cannot reach the database."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter

HEADERS = ("序号", "分类", "考核项", "分值", "数据来源", "计分方式", "条文")
_WIDTHS = (6, 14, 22, 10, 12, 14, 70)
_OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


@dataclass(frozen=True, slots=True)
class SheetItem:
    """One line: points as a number of points, None where the item has none of the 100."""

    number: int
    section: str
    name: str
    points: float | None
    points_text: str
    source: str
    shape: str
    clause: str


def scheme_book(
    *,
    title: str,
    notes: Sequence[str],
    items: Sequence[SheetItem],
    grades: Sequence[tuple[str, str, str]],
) -> bytes:
    """One sheet, ready to print on A4: what makes the 100 points is summed by a formula."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, _OPTIONS)
    sheet = book.add_worksheet("考核办法")
    formats = _formats(book)
    sheet.merge_range(0, 0, 0, len(HEADERS) - 1, title, formats["title"])
    for row, note in enumerate(notes, start=1):
        sheet.merge_range(row, 0, row, len(HEADERS) - 1, note, formats["note"])
    head = len(notes) + 1
    for column, (label, width) in enumerate(zip(HEADERS, _WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(head, column, label, formats["head"])
    last = _write_items(sheet, head + 1, items, formats)
    _write_grades(sheet, last + 2, grades, formats)
    sheet.freeze_panes(head + 1, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(head)
    sheet.set_footer("&C第 &P 页，共 &N 页")
    book.close()
    return buffer.getvalue()


def _formats(book: Any) -> dict[str, Any]:
    cell = {"border": 1, "valign": "top", "text_wrap": True}
    return {
        "title": book.add_format({"bold": True, "font_size": 16, "align": "center"}),
        "note": book.add_format({"font_color": "#566472"}),
        "head": book.add_format({"bold": True, "bg_color": "#EEF2F6", "border": 1}),
        "text": book.add_format(cell),
        "points": book.add_format({**cell, "num_format": "0.##"}),
        "bold": book.add_format({**cell, "bold": True}),
        "sum": book.add_format({**cell, "bold": True, "num_format": "0.##"}),
    }


def _write_items(
    sheet: Any, first: int, items: Sequence[SheetItem], formats: dict[str, Any]
) -> int:
    """The rows and their sum; the number of the row of the sum."""
    for row, item in enumerate(items, start=first):
        sheet.write_number(row, 0, item.number, formats["text"])
        sheet.write_string(row, 1, item.section, formats["text"])
        sheet.write_string(row, 2, item.name, formats["text"])
        if item.points is None:
            sheet.write_string(row, 3, item.points_text, formats["text"])
        else:
            sheet.write_number(row, 3, item.points, formats["points"])
        for column, text in enumerate((item.source, item.shape, item.clause), start=4):
            sheet.write_string(row, column, text, formats["text"])
    last = first + len(items)
    sheet.merge_range(last, 0, last, 2, "合计（加分项、否决项不算在内）", formats["bold"])
    total = sum(item.points or 0 for item in items)
    if items:
        formula = f"=SUM(D{first + 1}:D{last})"
        sheet.write_formula(last, 3, formula, formats["sum"], round(total, 2))
    else:
        sheet.write_number(last, 3, 0, formats["sum"])
    sheet.merge_range(last, 4, last, 6, "", formats["bold"])
    return last


def _write_grades(
    sheet: Any, first: int, grades: Sequence[tuple[str, str, str]], formats: dict[str, Any]
) -> None:
    for column, label in ((1, "等次"), (2, "分数线"), (3, "颜色")):
        sheet.write_string(first, column, label, formats["head"])
    for row, grade in enumerate(grades, start=first + 1):
        for column, text in enumerate(grade, start=1):
            sheet.write_string(row, column, text, formats["text"])
