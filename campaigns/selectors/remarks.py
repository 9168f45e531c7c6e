"""Remarks of a reviewer, each with the place it is about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from campaigns.enums import Activity
from campaigns.models import FieldRemark, MonthlyReturn
from campaigns.selectors.sections import SECTIONS, categories_of, groups_of


@dataclass(frozen=True, slots=True)
class PlacedRemark:
    """A remark with the names of its row and field as people read them."""

    remark: FieldRemark
    activity: Activity
    place: str

    @property
    def key(self) -> tuple[str, str]:
        return (self.remark.row, self.remark.field)

    @property
    def is_open(self) -> bool:
        return self.remark.resolved_at is None


def remarks_of(monthly_return: MonthlyReturn) -> list[PlacedRemark]:
    """Every remark, those that are seen to as well; a fixed number of queries."""
    return _placed(monthly_return, monthly_return.remarks.all())


def open_remarks(
    monthly_return: MonthlyReturn, activity: Activity | None = None
) -> list[PlacedRemark]:
    """What is still to be put right, of the return or of one activity."""
    rows = monthly_return.remarks.filter(resolved_at=None)
    return _placed(monthly_return, rows.filter(activity=activity) if activity else rows)


def _placed(monthly_return: MonthlyReturn, remarks: Iterable[FieldRemark]) -> list[PlacedRemark]:
    chosen = list(remarks)
    labels = {
        activity: row_labels(monthly_return, activity)
        for activity in {Activity(each.activity) for each in chosen if each.row}
    }
    found = []
    for each in chosen:
        activity = Activity(each.activity)
        parts = [labels[activity].get(each.row, "（已删除的行）")] if each.row else []
        if each.field:
            parts.append(SECTIONS[activity].field_label(each.field))
        found.append(PlacedRemark(each, activity, " ".join(parts)))
    return found


def row_labels(monthly_return: MonthlyReturn, activity: Activity) -> dict[str, str]:
    """What people call the rows of one activity, by key; those of a full table and those saved."""
    section = SECTIONS[activity]
    rows = section.rows_of(monthly_return)
    if activity == Activity.PATROL:
        days = monthly_return.month.dates()
        return {day.isoformat(): f"{day.month}月{day.day}日" for day in days}
    if activity == Activity.SWEEP:
        categories = categories_of(monthly_return.unit.root_id)
        saved = {row.category.code: row.category.name for row in rows}
        return {**{each.code: each.name for each in categories}, **saved}
    if activity == Activity.GROUPS:
        names = {str(row.group_id): row.group.name for row in rows}
        return {**{str(each.unit_id): each.name for each in groups_of(monthly_return)}, **names}
    return {
        str(row.pk): f"第{number}行（{row.on.month}月{row.on.day}日）"
        for number, row in enumerate(rows, start=1)
    }
