"""Reading a filled-in workbook: every error by sheet and cell, and what would change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms

from campaigns.enums import Activity
from campaigns.forms.lines import LineReader
from campaigns.forms.workbook import (
    NEW,
    BookUnit,
    SectionUnits,
    columns_of,
    gathered,
    lines_of,
    row_key,
    shown_values,
)
from campaigns.selectors.sections import SECTIONS, Section
from campaigns.services.imports import (
    ADDED,
    CHANGED,
    REMOVED,
    CellError,
    ChangedSection,
    LineChange,
    Proposal,
    Written,
    row_values,
    versions_written_by,
)
from campaigns.workbook import FORMAT, FORMAT_VERSION, META_SHEET, BookSheet
from pingan.models import Unit
from pingan.months import Month
from pingan.refusals import Refused
from pingan.workbooks import SheetRows, cell_name

NOT_OURS = "这不是从本系统下载的月报工作簿。请先下载当月的工作簿，填好后再上传。"
_NOTHING = "（空）"


class WorkbookUploadForm(forms.Form):
    file = forms.FileField(
        label="填好的工作簿",
        help_text="从本页下载的 .xlsx，不超过 10 MB",
        error_messages={"required": "请先选择填好的工作簿。"},
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
    )


@dataclass(slots=True)
class _Sheet:
    """One sheet while it is read."""

    content: SectionUnits
    rows: SheetRows
    reader: LineReader
    layout: BookSheet
    proposal: Proposal
    versions: Mapping[str, int]
    written: Written
    # return -> key -> the row that will be, None where it goes
    wanted: dict[int, dict[Hashable, dict[str, Any] | None]] = field(default_factory=dict)
    met: set[tuple[int, Hashable]] = field(default_factory=set)
    refused: set[int] = field(default_factory=set)
    # entries of a free list that the book does not know by number, by return
    unknown: dict[int, list[Any]] = field(default_factory=dict)

    @property
    def section(self) -> Section:
        return self.content.section

    def error(self, row: int, column: int, unit: str, sentence: str) -> None:
        at = cell_name(row, column)
        self.proposal.errors.append(CellError(self.rows.name, at, unit, sentence))


def read_workbook(
    book: Mapping[str, SheetRows],
    *,
    month: Month,
    unit: Unit,
    units: Sequence[BookUnit],
    tell: Callable[[int], None] = lambda _sheets: None,
) -> Proposal:
    """What the book would do to these units. `tell` hears how many sheets are read."""
    mark, versions = _meta(book, month, unit.code)
    proposal = Proposal(book=mark)
    written = versions_written_by(mark, unit=unit, month=month)
    for done, activity in enumerate(SECTIONS, start=1):
        rows = book.get(str(activity.label))
        if rows is not None:
            _read_sheet(activity, rows, month, units, proposal, versions, written)
        tell(done)
    return proposal


def _meta(
    book: Mapping[str, SheetRows], month: Month, unit_code: str
) -> tuple[str, dict[str, int]]:
    """The book's mark and the versions by unit; Refused when the book is another's."""
    rows = book[META_SHEET].rows if META_SHEET in book else []
    if len(rows) < 4 or len(rows[0]) < 2 or rows[0][0] != FORMAT:
        raise Refused(NOT_OURS)
    if rows[0][1] != FORMAT_VERSION:
        raise Refused("这个工作簿的格式与现在的不同，请重新下载再填。")
    if rows[1][1] != str(month):
        raise Refused(f"这是{rows[1][1]}的工作簿，请到那个月的页面上传，或下载{month.label}的。")
    if str(rows[2][1]) != unit_code:
        raise Refused("这是别的单位的工作簿，请下载自己单位的再填。")
    versions = {str(row[0]): int(row[1]) for row in rows[4:] if isinstance(row[1], int)}
    return str(rows[3][1]), versions


def _read_sheet(
    activity: Activity,
    rows: SheetRows,
    month: Month,
    units: Sequence[BookUnit],
    proposal: Proposal,
    versions: Mapping[str, int],
    written: Written,
) -> None:
    content = gathered(activity, units)
    columns = columns_of(activity, month)
    header = "" if content.section.is_list else _row_header(activity)
    layout = BookSheet(rows.name, header, columns, [])
    sheet = _Sheet(content, rows, LineReader(activity, month), layout, proposal, versions, written)
    if not _check_headers(sheet):
        return
    _read_rows(sheet)
    _conclude(sheet)


def _row_header(activity: Activity) -> str:
    return {Activity.PATROL: "日期", Activity.SWEEP: "排查类别"}.get(activity, "小组")


def _check_headers(sheet: _Sheet) -> bool:
    expected = sheet.layout.headers
    found = [str(cell or "").strip() for cell in (sheet.rows.rows or [[]])[0]]
    found += [""] * (len(expected) - len(found))
    is_right = True
    for place, label in enumerate(expected):
        if found[place] != label:
            is_right = False
            shown = f"是“{found[place]}”" if found[place] else "是空的"
            sheet.error(1, place + 1, "", f"表头应为“{label}”，这里{shown}。请不要增减或移动列。")
    for place, extra in enumerate(found[len(expected) :], start=len(expected) + 1):
        if extra:
            is_right = False
            sheet.error(1, place, "", f"多出一列“{extra[:20]}”，请删去。")
    return is_right


def _read_rows(sheet: _Sheet) -> None:
    known: dict[str, tuple[BookUnit, Hashable, str, Any]] = {}
    for unit, key, label, row in lines_of(sheet.content):
        known[f"{unit.code}|{key}"] = (unit, key, label, row)
    present = {str(cells[0]) for cells in sheet.rows.rows[1:] if cells}
    for unit, key, _label, row in known.values():
        if row is not None and f"{unit.code}|{key}" not in present:
            sheet.unknown.setdefault(unit.monthly_return.pk, []).append(row)
    by_name: dict[str, list[BookUnit]] = {}
    for unit in sheet.content.units:
        by_name.setdefault(unit.name, []).append(unit)
    first = sheet.layout.first_value
    width = first + len(sheet.layout.columns)
    for number, cells in enumerate(sheet.rows.rows[1:], start=2):
        line = [*cells, *([None] * (width - len(cells)))]
        stray = next((n for n, cell in enumerate(line[width:], width + 1) if cell is not None), 0)
        if stray:
            sheet.error(number, stray, "", "表格右边多出内容，请删去。")
            continue
        key = str(line[0] or "")
        if key in known:
            _read_line(sheet, number, known[key], line[first:width])
        elif NEW in key.partition("|")[2] or not key:
            _read_new(sheet, number, line, by_name)
        else:
            sheet.error(number, 2, str(line[1] or ""), _lost(sheet, line[1]))


def _lost(sheet: _Sheet, unit: Any) -> str:
    if sheet.section.is_list:
        return "这一行在下载以后已被别人删除，请重新下载再填，或者在表末空行里新填。"
    return f"找不到“{unit or ''}”的这一行，可能改动了隐藏的行号，请重新下载再填。"


def _read_new(
    sheet: _Sheet, number: int, line: Sequence[Any], by_name: Mapping[str, list[BookUnit]]
) -> None:
    """A row of a free list without a saved one behind it: its unit is named."""
    first = sheet.layout.first_value
    values = line[first : first + len(sheet.layout.columns)]
    if all(value is None for value in values):
        return
    name = str(line[1] or "").strip()
    units = by_name.get(name, [])
    if not sheet.section.is_list:
        sheet.error(number, 2, name, "这张表不能加行，请在原有的行里填。")
    elif not name:
        sheet.error(number, 2, "", "请在下拉中选单位。")
    elif not units:
        sheet.error(number, 2, name, f"没有“{name[:20]}”这个单位，请在下拉中选。")
    elif len(units) > 1:
        sheet.error(number, 2, name, f"有{len(units)}个“{name}”，请在它原有的行下面填。")
    else:
        _read_line(sheet, number, (units[0], f"{NEW}row{number}", "", None), values)


def _read_line(
    sheet: _Sheet, number: int, known: tuple[BookUnit, Hashable, str, Any], values: Sequence[Any]
) -> None:
    unit, key, label, saved = known
    pk = unit.monthly_return.pk
    if (pk, key) in sheet.met:
        sheet.error(number, 2, unit.name, "这一行出现了两次，请删去多出来的一行。")
        return
    sheet.met.add((pk, key))
    shown = shown_values(sheet.section, saved) if saved else None
    if shown is not None and _same(shown, values):
        return
    read = sheet.reader.read(values, getattr(saved, "pk", None))
    if read.errors:
        for name, sentence in read.errors.items():
            place = sheet.reader.names.index(name) if name in sheet.reader.names else 0
            sheet.error(number, sheet.layout.first_value + place + 1, unit.name, sentence)
        return
    row = read.row
    if row is not None and not sheet.section.is_list:
        row = {**row, sheet.section.key: key}
    elif row is not None and saved is None:
        saved = _entered_before(sheet, pk, row)
        if saved is not None:
            key, row = saved.pk, {**row, "pk": saved.pk}
    if _is_same_row(sheet.section, row, saved) or not _may_change(sheet, number, unit):
        return
    if key in unit.shut_days:
        at = sheet.layout.first_value + 1
        sheet.error(number, at, unit.name, unit.shut_days[key])  # type: ignore[index]
        return
    sheet.wanted.setdefault(pk, {})[key] = row
    change = _change(sheet, number, unit, label or _row_name(row, saved), row, saved)
    sheet.proposal.changes.append(change)


def _entered_before(sheet: _Sheet, pk: int, row: Mapping[str, Any]) -> Any:
    """The entry that this new row has become already, when the book was imported before."""
    entries = sheet.unknown.get(pk, [])
    names = sheet.section.fields
    for known_by in (names, names[:2]):
        for entry in entries:
            if all(row[name] == getattr(entry, name) for name in known_by):
                entries.remove(entry)
                return entry
    return None


def _same(shown: Sequence[Any], values: Sequence[Any]) -> bool:
    """Whether the cells are what was written into the book."""
    return all(_plain(old) == _plain(new) for old, new in zip(shown, values, strict=True))


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.date()
    return None if value == "" else value


def _is_same_row(section: Section, row: Mapping[str, Any] | None, saved: Any) -> bool:
    if row is None or saved is None:
        return row is None and saved is None
    return all(row[name] == getattr(saved, name) for name in section.fields)


def _may_change(sheet: _Sheet, number: int, unit: BookUnit) -> bool:
    """Told once a unit and sheet: it is locked, or somebody has saved it since the download."""
    monthly_return, activity = unit.monthly_return, sheet.section.activity
    sentence = unit.refusal
    if not sentence:
        downloaded = sheet.versions.get(unit.code)
        now = monthly_return.section_versions.get(activity, 0)
        if downloaded is None:
            sentence = "下载的工作簿里还没有这个单位，请重新下载再填。"
        elif now > downloaded and (monthly_return.pk, activity, now) not in sheet.written:
            sentence = f"下载以后，{activity.label}已在系统里改过，与这一行不同。请重新下载再填。"
    if not sentence:
        return True
    if monthly_return.pk not in sheet.refused:
        sheet.refused.add(monthly_return.pk)
        sheet.error(number, 2, unit.name, sentence)
    return False


def _row_name(row: Mapping[str, Any] | None, saved: Any) -> str:
    """A row of a free list is named by its day."""
    day = row["on"] if row else saved.on
    return f"{day.month}月{day.day}日"


def _change(
    sheet: _Sheet,
    number: int,
    unit: BookUnit,
    label: str,
    row: Mapping[str, Any] | None,
    saved: Any,
) -> LineChange:
    section = sheet.section
    kind = REMOVED if row is None else ADDED if saved is None else CHANGED
    told = []
    for name, column in zip(section.fields, sheet.layout.columns, strict=True):
        old = section.display(name, getattr(saved, name)) if saved is not None else None
        new = section.display(name, row[name]) if row is not None else None
        if old != new:
            told.append((column.label, _shown(old), _shown(new)))
    at = cell_name(number, sheet.layout.first_value + 1)
    return LineChange(sheet.rows.name, at, unit.name, label, kind, told)


def _shown(value: Any) -> Any:
    return _NOTHING if value is None or value == "" else value


def _conclude(sheet: _Sheet) -> None:
    """The changed activities whole: rows that the book leaves alone stay as they are."""
    section = sheet.section
    for unit in sheet.content.units:
        wanted = sheet.wanted.get(unit.monthly_return.pk)
        if not wanted:
            continue
        rows: list[Mapping[str, Any]] = []
        for saved in sheet.content.saved[unit.monthly_return.pk]:
            key = row_key(section, saved)
            row = wanted.pop(key, row_values(section, saved))
            if row is not None:
                rows.append(row)
        rows += [row for row in wanted.values() if row is not None]
        changed = ChangedSection(unit.monthly_return, section.activity, rows)
        sheet.proposal.sections.append(changed)
