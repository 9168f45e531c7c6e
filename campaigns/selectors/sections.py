"""The activities of a return as tables: their rows, columns, and what a full table holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import models

from campaigns.enums import Activity, SweepAnswer
from campaigns.models import (
    ActivityRecord,
    Education,
    GroupRecord,
    Meeting,
    MonthlyReturn,
    Patrol,
    Sweep,
    SweepCategory,
)
from pingan.enums import Level
from pingan.models import UnitVersion


@dataclass(frozen=True, slots=True)
class Column:
    """One column as people read it: in the page, the ledger and the workbook."""

    label: str
    value: Callable[[Any], Any]
    is_number: bool = False
    is_long: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """One value under its column."""

    value: Any
    column: Column

    @property
    def text(self) -> str:
        """As a page prints it: a date in digits, nothing for None."""
        if isinstance(self.value, dt.date):
            return self.value.isoformat()
        return "" if self.value is None else str(self.value)


@cache
def choice_labels(model: type[ActivityRecord], name: str) -> dict[Any, str]:
    """Labels of a field's choices; looked up once, a county's import asks for thousands."""
    choices = getattr(model._meta.get_field(name), "flatchoices", None)
    return {value: str(label) for value, label in choices or ()}


@dataclass(frozen=True, slots=True)
class Section:
    """One activity of a return. `key` tells rows apart; rows keyed by pk are a free list."""

    activity: Activity
    model: type[ActivityRecord]
    key: str
    fields: tuple[str, ...]
    columns: tuple[Column, ...]
    related: tuple[str, ...] = ()

    @property
    def is_list(self) -> bool:
        return self.key == "pk"

    def rows_of(self, monthly_return: MonthlyReturn) -> list[Any]:
        """The saved rows in the order of the table."""
        return list(
            self.model.objects.filter(month=monthly_return.month, monthly_return=monthly_return)
            .select_related(*self.related)
            .order_by(*(self.model._meta.ordering or ()))
        )

    def field_label(self, name: str) -> str:
        return str(self._field(name).verbose_name)

    def display(self, name: str, value: Any) -> Any:
        """A stored value as the user reads it: the label of a choice, a date as text."""
        if isinstance(value, dt.date):
            return value.isoformat()
        return choice_labels(self.model, name).get(value, value)

    def is_number(self, name: str) -> bool:
        return isinstance(self._field(name), models.IntegerField)

    def _field(self, name: str) -> models.Field[Any, Any]:
        field = self.model._meta.get_field(name)
        assert isinstance(field, models.Field)
        return field


def _plain(name: str) -> Callable[[Any], Any]:
    return lambda row: getattr(row, name)


def _choice(name: str) -> Callable[[Any], str]:
    return lambda row: str(getattr(row, f"get_{name}_display")())


def _key_day(row: Patrol) -> str:
    return "是" if row.is_key_day else ""


def _answer(row: Sweep) -> str:
    """有数, 零报告 or 不适用; a category that nobody answered is 空."""
    return str(SweepAnswer(row.answer).label) if row.answer else "空"


def _counted(name: str) -> Callable[[Sweep], int | None]:
    """A count; what is 不适用 or 空 is no zero."""
    return lambda row: getattr(row, name) if _has_counts(row) else None


def _has_counts(row: Sweep) -> bool:
    return row.answer in (SweepAnswer.COUNTED, SweepAnswer.ZERO)


def _open_matters(row: Sweep) -> int | None:
    return row.found - row.solved if _has_counts(row) else None


PATROL = Section(
    Activity.PATROL,
    Patrol,
    "on",
    ("team", "day_heads", "night_heads", "findings", "handled"),
    (
        Column("日期", _plain("on")),
        Column("逢场或节假日", _key_day),
        Column("队伍", _choice("team")),
        Column("白天人数", _plain("day_heads"), is_number=True),
        Column("夜间人数", _plain("night_heads"), is_number=True),
        Column("发现情况", _plain("findings"), is_long=True),
        Column("处置情况", _plain("handled"), is_long=True),
    ),
)
EDUCATION = Section(
    Activity.EDUCATION,
    Education,
    "pk",
    ("on", "kind", "topic", "host_post", "audience"),
    (
        Column("日期", _plain("on")),
        Column("形式", _choice("kind")),
        Column("法律或主题", _plain("topic"), is_long=True),
        Column("主讲人职务", _plain("host_post")),
        Column("受众人数", _plain("audience"), is_number=True),
    ),
)
_SOLVED = ("solved_in_group", "solved_in_village", "solved_in_township", "solved_in_county")
SWEEP = Section(
    Activity.SWEEP,
    Sweep,
    "category_id",
    ("answer", "found", *_SOLVED),
    (
        Column("排查类别", lambda row: row.category.name),
        Column("填报方式", _answer),
        Column("排查数", _counted("found"), is_number=True),
        Column("组内化解", _counted("solved_in_group"), is_number=True),
        Column("村内化解", _counted("solved_in_village"), is_number=True),
        Column("乡镇化解", _counted("solved_in_township"), is_number=True),
        Column("县级化解", _counted("solved_in_county"), is_number=True),
        Column("未化解", _open_matters, is_number=True),
    ),
    related=("category",),
)
MEETING = Section(
    Activity.MEETING,
    Meeting,
    "pk",
    ("on", "kind", "chair_post", "attendance", "items", "decisions"),
    (
        Column("日期", _plain("on")),
        Column("会议", _choice("kind")),
        Column("主持人职务", _plain("chair_post")),
        Column("到会人数", _plain("attendance"), is_number=True),
        Column("议题", _plain("items"), is_long=True),
        Column("议定事项", _plain("decisions"), is_long=True),
    ),
)
GROUPS = Section(
    Activity.GROUPS,
    GroupRecord,
    "group_id",
    ("patrol_nights", "briefs", "found", "solved", "appraisal"),
    (
        Column("小组", lambda row: row.group.name),
        Column("轮班巡逻夜数", _plain("patrol_nights"), is_number=True),
        Column("碰头会次数", _plain("briefs"), is_number=True),
        Column("排查数", _plain("found"), is_number=True),
        Column("化解数", _plain("solved"), is_number=True),
        Column("评议分", _plain("appraisal"), is_number=True),
    ),
    related=("group",),
)
SECTIONS = {section.activity: section for section in (PATROL, EDUCATION, SWEEP, MEETING, GROUPS)}


def categories_of(county_id: int) -> list[SweepCategory]:
    """The categories in use: the county's own copy stands before the common one of that code."""
    found = SweepCategory.objects.filter(
        models.Q(county=None) | models.Q(county_id=county_id)
    ).order_by("position", "pk")
    own = {category.code for category in found if category.county_id}
    return [
        category
        for category in found
        if category.is_active and (category.county_id or category.code not in own)
    ]


def groups_of(monthly_return: MonthlyReturn) -> list[UnitVersion]:
    """The groups of a village in that month, by the names of then; none for other units."""
    return groups_of_many([monthly_return])[monthly_return.pk]


def groups_of_many(returns: Sequence[MonthlyReturn]) -> dict[int, list[UnitVersion]]:
    """`groups_of` for returns of one month, by return; one query. `unit` must be loaded."""
    villages = {each.unit_id: each.pk for each in returns if each.unit.level == Level.VILLAGE}
    found: dict[int, list[UnitVersion]] = {each.pk: [] for each in returns}
    if not villages:
        return found
    versions = UnitVersion.objects.on(returns[0].month.last_day).filter(
        parent__in=villages, level=Level.GROUP
    )
    for version in versions.order_by("position", "code"):
        found[villages[version.parent_id or 0]].append(version)
    return found


def expected_keys(section: Section, monthly_return: MonthlyReturn) -> dict[Hashable, str]:
    """Key and label of every row that a full table has. A free list has none."""
    return expected_keys_of_many(section, [monthly_return])[monthly_return.pk]


def expected_keys_of_many(
    section: Section, returns: Sequence[MonthlyReturn]
) -> dict[int, dict[Hashable, str]]:
    """`expected_keys` for returns of one county and month, by return; one query at most."""
    if section is GROUPS:
        return {
            pk: {version.unit_id: version.name for version in versions}
            for pk, versions in groups_of_many(returns).items()
        }
    keys: dict[Hashable, str] = {}
    if section is PATROL and returns:
        keys = {day: f"{day.month}月{day.day}日" for day in returns[0].month.dates()}
    if section is SWEEP and returns:
        keys = {each.pk: each.name for each in categories_of(returns[0].unit.root_id)}
    return {each.pk: keys for each in returns}


def row_key(section: Section, row: ActivityRecord) -> str:
    """The row as findings and remarks name it: the date, the category's code, the number."""
    if section is SWEEP:
        return str(row.category.code)  # type: ignore[attr-defined]
    return str(getattr(row, section.key))


def saved_rows_of_many(section: Section, returns: Sequence[MonthlyReturn]) -> dict[int, list[Any]]:
    """The saved rows of returns of one month, by return, in the order of the table; one query."""
    found: dict[int, list[Any]] = {each.pk: [] for each in returns}
    if not returns:
        return found
    rows = section.model.objects.filter(month=returns[0].month, monthly_return__in=found)
    ordering = section.model._meta.ordering or ()
    for row in rows.select_related(*section.related).order_by("monthly_return_id", *ordering):
        found[row.monthly_return_id].append(row)
    return found


def previous_return(monthly_return: MonthlyReturn) -> MonthlyReturn | None:
    """The same unit's return of the month before."""
    return MonthlyReturn.objects.filter(
        unit_id=monthly_return.unit_id, month=monthly_return.month.previous
    ).first()


def sections_of(unit_level: int) -> Sequence[Section]:
    """The activities that a unit of this level fills in."""
    own = (PATROL, EDUCATION, SWEEP, MEETING)
    return (*own, GROUPS) if unit_level == Level.VILLAGE else own


def blank_answer(answer: str) -> bool:
    """Whether the answer stands for no matters at all."""
    return answer in (SweepAnswer.ZERO, SweepAnswer.NOT_APPLICABLE)
