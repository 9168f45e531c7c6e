"""The year list of the archives as a workbook."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pingan.workbooks.sheets import Head, Sheet, table_book

HEADS = (
    Head("单位", 22),
    Head("上级", 14),
    Head("职务", 16),
    Head("任职人", 12),
    Head("当年任职自", 12, "day"),
    Head("当年任职至", 12, "day"),
    Head("计入月数", 10, "count"),
    Head("已公布月数", 11, "count"),
    Head("月均得分", 10),
    Head("各月等次", 24),
    Head("奖励", 8, "count"),
    Head("惩处", 8, "count"),
    Head("一票否决", 10, "count"),
    Head("整改通知", 10, "count"),
    Head("命名", 8, "count"),
)


def archives_book(*, title: str, notes: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    return table_book(title=title, sheets=[Sheet("实绩一览", notes, HEADS, rows)])
