"""What paper forms need: units of a month as they stood, and what is filled in already."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from campaigns.enums import Activity
from campaigns.models import Extension, IndicatorReport, MonthlyReturn, Survey, SweepCategory
from campaigns.selectors.names import NameBook
from campaigns.selectors.sections import SECTIONS, categories_of, sections_of
from pingan.calendars import STEP_OF_LEVEL
from pingan.enums import REPORTING_LEVELS, Level
from pingan.models import Unit, UnitVersion, User
from pingan.months import Month
from pingan.selectors.calendars import deadlines
from pingan.selectors.offices import is_demo_county

# The number of a form is its place here, printed on it and part of its code.
PAPER_FORMS = (
    Activity.PATROL,
    Activity.EDUCATION,
    Activity.SWEEP,
    Activity.MEETING,
    Activity.GROUPS,
    Activity.SURVEY,
)


@dataclass(frozen=True, slots=True)
class PaperUnit:
    """One unit with what its forms are filled with; blank ones have no rows."""

    unit_id: int
    code: str
    name: str
    parent_name: str
    level: Level
    due_on: dt.date
    markets: str
    groups: Sequence[tuple[int, str]] = ()
    rows: Mapping[Activity, Sequence[Any]] = field(default_factory=dict)
    zero_signed: str = ""  # who answered for the zeros of the sweep, and when

    def asks(self, activity: Activity) -> bool:
        """Whether a unit of this level has this form; a village without groups has none to fill."""
        if activity == Activity.SURVEY:
            return True
        if activity == Activity.GROUPS:
            return self.level == Level.VILLAGE and bool(self.groups)
        return activity in {section.activity for section in sections_of(self.level)}


@dataclass(frozen=True, slots=True)
class PaperMonth:
    """A month's units and what they share."""

    month: Month
    units: Sequence[PaperUnit]
    categories: Sequence[SweepCategory]
    is_demo: bool


def printable_units(user: User, month: Month, within: Unit) -> list[UnitVersion]:
    """The reporting units of that month's tree in and below a unit, in tree order."""
    found = list(
        UnitVersion.objects.visible_to(user)
        .on(month.last_day)
        .within(within.path)
        .filter(level__in=REPORTING_LEVELS, is_scored=True)
        .select_related("unit__parent")
    )
    book = NameBook(version.unit_id for version in found)
    return sorted(found, key=lambda version: book.order(version.unit_id, month))


def paper_month(
    county: Unit, month: Month, versions: Sequence[UnitVersion], *, is_filled: bool
) -> PaperMonth:
    """Everything that the forms of these units print; a fixed number of queries."""
    ids = [version.unit_id for version in versions]
    book = NameBook(ids)
    steps = deadlines(county, month)
    due, signed = _returns(ids, month)
    groups = _groups(ids, month)
    rows = _rows(ids, month) if is_filled else {}
    units = [
        PaperUnit(
            unit_id=version.unit_id,
            code=version.code,
            name=version.name,
            parent_name=book.parent_name(version.unit_id, month),
            level=Level(version.level),
            due_on=due.get(version.unit_id) or steps[STEP_OF_LEVEL[Level(version.level)]].on,
            markets=_markets(version.unit),
            groups=groups.get(version.unit_id, ()),
            rows=rows.get(version.unit_id, {}),
            zero_signed=signed.get(version.unit_id, "") if is_filled else "",
        )
        for version in versions
    ]
    return PaperMonth(month, units, categories_of(county.pk), is_demo_county(county.pk))


def _returns(ids: Sequence[int], month: Month) -> tuple[dict[int, dt.date], dict[int, str]]:
    """By unit: the day that counts, extended where that was allowed; the signature of the zeros."""
    returns = MonthlyReturn.objects.for_month(month).filter(unit__in=ids)
    due, signed = {}, {}
    for each in returns.select_related("zero_signed_by"):
        due[each.unit_id] = each.due_on
        if each.zero_signed_at and each.zero_signed_by:
            on = timezone.localdate(each.zero_signed_at)
            name = each.zero_signed_by.display_name
            signed[each.unit_id] = f"{name}于{on.year}年{on.month}月{on.day}日在系统中签认"
    extended = Extension.objects.filter(month=month, unit__in=ids)
    return due | dict(extended.values_list("unit_id", "until")), signed


def _markets(unit: Unit) -> str:
    """A village without market days of its own goes to the market of its township."""
    return unit.market_days or (unit.parent.market_days if unit.parent else "")


def _groups(ids: Iterable[int], month: Month) -> dict[int, list[tuple[int, str]]]:
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    versions = UnitVersion.objects.on(month.last_day).filter(parent__in=ids, level=Level.GROUP)
    for version in versions.order_by("position", "code"):
        found[version.parent_id or 0].append((version.unit_id, version.name))
    return found


def _rows(ids: Sequence[int], month: Month) -> dict[int, dict[Activity, list[Any]]]:
    """What is saved, by unit and activity, in the order of the tables."""
    found: dict[int, dict[Activity, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for activity, section in SECTIONS.items():
        saved = section.model.objects.for_month(month).filter(monthly_return__unit__in=ids)
        saved = saved.select_related("monthly_return", *section.related)
        for row in saved.order_by(*(section.model._meta.ordering or ())):
            found[row.monthly_return.unit_id][activity].append(row)
    for survey in Survey.objects.for_month(month).filter(unit__in=ids).order_by("on", "pk"):
        found[survey.unit_id][Activity.SURVEY].append(survey)
    return found


def form_code(code: str, month: Month, activity: Activity) -> str:
    """530628001203-2609-3: what is printed on a form and typed to open it."""
    number = PAPER_FORMS.index(activity) + 1
    return f"{code}-{month.year % 100:02d}{month.number:02d}-{number}"


def return_of_code(user: User, text: str) -> tuple[MonthlyReturn, Activity] | None:
    """The return and the activity that a printed code stands for, where this person may see it."""
    parts = text.strip().upper().split("-")
    if len(parts) != 3 or not (parts[1].isdecimal() and parts[2].isdecimal()):
        return None
    code, short, number = parts[0], parts[1], int(parts[2])
    if len(short) != 4 or not (1 <= int(short[2:]) <= 12 and 1 <= number <= len(PAPER_FORMS)):
        return None
    month = Month(2000 + int(short[:2]), int(short[2:]))
    version = UnitVersion.objects.on(month.last_day).filter(code__iexact=code).first()
    if version is None:
        return None
    rows = MonthlyReturn.objects.visible_to(user).for_month(month)
    found = rows.filter(unit_id=version.unit_id).first()
    return (found, PAPER_FORMS[number - 1]) if found else None


def report_code(report: IndicatorReport) -> str:
    """Z00012: what is printed on an indicator report."""
    return f"Z{report.pk:05d}"


def report_of_code(user: User, text: str) -> IndicatorReport | None:
    """The indicator report that a printed code stands for, where this person may see it."""
    match = re.fullmatch(r"Z(\d{5,12})", text.strip().upper(), re.ASCII)
    if match is None:
        return None
    return IndicatorReport.objects.visible_to(user).filter(pk=int(match[1])).first()
