"""Periods of the figures: a month, a quarter, a year, or any two days. Pure."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from pingan.months import InvalidMonth, Month

_QUARTER = re.compile(r"(\d{4})Q([1-4])", re.ASCII)
_YEAR = re.compile(r"\d{4}", re.ASCII)
_MONTHS_OFFERED, _QUARTERS_OFFERED, _YEARS_OFFERED = 12, 4, 3

Choice = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Span:
    """A period, both days included."""

    first: dt.date
    last: dt.date

    @property
    def days(self) -> tuple[dt.date, dt.date]:
        return self.first, self.last

    @property
    def label(self) -> str:
        """2026年9月, 2026年第3季度, 2026年; any other two days as they are."""
        begin, end = Month.of(self.first), Month.of(self.last)
        is_whole = self.days == (begin.first_day, end.last_day) and begin.year == end.year
        months = (begin.number, end.number)
        if is_whole and begin == end:
            return begin.label
        if is_whole and months == (1, 12):
            return f"{begin.year}年"
        if is_whole and months[1] - months[0] == 2 and months[1] % 3 == 0:
            return f"{begin.year}年第{months[1] // 3}季度"
        return f"{self.first}至{self.last}"


def read_period(text: str) -> Span | None:
    """2026-09, 2026Q3 or 2026; None for anything else."""
    try:
        if match := _QUARTER.fullmatch(text):
            last = Month(int(match[1]), int(match[2]) * 3)
            return Span(last.shift(-2).first_day, last.last_day)
        if _YEAR.fullmatch(text):
            year = int(text)
            return Span(Month(year, 1).first_day, Month(year, 12).last_day)
        month = Month.parse(text)
    except InvalidMonth:
        return None
    return Span(month.first_day, month.last_day)


def period_choices(today: dt.date) -> list[tuple[str, list[Choice]]]:
    """What a list of periods offers, the newest first."""
    month = Month.of(today)
    quarter = Month(month.year, (month.number - 1) // 3 * 3 + 1)
    years = [str(month.year - back) for back in range(_YEARS_OFFERED)]
    quarters = [quarter.shift(-3 * back) for back in range(_QUARTERS_OFFERED)]
    months = [month.shift(-back) for back in range(_MONTHS_OFFERED)]
    return [
        ("年", [_choice(year) for year in years]),
        ("季度", [_choice(f"{each.year}Q{(each.number + 2) // 3}") for each in quarters]),
        ("月", [_choice(str(each)) for each in months]),
    ]


def _choice(text: str) -> Choice:
    span = read_period(text)
    return text, span.label if span else text
