"""Batches of keyed slips, read back from the audit trail, and the tickets of a month."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from campaigns.enums import SlipQuestion
from campaigns.models import Survey, SurveyTicket
from pingan.models import AuditEvent
from pingan.months import Month

BATCH_ADDED = "录入一批测评票"
BATCH_UNDONE = "撤销一批测评票"
_COUNTED = ("slips", *SlipQuestion.values)


@dataclass(frozen=True, slots=True)
class Batch:
    """One keyed batch: its sums, who keyed it and when."""

    batch: str
    counts: dict[str, int]
    who: str
    at: dt.datetime

    @property
    def slips(self) -> int:
        return self.counts["slips"]


def _events(survey: Survey) -> QuerySet[AuditEvent]:
    return AuditEvent.objects.filter(
        object_type=str(Survey._meta.verbose_name), object_id=str(survey.pk)
    )


def last_batch(survey: Survey) -> Batch | None:
    """The batch that can still be taken back: the latest one, unless that was done already."""
    event = _events(survey).filter(action__in=(BATCH_ADDED, BATCH_UNDONE)).order_by("-pk").first()
    if event is None or event.action == BATCH_UNDONE:
        return None
    counts = {name: int(event.after[name]) for name in _COUNTED}
    return Batch(event.after["batch"], counts, event.by_name.rsplit("（", 1)[0], event.at)


def was_added(survey: Survey, batch: str) -> bool:
    """Whether this very batch is among the survey's counts, or was."""
    return _events(survey).filter(action=BATCH_ADDED, after__batch=batch).exists()


def survey_at(unit_id: int, month: Month, place: str) -> Survey | None:
    """The counts of one place, where there are any."""
    rows = Survey.objects.for_month(month).filter(unit_id=unit_id, place=place)
    return rows.select_related("unit").first()


@dataclass(frozen=True, slots=True)
class Issue:
    """Tickets of one place: how many were printed and how many were answered."""

    unit_id: int
    place: str
    expires_on: dt.date
    issued: int
    used: int

    @property
    def unused(self) -> int:
        return self.issued - self.used


def issues_of(unit_ids: Iterable[int], month: Month) -> list[Issue]:
    """The printed tickets of a month by unit, place and last day."""
    rows = (
        SurveyTicket.objects.filter(unit_id__in=list(unit_ids), month=month)
        .values_list("unit_id", "place", "expires_on")
        .annotate(issued=Count("pk"), used=Count("pk", filter=Q(is_used=True)))
        .order_by("unit__path", "place", "expires_on")
    )
    return [Issue(*row) for row in rows]


def places_of(unit_ids: Iterable[int], month: Month) -> list[str]:
    """Places surveyed this month or the month before: what a clerk is likely to type."""
    rows = Survey.objects.filter(unit_id__in=list(unit_ids), month__in=(month, month.previous))
    return sorted(set(rows.values_list("place", flat=True)))
