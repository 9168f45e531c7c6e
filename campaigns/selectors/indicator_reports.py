"""Indicator reports as lists and tables: answers now, answers before, what looks wrong."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from campaigns.enums import IndicatorAnswer, PeriodKind, ReturnState
from campaigns.figures import ValueFinding, change, check_values, percent
from campaigns.models import (
    ImportRun,
    Indicator,
    IndicatorForm,
    IndicatorReport,
    IndicatorValue,
)
from campaigns.selectors.indicators import FormFields
from campaigns.selectors.names import NameBook
from campaigns.selectors.returns import STATE_TONES
from campaigns.spans import Span, span_on
from pingan.models import User
from pingan.months import Month

# Marks the imports of indicators among those of monthly returns.
INDICATORS = "indicators"
Answers = Mapping[int, IndicatorValue]  # by indicator
_NONE: Answers = {}


@dataclass(frozen=True, slots=True)
class AnswerCell:
    """One answer beside that of the period before."""

    indicator: Indicator
    value: IndicatorValue | None
    before: int | None
    findings: tuple[ValueFinding, ...] = ()

    @property
    def number(self) -> int | None:
        return self.value.number if self.value else None

    @property
    def text(self) -> str:
        """What stands in the cell: 空 is empty, 不适用 is said."""
        if self.value is None:
            return ""
        if self.value.answer == IndicatorAnswer.NOT_APPLICABLE:
            return IndicatorAnswer.NOT_APPLICABLE.label
        return str(self.value.number)

    @property
    def note(self) -> str:
        return self.value.note if self.value else ""

    @property
    def change(self) -> str:
        return change(self.number, self.before)

    @property
    def unexplained(self) -> list[ValueFinding]:
        """Findings that keep the report from being handed in."""
        return [each for each in self.findings if each.stops or not self.note]


@dataclass(frozen=True, slots=True)
class RatioCell:
    indicator: Indicator
    text: str


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One report as a row: its state and its cells in the order of the form."""

    report: IndicatorReport
    name: str
    parent_name: str
    cells: tuple[AnswerCell, ...]
    ratios: tuple[RatioCell, ...]

    @property
    def tone(self) -> str:
        return STATE_TONES[ReturnState(self.report.state)]

    @property
    def missing(self) -> int:
        return sum(cell.value is None for cell in self.cells)

    @property
    def hints(self) -> list[str]:
        """Reasons for the reviewer to look, explained or not."""
        return [finding.sentence for cell in self.cells for finding in cell.findings]


def span_of(report: IndicatorReport) -> Span:
    return Span(report.starts_on, report.ends_on, PeriodKind(report.form.period))


def reports_of(form: IndicatorForm, span: Span, user: User) -> QuerySet[IndicatorReport]:
    found = IndicatorReport.objects.visible_to(user).filter(form=form, starts_on=span.starts_on)
    return found.select_related("unit__parent", "submitted_by", "form")


def answers_of(reports: Iterable[IndicatorReport]) -> dict[int, dict[int, IndicatorValue]]:
    """Saved answers by report and indicator; one query."""
    found: dict[int, dict[int, IndicatorValue]] = defaultdict(dict)
    rows = IndicatorValue.objects.filter(report__in=[report.pk for report in reports])
    for value in rows:
        found[value.report_id][value.indicator_id] = value
    return found


def numbers_in(
    span: Span, units: Iterable[int], indicators: Iterable[int]
) -> dict[tuple[int, int], int | None]:
    """Answers of exactly this period by unit and indicator, in whatever form they were asked."""
    rows = IndicatorValue.objects.filter(
        report__unit__in=set(units),
        report__starts_on=span.starts_on,
        report__ends_on=span.ends_on,
        indicator__in=set(indicators),
    ).values_list("report__unit_id", "indicator_id", "number")
    return {(unit, indicator): number for unit, indicator, number in rows}


def report_lines(
    form: IndicatorForm,
    fields: FormFields,
    reports: Sequence[IndicatorReport],
    *,
    typed: Mapping[int, Answers] | None = None,
) -> list[ReportLine]:
    """Rows of reports of one form and one period, in tree order; a fixed number of queries.

    `typed`: answers by report that are not saved yet, in place of those that are.
    """
    if not reports:
        return []
    span = Span(reports[0].starts_on, reports[0].ends_on, PeriodKind(form.period))
    answers = answers_of(reports) if typed is None else typed
    before = numbers_in(
        span.previous, (report.unit_id for report in reports), (each.pk for each in fields.counts)
    )
    month = Month.of(span.ends_on)
    book = NameBook(report.unit_id for report in reports)
    ordered = sorted(reports, key=lambda report: book.order(report.unit_id, month))
    return [
        ReportLine(
            report,
            book.name(report.unit_id, month) or report.unit.name,
            _parent_name(book, report, month),
            _cells(fields, answers.get(report.pk, _NONE), report.unit_id, before),
            _ratios(fields, answers.get(report.pk, _NONE)),
        )
        for report in ordered
    ]


def _parent_name(book: NameBook, report: IndicatorReport, month: Month) -> str:
    """The unit above; everybody knows the county."""
    if report.unit.parent_id == report.unit.root_id:
        return ""
    return book.parent_name(report.unit_id, month)


def _cells(
    fields: FormFields,
    answers: Answers,
    unit_id: int,
    before: Mapping[tuple[int, int], int | None],
) -> tuple[AnswerCell, ...]:
    now = {each.code: _number(answers.get(each.pk)) for each in fields.counts}
    earlier = {each.code: before.get((unit_id, each.pk)) for each in fields.counts}
    findings = check_values(fields.limits, fields.fractions, now, earlier)
    return tuple(
        AnswerCell(
            each,
            answers.get(each.pk),
            earlier[each.code],
            tuple(finding for finding in findings if finding.code == each.code),
        )
        for each in fields.counts
    )


def _ratios(fields: FormFields, answers: Answers) -> tuple[RatioCell, ...]:
    return tuple(
        RatioCell(
            ratio,
            percent(
                _number(answers.get(ratio.numerator_id or 0)),
                _number(answers.get(ratio.denominator_id or 0)),
            ),
        )
        for ratio in fields.ratios
    )


def _number(value: IndicatorValue | None) -> int | None:
    return value.number if value else None


def parse_start(form: IndicatorForm, text: str) -> Span | None:
    """The period of the form that begins on the day written as 2026-09-01."""
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    span = span_on(PeriodKind(form.period), day)
    return span if span.starts_on == day else None


def import_key(form_id: int, span: Span) -> str:
    return f"{form_id} {span.starts_on}"


def last_import(unit_id: int, form: IndicatorForm, span: Span) -> ImportRun | None:
    """The unit's latest workbook of this form and period that still stands."""
    runs = ImportRun.objects.filter(
        unit=unit_id, undone_at=None, changes__indicators=import_key(form.pk, span)
    )
    return runs.select_related("by").order_by("-pk").first()
