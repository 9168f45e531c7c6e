"""The preview of the demonstration's months, with appeals of both outcomes; dated in the past."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.utils import timezone

from assessments.models import Appeal, Edition, Scorecard
from assessments.scoring import Line
from assessments.services.appeals import file_appeal, refuse_appeal, uphold_appeal
from assessments.services.closing import close_month
from assessments.services.editions import open_preview
from pingan.enums import Level, Role
from pingan.models import CountySettings, Unit, User
from pingan.months import Month

STORY_MONTHS = 3  # every third month has an appeal
REFUSED = (
    "演示：有两条记录写在附页上，没有录入月报，请求补计",
    "附页没有随月报上报和审核，不能计入；下月起请录入月报",
)
UPHELD = (
    "演示：本项有一处统计有误，原始台账可查，请求复核",
    "经核对台账，情况属实，补回误扣的分数",
)


def pass_preview(edition: Edition, officer: User, *, has_upheld: bool) -> Edition:
    """Open and end the preview as if in its own time; the edition that is to be published.

    Everything goes through the services, now; then the moments are moved into the past.
    """
    opened = open_preview(edition=edition, by=officer)
    appeals = []
    if has_upheld:
        appeals = [*_upheld(opened, officer), *_refused(opened, officer, place=1)]
        [edition] = close_month(counties=[opened.county], month=opened.month, by=officer)
    elif edition.month.number % STORY_MONTHS == 1:
        appeals = list(_refused(opened, officer, place=0))
    edition.refresh_from_db()
    _date(edition, opened, appeals)
    return edition


def _date(edition: Edition, first: Edition, appeals: list[Appeal]) -> None:
    """The preview began when the first edition was closed, and is over."""
    now = timezone.now()
    hours = CountySettings.objects.get(county=first.county_id).preview_hours
    begun = min(first.closed_at + dt.timedelta(minutes=30), now)
    until = min(begun + dt.timedelta(hours=hours), now)
    Edition.objects.filter(county=first.county_id, month=first.month).update(
        preview_opened_at=begun, preview_until=until
    )
    filed, decided = begun + (until - begun) / 4, begun + (until - begun) / 2
    Appeal.objects.filter(pk__in=[appeal.pk for appeal in appeals]).update(
        filed_at=filed, decided_at=decided
    )
    if edition.pk != first.pk:
        closed_at = begun + (until - begun) * 3 / 4
        Edition.objects.filter(pk=edition.pk).update(closed_at=closed_at)
    edition.refresh_from_db()


def _refused(edition: Edition, officer: User, *, place: int) -> Iterator[Appeal]:
    reason, decision = REFUSED
    for appeal in _filed(edition, reason, place):
        yield refuse_appeal(appeal=appeal, decision=decision, version=1, by=officer)


def _upheld(edition: Edition, officer: User) -> Iterator[Appeal]:
    reason, decision = UPHELD
    for appeal in _filed(edition, reason, 0):
        restored = max(appeal.lost // 2, 1)
        yield uphold_appeal(
            appeal=appeal, restored=restored, decision=decision, version=1, by=officer
        )


def _filed(edition: Edition, reason: str, place: int) -> Iterator[Appeal]:
    """One appeal of the township that stands at that place from the end, on its largest loss."""
    cards = Scorecard.objects.filter(edition=edition, level=Level.TOWNSHIP).order_by("-rank")
    card = cards.select_related("edition", "unit")[place : place + 1].first()
    clerk = _clerk_of(card.unit) if card else None
    if card is None or clerk is None:
        return
    lines = [Line(*line) for line in card.lines]
    lost = [(line.maximum - line.points, line.code) for line in lines if line.points is not None]
    most, code = max(lost, default=(0, ""))
    if most > 0:
        yield file_appeal(card=card, item_code=code, reason=reason, by=clerk)


def _clerk_of(unit: Unit) -> User | None:
    return User.objects.filter(unit=unit, role=Role.TOWNSHIP_CLERK, is_active=True).first()


def close_day(month: Month) -> dt.date:
    """Early enough for the preview to end before the bulletin's day."""
    return month.next.first_day.replace(day=7)
