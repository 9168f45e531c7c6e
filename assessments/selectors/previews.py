"""What stands between an edition and its publication: the preview, appeals, decisions."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils import timezone

from assessments.enums import AppealState
from assessments.models import Appeal, Edition
from pingan.calendars import describe
from pingan.models import Period
from pingan.selectors.calendars import county_settings


@dataclass(frozen=True, slots=True)
class Publication:
    """The facts a publication is decided on.

    `unapplied` counts appeals upheld after the month was closed last: the edition does not hold
    what was decided.
    """

    hours: int
    is_correction: bool
    is_reopened: bool
    pending: int
    unapplied: int

    @property
    def needs_preview(self) -> bool:
        """A correction of what is published already goes out at once."""
        return self.hours > 0 and not self.is_correction


def publication(edition: Edition) -> Publication:
    """Four queries."""
    period = Period.objects.filter(county_id=edition.county_id, month=edition.month).first()
    closed_at = edition.closed_at
    if period is not None and not period.is_open and period.closed_at is not None:
        closed_at = max(closed_at, period.closed_at)
    counts = Appeal.objects.filter(unit__county=edition.county_id, month=edition.month).aggregate(
        pending=Count("pk", filter=Q(state=AppealState.PENDING)),
        unapplied=Count("pk", filter=Q(state=AppealState.UPHELD, decided_at__gt=closed_at)),
    )
    return Publication(
        hours=county_settings(edition.county).preview_hours,
        is_correction=_is_correction(edition),
        is_reopened=period is not None and period.is_open,
        pending=counts["pending"],
        unapplied=counts["unapplied"],
    )


def _is_correction(edition: Edition) -> bool:
    others = Edition.objects.published().filter(county=edition.county_id, month=edition.month)
    return others.exclude(pk=edition.pk).exists()


def moment_text(moment: dt.datetime) -> str:
    """11月24日（周二）17:30, as the county reads its clock."""
    local = timezone.localtime(moment)
    return f"{describe(local.date())}{local:%H:%M}"
