"""Figures of a place: this period, the same period last year, the year so far. All computed.

A period takes in the reports of finer forms: a quarter is the sum of its months. Only what has
passed review counts. Numbers at a period's end are not added up over time: the latest stands.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from django.db.models import Count, Q, Sum

from campaigns.enums import IndicatorKind, PeriodKind, ReturnState
from campaigns.figures import NOTHING, change, percent, point_change, tone
from campaigns.models import Indicator, IndicatorFormField, IndicatorValue, Survey
from campaigns.selectors.indicators import catalogue
from campaigns.spans import Span
from pingan import scopes
from pingan.enums import UnitKind
from pingan.models import Unit, User
from pingan.months import Month

# Counts that the monthly return has already: code, field of the survey.
FROM_SURVEYS = {"survey_slips": "slips", "survey_satisfied": "satisfied"}


@dataclass(frozen=True, slots=True)
class Window:
    """Days from first to last, both included; a report counts that lies within."""

    first: dt.date
    last: dt.date

    def holds(self, starts_on: dt.date, ends_on: dt.date) -> bool:
        return self.first <= starts_on and ends_on <= self.last


NAMES = ("now", "before", "year", "year_before")
Numbers = tuple[int | None, int | None, int | None, int | None]
Periods = tuple[int, int, int, int]
DIFFERENT = "期数不同"


@dataclass(frozen=True, slots=True)
class Four:
    """One count in the four windows, None where nothing was accepted; of how many periods each."""

    numbers: Numbers = (None, None, None, None)
    periods: Periods = (0, 0, 0, 0)

    def plus(self, other: Four) -> Four:
        """The sum of two units; the periods are those of whoever reported longest."""
        sums = tuple(map(_plus, self.numbers, other.numbers))
        return Four(
            cast(Numbers, sums), cast(Periods, tuple(map(max, self.periods, other.periods)))
        )

    def change(self, at: int) -> str:
        """Against the window after it; ten months are not compared with two."""
        now, before = self.numbers[at], self.numbers[at + 1]
        if now is not None and before is not None and self.periods[at] != self.periods[at + 1]:
            return DIFFERENT
        return change(now, before)

    def tone(self, at: int, direction: str) -> str:
        if self.change(at) == DIFFERENT:
            return ""
        return tone(self.numbers[at], self.numbers[at + 1], direction)


def _plus(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else one + other


def windows(span: Span) -> dict[str, Window]:
    """The four windows: the period, last year's, and the year so far in both years."""
    before = span.a_year_before
    return {
        "now": Window(span.starts_on, span.ends_on),
        "before": Window(before.starts_on, before.ends_on),
        "year": Window(span.year_begins_on, span.ends_on),
        "year_before": Window(before.year_begins_on, before.ends_on),
    }


def sums(
    user: User, place: Unit, span: Span, indicators: Sequence[Indicator]
) -> dict[tuple[int, int], Four]:
    """Accepted counts below the place by indicator and unit; three queries."""
    found = _flows(user, place, span, [each.pk for each in indicators if not each.is_stock])
    found |= _stocks(user, place, span, [each.pk for each in indicators if each.is_stock])
    by_code = {each.code: each.pk for each in indicators if each.code in FROM_SURVEYS}
    if by_code and span.kind != PeriodKind.TEN_DAYS:
        found |= _surveys(user, place, span, by_code)
    return found


def _accepted(user: User, place: Unit, span: Span, indicator_ids: Iterable[int]) -> Any:
    widest = windows(span)
    return IndicatorValue.objects.filter(
        scopes.record_scope(user, "report__unit__path"),
        scopes.within(place.path, "report__unit__path"),
        report__state=ReturnState.ACCEPTED,
        report__starts_on__gte=widest["year_before"].first,
        report__ends_on__lte=widest["year"].last,
        indicator__in=list(indicator_ids),
        number__isnull=False,
    ).order_by()


def _flows(user: User, place: Unit, span: Span, indicator_ids: list[int]) -> dict[Any, Four]:
    inside = {
        name: Q(report__starts_on__gte=each.first, report__ends_on__lte=each.last)
        for name, each in windows(span).items()
    }
    rows = (
        _accepted(user, place, span, indicator_ids)
        .values("indicator_id", "report__unit_id")
        .annotate(
            **{name: Sum("number", filter=window) for name, window in inside.items()},
            **{f"{name}_n": Count("pk", filter=window) for name, window in inside.items()},
        )
    )
    return {(row["indicator_id"], row["report__unit_id"]): _four(row) for row in rows}


def _four(row: Mapping[str, Any], prefix: str = "") -> Four:
    numbers = tuple(row[f"{prefix}{name}"] for name in NAMES)
    return Four(cast(Numbers, numbers), cast(Periods, tuple(row[f"{name}_n"] for name in NAMES)))


def _stocks(user: User, place: Unit, span: Span, indicator_ids: list[int]) -> dict[Any, Four]:
    """The latest number within each window; how many came before it does not matter."""
    rows = (
        _accepted(user, place, span, indicator_ids)
        .order_by("report__ends_on", "report__starts_on")
        .values_list(
            "indicator_id", "report__unit_id", "report__starts_on", "report__ends_on", "number"
        )
    )
    found: dict[tuple[int, int], Four] = defaultdict(Four)
    asked = windows(span)
    for indicator, unit, starts_on, ends_on, number in rows:
        old = found[indicator, unit].numbers
        numbers = tuple(
            number if asked[name].holds(starts_on, ends_on) else old[at]
            for at, name in enumerate(NAMES)
        )
        found[indicator, unit] = Four(cast(Numbers, numbers))
    return dict(found)


def _surveys(
    user: User, place: Unit, span: Span, by_code: Mapping[str, int]
) -> dict[tuple[int, int], Four]:
    months = {
        name: Q(month__gte=Month.of(each.first), month__lte=Month.of(each.last))
        for name, each in windows(span).items()
    }
    rows: Any = (
        Survey.objects.filter(
            scopes.record_scope(user),
            scopes.within(place.path, "unit__path"),
            months["year"] | months["year_before"],
        )
        .order_by()
        .values("unit_id")
        .annotate(
            **{
                f"{code}_{name}": Sum(FROM_SURVEYS[code], filter=window)
                for code in by_code
                for name, window in months.items()
            },
            **{
                f"{name}_n": Count("month", filter=window, distinct=True)
                for name, window in months.items()
            },
        )
    )
    return {
        (pk, row["unit_id"]): _four(row, f"{code}_") for row in rows for code, pk in by_code.items()
    }


@dataclass(frozen=True, slots=True)
class Figure:
    """One line as it is printed: every rate and change computed from the counts beside it."""

    label: str
    measure: str
    now: str
    before: str
    change: str
    change_tone: str
    year: str
    year_before: str
    year_change: str
    year_tone: str
    link: int = 0  # the indicator's or the unit's id
    reported: str = ""


@dataclass(frozen=True, slots=True)
class Topic:
    name: str
    figures: list[Figure] = field(default_factory=list)


def figure_of(indicator: Indicator, totals: Mapping[int, Four], label: str, **more: Any) -> Figure:
    """The indicator's line from the totals of its counts, by indicator."""
    if indicator.kind == IndicatorKind.RATIO:
        return _ratio(indicator, totals, label, more)
    four = totals.get(indicator.pk, Four())
    now, before, year, year_before = map(_text, four.numbers)
    direction = indicator.direction
    return Figure(
        label,
        indicator.measure,
        now,
        before,
        four.change(0),
        four.tone(0, direction),
        year,
        year_before,
        four.change(2),
        four.tone(2, direction),
        **more,
    )


def _text(number: int | None) -> str:
    return NOTHING if number is None else str(number)


def _ratio(
    indicator: Indicator, totals: Mapping[int, Four], label: str, more: dict[str, Any]
) -> Figure:
    part = totals.get(indicator.numerator_id or 0, Four())
    whole = totals.get(indicator.denominator_id or 0, Four())

    rates = list(zip(part.numbers, whole.numbers, strict=True))

    def changed(at: int) -> tuple[str, str]:
        (up, down), (up_before, down_before) = rates[at], rates[at + 1]
        if up is None or not down or up_before is None or not down_before:
            return NOTHING, ""
        # Multiplied crosswise, the two rates are compared exactly.
        told = tone(up * down_before, up_before * down, indicator.direction)
        return point_change((up, down), (up_before, down_before)), told

    now, before, year, year_before = (percent(*rate) for rate in rates)
    return Figure(
        label, indicator.measure, now, before, *changed(0), year, year_before, *changed(2), **more
    )


def place_figures(user: User, place: Unit, span: Span) -> list[Topic]:
    """Every indicator of the place that is asked or known, by topic."""
    indicators = catalogue(place.root_id)
    counts = [each for each in indicators if each.kind == IndicatorKind.COUNT]
    found = sums(user, place, span, counts)
    totals: dict[int, Four] = defaultdict(Four)
    for (indicator_id, _unit), four in found.items():
        totals[indicator_id] = totals[indicator_id].plus(four)
    reported = _reported(user, place, span)
    shown = set(totals) | reported.keys()
    shown |= {
        each.pk
        for each in indicators
        if each.numerator_id in totals and each.denominator_id in totals
    }
    topics: dict[str, Topic] = {}
    for each in indicators:
        if each.pk in shown:
            line = figure_of(
                each, totals, each.name, link=each.pk, reported=reported.get(each.pk, "")
            )
            topics.setdefault(each.topic, Topic(each.topic)).figures.append(line)
    return list(topics.values())


def _reported(user: User, place: Unit, span: Span) -> dict[int, str]:
    """Accepted out of asked reports of the period, by indicator: 14 / 16."""
    here = (
        scopes.record_scope(user, "form__reports__unit__path")
        & scopes.within(place.path, "form__reports__unit__path")
        & Q(
            form__reports__starts_on__gte=span.starts_on,
            form__reports__ends_on__lte=span.ends_on,
        )
    )
    rows = (
        IndicatorFormField.objects.filter(here)
        .order_by()
        .values("indicator_id")
        .annotate(
            asked=Count("form__reports"),
            passed=Count("form__reports", filter=Q(form__reports__state=ReturnState.ACCEPTED)),
        )
    )
    return {row["indicator_id"]: f"{row['passed']} / {row['asked']}" for row in rows}


def unit_figures(user: User, place: Unit, span: Span, indicator: Indicator) -> list[Figure]:
    """The indicator for the place itself and each unit directly below, in tree order."""
    parts = [indicator]
    if indicator.kind == IndicatorKind.RATIO:
        parts = [each for each in (indicator.numerator, indicator.denominator) if each]
    found = sums(user, place, span, parts)
    children = list(
        Unit.objects.visible_to(user)
        .filter(scopes.within(place.path), valid_to=None)
        .exclude(pk=place.pk)
        .filter(parent__in=_tops(place))
        .order_by("level", "position", "code")
    )
    paths = dict(
        Unit.objects.filter(pk__in={unit for _indicator, unit in found}).values_list("pk", "path")
    )
    lines = []
    own = {pk: four for (pk, unit_id), four in found.items() if unit_id == place.pk}
    if own:
        lines.append(figure_of(indicator, own, f"{place.name}本级", link=place.pk))
    for child in children:
        totals: dict[int, Four] = defaultdict(Four)
        for (indicator_id, unit_id), four in found.items():
            if paths[unit_id].startswith(child.path):
                totals[indicator_id] = totals[indicator_id].plus(four)
        if totals:
            lines.append(figure_of(indicator, totals, child.name, link=child.pk))
    return lines


def _tops(place: Unit) -> list[int]:
    """The place, and the 口 below it, which report nothing themselves."""
    sectors = Unit.objects.filter(parent=place, kind=UnitKind.SECTOR).values_list("pk", flat=True)
    return [place.pk, *sectors]
