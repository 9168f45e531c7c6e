"""Made-up indicator forms of a county, with answers since the January of the year before."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils import timezone

from campaigns.enums import IndicatorAnswer, PeriodKind, ReturnState
from campaigns.models import (
    Indicator,
    IndicatorForm,
    IndicatorFormField,
    IndicatorReport,
    IndicatorValue,
)
from campaigns.services.indicator_reports import open_reports
from campaigns.spans import Span, spans_until
from pingan.enums import Level
from pingan.models import Unit, User


@dataclass(frozen=True)
class DemoForm:
    """A form, and how large each of its counts usually is."""

    code: str
    name: str
    period: PeriodKind
    level: Level
    minutes: int
    usual: Mapping[str, float]
    ratios: tuple[str, ...] = ()


FORMS = (
    DemoForm(
        "平综1表",
        "案件月报",
        PeriodKind.MONTH,
        Level.TOWNSHIP,
        10,
        {
            "criminal_cases": 3.2,
            "criminal_solved": 2.0,
            "robberies": 0.2,
            "thefts": 1.4,
            "homicides": 0.02,
            "order_cases": 9.0,
        },
        ("criminal_solved_rate",),
    ),
    DemoForm(
        "平综2表",
        "火灾和事故季报",
        PeriodKind.QUARTER,
        Level.TOWNSHIP,
        8,
        {"fires": 0.8, "fire_households": 0.9, "fire_loss": 9000, "traffic_accidents": 2.5},
    ),
    DemoForm(
        "平综3表",
        "流动人口季报",
        PeriodKind.QUARTER,
        Level.VILLAGE,
        5,
        {"floating_people": 46, "floating_registered": 43, "floating_stations": 1},
        ("floating_rate",),
    ),
)
# A part never exceeds its whole.
_PART_OF = {
    "criminal_solved": "criminal_cases",
    "robberies": "criminal_cases",
    "thefts": "criminal_cases",
    "homicides": "criminal_cases",
    "floating_registered": "floating_people",
}
_STEADY = frozenset({"floating_people", "floating_registered", "floating_stations"})


def load_indicators(
    county: Unit, first: dt.date, clerks: Mapping[int, User], reviewers: Mapping[int, User]
) -> None:
    """The forms, and their reports from January of the year before `first` until today."""
    since = first.replace(year=first.year - 1, month=1, day=1)
    for each in FORMS:
        form = _form(county, each, since)
        for span in spans_until(each.period, since, timezone.localdate()):
            open_reports(form=form, span=span)
            _answer(form, each, span, clerks, reviewers)


def _form(county: Unit, each: DemoForm, since: dt.date) -> IndicatorForm:
    form = IndicatorForm.objects.create(
        county=county,
        code=each.code,
        name=each.name,
        period=each.period,
        levels=[each.level],
        minutes=each.minutes,
        basis="演示综〔2025〕1号（虚构）",
        issued_on=since,
    )
    codes = [*each.usual, *each.ratios]
    indicators = {
        indicator.code: indicator
        for indicator in Indicator.objects.filter(county=None, code__in=codes)
    }
    IndicatorFormField.objects.bulk_create(
        IndicatorFormField(form=form, indicator=indicators[code], position=position)
        for position, code in enumerate(codes, start=1)
    )
    return form


def _answer(
    form: IndicatorForm,
    each: DemoForm,
    span: Span,
    clerks: Mapping[int, User],
    reviewers: Mapping[int, User],
) -> None:
    """Past periods are accepted; of the last one some wait; the present one is not begun."""
    today = timezone.localdate()
    if span.ends_on >= today:
        return
    pks = dict(Indicator.objects.filter(forms=form, kind="count").values_list("code", "pk"))
    reports = IndicatorReport.objects.filter(form=form, starts_on=span.starts_on)
    values, changed = [], []
    for report in reports.select_related("unit"):
        rng = random.Random(f"{report.unit.code} {form.code} {span.starts_on}")
        if today <= report.due_on and rng.random() < 0.3:
            continue
        changed.append(_hand_in(report, rng, clerks, reviewers))
        values += [
            IndicatorValue(
                report=report,
                indicator_id=pks[code],
                answer=IndicatorAnswer.COUNTED,
                number=number,
            )
            for code, number in _numbers(each, report.unit, rng)
        ]
    IndicatorValue.objects.bulk_create(values)
    IndicatorReport.objects.bulk_update(
        changed,
        [
            "state",
            "version",
            "first_submitted_at",
            "is_on_time",
            "submitted_at",
            "submitted_by",
            "reviewed_at",
            "reviewed_by",
        ],
    )


def _numbers(each: DemoForm, unit: Unit, rng: random.Random) -> Iterator[tuple[str, int]]:
    known: dict[str, int] = {}
    size = 0.6 + random.Random(unit.code).random()
    for code, usual in each.usual.items():
        spread = 0.05 if code in _STEADY else 0.6
        mean = usual * size
        number = max(0, round(rng.gauss(mean, max(mean * spread, 0.02))))
        if code == "floating_stations":
            number = 1 if size > 0.9 else 0
        whole = _PART_OF.get(code)
        known[code] = min(number, known[whole]) if whole else number
        yield code, known[code]


def _hand_in(
    report: IndicatorReport,
    rng: random.Random,
    clerks: Mapping[int, User],
    reviewers: Mapping[int, User],
) -> IndicatorReport:
    """Handed in around the deadline; accepted unless it is from these days."""
    now = timezone.now()
    day = min(report.due_on - dt.timedelta(days=rng.randint(-1, 2)), timezone.localdate(now))
    moment = min(timezone.make_aware(dt.datetime.combine(day, dt.time(10, rng.randrange(60)))), now)
    unit = report.unit
    report.version = 2
    report.state = ReturnState.SUBMITTED
    report.submitted_at = report.first_submitted_at = moment
    report.is_on_time = day <= report.due_on
    report.submitted_by = clerks.get(unit.pk)
    if moment + dt.timedelta(days=9) < now:
        report.state = ReturnState.ACCEPTED
        report.reviewed_at = moment + dt.timedelta(days=1)
        report.reviewed_by = reviewers.get(unit.parent_id or 0) or reviewers.get(unit.root_id)
    return report
