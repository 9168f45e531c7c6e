"""The ledger of rewards as a workbook: the lines, and their sums."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pingan.workbooks.sheets import Head, Sheet, table_book

LINES = (
    Head("年度", 7, "count"),
    Head("单位", 22),
    Head("上级", 14),
    Head("奖惩", 7),
    Head("事由", 32),
    Head("依据文件", 28),
    Head("金额（元）", 13, "money"),
    Head("经费来源", 20),
    Head("决定日期", 12, "day"),
    Head("兑现日期", 12, "day"),
    Head("状态", 9),
    Head("撤销原因", 24),
)
SUMS = (
    Head("项目", 30),
    Head("奖励（条）", 11, "count"),
    Head("奖励金额（元）", 15, "money"),
    Head("其中已兑现（元）", 16, "money"),
    Head("惩处（条）", 11, "count"),
    Head("惩处金额（元）", 15, "money"),
)


def rewards_book(
    *,
    title: str,
    notes: Sequence[str],
    lines: Iterable[Sequence[Any]],
    sums: Sequence[tuple[str, Sequence[Sequence[Any]]]],
) -> bytes:
    """`sums`: the name of each further sheet and its lines."""
    sheets = [Sheet("奖惩台账", notes, LINES, lines)]
    sheets += [Sheet(name, (*notes, "已撤销的不计入。"), SUMS, rows) for name, rows in sums]
    return table_book(title=title, sheets=sheets)
