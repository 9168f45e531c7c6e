"""Last month as a starting point: what is said again, never dates or figures."""

from __future__ import annotations

from campaigns.enums import Activity
from campaigns.forms.fills import TypedRow
from campaigns.models import MonthlyReturn
from campaigns.selectors.laws import law_in, next_law
from campaigns.selectors.sections import Section, previous_return

_COPIED = {
    Activity.EDUCATION: ("kind", "topic", "host_post"),
    Activity.MEETING: ("kind", "chair_post", "items"),
}


def last_month_rows(monthly_return: MonthlyReturn, section: Section) -> list[TypedRow]:
    """Topics and posts of the month before; dates and figures are this month's own."""
    previous = previous_return(monthly_return)
    names = _COPIED.get(section.activity, ())
    if previous is None:
        return []
    return [{name: getattr(row, name) for name in names} for row in section.rows_of(previous)]


def next_law_rows(monthly_return: MonthlyReturn, section: Section) -> list[TypedRow]:
    """As last month, with the next law of the rota in the place of last month's."""
    law = next_law(monthly_return)
    rows = last_month_rows(monthly_return, section) or [{"topic": law}]
    return [{**row, "topic": law if law_in(row["topic"]) else row["topic"]} for row in rows]
