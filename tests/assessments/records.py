"""Makers of a month's records, as plain as a test needs them."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from assessments.models import Inspection
from campaigns.enums import EducationKind, MeetingKind, ReturnState, SweepAnswer, Team
from campaigns.models import (
    Education,
    GroupRecord,
    Meeting,
    MonthlyReturn,
    Patrol,
    Survey,
    Sweep,
    SweepCategory,
)
from pingan.calendars import key_dates
from pingan.enums import Level
from pingan.models import Unit
from pingan.months import Month
from tests.factories import County

MONTH = Month(2026, 9)


def make_return(
    unit: Unit,
    month: Month = MONTH,
    *,
    state: ReturnState = ReturnState.ACCEPTED,
    is_on_time: bool = True,
) -> MonthlyReturn:
    moment = timezone.make_aware(dt.datetime.combine(month.last_day, dt.time(9)))
    is_sent = state in (ReturnState.SUBMITTED, ReturnState.ACCEPTED)
    return MonthlyReturn.objects.create(
        unit=unit,
        month=month,
        state=state,
        due_on=month.last_day,
        first_submitted_at=moment if is_sent else None,
        submitted_at=moment if is_sent else None,
        is_on_time=is_on_time if is_sent else None,
        return_reason="请补填" if state == ReturnState.RETURNED else "",
    )


def add_patrols(monthly_return: MonthlyReturn, *, days: int, nights: int) -> None:
    """Patrols on the first days and the first nights of the month, three heads each."""
    month, unit = monthly_return.month, monthly_return.unit
    keys = set(
        key_dates(month, unit.market_days or (unit.parent and unit.parent.market_days) or "")
    )
    Patrol.objects.bulk_create(
        Patrol(
            monthly_return=monthly_return,
            month=month,
            on=day,
            team=Team.VOLUNTEER,
            day_heads=3 if day.day <= days else 0,
            night_heads=3 if day.day <= nights else None,
            is_key_day=day in keys,
        )
        for day in month.dates()
        if day.day <= max(days, nights)
    )


def add_sweep(monthly_return: MonthlyReturn, *, found: int, solved: int) -> None:
    """Every category answered; all that was found is in the first one."""
    categories = SweepCategory.objects.filter(county=None)
    Sweep.objects.bulk_create(
        Sweep(
            monthly_return=monthly_return,
            month=monthly_return.month,
            category=category,
            answer=SweepAnswer.COUNTED if found and not place else SweepAnswer.ZERO,
            found=0 if place else found,
            solved_in_village=0 if place else solved,
        )
        for place, category in enumerate(categories)
    )


def add_education(monthly_return: MonthlyReturn, *kinds: EducationKind) -> None:
    for kind in kinds:
        Education.objects.create(
            monthly_return=monthly_return,
            month=monthly_return.month,
            on=monthly_return.month.first_day,
            kind=kind,
            topic="治安管理处罚法",
            audience=0 if kind == EducationKind.COLUMN else 50,
        )


def add_meeting(monthly_return: MonthlyReturn, kind: MeetingKind) -> None:
    Meeting.objects.create(
        monthly_return=monthly_return,
        month=monthly_return.month,
        on=monthly_return.month.first_day,
        kind=kind,
        chair_post="分管领导",
        attendance=20,
        items="通报治安情况",
    )


def add_survey(unit: Unit, month: Month = MONTH, *, slips: int = 20, yes: int = 20) -> Survey:
    return Survey.objects.create(
        unit=unit,
        month=month,
        on=month.last_day,
        place="场镇",
        slips=slips,
        order_good=yes,
        feels_safe=yes,
        satisfied=yes,
    )


def add_inspection(unit: Unit, month: Month = MONTH, *, given: int = 10_000) -> Inspection:
    return Inspection.objects.create(unit=unit, month=month, on=month.last_day, points_given=given)


def add_group(
    monthly_return: MonthlyReturn, group: Unit, *, nights: int = 30, appraisal: int | None = 100
) -> GroupRecord:
    return GroupRecord.objects.create(
        monthly_return=monthly_return,
        month=monthly_return.month,
        group=group,
        patrol_nights=nights,
        briefs=1,
        found=2,
        solved=2,
        appraisal=appraisal,
    )


def perfect_month(unit: Unit, month: Month = MONTH) -> MonthlyReturn:
    """A return that loses no point; a village's groups too."""
    made = make_return(unit, month)
    add_patrols(made, days=31, nights=31)
    add_education(made, EducationKind.BROADCAST, EducationKind.BROADCAST, EducationKind.COLUMN)
    add_sweep(made, found=2, solved=2)
    add_meeting(made, MeetingKind.WORK)
    if unit.level == Level.VILLAGE:
        add_meeting(made, MeetingKind.APPRAISAL)
    add_survey(unit, month)
    add_inspection(unit, month)
    return made


def perfect_county(tree: County, month: Month = MONTH) -> None:
    """A whole county that loses no point."""
    for unit in (*tree.townships, *tree.departments):
        perfect_month(unit, month)
    for village in tree.villages:
        made = perfect_month(village, month)
        for group in village.children.all():
            add_group(made, group, nights=month.days)
