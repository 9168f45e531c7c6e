"""Who may issue a bulletin, and of which edition."""

from __future__ import annotations

import datetime as dt

from assessments.models import Edition
from campaigns.spans import Span
from pingan.enums import Level, Role
from pingan.models import Unit, User
from pingan.refusals import Forbidden, Refused


def check_officer(user: User | None, edition: Edition) -> None:
    """Only the county's own officer; None is the system itself (a command)."""
    if user is None:
        return
    if user.role != Role.COUNTY_OFFICER or user.unit_id != edition.county_id:
        raise Forbidden("通报由本县县级经办员签发，您的岗位不能签发。")


def check_issue(user: User | None, edition: Edition, *, issued_on: dt.date, today: dt.date) -> None:
    """The newest edition, dated after its month and not in the future."""
    check_officer(user, edition)
    if not edition.is_current:
        raise Refused(
            f"{edition.month.label}第{edition.number}版已被新的版次代替，请签发现行版次的通报。"
        )
    if issued_on <= edition.month.last_day:
        raise Refused(f"成文日期应在{edition.month.label}结束之后，请重新填写。")
    if issued_on > today:
        raise Refused("成文日期不能晚于今天，请重新填写。")


def may_see_burden(user: User) -> bool:
    """Those who ask, and those who may tell them to ask less."""
    return user.is_active and user.role in (Role.COUNTY_OFFICER, Role.LEADER)


def may_see_survey_indexes(user: User) -> bool:
    """Those who take surveys and those who read what they are worth; each sees his own units."""
    return user.is_active and user.role in (
        Role.COUNTY_OFFICER,
        Role.LEADER,
        Role.INSPECTOR,
        Role.TOWNSHIP_CLERK,
        Role.TOWNSHIP_REVIEWER,
    )


def may_see_fairness(user: User) -> bool:
    """How firm a ranking is, is for those who decide on it."""
    may = user.role in (Role.COUNTY_OFFICER, Role.LEADER)
    return may and user.is_active and user.unit.level == Level.COUNTY


def may_issue(user: User, edition: Edition) -> bool:
    """Whether the button is shown."""
    try:
        check_officer(user, edition)
    except Refused:
        return False
    return edition.is_current


def check_case_officer(user: User | None, county: Unit) -> None:
    """Only the county's own officer gathers and issues; None is the system itself."""
    if user is None:
        return
    if not user.is_active or user.role != Role.COUNTY_OFFICER or user.unit_id != county.pk:
        raise Forbidden("案情通报由本县县级经办员签发，您的岗位不能签发。")


def check_issue_cases(
    user: User | None, county: Unit, *, span: Span, issued_on: dt.date, today: dt.date
) -> None:
    """A quarter that is over, dated after it and not in the future."""
    check_case_officer(user, county)
    if span.ends_on >= today:
        raise Refused(f"{span.label}还没有结束，不能签发案情通报。")
    if issued_on <= span.ends_on:
        raise Refused(f"成文日期应在{span.label}结束之后，请重新填写。")
    if issued_on > today:
        raise Refused("成文日期不能晚于今天，请重新填写。")
