"""The buttons that fill an entry table further without saving it."""

from __future__ import annotations

from collections.abc import Callable

from django.http import QueryDict

from campaigns.enums import SweepAnswer
from campaigns.forms.activities import GroupRow
from campaigns.forms.fills import NEW_ROWS, TypedRow, add_rows, report_zero, zero_groups
from campaigns.selectors.sections import EDUCATION, PATROL, SWEEP
from campaigns.views.entries import Entry
from campaigns.views.last_month import last_month_rows, next_law_rows
from campaigns.views.patrols import filled_days, usual_typed
from campaigns.views.sweeps import with_items

Rows = list[TypedRow]


def filled(entry: Entry, fill: str, rows: Rows, data: QueryDict) -> Rows:
    """The rows after one of the buttons; an unknown one changes nothing."""
    monthly_return, section = entry.monthly_return, entry.section
    if section is PATROL:
        usual = usual_typed(monthly_return, data)
        return filled_days(monthly_return, fill, rows, entry.open_days, usual, entry.today)
    buttons: dict[str, Callable[[], Rows]] = {
        "zero": lambda: zero_groups(rows, GroupRow.COUNTS),
        "add": lambda: add_rows(rows, [{} for _ in range(NEW_ROWS)]),
        "previous": lambda: add_rows(rows, last_month_rows(monthly_return, section)),
    }
    if section is SWEEP:
        buttons["zero"] = lambda: report_zero(rows, SweepAnswer.ZERO)
        buttons["items"] = lambda: with_items(monthly_return, entry.keys, rows)
    if section is EDUCATION:
        buttons["law"] = lambda: add_rows(rows, next_law_rows(monthly_return, section))
    return buttons.get(fill, lambda: rows)()


def nothing_filled(entry: Entry) -> str:
    """Why a button filled nothing."""
    if entry.section is PATROL:
        return "没有填入：请先填好上面的常用人数，并确认还有空白的日子。"
    return "没有可以填入的。"
