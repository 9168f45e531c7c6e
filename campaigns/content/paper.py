"""Paper forms: every activity of a return as one A4 sheet, blank or filled as far as it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from campaigns.content.qr import qr_code
from campaigns.enums import Activity, EducationKind, MeetingKind, SweepAnswer
from campaigns.selectors.paper import PAPER_FORMS, PaperMonth, PaperUnit, form_code
from pingan.calendars import WEEKDAYS, holiday_name, key_dates

EMPTY, TICKED = "□", "■"
SIGNS = ("填表人（签名）", "负责人（签名）", "单位（盖章）")


@dataclass(frozen=True, slots=True)
class PaperColumn:
    """A column as wide as its share; numbers and short words stand in the middle."""

    title: str
    width: float
    is_text: bool = False


@dataclass(frozen=True, slots=True)
class PaperRow:
    cells: tuple[str, ...]
    is_shaded: bool = False


@dataclass(frozen=True, slots=True)
class PaperTable:
    """The grid of a form. `row_height` in millimetres is the least: a long text makes it taller."""

    title: str
    columns: tuple[PaperColumn, ...]
    rows: tuple[PaperRow, ...]
    row_height: float
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PaperSheet:
    """A form as it is printed: head, grid, notes, places to sign."""

    table: PaperTable
    number: str
    code: str
    qr: str
    unit_label: str
    unit: str
    parent: str
    period_label: str
    period: str
    due: str
    signs: tuple[str, ...]
    demo_mark: str


def compose_forms(
    paper: PaperMonth, *, activities: Iterable[Activity], address: Callable[[str], str]
) -> tuple[PaperSheet, ...]:
    """The sheets of every unit, unit by unit; `address` makes the link of a form's code."""
    wanted = [activity for activity in PAPER_FORMS if activity in set(activities)]
    return tuple(
        _sheet(paper, unit, activity, address)
        for unit in paper.units
        for activity in wanted
        if unit.asks(activity)
    )


def _sheet(
    paper: PaperMonth, unit: PaperUnit, activity: Activity, address: Callable[[str], str]
) -> PaperSheet:
    code = form_code(unit.code, paper.month, activity)
    return PaperSheet(
        table=_TABLES[activity](paper, unit),
        number=f"平安月表{PAPER_FORMS.index(activity) + 1}",
        code=code,
        qr=qr_code(address(code)),
        unit_label="测评对象" if activity == Activity.SURVEY else "填报单位",
        unit=unit.name,
        parent=unit.parent_name,
        period_label="测评月份" if activity == Activity.SURVEY else "填报月份",
        period=paper.month.label,
        due=f"{unit.due_on.year}年{unit.due_on.month}月{unit.due_on.day}日",
        signs=_SURVEY_SIGNS if activity == Activity.SURVEY else SIGNS,
        demo_mark="演示" if paper.is_demo else "",
    )


_ZERO_SIGN = "以上零报告属实（签名）：＿＿＿＿＿＿＿＿＿＿　　日期：＿＿＿＿年＿＿月＿＿日"
_SURVEY_SIGNS = ("计票人（签名）", "监票人（签名）", "组织测评单位（盖章）")


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _day(day: dt.date) -> str:
    return f"{day.month}月{day.day}日"


def _filled_up(rows: list[PaperRow], least: int, blank: tuple[str, ...]) -> tuple[PaperRow, ...]:
    """The rows and blank ones below them, so that something can still be written."""
    return (*rows, *(PaperRow(blank) for _ in range(least - len(rows))))


def _ticks(labels: Sequence[str], chosen: str = "", *, a_line: int = 1) -> str:
    """Boxes to tick, the chosen one filled, so many on a line."""
    boxes = [f"{TICKED if label == chosen else EMPTY}{label}" for label in labels]
    lines = [boxes[start : start + a_line] for start in range(0, len(boxes), a_line)]
    return "\n".join("　".join(line) for line in lines)


def _patrol(paper: PaperMonth, unit: PaperUnit) -> PaperTable:
    saved = {row.on: row for row in unit.rows.get(Activity.PATROL, ())}
    marked = set(key_dates(paper.month, unit.markets))
    rows = [_patrol_row(day, saved.get(day), day in marked) for day in paper.month.dates()]
    columns = (
        PaperColumn("日期", 22),
        PaperColumn("逢场或节日", 20),
        PaperColumn("队伍", 22),
        PaperColumn("白天人数", 17),
        PaperColumn("夜间人数", 17),
        PaperColumn("发现情况", 43, is_text=True),
        PaperColumn("处置情况", 39, is_text=True),
    )
    notes = (
        "没有巡逻的写“0”，没有填写的留空；底色为逢场日或法定节假日。发现的情况写地点和事情，"
        "不写群众姓名。",
    )
    return PaperTable("治安巡逻登记表", columns, tuple(rows), 6.6, notes)


def _patrol_row(day: dt.date, row: Any, is_marked: bool) -> PaperRow:
    name = f"{day.day}日 周{WEEKDAYS[day.weekday()]}"
    note = (holiday_name(day) or "逢场") if is_marked else ""
    if row is None:
        return PaperRow((name, note, "", "", "", "", ""), is_marked)
    written = (row.get_team_display(), _text(row.day_heads), _text(row.night_heads))
    return PaperRow((name, note, *written, row.findings, row.handled), is_marked)


def _education(_paper: PaperMonth, unit: PaperUnit) -> PaperTable:
    kinds = [str(label) for label in EducationKind.labels]
    rows = [
        PaperRow(
            (
                _day(row.on),
                _ticks(kinds, row.get_kind_display(), a_line=2),
                row.topic,
                row.host_post,
                _text(row.audience),
            )
        )
        for row in unit.rows.get(Activity.EDUCATION, ())
    ]
    columns = (
        PaperColumn("日期", 20),
        PaperColumn("形式（选一项）", 42, is_text=True),
        PaperColumn("法律或主题", 64, is_text=True),
        PaperColumn("主讲人职务", 32),
        PaperColumn("受众人数", 22),
    )
    notes = ("村每月广播两次、乡镇一次，宣传栏每月更新。主讲人只写职务，不写姓名。",)
    blank = ("", _ticks(kinds, a_line=2), "", "", "")
    return PaperTable("法制宣教登记表", columns, _filled_up(rows, 12, blank), 15.5, notes)


def _sweep(paper: PaperMonth, unit: PaperUnit) -> PaperTable:
    saved = {row.category_id: row for row in unit.rows.get(Activity.SWEEP, ())}
    answers = [str(label) for label in SweepAnswer.labels]
    rows = []
    for category in paper.categories:
        name = category.name + ("（只报数）" if category.touches_persons else "")
        row = saved.get(category.pk)
        if row is None:
            rows.append(PaperRow((name, _ticks(answers), *[""] * 6)))
            continue
        solved = (row.solved_in_group, row.solved_in_village)
        above = (row.solved_in_township, row.solved_in_county)
        counts = (row.found, *solved, *above, row.found - row.solved)
        is_blank = row.answer != SweepAnswer.COUNTED
        cells = ("" if is_blank else str(count) for count in counts)
        rows.append(PaperRow((name, _ticks(answers, row.get_answer_display()), *cells)))
    columns = (
        PaperColumn("排查类别", 36, is_text=True),
        PaperColumn("填报方式（选一项）", 36, is_text=True),
        PaperColumn("排查数", 18),
        PaperColumn("组内化解", 18),
        PaperColumn("村内化解", 18),
        PaperColumn("乡镇化解", 18),
        PaperColumn("县级化解", 18),
        PaperColumn("未化解", 18),
    )
    notes = (
        "查了确实没有，选“零报告”；本单位没有这类情况，选“不适用”；没有选的按未填处理。",
        "本表只填数，不写任何人的姓名。未化解＝排查数－各级化解合计。",
        f"以上零报告属实：{unit.zero_signed}。" if unit.zero_signed else _ZERO_SIGN,
    )
    return PaperTable("六排查统计表", columns, tuple(rows), 20, notes)


def _meeting(_paper: PaperMonth, unit: PaperUnit) -> PaperTable:
    kinds = [str(label) for label in MeetingKind.labels]
    rows = [
        PaperRow(
            (
                _day(row.on),
                _ticks(kinds, row.get_kind_display()),
                row.chair_post,
                _text(row.attendance),
                row.items,
                row.decisions,
            )
        )
        for row in unit.rows.get(Activity.MEETING, ())
    ]
    columns = (
        PaperColumn("日期", 18),
        PaperColumn("会议", 24, is_text=True),
        PaperColumn("主持人职务", 24),
        PaperColumn("到会人数", 16),
        PaperColumn("议题", 48, is_text=True),
        PaperColumn("议定事项（责任岗位、期限）", 50, is_text=True),
    )
    notes = ("主持人、责任人只写职务，不写姓名。",)
    blank = ("", _ticks(kinds), "", "", "", "")
    return PaperTable("综治例会登记表", columns, _filled_up(rows, 4, blank), 45, notes)


def _groups(_paper: PaperMonth, unit: PaperUnit) -> PaperTable:
    saved = {row.group_id: row for row in unit.rows.get(Activity.GROUPS, ())}
    names = ("patrol_nights", "briefs", "found", "solved", "appraisal")
    rows = [
        PaperRow((name, *(_text(getattr(saved.get(pk), field, None)) for field in names)))
        for pk, name in unit.groups
    ]
    columns = (
        PaperColumn("小组", 50, is_text=True),
        PaperColumn("轮班巡逻夜数", 26),
        PaperColumn("碰头会次数", 26),
        PaperColumn("排查数", 26),
        PaperColumn("化解数", 26),
        PaperColumn("评议分", 26),
    )
    notes = ("村评议会逐组评议，没有的写“0”；评议分按百分制，可以留空。",)
    height = max(6.5, min(12.0, 195 / max(1, len(rows))))
    return PaperTable("小组评议登记表", columns, tuple(rows), height, notes)


def _survey(_paper: PaperMonth, unit: PaperUnit) -> PaperTable:
    rows = [
        PaperRow(
            (
                _day(row.on),
                row.place,
                str(row.slips),
                str(row.order_good),
                str(row.feels_safe),
                str(row.satisfied),
            )
        )
        for row in unit.rows.get(Activity.SURVEY, ())
    ]
    columns = (
        PaperColumn("测评日期", 24),
        PaperColumn("地点", 52, is_text=True),
        PaperColumn("有效票数", 26),
        PaperColumn("治安状况好", 26),
        PaperColumn("有安全感", 26),
        PaperColumn("满意", 26),
    )
    notes = (
        "由上级组织、匿名填写，一般每个乡镇发20票；只记票数，不记是谁答的。",
        "每一问的前两档（好、较好；安全、比较安全；满意、比较满意）计入，后两档不计。",
    )
    return PaperTable("治安测评计票表", columns, _filled_up(rows, 10, ("",) * 6), 18, notes)


_TABLES: dict[Activity, Callable[[PaperMonth, PaperUnit], PaperTable]] = {
    Activity.PATROL: _patrol,
    Activity.EDUCATION: _education,
    Activity.SWEEP: _sweep,
    Activity.MEETING: _meeting,
    Activity.GROUPS: _groups,
    Activity.SURVEY: _survey,
}


def sheet_title(period: str, sheets: Sequence[PaperSheet]) -> str:
    """What the whole file is called."""
    units = {sheet.unit for sheet in sheets}
    forms = {sheet.table.title for sheet in sheets}
    who = next(iter(units)) if len(units) == 1 else f"{len(units)}个单位"
    what = next(iter(forms)) if len(forms) == 1 else "纸质表"
    return f"{who}{period}{what}"
