"""Who records a visit, sets up groups and sheets, draws, and enters the leaders' ratings."""

from __future__ import annotations

from assessments import policies
from assessments.enums import VisitKind
from pingan.enums import Level, Role
from pingan.models import Unit, User
from pingan.refusals import Forbidden

COUNTY_LEVELS = (Level.COUNTY, Level.SECTOR, Level.DEPARTMENT)


def check_record(*, unit: Unit, kind: VisitKind, by: User) -> None:
    """Secret visits are the county's and its inspectors' own, and never to one's own unit."""
    policies.check_inspect(unit=unit, by=by)
    if kind != VisitKind.SECRET:
        return
    is_county = by.role in (Role.COUNTY_OFFICER, Role.INSPECTOR)
    if not is_county or by.unit.level not in COUNTY_LEVELS:
        raise Forbidden("暗访只由县级经办员和县级督导检查员录入。")
    if by.role == Role.INSPECTOR and unit.path.startswith(by.unit.path):
        raise Forbidden("不能暗访自己所在的单位，请换人。")


def check_organise(*, county: Unit, by: User) -> None:
    """Groups, sheets, the month's focus, draws and leaders' ratings are the county officer's."""
    if not by.is_active or by.role != Role.COUNTY_OFFICER or by.unit_id != county.pk:
        raise Forbidden(f"只有{county.name}的县级经办员可以办理这一项。")
