"""Walking from month to month in the address."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from pingan.months import Month


@dataclass(frozen=True, slots=True)
class MonthLinks:
    """The month of a page, and the addresses of its neighbours; empty where there is none."""

    month: Month
    previous: str
    next: str


def month_links(
    name: str, month: Month, *, first: Month | None, last: Month | None, query: str = ""
) -> MonthLinks:
    """Links of the page `name`, between the first and the last month that have something."""

    def address(target: Month, *, exists: bool) -> str:
        return reverse(name, args=[target]) + (f"?{query}" if query else "") if exists else ""

    return MonthLinks(
        month,
        address(month.previous, exists=first is not None and first < month),
        address(month.next, exists=last is not None and month < last),
    )
