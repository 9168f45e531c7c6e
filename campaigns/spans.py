"""The periods that a form is asked for: ten days, a month, a quarter, a year. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from campaigns.enums import PeriodKind
from pingan.months import Month

ONE_DAY = dt.timedelta(days=1)
_TEN_DAYS = ((1, "上旬"), (11, "中旬"), (21, "下旬"))
_QUARTERS = "一二三四"
_MONTHS_IN_QUARTER = 3


@dataclass(frozen=True, order=True, slots=True)
class Span:
    """One period from its first to its last day."""

    starts_on: dt.date
    ends_on: dt.date
    kind: PeriodKind

    @property
    def label(self) -> str:
        """2026年9月上旬, 2026年9月, 2026年第三季度, 2026年."""
        day = self.starts_on
        month = Month.of(day).label
        if self.kind == PeriodKind.TEN_DAYS:
            return month + dict(_TEN_DAYS)[day.day]
        if self.kind == PeriodKind.MONTH:
            return month
        if self.kind == PeriodKind.QUARTER:
            return f"{day.year}年第{_QUARTERS[(day.month - 1) // _MONTHS_IN_QUARTER]}季度"
        return f"{day.year}年"

    @property
    def previous(self) -> Span:
        return span_on(self.kind, self.starts_on - ONE_DAY)

    @property
    def next(self) -> Span:
        return span_on(self.kind, self.ends_on + ONE_DAY)

    @property
    def a_year_before(self) -> Span:
        """The same period of the year before; it begins on the same day of the calendar."""
        return span_on(self.kind, self.starts_on.replace(year=self.starts_on.year - 1))

    @property
    def year_begins_on(self) -> dt.date:
        return self.starts_on.replace(month=1, day=1)


def span_on(kind: PeriodKind, day: dt.date) -> Span:
    """The period of this kind that the day lies in."""
    month = Month.of(day)
    if kind == PeriodKind.TEN_DAYS:
        first = max(start for start, _name in _TEN_DAYS if start <= day.day)
        last = {1: 10, 11: 20, 21: month.days}[first]
        return Span(day.replace(day=first), day.replace(day=last), kind)
    if kind == PeriodKind.MONTH:
        return Span(month.first_day, month.last_day, kind)
    if kind == PeriodKind.QUARTER:
        first_month = month.shift(-((month.number - 1) % _MONTHS_IN_QUARTER))
        return Span(first_month.first_day, first_month.shift(2).last_day, kind)
    return Span(day.replace(month=1, day=1), day.replace(month=12, day=31), kind)


def spans_until(kind: PeriodKind, first: dt.date, last: dt.date) -> Iterator[Span]:
    """Every period that touches the days from `first` to `last`, oldest first."""
    span = span_on(kind, first)
    while span.starts_on <= last:
        yield span
        span = span.next
