"""Surveys of a month beside the units that they are about."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Q

from campaigns.models import COUNTY_PARENTS, Survey
from campaigns.selectors.names import NameBook
from pingan.enums import Level, Role
from pingan.models import Unit, UnitVersion, User
from pingan.months import Month

_TOWNSHIP_ROLES = (Role.TOWNSHIP_CLERK, Role.TOWNSHIP_REVIEWER)


@dataclass(frozen=True, slots=True)
class SurveyedUnit:
    """One unit of that month's tree with the surveys taken of it."""

    unit: Unit
    name: str
    parent_name: str
    surveys: list[Survey] = field(default_factory=list)

    @property
    def slips(self) -> int:
        return sum(survey.slips for survey in self.surveys)

    @property
    def order_good(self) -> int:
        return sum(survey.order_good for survey in self.surveys)

    @property
    def feels_safe(self) -> int:
        return sum(survey.feels_safe for survey in self.surveys)

    @property
    def satisfied(self) -> int:
        return sum(survey.satisfied for survey in self.surveys)


def surveyed_units(user: User, month: Month) -> list[SurveyedUnit]:
    """Units whose surveys concern this person, in tree order; five queries.

    A township surveys what lies below it; the county and its inspectors survey the townships and
    departments; everybody else sees his own unit.
    """
    versions = list(
        UnitVersion.objects.visible_to(user)
        .on(month.last_day)
        .filter(_concerned(user), is_scored=True)
        .select_related("unit__parent")
    )
    book = NameBook(version.unit_id for version in versions)
    taken: dict[int, list[Survey]] = defaultdict(list)
    surveys = Survey.objects.visible_to(user).for_month(month)
    for survey in surveys.filter(unit__in=[version.unit_id for version in versions]).order_by(
        "on", "pk"
    ):
        taken[survey.unit_id].append(survey)
    versions.sort(key=lambda version: book.order(version.unit_id, month))
    return [
        SurveyedUnit(
            version.unit,
            version.name,
            "" if version.level == Level.TOWNSHIP else book.parent_name(version.unit_id, month),
            taken[version.unit_id],
        )
        for version in versions
    ]


def _concerned(user: User) -> Q:
    if user.role in _TOWNSHIP_ROLES:
        return Q(level__in=(Level.VILLAGE, Level.DEPARTMENT)) | Q(unit_id=user.unit_id)
    if user.role in (Role.COUNTY_OFFICER, Role.INSPECTOR, Role.LEADER):
        return Q(level=Level.TOWNSHIP) | Q(level=Level.DEPARTMENT, parent__level__in=COUNTY_PARENTS)
    return Q(unit_id=user.unit_id)


def surveys_of(user: User, unit_id: int, month: Month) -> list[Survey]:
    """The surveys of one unit's month."""
    rows = Survey.objects.visible_to(user).for_month(month).filter(unit_id=unit_id)
    return list(rows.order_by("on", "pk"))
