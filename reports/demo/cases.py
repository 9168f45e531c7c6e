"""Case bulletins of the demonstration's finished quarters, as if issued in their own time."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from campaigns.enums import PeriodKind
from campaigns.spans import span_on
from pingan.models import Unit, User
from pingan.months import Month
from reports.models import CaseBulletin
from reports.services.cases import issue_case_bulletin

ISSUE_DAY = 18  # of the month after the quarter, behind the month's own bulletin


def load_cases(county: Unit, month: Month, officer: User) -> None:
    """After the last month of a quarter has been issued, the quarter's case bulletin."""
    span = span_on(PeriodKind.QUARTER, month.first_day)
    issued_on = month.next.first_day.replace(day=ISSUE_DAY)
    if month.last_day != span.ends_on or issued_on > timezone.localdate():
        return
    bulletin = issue_case_bulletin(county=county, span=span, issued_on=issued_on, by=officer)
    moment = timezone.make_aware(dt.datetime.combine(issued_on, dt.time(9)))
    CaseBulletin.objects.filter(pk=bulletin.pk).update(issued_at=moment)
