"""Terms of vetoes and namings: months added to a day, half of a term, what is left. Pure."""

from __future__ import annotations

import datetime as dt

from pingan.months import Month

MONTHS_OF_YEAR = 12


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day so many months later; the last day of a shorter month."""
    month = Month.of(day).shift(months)
    return month.first_day.replace(day=min(day.day, month.days))


def half_way(first: dt.date, last: dt.date) -> dt.date:
    """The day in the middle of a term."""
    return first + (last - first) // 2


def days_left(until: dt.date, today: dt.date) -> int:
    """Whole days until the term is over; never negative."""
    return max(0, (until - today).days)
