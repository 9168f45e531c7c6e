"""The case bulletin's tables as a workbook, one sheet an indicator."""

from __future__ import annotations

from pingan.workbooks.sheets import Head, Sheet, table_book
from reports.cases import CaseFigures
from reports.content.cases import HEADS, NOTE, case_row, total_row

_WIDE = (1, 3, 5, 8)


def cases_xlsx(figures: CaseFigures, *, notes: tuple[str, ...]) -> bytes:
    """Whole numbers are numbers; 未报, — and partial sums stay words, so that nobody adds them."""
    heads = [
        Head(title, 18 if index == 0 else 14 if index in _WIDE else 10, "count")
        for index, title in enumerate(HEADS)
    ]
    sheets = [
        Sheet(
            indicator.name,
            (*notes, NOTE),
            heads,
            [
                [_value(text) for text in row]
                for row in (
                    *(case_row(figures, line, indicator.code) for line in figures.lines),
                    total_row(figures, indicator.code),
                )
            ],
        )
        for indicator in figures.indicators
    ]
    return table_book(title=f"{figures.county_name}{figures.label}案情统计", sheets=sheets)


def _value(text: str) -> str | int:
    return int(text) if text.isascii() and text.isdigit() else text
