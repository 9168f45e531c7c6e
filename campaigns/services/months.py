"""Opening a month: the period, and a draft return for every unit that reports."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from campaigns import policies
from campaigns.models import MonthlyReturn
from pingan import audit
from pingan.calendars import STEP_OF_LEVEL
from pingan.enums import REPORTING_LEVELS, Level
from pingan.models import Period, Unit, UnitVersion, User
from pingan.months import Month
from pingan.refusals import Refused
from pingan.selectors.calendars import deadlines
from pingan.services.periods import share_period


def _without_return(county: Unit, month: Month) -> QuerySet[UnitVersion]:
    """Assessed units of that month's tree that have no return yet."""
    returns = MonthlyReturn.objects.filter(month=month, unit_id=OuterRef("unit_id"))
    return UnitVersion.objects.on(month.last_day).filter(
        ~Exists(returns), county_id=county.pk, level__in=REPORTING_LEVELS, is_scored=True
    )


@transaction.atomic
def open_month(*, county: Unit, month: Month, by: User | None = None) -> int:
    """Make what is missing of the month and say how many returns that was; again changes nothing.

    A draft that nobody touched goes when its unit no longer stands at the month's end.
    """
    if by is not None:
        policies.check_open_month(county=county, by=by)
    if month > Month.of(timezone.localdate()):
        raise Refused(f"{month.label}还没有到，不能提前开启。")
    if not UnitVersion.objects.on(month.last_day).filter(unit=county).exists():
        raise Refused(f"{county.name}在{month.label}还没有设立，不能开启这个月。")
    share_period(county_id=county.pk, month=month)
    steps = deadlines(county, month)
    made = MonthlyReturn.objects.bulk_create(
        [
            MonthlyReturn(
                unit_id=version.unit_id,
                month=month,
                due_on=steps[STEP_OF_LEVEL[Level(version.level)]].on,
            )
            for version in _without_return(county, month)
        ],
        ignore_conflicts=True,
    )
    dropped = _drop_untouched(county, month)
    if made or dropped:
        audit.record(
            action="开启月份",
            obj=Period.objects.get(county=county, month=month),
            by=by,
            unit=county,
            after={"month": month, "made": len(made), "dropped": dropped},
        )
    return len(made)


def _drop_untouched(county: Unit, month: Month) -> int:
    standing = UnitVersion.objects.on(month.last_day).filter(unit_id=OuterRef("unit_id"))
    gone = MonthlyReturn.objects.filter(
        ~Exists(standing),
        unit__county_id=county.pk,
        month=month,
        saved_at=None,
        first_submitted_at=None,
    )
    return gone.delete()[0]


def ensure_month_open(*, county: Unit, month: Month) -> None:
    """Open the current month when a page first needs it; one query where nothing is missing."""
    if month != Month.of(timezone.localdate()) or not _without_return(county, month).exists():
        return
    try:
        open_month(county=county, month=month)
    except Refused:
        # Closed, or the county is younger than the month: the page shows what there is.
        return
