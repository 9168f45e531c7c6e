"""Per-case subsidies as a workbook: the claims, and their sums."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pingan.workbooks.sheets import Head, Sheet, table_book

CLAIMS = (
    Head("月份", 10),
    Head("案号", 26),
    Head("登记单位", 16),
    Head("调解组织", 30),
    Head("调解员编号", 11),
    Head("调解员", 11),
    Head("金额（元）", 12, "money"),
    Head("状态", 10),
    Head("审核意见", 28),
    Head("发放日期", 12, "day"),
)
SUMS = (
    Head("项目", 44),
    Head("申报（件）", 11, "count"),
    Head("待审核（件）", 12, "count"),
    Head("待发放（件）", 12, "count"),
    Head("待发放（元）", 13, "money"),
    Head("已发放（件）", 12, "count"),
    Head("已发放（元）", 13, "money"),
    Head("不予补贴（件）", 13, "count"),
)


def subsidies_book(
    *,
    title: str,
    notes: Sequence[str],
    claims: Iterable[Sequence[Any]],
    sums: Sequence[tuple[str, Iterable[Sequence[Any]]]],
) -> bytes:
    """`sums`: the name of each further sheet and its lines."""
    sheets = [Sheet("申报明细", notes, CLAIMS, claims)]
    sheets += [Sheet(name, notes, SUMS, rows) for name, rows in sums]
    return table_book(title=title, sheets=sheets)
