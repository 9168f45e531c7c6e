"""Who may close, publish, reopen and inspect, and when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from assessments.tables import COUNTY_INSPECTED, TOWNSHIP_INSPECTED, TOWNSHIP_INSPECTORS
from pingan import scopes
from pingan.enums import Role
from pingan.models import Unit, User
from pingan.months import Month
from pingan.refusals import Forbidden, Refused


def check_officer(*, county: Unit, by: User | None) -> None:
    """Closing, reopening and publishing are the county officer's; `by` None is the system."""
    if by is None:
        return
    if not by.is_active or by.role != Role.COUNTY_OFFICER or by.unit_id != county.pk:
        raise Forbidden(f"只有{county.name}的县级经办员可以结账、重开和公布。")


def check_close(*, county: Unit, month: Month, today: dt.date, by: User | None) -> None:
    """A month can be closed once it is over."""
    check_officer(county=county, by=by)
    if month.last_day >= today:
        raise Refused(f"{month.label}还没有结束，不能结账。")


def check_inspect(*, unit: Unit, by: User) -> None:
    """The county and its inspectors inspect townships and the units of the 口, townships below."""
    if not by.is_active or not scopes.may_see(by, unit.path):
        raise Forbidden(f"您不能录入{unit.name}的督导检查。")
    if by.role in (Role.COUNTY_OFFICER, Role.INSPECTOR) and unit.level in COUNTY_INSPECTED:
        return
    below = unit.level in TOWNSHIP_INSPECTED and unit.pk != by.unit_id
    if by.role in TOWNSHIP_INSPECTORS and below:
        return
    raise Forbidden(f"{unit.name}的督导检查不由您录入。")


def may(check: Callable[..., None], **what: object) -> bool:
    """Any `check_<verb>` of this module as a question."""
    try:
        check(**what)
    except Refused:
        return False
    return True
