"""What is asked and how far it has come: forms by period, for whoever looks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Min, Q, QuerySet

from campaigns.enums import PeriodKind, ReturnState
from campaigns.models import IndicatorForm, IndicatorReport
from campaigns.selectors.indicator_reports import ReportLine, report_lines
from campaigns.selectors.indicators import form_fields
from campaigns.selectors.returns import STATE_TONES
from campaigns.spans import Span
from pingan.models import User


@dataclass(frozen=True, slots=True)
class Task:
    """One form of one period, over all units that the person sees."""

    form: IndicatorForm
    span: Span
    due_on: dt.date
    total: int
    handed_in: int
    accepted: int
    returned: int
    is_overdue: bool
    own: IndicatorReport | None = None

    @property
    def open(self) -> int:
        return self.total - self.handed_in

    @property
    def own_tone(self) -> str:
        return STATE_TONES[ReturnState(self.own.state)] if self.own else "plain"


def tasks(user: User) -> QuerySet[Any, Any]:
    """Forms by period, the newest first, as counts; `task_rows` makes them readable."""
    handed_in = Q(state__in=(ReturnState.SUBMITTED, ReturnState.ACCEPTED))
    return (
        IndicatorReport.objects.visible_to(user)
        .order_by()
        .values("form_id", "starts_on", "ends_on")
        .annotate(
            due=Min("due_on"),
            total=Count("pk"),
            handed_in=Count("pk", filter=handed_in),
            accepted=Count("pk", filter=Q(state=ReturnState.ACCEPTED)),
            returned=Count("pk", filter=Q(state=ReturnState.RETURNED)),
        )
        .order_by("-ends_on", "-starts_on", "form__code", "form_id")
    )


def task_rows(user: User, found: Sequence[dict[str, Any]], today: dt.date) -> list[Task]:
    """The given page of `tasks`; two queries more."""
    form_ids = {row["form_id"] for row in found}
    forms = IndicatorForm.objects.in_bulk(form_ids)
    own = {
        (report.form_id, report.starts_on): report
        for report in IndicatorReport.objects.filter(unit=user.unit_id, form__in=form_ids)
    }
    return [_task(forms, own, row, today) for row in found]


def _task(
    forms: Mapping[int, IndicatorForm],
    own: Mapping[tuple[int, dt.date], IndicatorReport],
    row: Mapping[str, Any],
    today: dt.date,
) -> Task:
    form = forms[row["form_id"]]
    return Task(
        form=form,
        span=Span(row["starts_on"], row["ends_on"], PeriodKind(form.period)),
        due_on=row["due"],
        total=row["total"],
        handed_in=row["handed_in"],
        accepted=row["accepted"],
        returned=row["returned"],
        is_overdue=(
            form.withdrawn_on is None and row["due"] < today and row["handed_in"] < row["total"]
        ),
        own=own.get((form.pk, row["starts_on"])),
    )


def waiting_reports(user: User) -> list[IndicatorReport]:
    """Reports handed in to this person's office, the oldest deadline first."""
    return list(
        IndicatorReport.objects.reviewed_by(user)
        .filter(state=ReturnState.SUBMITTED)
        .select_related("form", "unit__parent", "submitted_by")
        .order_by("due_on", "form_id", "starts_on", "pk")
    )


@dataclass(frozen=True, slots=True)
class WaitingTable:
    """What waits of one form and period, side by side with the period before."""

    form: IndicatorForm
    span: Span
    names: tuple[str, ...]
    lines: tuple[ReportLine, ...]


def waiting_tables(user: User) -> list[WaitingTable]:
    """Everything that waits for review, a table for each form and period."""
    groups: dict[tuple[int, dt.date], list[IndicatorReport]] = {}
    for report in waiting_reports(user):
        groups.setdefault((report.form_id, report.starts_on), []).append(report)
    return [_waiting_table(reports) for reports in groups.values()]


def _waiting_table(reports: list[IndicatorReport]) -> WaitingTable:
    form = reports[0].form
    fields = form_fields(form)
    return WaitingTable(
        form,
        Span(reports[0].starts_on, reports[0].ends_on, PeriodKind(form.period)),
        tuple(f"{each.name}（{each.measure}）" for each in fields.counts),
        tuple(report_lines(form, fields, reports)),
    )
