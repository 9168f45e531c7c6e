"""A board as a workbook: counts beside the rates made of them. No name in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from disputes.figures import DEFINITIONS, LEVELS, Figures
from disputes.selectors.boards import Board, Line
from pingan.templatetags.pingan import rate
from pingan.workbooks.sheets import Head, Sheet, table_book

_COUNTS = (
    *("受理", "其中重复", "调解", "成功", "不成", "按期", "超期未结", "小组", "村(社区)"),
    *("乡镇", "县", "部门等", "防止激化（件）", "防止激化（人）", "已履行", "司法确认"),
    *("回访", "满意"),
)
_RATES = ("成功率", "按期率", "不出村", "不出乡镇", "重复率", "满意率")
_WORKLOAD = (
    Head("调解组织", 30),
    Head("单位", 16),
    Head("编号", 8),
    Head("在办（件）", 11, "count"),
    Head("超过调解期限（件）", 18, "count"),
    Head("本期成功（件）", 14, "count"),
    Head("用时中位数（天）", 16),
)


def board_book(board: Board, stamp: str) -> bytes:
    """Units, categories, channels, mediators by number, and what each figure counts."""
    notes = (f"期间：{board.span.label}", stamp)
    tables = (
        ("按单位", "单位", [*board.units, Line("合计", board.total)]),
        ("按类别", "纠纷类别", board.categories),
        ("按调解方式", "调解方式", board.channels),
    )
    sheets = [_sheet(name, first, lines, notes) for name, first, lines in tables]
    kept = [[each.name, each.cases, each.people] for each in board.prevented]
    heads = (Head("种类", 16), Head("件", 8, "count"), Head("人", 8, "count"))
    sheets.append(Sheet("防止激化", notes, heads, kept))
    work = [
        [row.committee, row.unit, row.number, row.in_hand, row.late, row.settled, row.median_days]
        for row in board.workloads
    ]
    sheets.append(Sheet("调解员工作量", (*notes, "只列编号，不列姓名。"), _WORKLOAD, work))
    texts = [[each.name, each.text] for each in DEFINITIONS]
    sheets.append(Sheet("口径", notes, (Head("指标", 12), Head("怎么算", 90)), texts))
    return table_book(title=f"{board.unit.name}矛盾纠纷", sheets=sheets)


def _sheet(name: str, first: str, lines: Sequence[Line], notes: Sequence[str]) -> Sheet:
    heads = (
        Head(first, 16),
        *(Head(label, max(9.0, 2.2 * len(label)), "count") for label in _COUNTS),
        *(Head(label, 10) for label in _RATES),
    )
    return Sheet(name, notes, heads, [[line.name, *_cells(line.figures)] for line in lines])


def _cells(figures: Figures) -> list[Any]:
    assert len(figures.by_level) == len(LEVELS)
    return [
        *(figures.received, figures.repeated, figures.mediated, figures.settled, figures.failed),
        *(figures.in_time, figures.unsettled, *figures.by_level, figures.elsewhere),
        *(figures.prevented, figures.prevented_people, figures.performed, figures.confirmed),
        *(figures.visits, figures.satisfied),
        rate(figures.settled, figures.mediated),
        rate(figures.in_time, figures.mediated),
        rate(figures.within_village, figures.settled),
        rate(figures.within_township, figures.settled),
        rate(figures.repeated, figures.received),
        rate(figures.satisfied, figures.visits),
    ]
