"""Makers of problems and notices."""

from __future__ import annotations

import datetime as dt

from assessments.enums import ProblemSource
from assessments.models import Problem, RectificationNotice
from assessments.services.notice_drafts import draft_notices
from assessments.services.notices import reply_notice, sign_notice
from campaigns.enums import FollowUpSource
from campaigns.models import FollowUp, SweepCategory
from pingan.models import Unit, User
from pingan.months import Month

FOUND = Month(2026, 8)
NOW = dt.datetime(2026, 10, 9, 1, tzinfo=dt.UTC)  # the close of September
TODAY = dt.date(2026, 10, 9)


def make_problem(unit: Unit, title: str = "河堤护栏松动", month: Month = FOUND) -> Problem:
    return Problem.objects.create(
        unit=unit,
        month=month,
        source=ProblemSource.INSPECTION,
        title=title,
        responsible_post="综治专干",
        found_on=month.first_day,
        due_on=month.last_day,
    )


def make_matter(unit: Unit, month: Month = FOUND, title: str = "集镇路灯损坏") -> FollowUp:
    return FollowUp.objects.create(
        unit=unit,
        source=FollowUpSource.SWEEP,
        category=SweepCategory.objects.get(county=None, code="hazard"),
        month=month,
        title=title,
        place="场口",
        owner_post="治保主任",
        due_on=month.last_day,
        level=unit.level,
    )


def draft(unit: Unit) -> RectificationNotice:
    """The one draft that a problem of this unit brings."""
    make_problem(unit)
    [notice] = draft_notices(county=unit.county or unit, month=FOUND.next)
    return notice


def signed(unit: Unit, by: User) -> RectificationNotice:
    notice = draft(unit)
    return sign_notice(notice=notice, version=notice.version, by=by)


def replied(unit: Unit, officer: User, clerk: User) -> RectificationNotice:
    notice = signed(unit, officer)
    reply_notice(notice=notice, version=notice.version, text="护栏已加固", by=clerk)
    notice.refresh_from_db()
    return notice
