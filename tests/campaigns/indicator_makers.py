"""Makers of indicator forms, reports and answers."""

import datetime as dt
from typing import Any

from campaigns.enums import IndicatorAnswer, PeriodKind, ReturnState
from campaigns.models import (
    Indicator,
    IndicatorForm,
    IndicatorFormField,
    IndicatorReport,
    IndicatorValue,
)
from campaigns.services.indicator_reports import Answer
from campaigns.spans import Span, span_on
from pingan.enums import Level
from pingan.models import Unit, User

SEPTEMBER = span_on(PeriodKind.MONTH, dt.date(2026, 9, 1))
CASES = ("criminal_cases", "criminal_solved", "order_cases", "criminal_solved_rate")


def common(*codes: str) -> list[Indicator]:
    """Common indicators in the given order."""
    found = {each.code: each for each in Indicator.objects.filter(county=None, code__in=codes)}
    return [found[code] for code in codes]


def make_form(county: Unit, *codes: str, issued: bool = True, **fields: Any) -> IndicatorForm:
    """A monthly form of the townships, issued on 1 September 2026 unless said otherwise."""
    values = {
        "code": f"平{IndicatorForm.objects.count() + 1}",
        "name": "案件月报",
        "period": PeriodKind.MONTH,
        "levels": [Level.TOWNSHIP],
        "basis": "演示发〔2026〕1号",
        "issued_on": dt.date(2026, 9, 1) if issued else None,
        **fields,
    }
    form = IndicatorForm.objects.create(county=county, **values)
    for position, indicator in enumerate(common(*(codes or CASES)), start=1):
        IndicatorFormField.objects.create(form=form, indicator=indicator, position=position)
    return form


def make_report(
    form: IndicatorForm, unit: Unit, span: Span = SEPTEMBER, **fields: Any
) -> IndicatorReport:
    """A draft due on 5 October; `state` submitted or accepted comes with its moments."""
    values = {
        "starts_on": span.starts_on,
        "ends_on": span.ends_on,
        "due_on": span.ends_on + dt.timedelta(days=5),
        **fields,
    }
    if values.get("state") in (ReturnState.SUBMITTED, ReturnState.ACCEPTED):
        moment = dt.datetime(2026, 9, 20, 2, 0, tzinfo=dt.UTC)
        values.setdefault("submitted_at", moment)
        values.setdefault("first_submitted_at", moment)
        values.setdefault("is_on_time", True)
    return IndicatorReport.objects.create(form=form, unit=unit, **values)


def fill_in(report: IndicatorReport, **numbers: int | None) -> IndicatorReport:
    """Answers by code; None is 不适用. Written past the service."""
    indicators = {each.code: each for each in report.form.indicators.all()}
    for code, number in numbers.items():
        answer = IndicatorAnswer.NOT_APPLICABLE if number is None else IndicatorAnswer.COUNTED
        IndicatorValue.objects.create(
            report=report, indicator=indicators[code], answer=answer, number=number
        )
    return report


def accepted(form: IndicatorForm, unit: Unit, span: Span, **numbers: int | None) -> IndicatorReport:
    return fill_in(make_report(form, unit, span, state=ReturnState.ACCEPTED), **numbers)


def waiting(form: IndicatorForm, unit: Unit, by: User, **numbers: int | None) -> IndicatorReport:
    report = make_report(form, unit, state=ReturnState.SUBMITTED, submitted_by=by)
    return fill_in(report, **numbers)


def answers(form: IndicatorForm, **numbers: int | None) -> dict[int, Answer]:
    """What a form hands to the service."""
    indicators = {each.code: each.pk for each in form.indicators.all()}
    return {indicators[code]: Answer(number) for code, number in numbers.items()}
