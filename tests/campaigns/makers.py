"""Makers of returns and their records."""

import datetime as dt
from typing import Any

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
from campaigns.selectors.sections import groups_of
from pingan.models import Unit, User
from pingan.months import Month

SEPTEMBER = Month(2026, 9)
AUGUST = Month(2026, 8)
DUE_ON = dt.date(2026, 9, 28)
HANDED_IN_AT = dt.datetime(2026, 9, 20, 2, 0, tzinfo=dt.UTC)


def make_return(unit: Unit, month: Month = SEPTEMBER, **fields: Any) -> MonthlyReturn:
    """A draft; `state` submitted or accepted comes with its moments."""
    values: dict[str, Any] = {"due_on": month.last_day.replace(day=28), **fields}
    if values.get("state") in (ReturnState.SUBMITTED, ReturnState.ACCEPTED):
        values.setdefault("submitted_at", HANDED_IN_AT)
        values.setdefault("first_submitted_at", HANDED_IN_AT)
        values.setdefault("is_on_time", True)
    return MonthlyReturn.objects.create(unit=unit, month=month, **values)


def submitted(unit: Unit, by: User, month: Month = SEPTEMBER) -> MonthlyReturn:
    """A return that waits for review."""
    return make_return(unit, month, state=ReturnState.SUBMITTED, submitted_by=by)


def fill_in(monthly_return: MonthlyReturn) -> MonthlyReturn:
    """Everything that a complete return holds, written past the services."""
    what: dict[str, Any] = {"monthly_return": monthly_return, "month": monthly_return.month}
    for day in monthly_return.month.dates():
        Patrol.objects.create(**what, on=day, team=Team.VOLUNTEER, day_heads=2, night_heads=4)
    for number in (5, 15):
        day = monthly_return.month.first_day.replace(day=number)
        Education.objects.create(
            **what, on=day, kind=EducationKind.BROADCAST, topic="治安管理处罚法", audience=80
        )
    for category in SweepCategory.objects.filter(county=None):
        Sweep.objects.create(**what, category=category, answer=SweepAnswer.ZERO)
    Meeting.objects.create(
        **what,
        on=monthly_return.month.first_day,
        kind=MeetingKind.WORK,
        chair_post="村支书",
        attendance=12,
        items="本月巡逻安排",
    )
    monthly_return.zero_signed_at = HANDED_IN_AT
    monthly_return.save(update_fields=["zero_signed_at"])
    for group in groups_of(monthly_return):
        GroupRecord.objects.create(**what, group_id=group.unit_id, briefs=1)
    return monthly_return


def make_survey(
    unit: Unit, place: str = "集贸市场", month: Month = SEPTEMBER, **fields: Any
) -> Survey:
    """Twenty slips: 18 good, 17 safe, 19 satisfied."""
    values = {"slips": 20, "order_good": 18, "feels_safe": 17, "satisfied": 19, **fields}
    on = month.first_day.replace(day=12)
    return Survey.objects.create(unit=unit, month=month, place=place, on=on, **values)


def patrol_rows(*days: int, **fields: Any) -> list[dict[str, Any]]:
    """Rows as a form hands them to the service."""
    values = {
        "team": Team.VOLUNTEER,
        "day_heads": 2,
        "night_heads": 4,
        "findings": "",
        "handled": "",
        **fields,
    }
    return [{"on": dt.date(2026, 9, day), **values} for day in days]
