"""One activity of many units as one sheet: cells out, rows in, a reason for each failing cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any

from campaigns.enums import Activity, SweepAnswer, Team
from campaigns.forms.cells import Cell, Line, UnitRows, cell_name, digest
from campaigns.forms.day_text import UnreadableDays, read_days, write_days
from campaigns.forms.lines import LineReader, ReadLine
from campaigns.forms.workbook import (
    NEW,
    BookUnit,
    SectionUnits,
    columns_of,
    free_rows,
    gathered,
    row_key,
    shown_values,
)
from campaigns.models import SweepCategory
from campaigns.selectors.sections import PATROL, SWEEP, Section, categories_of
from campaigns.services.imports import row_values
from pingan.months import Month

NOT_APPLICABLE = "—"
_NOT_APPLICABLE_WORDS = {"—", "-", "－", "–", "/", "／", "不适用"}
SWEEP_LABELS = ("排查", "组", "村", "镇", "县")
WHOLE = "month"  # the key of a line that is a unit's whole month
MOST_NEW = 20


class Grid:
    """One activity of these units in one month."""

    def __init__(self, activity: Activity, month: Month, units: Sequence[BookUnit]) -> None:
        self.activity, self.month = activity, month
        self.content: SectionUnits = gathered(activity, units)
        self.section: Section = self.content.section
        self.reader = LineReader(activity, month)
        self._columns = columns_of(activity, month)
        self._categories: list[SweepCategory] = []
        if self.section is SWEEP and self.content.units:
            county_id = self.content.units[0].monthly_return.unit.root_id
            self._categories = categories_of(county_id)

    @property
    def groups(self) -> list[tuple[str, int]]:
        """The upper header: categories with the number of their columns; none elsewhere."""
        return [(each.name, len(SWEEP_LABELS)) for each in self._categories]

    @property
    def headers(self) -> list[tuple[str, str]]:
        """Label and kind of every column."""
        if self.section is SWEEP:
            return [(label, "tiny") for _each in self._categories for label in SWEEP_LABELS]
        if self.section is PATROL:
            return [("队伍", "word"), ("白天人数", "days"), ("夜间人数", "days")]
        return [(each.label, self._kind(place)) for place, each in enumerate(self._columns)]

    @property
    def choices(self) -> dict[str, list[str]]:
        """Words of the choice columns, by the field."""
        found = {name: self.reader.choices(name) for name in self.reader.names}
        return {name: words for name, words in found.items() if words and name != "answer"}

    def _kind(self, place: int) -> str:
        column = self._columns[place]
        if column.largest is not None:
            return "count"
        if column.days:
            return "day"
        return "word" if column.choices or column.width < 20 else "text"

    def lines(self, typed: Mapping[str, str] | None = None) -> list[Line]:
        """The sheet as saved; over it what was typed, where it was."""
        typed = typed or {}
        lines = list(self._lines(typed))
        shown: dict[int, dict[str, str]] = {}
        for line in lines:
            cells = shown.setdefault(line.unit.monthly_return.pk, {})
            cells |= {cell.name: cell.value for cell in line.cells}
        for line in lines:
            if line.is_first:
                line.base = digest(shown[line.unit.monthly_return.pk])
            if not line.unit.refusal:
                for cell in line.cells:
                    cell.value = typed.get(cell.name, cell.value)
        return lines

    def _lines(self, typed: Mapping[str, str]) -> Iterator[Line]:
        if self.section is PATROL:
            yield from (self._patrol_line(unit) for unit in self.content.units)
        elif self.section is SWEEP:
            yield from (self._sweep_line(unit) for unit in self.content.units)
        else:
            for unit in self.content.units:
                yield from self._plain_lines(unit, typed)

    def _plain_lines(self, unit: BookUnit, typed: Mapping[str, str]) -> Iterator[Line]:
        pk = unit.monthly_return.pk
        saved = {row_key(self.section, row): row for row in self.content.saved[pk]}
        expected = self.content.expected[pk]
        keys: list[Hashable] = list(dict.fromkeys([*expected, *saved]))
        if self.section.is_list and not unit.refusal:
            more = free_rows(self.section, len(saved))
            while cell_name(pk, f"{NEW}{more - 1}", self.section.fields[0]) in typed:
                more += 1
            keys += [f"{NEW}{number}" for number in range(more)]
        for place, key in enumerate(keys):
            row = saved.get(key)
            label = expected.get(key) or ("" if self.section.is_list else str(row.group))  # type: ignore[union-attr]
            yield Line(unit, label, self._cells(unit, key, label, row), is_first=place == 0)

    def _cells(self, unit: BookUnit, key: Hashable, label: str, row: Any) -> list[Cell]:
        values = shown_values(self.section, row) if row else [None] * len(self._columns)
        return [
            Cell(
                cell_name(unit.monthly_return.pk, key, name),
                _text(value),
                f"{unit.name} {label} {column.label}".replace("  ", " "),
                self._kind(place),
                choices=name if column.choices else "",
            )
            for place, (name, value, column) in enumerate(
                zip(self.section.fields, values, self._columns, strict=True)
            )
        ]

    def _sweep_line(self, unit: BookUnit) -> Line:
        pk = unit.monthly_return.pk
        saved = {row.category_id: row for row in self.content.saved[pk]}
        cells = []
        for category in self._categories:
            row = saved.get(category.pk)
            values = _sweep_texts(row)
            for place, name in enumerate(self.section.fields[1:]):
                label = f"{unit.name} {category.name} {self._columns[place + 1].label}"
                named = cell_name(pk, category.pk, name)
                cells.append(Cell(named, values[place], label, "tiny", starts=place == 0))
        return Line(unit, "", cells, is_first=True)

    def _patrol_line(self, unit: BookUnit) -> Line:
        pk, rows = unit.monthly_return.pk, self.content.saved[unit.monthly_return.pk]
        texts = [
            write_days(
                {row.on.day: getattr(row, name) for row in rows if getattr(row, name) is not None}
            )
            for name in ("day_heads", "night_heads")
        ]
        values = [_common_team(rows), *texts]
        names = ("team", "day_heads", "night_heads")
        cells = [
            Cell(
                cell_name(pk, WHOLE, name),
                value,
                f"{unit.name} {label}",
                kind,
                choices="team" if name == "team" else "",
            )
            for name, value, (label, kind) in zip(names, values, self.headers, strict=True)
        ]
        return Line(unit, "", cells, is_first=True)

    def read(self, typed: Mapping[str, str]) -> list[UnitRows]:
        """What was typed, for every unit that somebody has touched."""
        found = []
        for unit in self.content.units:
            pk = unit.monthly_return.pk
            version = typed.get(f"version.{pk}", "")
            if unit.refusal or not version.isdecimal():
                continue
            own = {name: text for name, text in typed.items() if name.startswith(f"{pk}.")}
            if digest(own) == typed.get(f"base.{pk}"):
                continue
            found.append(self._read_unit(unit, int(version), typed))
        return found

    def _read_unit(self, unit: BookUnit, version: int, typed: Mapping[str, str]) -> UnitRows:
        if self.section is PATROL:
            return self._read_patrol(unit, version, typed)
        pk = unit.monthly_return.pk
        saved = {row_key(self.section, row): row for row in self.content.saved[pk]}
        result = UnitRows(unit, version, [], is_changed=False)
        for key in self._keys(unit, saved, typed):
            old = saved.pop(key, None)
            names = [cell_name(pk, key, name) for name in self.section.fields]
            read = self._read_line(names, typed, old)
            if read is None or read.errors:
                if old is not None:
                    result.rows.append(row_values(self.section, old))
                fields = read.errors.items() if read else ()
                result.errors |= {
                    cell_name(pk, key, self._shown_field(name)): sentence
                    for name, sentence in fields
                }
                continue
            if read.row is not None:
                known = {} if self.section.is_list else {self.section.key: key}
                result.rows.append({**read.row, **known})
            result.is_changed |= _differs(self.section, read.row, old)
        result.rows += [row_values(self.section, row) for row in saved.values()]
        return result

    def _shown_field(self, name: str) -> str:
        return "found" if self.section is SWEEP and name == "answer" else name

    def _keys(
        self, unit: BookUnit, saved: Mapping[Hashable, Any], typed: Mapping[str, str]
    ) -> list[Hashable]:
        pk = unit.monthly_return.pk
        if self.section.is_list:
            new = [f"{NEW}{number}" for number in range(MOST_NEW)]
            probe = self.section.fields[0]
            return [*saved, *(key for key in new if cell_name(pk, key, probe) in typed)]
        return list(dict.fromkeys([*self.content.expected[pk], *saved]))

    def _read_line(
        self, names: Sequence[str], typed: Mapping[str, str], old: Any
    ) -> ReadLine | None:
        """None: this row was not in the sheet that was sent."""
        if not any(name in typed for name in names):
            return None
        values: list[Any] = [typed.get(name, "") for name in names]
        if self.section is SWEEP:
            found = values[1].strip()
            is_none = found in _NOT_APPLICABLE_WORDS
            values[:2] = [SweepAnswer.NOT_APPLICABLE, ""] if is_none else ["", found]
        return self.reader.read(values, getattr(old, "pk", None))

    def _read_patrol(self, unit: BookUnit, version: int, typed: Mapping[str, str]) -> UnitRows:
        pk = unit.monthly_return.pk
        saved = {row.on: row for row in self.content.saved[pk]}
        result = UnitRows(unit, version, [], is_changed=False)
        heads: dict[str, dict[int, int]] = {}
        for name in ("day_heads", "night_heads"):
            named = cell_name(pk, WHOLE, name)
            was = {day: getattr(row, name) for day, row in saved.items()}
            shut = {day.day: was.get(day) for day in unit.shut_days}
            try:
                heads[name] = read_days(typed.get(named, ""), self.month.days, shut)
            except UnreadableDays as error:
                result.errors[named] = str(error)
                heads[name] = {day.day: count for day, count in was.items() if count is not None}
        team = self._team(pk, typed, result)
        for day in self.month.dates():
            old = saved.get(day)
            row = _patrol_row(day, heads, "" if day in unit.shut_days else team, old)
            refusal = _refusal(unit, day, row, old)
            if refusal:
                name = "night_heads" if row and _same_day_heads(row, old) else "day_heads"
                result.errors.setdefault(cell_name(pk, WHOLE, name), refusal)
                row = row_values(PATROL, old) if old is not None else None
            if row is not None:
                result.rows.append(row)
            result.is_changed |= _differs(PATROL, row, old)
        return result

    def _team(self, pk: int, typed: Mapping[str, str], result: UnitRows) -> str:
        """The team that was chosen; empty keeps what each day has."""
        named = cell_name(pk, WHOLE, "team")
        text = typed.get(named, "").strip()
        known = {str(label): str(value) for value, label in Team.choices}
        if text and text not in known:
            result.errors[named] = f"没有“{text[:20]}”，请填：{'、'.join(known)}。"
        shown = _common_team(self.content.saved[pk])
        return "" if text == shown else known.get(text, "")


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _sweep_texts(row: Any) -> list[str]:
    if row is None:
        return [""] * len(SWEEP_LABELS)
    if row.answer == SweepAnswer.NOT_APPLICABLE:
        return [NOT_APPLICABLE, *[""] * (len(SWEEP_LABELS) - 1)]
    counts = [getattr(row, name) for name in SWEEP.fields[2:]]
    return [str(row.found), *(str(count) if count else "" for count in counts)]


def _common_team(rows: Sequence[Any]) -> str:
    """The team of every day; empty when the days differ or there are none."""
    teams = Counter(row.team for row in rows)
    return str(Team(next(iter(teams))).label) if len(teams) == 1 else ""


def _patrol_row(
    day: Any, heads: Mapping[str, Mapping[int, int]], team: str, old: Any
) -> dict[str, Any] | None:
    counts = {name: each.get(day.day) for name, each in heads.items()}
    if all(count is None for count in counts.values()):
        return None
    return {
        "on": day,
        "team": team or (old.team if old is not None else Team.VOLUNTEER),
        **counts,
        "findings": old.findings if old is not None else "",
        "handled": old.handled if old is not None else "",
    }


def _refusal(unit: BookUnit, day: Any, row: Mapping[str, Any] | None, old: Any) -> str:
    """Why the day cannot become this row; nothing when it can, or when it is so already."""
    if not _differs(PATROL, row, old):
        return ""
    if day in unit.shut_days:
        return unit.shut_days[day]
    if row is None and old is not None and (old.findings or old.handled):
        return f"{day.day}日写有发现情况，不能在这里清空，请到该单位的巡逻表里改。"
    return ""


def _same_day_heads(row: Mapping[str, Any], old: Any) -> bool:
    return bool(row["day_heads"] == (old.day_heads if old is not None else None))


def _differs(section: Section, row: Mapping[str, Any] | None, old: Any) -> bool:
    if row is None or old is None:
        return not (row is None and old is None)
    return any(row[name] != getattr(old, name) for name in section.fields)
