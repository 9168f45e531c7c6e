"""Indicator reports: opened for a period, filled in, and moved along the road of every return.

A closed month does not lock them: no close counts them, and a quarter outlives three closes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from campaigns import policies
from campaigns.enums import IndicatorAnswer, Move, PeriodKind
from campaigns.models import Indicator, IndicatorForm, IndicatorReport, IndicatorValue
from campaigns.selectors.indicator_reports import report_lines, span_of
from campaigns.selectors.indicators import form_fields, live_forms
from campaigns.services.moving import (
    finish_move,
    mark_accepted,
    mark_sent_back,
    mark_submitted,
    mark_withdrawn,
)
from campaigns.spans import Span, span_on, spans_until
from pingan import audit
from pingan.calendars import shift
from pingan.enums import ShiftRule
from pingan.models import Unit, UnitVersion, User
from pingan.refusals import Conflict, Refused
from pingan.selectors.calendars import county_settings

# How far back a form that nobody looked at is opened by itself.
DAYS_BACK = 400


def _without_report(form: IndicatorForm, span: Span) -> QuerySet[UnitVersion]:
    """Units of the form's levels that stood at the period's end and have no report of it."""
    day = min(span.ends_on, timezone.localdate())
    reports = IndicatorReport.objects.filter(
        form=form, starts_on=span.starts_on, unit_id=OuterRef("unit_id")
    )
    return UnitVersion.objects.on(day).filter(
        ~Exists(reports), county_id=form.county_id, level__in=form.levels, is_scored=True
    )


@transaction.atomic
def open_reports(*, form: IndicatorForm, span: Span, by: User | None = None) -> int:
    """Make the drafts of one period that are missing; again changes nothing."""
    if by is not None:
        policies.check_keep_indicators(county=form.county, by=by)
    if form.issued_on is None:
        raise Refused("这张表还没有下发，不能填报。")
    if span.starts_on > timezone.localdate():
        raise Refused(f"{span.label}还没有到，不能提前开启。")
    rule = ShiftRule(county_settings(form.county).shift_rule)
    due_on = shift(span.ends_on + dt.timedelta(days=form.due_days), rule)
    made = IndicatorReport.objects.bulk_create(
        [
            IndicatorReport(
                form=form,
                unit_id=version.unit_id,
                starts_on=span.starts_on,
                ends_on=span.ends_on,
                due_on=due_on,
            )
            for version in _without_report(form, span)
        ],
        ignore_conflicts=True,
    )
    if made:
        audit.record(
            action="开启指标填报",
            obj=form,
            by=by,
            unit=form.county,
            after={"span": span.label, "made": len(made)},
        )
    return len(made)


def ensure_reports_open(*, county: Unit) -> None:
    """Open what is due of every live form; two queries and one a form where nothing is missing."""
    today = timezone.localdate()
    forms = list(live_forms(county.pk, today))
    opened = set(
        IndicatorReport.objects.filter(form__in=forms)
        .order_by()
        .values_list("form_id", "starts_on")
        .distinct()
    )
    for form in forms:
        assert form.issued_on is not None  # live forms are issued
        kind = PeriodKind(form.period)
        since = max(form.issued_on, today - dt.timedelta(days=DAYS_BACK))
        missing = {
            span
            for span in spans_until(kind, since, today)
            if (form.pk, span.starts_on) not in opened
        }
        present = span_on(kind, today)
        if present not in missing and _without_report(form, present).exists():
            missing.add(present)
        for span in sorted(missing):
            open_reports(form=form, span=span)


def ensure_every_report_open() -> None:
    """As `ensure_reports_open`, for every county that asks: before anybody is reminded."""
    for county in (
        Unit.objects.counties().filter(indicator_forms__issued_on__isnull=False).distinct()
    ):
        ensure_reports_open(county=county)


@dataclass(frozen=True, slots=True)
class Answer:
    """What was typed for one indicator: a number, or 不适用."""

    number: int | None
    note: str = ""

    @property
    def kind(self) -> IndicatorAnswer:
        return IndicatorAnswer.NOT_APPLICABLE if self.number is None else IndicatorAnswer.COUNTED


def _locked(report: IndicatorReport) -> IndicatorReport:
    return (
        IndicatorReport.objects.select_for_update(of=("self",))
        .select_related("unit__parent", "form")
        .get(pk=report.pk)
    )


def _checked(report: IndicatorReport, version: int) -> IndicatorReport:
    locked = _locked(report)
    if locked.version != version:
        raise Conflict(
            f"{locked.unit.name}{span_of(locked).label}的《{locked.form.name}》刚刚有变动，"
            "请看过最新内容再操作。"
        )
    return locked


@transaction.atomic
def save_answers(
    *, report: IndicatorReport, answers: Mapping[int, Answer], version: int, by: User
) -> bool:
    """Make the saved answers equal to `answers` (by indicator); False when they were already.

    What is not among them is 空. Numbers that cannot be are kept as a draft: submitting refuses
    them.
    """
    locked = _checked(report, version)
    policies.check_move(Move.EDIT, record=locked, by=by)
    counts = {each.pk: each for each in form_fields(locked.form).counts}
    if not answers.keys() <= counts.keys():
        raise Refused("有不属于这张表的指标，请刷新页面再填。")
    saved = {value.indicator_id: value for value in locked.values.all()}
    before = {pk: (value.answer, value.number, value.note) for pk, value in saved.items()}
    after = {pk: (str(each.kind), each.number, each.note) for pk, each in answers.items()}
    if before == after:
        return False
    _write(locked, saved, answers, {pk for pk in after if before.get(pk) != after[pk]})
    locked.version += 1
    locked.save(update_fields=["version"])
    audit.record(
        action="保存指标",
        obj=locked,
        by=by,
        unit=locked.unit,
        before=_told(counts, before),
        after=_told(counts, after),
    )
    report.refresh_from_db()
    return True


def _write(
    locked: IndicatorReport,
    saved: Mapping[int, IndicatorValue],
    answers: Mapping[int, Answer],
    changed: set[int],
) -> None:
    gone = [value.pk for pk, value in saved.items() if pk not in answers or pk in changed]
    IndicatorValue.objects.filter(pk__in=gone).delete()
    IndicatorValue.objects.bulk_create(
        IndicatorValue(
            report=locked,
            indicator_id=pk,
            answer=answers[pk].kind,
            number=answers[pk].number,
            note=answers[pk].note,
        )
        for pk in changed
    )


def _told(counts: Mapping[int, Indicator], values: Mapping[int, tuple[Any, ...]]) -> dict[str, Any]:
    """Answers under their Chinese names, as the audit trail tells them."""
    told = {}
    for pk, (answer, number, note) in values.items():
        text = str(number) if number is not None else str(IndicatorAnswer(answer).label)
        told[counts[pk].name if pk in counts else f"第{pk}号"] = (
            f"{text}（{note}）" if note else text
        )
    return told


class Unfit(Refused):
    """The report cannot be handed in as it is; `sentences` say why."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("".join(sentences))
        self.sentences = sentences


@transaction.atomic
def submit_report(*, report: IndicatorReport, version: int, by: User) -> None:
    """Hand it in: every field answered, nothing impossible, every leap explained."""
    locked = _checked(report, version)
    policies.check_move(Move.SUBMIT, record=locked, by=by)
    (line,) = report_lines(locked.form, form_fields(locked.form), [locked])
    sentences = [f"{cell.indicator.name}还没有填。" for cell in line.cells if cell.value is None]
    sentences += [found.sentence for cell in line.cells for found in cell.unexplained]
    if sentences:
        raise Unfit(sentences)
    mark_submitted(locked=locked, due_on=locked.due_on, by=by)
    finish_move(held=report, locked=locked, move=Move.SUBMIT, by=by)


@transaction.atomic
def withdraw_report(*, report: IndicatorReport, version: int, by: User) -> None:
    """Take it back while nobody has reviewed it."""
    locked = _checked(report, version)
    policies.check_move(Move.WITHDRAW, record=locked, by=by)
    mark_withdrawn(locked=locked)
    finish_move(held=report, locked=locked, move=Move.WITHDRAW, by=by)


@transaction.atomic
def send_report_back(*, report: IndicatorReport, version: int, by: User, reason: str) -> None:
    """Give it back to be corrected."""
    locked = _checked(report, version)
    policies.check_move(Move.SEND_BACK, record=locked, by=by)
    mark_sent_back(locked=locked, reason=reason, by=by)
    note = locked.return_reason
    finish_move(held=report, locked=locked, move=Move.SEND_BACK, by=by, note=note)


@transaction.atomic
def accept_report(*, report: IndicatorReport, version: int, by: User) -> None:
    """Pass it: from now on its figures count."""
    locked = _checked(report, version)
    policies.check_move(Move.ACCEPT, record=locked, by=by)
    mark_accepted(locked=locked, by=by)
    finish_move(held=report, locked=locked, move=Move.ACCEPT, by=by)


def accept_reports(
    *, reports: Iterable[IndicatorReport], versions: Mapping[int, int], by: User
) -> tuple[int, list[str]]:
    """Accept each in a transaction of its own: how many passed, and why the others did not."""
    accepted, refused = 0, []
    for each in reports:
        try:
            accept_report(report=each, version=versions[each.pk], by=by)
        except Refused as error:
            refused.append(str(error))
        else:
            accepted += 1
    return accepted, refused
