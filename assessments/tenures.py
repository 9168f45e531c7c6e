"""Terms of office over the calendar: whose month it is, and which days of a year. Pure.

A month belongs to whoever holds the post on its middle day: one rule for everybody, and a transfer
on any day splits the year without a gap or a month counted twice.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from pingan.months import Month

DECISIVE_DAY = 15
ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Term:
    """From `starts_on` until the day before `ends_on`; None: still in office."""

    starts_on: dt.date
    ends_on: dt.date | None = None

    def holds(self, day: dt.date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day < self.ends_on)

    def overlaps(self, other: Term) -> bool:
        return (other.ends_on is None or self.starts_on < other.ends_on) and (
            self.ends_on is None or other.starts_on < self.ends_on
        )

    def within(self, year: int) -> tuple[dt.date, dt.date] | None:
        """The first and the last day in office of that year."""
        first = max(self.starts_on, dt.date(year, 1, 1))
        last = dt.date(year, 12, 31)
        if self.ends_on is not None:
            last = min(last, self.ends_on - ONE_DAY)
        return (first, last) if first <= last else None

    def months(self, year: int) -> list[Month]:
        """The months of that year whose decisive day lies in the term."""
        months = [Month(year, number) for number in range(1, 13)]
        return [m for m in months if self.holds(dt.date(year, m.number, DECISIVE_DAY))]
