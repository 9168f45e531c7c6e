"""Who may issue a bulletin, and of which edition."""

from __future__ import annotations

import datetime as dt

from assessments.models import Edition
from pingan.enums import Level, Role
from pingan.models import User
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


def check_fairness(user: User) -> None:
    """How firm a ranking is, is for those who decide on it."""
    if not user.is_active or user.role not in (Role.COUNTY_OFFICER, Role.LEADER):
        raise Forbidden("公平性分析由县级经办员和县领导查看。")
    if user.unit.level != Level.COUNTY:
        raise Forbidden("公平性分析由县级经办员和县领导查看。")


def may_issue(user: User, edition: Edition) -> bool:
    """Whether the button is shown."""
    try:
        check_officer(user, edition)
    except Refused:
        return False
    return edition.is_current
