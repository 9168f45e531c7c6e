"""Case figures of a quarter, gathered from the accepted indicator reports; a fixed few queries."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, Sum

from campaigns.enums import PeriodKind, ReturnState
from campaigns.models import Indicator, IndicatorFormField, IndicatorReport, IndicatorValue
from campaigns.spans import Span, span_on
from pingan import scopes
from pingan.enums import Level
from pingan.fields import ID_WIDTH
from pingan.models import Unit, UnitVersion, User
from reports.cases import WINDOWS, CaseFigures, CaseIndicator, CaseLine, Figure
from reports.models import CaseBulletin

CODES = ("criminal_cases", "robberies", "thefts", "homicides", "order_cases")
Key = tuple[int, str]  # the line's unit, the indicator's code


def quarter_of(year: int, number: int) -> Span:
    return span_on(PeriodKind.QUARTER, dt.date(year, 3 * number - 2, 1))


def windows_of(span: Span) -> dict[str, tuple[dt.date, dt.date]]:
    """First and last day of each window, in the order of WINDOWS."""
    before = span.a_year_before
    days = (
        (span.starts_on, span.ends_on),
        (span.previous.starts_on, span.previous.ends_on),
        (before.starts_on, before.ends_on),
        (span.year_begins_on, span.ends_on),
        (before.year_begins_on, before.ends_on),
    )
    return dict(zip(WINDOWS, days, strict=True))


def case_figures(county: Unit, span: Span, gathered_on: dt.date) -> CaseFigures:
    """The quarter of the whole county. Five queries, whatever the units."""
    indicators = list(Indicator.objects.filter(county=None, code__in=CODES))
    indicators.sort(key=lambda each: CODES.index(each.code))
    windows = windows_of(span)
    units = _in_order(county, span.ends_on)
    tops = {unit.path: unit.pk for unit, _name in units}
    found = _figures(county, indicators, windows, tops)
    reporting = {unit_id for unit_id, _code in found}
    lines = [
        CaseLine(
            unit.pk,
            name,
            unit.level == Level.TOWNSHIP,
            unit.population,
            {code: found[unit.pk, code] for code in CODES if (unit.pk, code) in found},
        )
        for unit, name in units
        if unit.pk in reporting
    ]
    return CaseFigures(
        county.name,
        span.starts_on.isoformat(),
        span.label,
        gathered_on.isoformat(),
        tuple(CaseIndicator(each.code, each.name, each.measure) for each in indicators),
        tuple(lines),
    )


def _in_order(county: Unit, on: dt.date) -> list[tuple[Unit, str]]:
    """Townships, then the county's departments, as they were called that day. One query."""
    of_county = Q(level=Level.DEPARTMENT, parent__level__in=(Level.COUNTY, Level.SECTOR))
    rows = (
        UnitVersion.objects.on(on)
        .filter(Q(level=Level.TOWNSHIP) | of_county, county=county)
        .select_related("unit", "parent")
        .order_by("level", "parent__position", "position", "code")
    )
    return [(row.unit, row.name) for row in rows]


def _top_of(path: str, tops: dict[str, int]) -> int | None:
    """The unit itself or the nearest above it that has a line; villages go to townships."""
    for length in range(len(path), ID_WIDTH, -ID_WIDTH):
        if (unit_id := tops.get(path[:length])) is not None:
            return unit_id
    return None


def _within(windows: dict[str, tuple[dt.date, dt.date]], prefix: str = "") -> dict[str, Q]:
    return {
        name: Q(**{f"{prefix}starts_on__gte": first, f"{prefix}ends_on__lte": last})
        for name, (first, last) in windows.items()
    }


def _figures(
    county: Unit,
    indicators: Iterable[Indicator],
    windows: dict[str, tuple[dt.date, dt.date]],
    tops: dict[str, int],
) -> dict[Key, dict[str, Figure]]:
    codes = {each.pk: each.code for each in indicators}
    sums: dict[tuple[int, str, str], list[Any]] = defaultdict(lambda: [None, 0, 0])
    for unit_path, code, name, number, accepted, asked in (
        *_reported(county, codes, windows),
        *_asked(county, codes, windows),
    ):
        top = _top_of(unit_path, tops)
        if top is None:
            continue
        cell = sums[top, code, name]
        if number is not None:
            cell[0] = (cell[0] or 0) + number
        cell[1] += accepted
        cell[2] += asked
    found: dict[Key, dict[str, Figure]] = defaultdict(dict)
    for (top, code, name), cell in sums.items():
        if cell[1] or cell[2]:
            found[top, code][name] = Figure(*cell)
    return dict(found)


def _reported(
    county: Unit, codes: dict[int, str], windows: dict[str, tuple[dt.date, dt.date]]
) -> Iterable[tuple[str, str, str, int | None, int, int]]:
    """Accepted values by unit, indicator and window. One query."""
    inside = _within(windows, "report__")
    rows: Any = (
        IndicatorValue.objects.filter(
            scopes.within(county.path, "report__unit__path"),
            report__state=ReturnState.ACCEPTED,
            report__starts_on__gte=windows["year_before"][0],
            report__ends_on__lte=windows["year"][1],
            indicator__in=codes,
        )
        .order_by()
        .values("indicator_id", "report__unit__path")
        .annotate(
            **{name: Sum("number", filter=window) for name, window in inside.items()},
            **{f"{name}_n": Count("pk", filter=window) for name, window in inside.items()},
        )
    )
    for row in rows:
        for name in WINDOWS:
            path, code = row["report__unit__path"], codes[row["indicator_id"]]
            yield path, code, name, row[name], row[f"{name}_n"], 0


def _asked(
    county: Unit, codes: dict[int, str], windows: dict[str, tuple[dt.date, dt.date]]
) -> Iterable[tuple[str, str, str, None, int, int]]:
    """How many reports were asked of each unit, indicator and window. Two queries.

    A form that was withdrawn asks no more for what had not been handed in.
    """
    fields = defaultdict(list)
    asking = IndicatorFormField.objects.filter(form__county=county, indicator__in=codes)
    for form_id, indicator_id in asking.values_list("form_id", "indicator_id"):
        fields[form_id].append(codes[indicator_id])
    rows: Any = (
        IndicatorReport.objects.filter(
            Q(form__withdrawn_on=None) | Q(state=ReturnState.ACCEPTED),
            scopes.within(county.path, "unit__path"),
            form__in=fields,
        )
        .order_by()
        .values("form_id", "unit__path")
        .annotate(**{name: Count("pk", filter=window) for name, window in _within(windows).items()})
    )
    for row in rows:
        for code in fields[row["form_id"]]:
            for name in WINDOWS:
                if row[name]:
                    yield row["unit__path"], code, name, None, 0, row[name]


def case_bulletins(user: User) -> Any:
    """The issued ones this person may see; whether a later one of its quarter replaced each."""
    later = CaseBulletin.objects.filter(
        county=OuterRef("county"), starts_on=OuterRef("starts_on"), edition__gt=OuterRef("edition")
    )
    rows = CaseBulletin.objects.visible_to(user).select_related("county", "issued_by")
    return rows.defer("content").annotate(is_replaced=Exists(later))


def quarters_to_issue(county: Unit, today: dt.date) -> list[Span]:
    """Finished quarters of the last year with accepted case reports and no bulletin yet.

    The latest first. Two queries.
    """
    span = span_on(PeriodKind.QUARTER, today).previous
    spans = [span, span.previous, span.previous.previous, span.previous.previous.previous]
    issued = set(
        CaseBulletin.objects.filter(county=county).values_list("starts_on", flat=True).distinct()
    )
    inside = {
        f"q{at}": Count("pk", filter=Q(starts_on__gte=each.starts_on, ends_on__lte=each.ends_on))
        for at, each in enumerate(spans)
    }
    reports = IndicatorReport.objects.filter(
        scopes.within(county.path, "unit__path"),
        state=ReturnState.ACCEPTED,
        starts_on__gte=spans[-1].starts_on,
        pk__in=IndicatorValue.objects.filter(indicator__code__in=CODES).values("report_id"),
    )
    counts = reports.order_by().aggregate(**inside)
    return [
        each for at, each in enumerate(spans) if counts[f"q{at}"] and each.starts_on not in issued
    ]
