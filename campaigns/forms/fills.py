"""Buttons that fill a table without saving it. Pure: rows of typed text in, rows out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

TypedRow = dict[str, str]
PATROL_COPIED = ("team", "day_heads", "night_heads")
NEW_ROWS = 1


def fill_down(rows: Sequence[TypedRow]) -> list[TypedRow]:
    """同上一日填满空白: team and heads of the last filled day go to the empty days below it."""
    filled: list[TypedRow] = []
    last: Mapping[str, str] | None = None
    for row in rows:
        if row.get("day_heads", "").strip() or row.get("night_heads", "").strip():
            last = row
            filled.append(dict(row))
        elif last is None or row.get("findings", "").strip():
            filled.append(dict(row))
        else:
            filled.append({**row, **{name: last.get(name, "") for name in PATROL_COPIED}})
    return filled


def report_zero(rows: Sequence[TypedRow], zero: str) -> list[TypedRow]:
    """全部零报告: every category without an answer and without a figure says zero."""
    return [
        row if row.get("answer") or row.get("found", "").strip() else {**row, "answer": zero}
        for row in rows
    ]


def zero_groups(rows: Sequence[TypedRow], names: Sequence[str]) -> list[TypedRow]:
    """空白填 0: in rows of groups, every empty count becomes 0."""
    return [{**row, **{name: row.get(name, "").strip() or "0" for name in names}} for row in rows]


def add_rows(rows: Sequence[TypedRow], new: Sequence[TypedRow]) -> list[TypedRow]:
    """The rows with content, then the new ones."""
    kept = [row for row in rows if row.get("id") or any(map(str.strip, _typed(row)))]
    return [*kept, *new]


def _typed(row: TypedRow) -> list[str]:
    """What a person typed; a preset choice is not typing."""
    return [text for name, text in row.items() if name not in ("kind", "id", "DELETE")]
