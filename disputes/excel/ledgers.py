"""The ledger as a workbook; the empty one to be filled in; the one with names, under a password.

Everything stays in memory: a plain copy of the names never lies on a disk.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter
from msoffcrypto.format.ooxml import OOXMLFile

from pingan.workbooks.sheets import Head, Sheet, table_book

SHEET = "纠纷台账"
NOTES, CHOICES = "说明", "选项"
NO_CONVERSION = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


@dataclass(frozen=True, slots=True)
class FormColumn:
    """A column to be filled in. `choices` become a drop-down."""

    label: str
    kind: str
    width: float
    note: str = ""
    choices: tuple[str, ...] = ()
    is_required: bool = False


def ledger_book(*, heads: Sequence[Head], rows: Iterable[Sequence[Any]], notes: list[str]) -> bytes:
    """The ledger without names."""
    return table_book(title="矛盾纠纷", sheets=[Sheet(SHEET, notes, heads, rows)])


def locked_book(
    *, heads: Sequence[Head], rows: Iterable[Sequence[Any]], notes: list[str], password: str
) -> bytes:
    """As `ledger_book`, encrypted as Office does it (ECMA-376 agile, AES-256, SHA-512)."""
    plain = ledger_book(heads=heads, rows=rows, notes=notes)
    out = io.BytesIO()
    OOXMLFile(io.BytesIO(plain)).encrypt(password, out)
    return out.getvalue()


def empty_book(*, columns: Sequence[FormColumn], notes: Sequence[str], free_rows: int) -> bytes:
    """Headers, drop-downs and checks for so many cases; what to write where is on `NOTES`."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, **NO_CONVERSION}) as book:
        _write_notes(book, columns, notes)
        page = book.add_worksheet(SHEET)
        choices = book.add_worksheet(CHOICES)
        grid = {"border": 1, "border_color": "#C4CED7", "valign": "top"}
        formats = {
            "text": book.add_format({**grid, "text_wrap": True, "num_format": "@"}),
            "count": book.add_format({**grid, "num_format": "0"}),
            "money": book.add_format({**grid, "num_format": "#,##0.00"}),
            "day": book.add_format({**grid, "num_format": "yyyy-mm-dd", "align": "left"}),
            "must": book.add_format(
                {**grid, "bold": True, "bg_color": "#14477E", "color": "white"}
            ),
            "may": book.add_format({**grid, "bold": True, "bg_color": "#EEF2F6"}),
        }
        for place, column in enumerate(columns):
            page.set_column(place, place, column.width)
            page.write_string(0, place, column.label, formats[_head(column)])
            if column.note:
                page.write_comment(0, place, column.note, {"x_scale": 1.8, "y_scale": 1.2})
            for row in range(1, free_rows + 1):
                page.write_blank(row, place, None, formats[column.kind])
            choices.write_column(0, place, column.choices)
            _restrict(page, place, free_rows, column)
        page.freeze_panes(1, 1)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.repeat_rows(0)
        page.activate()
        choices.hide()
    return buffer.getvalue()


def _head(column: FormColumn) -> str:
    return "must" if column.is_required else "may"


def _write_notes(book: Any, columns: Sequence[FormColumn], notes: Sequence[str]) -> None:
    sheet = book.add_worksheet(NOTES)
    title = book.add_format({"bold": True, "font_size": 14})
    line = book.add_format({"text_wrap": True, "valign": "top"})
    head = book.add_format({"bold": True, "bg_color": "#EEF2F6", "border": 1})
    cell = book.add_format({"text_wrap": True, "valign": "top", "border": 1})
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 8)
    sheet.set_column(2, 2, 80)
    sheet.hide_gridlines(2)
    sheet.write_string(0, 0, "矛盾纠纷台账导入表", title)
    for row, note in enumerate(notes, start=1):
        sheet.merge_range(row, 0, row, 2, note, line)
    top = len(notes) + 2
    for place, label in enumerate(("列", "必填", "怎样填")):
        sheet.write_string(top, place, label, head)
    for row, column in enumerate(columns, start=top + 1):
        sheet.write_string(row, 0, column.label, cell)
        sheet.write_string(row, 1, "必填" if column.is_required else "", cell)
        sheet.write_string(row, 2, column.note, cell)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _restrict(page: Any, place: int, last: int, column: FormColumn) -> None:
    """A drop-down, or a check with a sentence. Text pasted over it is checked by the import."""
    if column.choices:
        letters = xlsxwriter.utility.xl_col_to_name(place, col_abs=True)
        source = f"='{CHOICES}'!{letters}$1:{letters}${len(column.choices)}"
        rule: dict[str, Any] = {"validate": "list", "source": source}
        rule |= {"error_title": "请从下拉中选", "error_message": "请从下拉列表中选择。"}
    elif column.kind == "day":
        rule = {"validate": "date", "criteria": ">=", "value": dt.date(2000, 1, 1)}
        rule |= {"error_title": "请填日期", "error_message": "请填日期，如 2026-09-28。"}
    elif column.kind == "count":
        rule = {"validate": "integer", "criteria": ">=", "value": 2}
        rule |= {"error_title": "请填人数", "error_message": "请填2以上的整数。"}
    elif column.kind == "money":
        rule = {"validate": "decimal", "criteria": ">=", "value": 0}
        rule |= {"error_title": "请填金额", "error_message": "请填金额，如 1200 或 1200.50。"}
    else:
        return
    page.data_validation(1, place, last, place, rule)
