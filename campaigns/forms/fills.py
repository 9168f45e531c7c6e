"""Buttons that fill a table without saving it. Pure: rows of typed text in, rows out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

TypedRow = dict[str, str]
PATROL_COPIED = ("team", "day_heads", "night_heads")
NEW_ROWS = 1


def has_heads(row: Mapping[str, str]) -> bool:
    """Whether somebody filled the day in."""
    return bool(row.get("day_heads", "").strip() or row.get("night_heads", "").strip())


def fill_days(
    rows: Sequence[TypedRow], days: Collection[int], usual: Mapping[str, str]
) -> list[TypedRow]:
    """填满空白: the empty ones of these days get the usual team and heads."""
    if not has_heads(usual):
        return [dict(row) for row in rows]
    copied = {name: usual.get(name, "") for name in PATROL_COPIED}
    return [
        {**row, **copied} if index in days and not has_heads(row) else dict(row)
        for index, row in enumerate(rows)
    ]


def same_as_before(rows: Sequence[TypedRow], days: Sequence[int], today: int) -> list[TypedRow]:
    """同昨天: team and heads of the last filled day go to today, else to the next empty day."""
    empty = [day for day in days if not has_heads(rows[day])]
    behind = [day for day in empty if any(map(has_heads, rows[:day]))]
    filled = [dict(row) for row in rows]
    if not behind:
        return filled
    day = today if today in behind else behind[0]
    last = next(row for row in reversed(rows[:day]) if has_heads(row))
    filled[day] |= {name: last.get(name, "") for name in PATROL_COPIED}
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
