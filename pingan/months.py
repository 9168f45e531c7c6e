"""The `Month` value: what every return, close and ranking is about. Pure."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

FIRST_YEAR, LAST_YEAR = 2000, 2099
_PATTERN = re.compile(r"(\d{4})-(\d{2})", re.ASCII)


class InvalidMonth(ValueError):
    """The text is not a month; its message is a sentence for the user."""


@dataclass(frozen=True, order=True, slots=True)
class Month:
    """A calendar month. Ordered, hashable; `int(month)` is 202609, `str(month)` "2026-09"."""

    year: int
    number: int

    def __post_init__(self) -> None:
        if not (FIRST_YEAR <= self.year <= LAST_YEAR and 1 <= self.number <= 12):
            raise InvalidMonth(
                f"没有“{self.year}-{self.number:02d}”这个月份，请写成 2026-09 这样的形式。"
            )

    @classmethod
    def parse(cls, text: str) -> Month:
        """Read "2026-09"; anything else raises InvalidMonth."""
        match = _PATTERN.fullmatch(text.strip())
        if match is None:
            raise InvalidMonth(f"“{text}”不是月份，请写成 2026-09 这样的形式。")
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def from_int(cls, value: int) -> Month:
        return cls(value // 100, value % 100)

    @classmethod
    def of(cls, day: dt.date) -> Month:
        return cls(day.year, day.month)

    def __int__(self) -> int:
        return self.year * 100 + self.number

    def __str__(self) -> str:
        return f"{self.year}-{self.number:02d}"

    @property
    def label(self) -> str:
        return f"{self.year}年{self.number}月"

    @property
    def first_day(self) -> dt.date:
        return dt.date(self.year, self.number, 1)

    @property
    def last_day(self) -> dt.date:
        return dt.date(self.year, self.number, self.days)

    @property
    def days(self) -> int:
        return calendar.monthrange(self.year, self.number)[1]

    def dates(self) -> Iterator[dt.date]:
        return (dt.date(self.year, self.number, day) for day in range(1, self.days + 1))

    def shift(self, months: int) -> Month:
        index = self.year * 12 + self.number - 1 + months
        return Month(index // 12, index % 12 + 1)

    @property
    def next(self) -> Month:
        return self.shift(1)

    @property
    def previous(self) -> Month:
        return self.shift(-1)

    def until(self, last: Month) -> Iterator[Month]:
        """Every month from this one to `last`, both included."""
        month = self
        while month <= last:
            yield month
            month = month.next
