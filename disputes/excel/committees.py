"""The register of committees as a workbook, without a name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pingan.workbooks.sheets import Head, Sheet, table_book

COUNTS = (
    Head("单位", 24),
    Head("调解组织", 10, "count"),
    Head("村(居)", 9, "count"),
    Head("乡镇(街道)", 10, "count"),
    Head("企事业单位", 10, "count"),
    Head("行业性专业性", 12, "count"),
    Head("联合调处中心", 12, "count"),
    Head("和事佬协会", 10, "count"),
    Head("委员", 8, "count"),
    Head("女性委员", 9, "count"),
    Head("调解员", 8, "count"),
    Head("专职", 8, "count"),
    Head("届满未换届", 11, "count"),
)
COMMITTEES = (
    Head("所在单位", 18),
    Head("上级", 14),
    Head("名称", 32),
    Head("类型", 22),
    Head("简称", 10),
    Head("委员", 8, "count"),
    Head("女性委员", 9, "count"),
    Head("调解员", 8, "count"),
    Head("专职", 8, "count"),
    Head("设立日期", 12, "day"),
    Head("本届起始", 12, "day"),
    Head("本届期满", 12, "day"),
    Head("撤销日期", 12, "day"),
    Head("提示", 40),
)


def committees_book(
    *,
    title: str,
    notes: Sequence[str],
    counts: Iterable[Sequence[Any]],
    committees: Iterable[Sequence[Any]],
) -> bytes:
    """Counts by unit, then every committee."""
    return table_book(
        title=title,
        sheets=[
            Sheet("分单位统计", notes, COUNTS, counts),
            Sheet("调解组织名册", notes, COMMITTEES, committees),
        ],
    )
