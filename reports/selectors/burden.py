"""What the county asks of each level a month: fields, minutes, and what fills itself.

Of a form the minutes are those stated when it was issued. Of the monthly return they are
estimated from its fields: so many seconds for a number or a choice, a text, a prefilled field.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from campaigns.enums import Activity, IndicatorKind, PeriodKind, ReturnState
from campaigns.models import IndicatorForm, IndicatorReport
from campaigns.selectors.completeness import EDUCATION_EXPECTED
from campaigns.selectors.indicators import ASKED_LEVELS
from campaigns.selectors.sections import categories_of
from campaigns.spans import spans_until
from pingan.enums import Level
from pingan.models import Unit, UnitVersion
from pingan.months import Month
from reports.charts import LineChart, Series, line_chart

NUMBER_SECONDS, TEXT_SECONDS, PREFILLED_SECONDS = 4, 15, 1
TIMES_A_YEAR = {
    PeriodKind.TEN_DAYS: 36,
    PeriodKind.MONTH: 12,
    PeriodKind.QUARTER: 4,
    PeriodKind.YEAR: 1,
}
TREND_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Ask:
    """One table that a unit of a level fills in."""

    name: str
    where: str  # 月报, or the form's number and basis
    times: int  # a year
    fields: int  # each time
    prefilled: int
    seconds: int

    @property
    def fields_a_year(self) -> int:
        return self.fields * self.times

    @property
    def seconds_a_year(self) -> int:
        return self.seconds * self.times

    @property
    def frequency(self) -> str:
        words = {36: "每旬", 12: "每月", 4: "每季", 1: "每年"}
        return words[self.times]

    @property
    def minutes_text(self) -> str:
        """Minutes a month, to one decimal."""
        return _tenths(self.seconds_a_year, 12 * 60)


@dataclass(frozen=True, slots=True)
class LevelBurden:
    """Everything asked of one unit of a level."""

    level: Level
    name: str
    units: int
    asks: tuple[Ask, ...]

    @property
    def fields(self) -> str:
        return _tenths(sum(ask.fields_a_year for ask in self.asks), 12)

    @property
    def prefilled(self) -> str:
        return _tenths(sum(ask.prefilled * ask.times for ask in self.asks), 12)

    @property
    def minutes(self) -> str:
        return _tenths(sum(ask.seconds_a_year for ask in self.asks), 12 * 60)

    @property
    def hours_together(self) -> str:
        return _tenths(sum(ask.seconds_a_year for ask in self.asks) * self.units, 12 * 3600)


def _tenths(part: int, whole: int) -> str:
    """The quotient to one decimal, where it has one."""
    found = (20 * part + whole) // (2 * whole)
    return f"{found // 10}.{found % 10}".removesuffix(".0")


@dataclass(frozen=True, slots=True)
class TrendLine:
    """What one unit of each level was asked in one month, by the periods that ended in it."""

    month: Month
    cells: tuple[tuple[int, str], ...]  # fields and minutes by level


@dataclass(frozen=True, slots=True)
class Burden:
    month: Month
    levels: tuple[LevelBurden, ...]
    trend: tuple[TrendLine, ...]
    chart: LineChart | None
    handed_in: tuple[int, int]  # indicator reports of periods that ended in the month: in, asked


def burden(county: Unit, month: Month) -> Burden:
    """The county's demands in that month and the year before it; a fixed number of queries."""
    units = _units(county, month)
    forms = list(_issued(county))
    categories = len(categories_of(county.pk))
    live = [form for form in forms if _is_live(form, month)]
    levels = tuple(
        LevelBurden(
            level,
            name,
            units[level],
            (
                *monthly_asks(level, month, categories, units),
                *(_form_ask(form) for form in live if level in form.levels),
            ),
        )
        for level, name in ASKED_LEVELS.items()
    )
    months = list(month.shift(1 - TREND_MONTHS).until(month))
    trend = tuple(_trend_line(each, forms, categories, units) for each in months)
    return Burden(month, levels, trend, _chart(trend), _handed_in(county, month))


def _units(county: Unit, month: Month) -> Counter[Level]:
    rows = (
        UnitVersion.objects.on(month.last_day)
        .within(county.path)
        .order_by()
        .values_list("level")
        .annotate(n=Count("pk"))
    )
    return Counter({Level(level): n for level, n in rows})


def _issued(county: Unit) -> QuerySet[IndicatorForm]:
    return (
        IndicatorForm.objects.filter(county=county, issued_on__isnull=False)
        .prefetch_related("indicators")
        .order_by("code")
    )


def _is_live(form: IndicatorForm, month: Month) -> bool:
    """Whether it was in force on the last day of the month."""
    assert form.issued_on is not None
    return form.issued_on <= month.last_day and (
        form.withdrawn_on is None or form.withdrawn_on > month.last_day
    )


def monthly_asks(level: Level, month: Month, categories: int, units: Counter[Level]) -> list[Ask]:
    """The monthly return of one unit of the level, an average one."""
    nights = 2 * month.days  # heads by day and by night
    sessions = EDUCATION_EXPECTED[level]
    asks = [
        _monthly(Activity.PATROL, numbers=2, prefilled=nights - 2),
        _monthly(Activity.EDUCATION, numbers=2 * sessions, prefilled=3 * sessions),
        _monthly(Activity.SWEEP, numbers=5 * categories, prefilled=categories),
        _monthly(Activity.MEETING, numbers=2, texts=1, prefilled=3),
    ]
    if level == Level.VILLAGE:
        groups = _average(units[Level.GROUP], units[Level.VILLAGE])
        asks.append(_monthly(Activity.GROUPS, numbers=groups, prefilled=4 * groups))
    if level == Level.TOWNSHIP:
        villages = _average(units[Level.VILLAGE], units[Level.TOWNSHIP])
        asks.append(_monthly(Activity.SURVEY, numbers=5 * villages, texts=villages))
    return asks


def _average(part: int, whole: int) -> int:
    return (2 * part + whole) // (2 * whole) if whole else 0


def _monthly(activity: Activity, *, numbers: int, texts: int = 0, prefilled: int = 0) -> Ask:
    seconds = NUMBER_SECONDS * numbers + TEXT_SECONDS * texts + PREFILLED_SECONDS * prefilled
    return Ask(activity.label, "月报", 12, numbers + texts + prefilled, prefilled, seconds)


def _form_ask(form: IndicatorForm) -> Ask:
    """Ratios are computed: nobody fills them in, nor do they count as prefilled."""
    counts = [each for each in form.indicators.all() if each.kind == IndicatorKind.COUNT]
    return Ask(
        form.name,
        f"{form.code}，{form.basis}",
        TIMES_A_YEAR[PeriodKind(form.period)],
        len(counts),
        0,
        form.minutes * 60,
    )


def _trend_line(
    month: Month, forms: Sequence[IndicatorForm], categories: int, units: Counter[Level]
) -> TrendLine:
    return TrendLine(
        month,
        tuple(
            _asked_in(
                month,
                [form for form in forms if level in form.levels],
                monthly_asks(level, month, categories, units),
            )
            for level in ASKED_LEVELS
        ),
    )


def _asked_in(month: Month, forms: Iterable[IndicatorForm], asks: Iterable[Ask]) -> tuple[int, str]:
    """Fields and minutes of one unit: the monthly return, and every period that ended."""
    fields = seconds = 0
    for ask in asks:
        fields, seconds = fields + ask.fields, seconds + ask.seconds
    for form in forms:
        ask = _form_ask(form)
        ended = sum(_was_asked(form, day) for day in _period_ends(form, month))
        fields, seconds = fields + ended * ask.fields, seconds + ended * ask.seconds
    return fields, _tenths(seconds, 60)


def _period_ends(form: IndicatorForm, month: Month) -> list[dt.date]:
    spans = spans_until(PeriodKind(form.period), month.first_day, month.last_day)
    return [span.ends_on for span in spans if span.ends_on <= month.last_day]


def _was_asked(form: IndicatorForm, on: dt.date) -> bool:
    assert form.issued_on is not None
    return form.issued_on <= on and (form.withdrawn_on is None or form.withdrawn_on > on)


def _chart(trend: Sequence[TrendLine]) -> LineChart | None:
    labels = [f"{line.month.number}月" for line in trend]
    series = [
        Series(name, tuple(line.cells[at][0] for line in trend))
        for at, name in enumerate(ASKED_LEVELS.values())
    ]
    return line_chart(labels, series, unit="格", least=20, hundredths=False)


def _handed_in(county: Unit, month: Month) -> tuple[int, int]:
    reports = IndicatorReport.objects.filter(
        form__county=county, ends_on__gte=month.first_day, ends_on__lte=month.last_day
    )
    states = Counter(dict(reports.order_by().values_list("state").annotate(n=Count("pk"))))
    done = states[ReturnState.SUBMITTED] + states[ReturnState.ACCEPTED]
    return done, sum(states.values())
