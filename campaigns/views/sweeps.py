"""The sweep's own parts of the entry page: marks of its categories, items beside the counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from campaigns.enums import SweepAnswer
from campaigns.forms.fills import TypedRow
from campaigns.forms.rows import BaseRowSet, RowForm
from campaigns.models import MonthlyReturn, Sweep
from campaigns.selectors.followups import SolvedMatters, solved_matters
from campaigns.selectors.sections import SWEEP, categories_of


@dataclass(frozen=True, slots=True)
class SweepLine:
    """One category: its form, whether it takes counts alone, and what its items say."""

    form: RowForm
    label: str
    note: str
    items: str


def sweep_context(
    monthly_return: MonthlyReturn, keys: Sequence[Any], table: BaseRowSet
) -> dict[str, Any]:
    """The rows, and whether the items have anything to offer to them."""
    categories = categories_of(monthly_return.unit.root_id)
    only_counts = {each.pk for each in categories if each.touches_persons}
    matters = solved_matters(monthly_return)
    rows = [
        SweepLine(
            form=form,
            label=table.label(index),
            note="只报数" if _key(keys, index) in only_counts else "",
            items=_told(matters.get(_key(keys, index))),
        )
        for index, form in enumerate(table.forms)
    ]
    return {"rows": rows, "has_items": bool(matters)}


def _key(keys: Sequence[Any], index: int) -> int:
    return keys[index] if index < len(keys) else 0


def _told(matters: SolvedMatters | None) -> str:
    if matters is None:
        return ""
    parts = []
    if matters.solved:
        parts.append(f"本月办结{matters.solved}件")
    if matters.live:
        parts.append(f"未办结{matters.live}件")
    return "，".join(parts)


def with_items(
    monthly_return: MonthlyReturn, keys: Sequence[Any], rows: Sequence[TypedRow]
) -> list[TypedRow]:
    """按跟踪事项填入: categories that are still empty get what their items say."""
    matters = solved_matters(monthly_return)
    return [
        _with(row, matters.get(_key(keys, index))) if _is_empty(row) else row
        for index, row in enumerate(rows)
    ]


def _is_empty(row: Mapping[str, str]) -> bool:
    return not row.get("answer") and not row.get("found", "").strip()


def _with(row: TypedRow, matters: SolvedMatters | None) -> TypedRow:
    if matters is None:
        return row
    solved = {name: str(count) for name, count in matters.by_field.items()}
    return {
        **row,
        **solved,
        "answer": str(SweepAnswer.COUNTED),
        "found": str(matters.solved + matters.live),
    }


def every_category(monthly_return: MonthlyReturn) -> list[Sweep]:
    """The saved rows, and one without an answer for each category that is 空."""
    saved = {row.category_id: row for row in SWEEP.rows_of(monthly_return)}
    asked = [
        saved.pop(category.pk, None) or Sweep(category=category, answer="")
        for category in categories_of(monthly_return.unit.root_id)
    ]
    return [*asked, *saved.values()]
