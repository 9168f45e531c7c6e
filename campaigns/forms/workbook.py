"""What the month's workbook looks like, cell by cell: the same for writing it and reading it."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django import forms
from django.utils import timezone

from campaigns import policies
from campaigns.enums import Activity, Team
from campaigns.forms.fields import CountField, DayField
from campaigns.forms.lines import LineReader
from campaigns.models import ActivityRecord, MonthlyReturn
from campaigns.selectors.names import NameBook
from campaigns.selectors.returns import period_is_open
from campaigns.selectors.sections import (
    PATROL,
    SECTIONS,
    SWEEP,
    Section,
    blank_answer,
    choice_labels,
    expected_keys_of_many,
    saved_rows_of_many,
    sections_of,
)
from campaigns.services.imports import returns_entered_by
from campaigns.workbook import BookColumn, BookLine, BookMeta, BookSheet, write_book
from pingan.calendars import WEEKDAYS, holiday_name, key_dates
from pingan.models import User
from pingan.months import Month
from pingan.refusals import Refused

ROW_HEADERS = {Activity.PATROL: "日期", Activity.SWEEP: "排查类别", Activity.GROUPS: "小组"}
FREE_ROWS = 30
# Rows of a free list that stand ready for every unit: a village broadcasts twice a month.
PREPARED_ROWS = {Activity.EDUCATION: 2, Activity.MEETING: 1}
NEW = "+"
_WIDTHS = {
    "topic": 30,
    "findings": 30,
    "handled": 30,
    "items": 36,
    "decisions": 36,
    "host_post": 14,
    "chair_post": 14,
}
_NOTES = {
    (Activity.PATROL, "day_heads"): "当天白天巡逻的人数。没有人巡逻填0，没有填报就留空。",
    (Activity.PATROL, "night_heads"): "当天夜间巡逻的人数。没有人巡逻填0，没有填报就留空。",
    (Activity.PATROL, "findings"): "只写地点和事情，不写人名。",
    (Activity.SWEEP, "answer"): "确实没有的选“零报告”；留空表示还没有填。填了排查数可以不选。",
    (Activity.SWEEP, "found"): "排查出的件数，不能少于各级化解合计。只报数，不写人和事。",
    (Activity.EDUCATION, "on"): "只写日子也可以，如 5 或 5日。",
    (Activity.MEETING, "on"): "只写日子也可以，如 5 或 5日。",
    (Activity.MEETING, "items"): "议题，500字以内。",
}


@dataclass(frozen=True, slots=True)
class BookUnit:
    """One unit of a book: its return, its name of that month, and why it may not be changed.

    Patrols have rules of their own: they go on after the return is handed in, and some days are
    shut, each for its reason.
    """

    monthly_return: MonthlyReturn
    name: str
    refusal: str = ""
    patrol_refusal: str = ""
    shut_days: Mapping[dt.date, str] = field(default_factory=dict)

    @property
    def code(self) -> str:
        return self.monthly_return.unit.code


def book_units(user: User, month: Month) -> list[BookUnit]:
    """The units whose month this person fills in, himself first, in the order of the tree."""
    returns = returns_entered_by(user, month)
    book = NameBook(each.unit_id for each in returns)
    returns.sort(key=lambda each: book.order(each.unit_id, month))
    closed, today = "", timezone.localdate()
    if returns and not period_is_open(returns[0].unit.root_id, month):
        closed = f"{month.label}已经结账，不能再改。"
    return [
        BookUnit(
            each,
            book.name(each.unit_id, month) or each.unit.name,
            closed or _why(policies.check_edit, each, user),
            closed or _why(policies.check_edit_patrol, each, user),
            policies.shut_patrol_days(each, today),
        )
        for each in returns
    ]


def _why(check: Callable[..., None], monthly_return: MonthlyReturn, user: User) -> str:
    """Why this return may not be changed now; nothing when it may."""
    try:
        check(monthly_return=monthly_return, by=user)
    except Refused as refusal:
        return str(refusal)
    return ""


@dataclass(frozen=True, slots=True)
class SectionUnits:
    """What is saved of one activity of all units, and which rows a full table has."""

    section: Section
    units: Sequence[BookUnit]
    saved: dict[int, list[Any]]
    expected: dict[int, dict[Hashable, str]]


def gathered(activity: Activity, units: Sequence[BookUnit]) -> SectionUnits:
    """The units that fill in this activity, with their rows; two queries."""
    section = SECTIONS[activity]
    chosen = [each for each in units if section in sections_of(each.monthly_return.unit.level)]
    if section is PATROL:
        chosen = [replace(each, refusal=each.patrol_refusal) for each in chosen]
    else:
        chosen = [replace(each, shut_days={}) for each in chosen]
    returns = [each.monthly_return for each in chosen]
    expected = expected_keys_of_many(section, returns)
    return SectionUnits(section, chosen, saved_rows_of_many(section, returns), expected)


def shown_values(section: Section, row: ActivityRecord) -> list[Any]:
    """A saved row as its cells show it: choices by their words, days as days."""
    values = [getattr(row, name) for name in section.fields]
    for place, name in enumerate(section.fields):
        labels = choice_labels(section.model, name)
        if labels:
            values[place] = labels.get(values[place], values[place])
    if section is SWEEP and blank_answer(row.answer):  # type: ignore[attr-defined]
        values[1:] = [None] * (len(values) - 1)
    return values


def row_key(section: Section, row: ActivityRecord) -> Hashable:
    """What tells a row from the others of its return."""
    key: Hashable = getattr(row, section.key)
    return key


def key_text(code: str, key: Hashable) -> str:
    """The hidden key of a row."""
    return f"{code}|{key}"


def free_rows(section: Section, saved: int) -> int:
    """Blank rows of a unit in a free list: one at least."""
    return max(1, PREPARED_ROWS[section.activity] - saved)


def lines_of(content: SectionUnits) -> Iterator[tuple[BookUnit, Hashable, str, Any]]:
    """Every row of the sheet in order: unit, key, label, the saved row or None."""
    section = content.section
    for unit in content.units:
        saved = {row_key(section, row): row for row in content.saved[unit.monthly_return.pk]}
        expected = content.expected[unit.monthly_return.pk]
        if section.is_list:
            yield from ((unit, key, "", row) for key, row in saved.items())
            free = 0 if unit.refusal else free_rows(section, len(saved))
            yield from ((unit, f"{NEW}{number}", "", None) for number in range(free))
            continue
        for key, label in expected.items():
            yield unit, key, label, saved.pop(key, None)
        for key, row in saved.items():  # no longer asked for, but saved
            yield unit, key, str(getattr(row, section.key.removesuffix("_id"))), row


def month_book(*, month: Month, unit_code: str, title: str, units: Sequence[BookUnit]) -> bytes:
    """The workbook of these units, filled with what is saved."""
    sheets = []
    for activity in SECTIONS:
        content = gathered(activity, units)
        if content.units:
            sheets.append(_sheet(content, month))
    meta = BookMeta(
        str(month),
        unit_code,
        [(each.code, each.name, each.monthly_return.version) for each in units],
        secrets.token_hex(8),
    )
    return write_book(meta=meta, sheets=sheets, notes=_notes(title, month, units))


def columns_of(activity: Activity, month: Month) -> list[BookColumn]:
    """The columns to be filled in, from the fields of the row form."""
    reader = LineReader(activity, month)
    return [_column(activity, name, reader, month) for name in reader.names]


def _column(activity: Activity, name: str, reader: LineReader, month: Month) -> BookColumn:
    read: forms.Field = reader.fields[name]
    label = str(read.label)
    return BookColumn(
        label,
        _WIDTHS.get(name, max(11, 2 * len(label) + 3)),
        note=_NOTES.get((activity, name), ""),
        choices=tuple(reader.choices(name)),
        largest=read.max_value if isinstance(read, CountField) else None,  # type: ignore[arg-type]
        days=(month.first_day, month.last_day) if isinstance(read, DayField) else None,
    )


def _sheet(content: SectionUnits, month: Month) -> BookSheet:
    section = content.section
    marked = _MarkedDays(month) if section is PATROL else None
    lines = []
    for unit, key, label, row in lines_of(content):
        values = shown_values(section, row) if row else _blank(section)
        note, is_marked = marked.of(unit, key) if marked else ("", False)
        lines.append(
            BookLine(
                key_text(unit.code, key),
                unit.name,
                None if section.is_list else f"{label}{note}",
                values,
                is_locked=bool(unit.refusal) or key in unit.shut_days,
                is_marked=is_marked,
            )
        )
    may_add = section.is_list and any(not unit.refusal for unit in content.units)
    return BookSheet(
        str(section.activity.label),
        ROW_HEADERS.get(section.activity, ""),
        columns_of(section.activity, month),
        lines,
        FREE_ROWS if may_add else 0,
    )


def _blank(section: Section) -> list[Any]:
    """An unfilled row; a day already names the team that most often goes."""
    values: list[Any] = [None] * len(section.fields)
    if section is PATROL:
        values[0] = str(Team.VOLUNTEER.label)
    return values


class _MarkedDays:
    """Weekday of each day, and whether it is a market day or a holiday for the unit."""

    def __init__(self, month: Month) -> None:
        self._month = month
        self._by_markets: dict[str, set[Any]] = {}

    def of(self, unit: BookUnit, day: Any) -> tuple[str, bool]:
        place = unit.monthly_return.unit
        markets = place.market_days or (place.parent.market_days if place.parent else "")
        if markets not in self._by_markets:
            self._by_markets[markets] = set(key_dates(self._month, markets))
        weekday = f" 周{WEEKDAYS[day.weekday()]}"
        if day not in self._by_markets[markets]:
            return weekday, False
        return f"{weekday} {holiday_name(day) or '逢场'}", True


def _notes(title: str, month: Month, units: Sequence[BookUnit]) -> list[str]:
    locked = [f"{unit.name}：{unit.refusal}" for unit in units if unit.refusal]
    return [
        f"{title} {month.label}月报工作簿",
        "一、白色格子可以填，灰色格子不能改（巡逻没到的日子也是灰色）。每张表一个活动，一行一条记录，已填的内容都在里面。",
        "二、带箭头的格子从下拉中选；表头右上角有红点的，把鼠标移上去看填写说明。",
        "三、数字没有填报就留空，确实没有填0；六排查确实没有的选“零报告”，不适用的选“不适用”。",
        "四、法制宣教、综治例会要多填几条，用表末的空行，先选单位。要删一条，把这一行白格子清空。",
        "五、不要写公式，不要增减列，不要改工作表名。从别处复制来的数字请“粘贴为数值”。",
        "六、填好后在“月报—Excel 填报”上传。先看核对结果，有错误会指出在哪张表哪一格；"
        "确认后才一次写入，写入后在本月结账前可以整批撤销。",
        "七、删掉的行、删掉的表不会改动系统里的内容。",
        *(["以下单位目前不能修改：", *locked] if locked else []),
    ]
