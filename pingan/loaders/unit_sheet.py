"""The sheet that `import_units` reads: every mistake is found at once and named by its cell."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from pingan.enums import CHILD_LEVELS, LEVEL_OF_KIND, Level, UnitKind

HEADERS = (
    "代码",
    "名称",
    "类型",
    "上级代码",
    "人口",
    "户数",
    "面积(平方公里)",
    "逢场规则",
    "启用日期",
)
CODE, NAME, KIND, PARENT, POPULATION, HOUSEHOLDS, AREA, MARKET_DAYS, VALID_FROM = range(9)

_KINDS: dict[str, UnitKind] = {kind.label: kind for kind in UnitKind}
_OWN_CODE = re.compile(r"[0-9A-Za-z-]{1,20}", re.ASCII)
_DIGITS = re.compile(r"\d+", re.ASCII)
_MARKET_DAYS = re.compile(r"\d(,\d)*", re.ASCII)
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", re.ASCII)
_CODE_LENGTHS = {Level.COUNTY: 12, Level.TOWNSHIP: 12, Level.VILLAGE: 12, Level.GROUP: 15}
_LARGEST_COUNT = 100_000_000
_LARGEST_AREA = Decimal("9999999.99")


@dataclass(frozen=True, slots=True)
class SheetUnit:
    """One row that can be read. `row` is its number in the sheet."""

    row: int
    code: str
    name: str
    kind: UnitKind
    parent_code: str
    population: int | None
    households: int | None
    area: Decimal | None
    market_days: str
    valid_from: dt.date

    @property
    def level(self) -> Level:
        return LEVEL_OF_KIND[self.kind]


@dataclass(frozen=True, slots=True)
class KnownUnit:
    """A unit that is there already: it may be a parent, its code is taken."""

    name: str
    level: Level
    valid_from: dt.date


@dataclass(slots=True)
class Findings:
    """Mistakes with their cells, in the order of the sheet."""

    sheet: str
    cell_name: Callable[[int, int], str]
    found: list[tuple[int, int, str]] = field(default_factory=list)
    unreadable: set[str] = field(default_factory=set)  # codes of rows with a mistake of their own

    def add(self, row: int, column: int, sentence: str) -> None:
        self.found.append((row, column, sentence))

    def sentences(self) -> list[str]:
        return [
            f"工作表“{self.sheet}”单元格 {self.cell_name(row, column + 1)}：{sentence}"
            for row, column, sentence in sorted(self.found)
        ]


class _Bad(ValueError):
    """One cell cannot be read; the message is the sentence."""


def parse_rows(rows: Sequence[Sequence[Any]], findings: Findings) -> list[SheetUnit]:
    """Rows of the sheet, its header row first, to units; what cannot be read is in `findings`."""
    if not _check_header(rows[0] if rows else [], findings):
        return []
    units = []
    for number, row in enumerate(rows[1:], start=2):
        if any(cell is not None for cell in row):
            unit = _parse_row(number, list(row) + [None] * len(HEADERS), findings)
            if unit:
                units.append(unit)
    if not units and not findings.found:
        findings.add(2, CODE, "表头下面没有数据，请从第 2 行开始填写单位。")
    return units


def check_tree(
    units: Sequence[SheetUnit], known: Mapping[str, KnownUnit], findings: Findings
) -> None:
    """What only shows in the whole sheet: duplicates, parents that lack or go in a circle."""
    first: dict[str, SheetUnit] = {}
    for unit in units:
        if unit.code in first:
            findings.add(
                unit.row, CODE, f"代码 {unit.code} 与第 {first[unit.code].row} 行重复，请核对。"
            )
        elif unit.code in known:
            findings.add(
                unit.row,
                CODE,
                f"代码 {unit.code} 已经用于“{known[unit.code].name}”，请删去这一行或改代码。",
            )
        first.setdefault(unit.code, unit)
    circular = _circular(first)
    for unit in units:
        if unit.code in circular:
            path = " → ".join(circular[unit.code])
            findings.add(
                unit.row, PARENT, f"上级代码绕成了一圈（{path}），请改正其中一个上级代码。"
            )
        else:
            _check_parent(unit, first, known, findings)


def _check_header(header: Sequence[Any], findings: Findings) -> bool:
    cells = [str(cell).strip().replace("（", "(").replace("）", ")") for cell in header if cell]
    if cells == list(HEADERS):
        return True
    for column, expected in enumerate(HEADERS):
        value = header[column] if column < len(header) else None
        actual = str(value or "").strip().replace("（", "(").replace("）", ")")
        if actual != expected:
            shown = f"是“{actual}”" if actual else "是空的"
            findings.add(1, column, f"表头应为“{expected}”，这里{shown}。")
    for column in range(len(HEADERS), len(header)):
        if header[column] is not None:
            findings.add(1, column, f"多出一列“{header[column]}”，请删去，只保留规定的九列。")
    return not findings.found


def _parse_row(number: int, row: list[Any], findings: Findings) -> SheetUnit | None:
    before = len(findings.found)

    def read(column: int, reader: Callable[[Any], Any]) -> Any:
        try:
            return reader(row[column])
        except _Bad as bad:
            findings.add(number, column, str(bad))
            return None

    kind = read(KIND, _kind)
    unit = {
        "code": read(CODE, lambda value: _code(value, kind)),
        "name": read(NAME, _name),
        "parent_code": read(PARENT, lambda value: _parent_code(value, kind)),
        "population": read(POPULATION, _count),
        "households": read(HOUSEHOLDS, _count),
        "area": read(AREA, _area),
        "market_days": read(MARKET_DAYS, _market_days),
        "valid_from": read(VALID_FROM, _date),
    }
    if len(findings.found) > before:
        findings.unreadable.add(_text(row[CODE]))
        return None
    return SheetUnit(row=number, kind=kind, **unit)


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _kind(value: Any) -> UnitKind:
    text = _text(value)
    if text not in _KINDS:
        raise _Bad(f"不认识类型“{text}”，请填写：{'、'.join(_KINDS)}。" if text else "请填写类型。")
    return _KINDS[text]


def _code(value: Any, kind: UnitKind | None) -> str:
    text = _text(value)
    if not text:
        raise _Bad("请填写代码。")
    length = _CODE_LENGTHS.get(LEVEL_OF_KIND[kind]) if kind else None
    if kind is None or length is None:
        if not _OWN_CODE.fullmatch(text):
            raise _Bad(f"代码“{text}”只能用数字、英文字母和“-”，最多 20 位。")
        return text
    if not _DIGITS.fullmatch(text) or len(text) != length:
        raise _Bad(f"“{kind.label}”的代码应为 {length} 位数字，这里是“{text}”（{len(text)} 位）。")
    zeros = {Level.COUNTY: 6, Level.TOWNSHIP: 3}.get(LEVEL_OF_KIND[kind], 0)
    if zeros and text[-zeros:] != "0" * zeros:
        raise _Bad(f"“{kind.label}”的代码末尾应为 {zeros} 个 0，这里是“{text}”。")
    if LEVEL_OF_KIND[kind] == Level.VILLAGE and text.endswith("000"):
        raise _Bad(f"“{kind.label}”的代码末三位不能是 000，这里是“{text}”。")
    return text


def _parent_code(value: Any, kind: UnitKind | None) -> str:
    text = _text(value)
    if kind is UnitKind.COUNTY and text:
        raise _Bad("县没有上级，请把这一格留空。")
    if kind is not UnitKind.COUNTY and kind is not None and not text:
        raise _Bad("请填写上级单位的代码。")
    return text


def _name(value: Any) -> str:
    text = _text(value)
    if not text:
        raise _Bad("请填写名称。")
    if len(text) > 40:
        raise _Bad(f"名称最多 40 个字，这里有 {len(text)} 个字。")
    return text


def _count(value: Any) -> int | None:
    text = _text(value)
    if not text:
        return None
    if isinstance(value, bool) or not _DIGITS.fullmatch(text) or int(text) > _LARGEST_COUNT:
        raise _Bad(f"应为不小于 0 的整数，这里是“{text}”；没有数可以留空。")
    return int(text)


def _area(value: Any) -> Decimal | None:
    text = _text(value)
    if not text:
        return None
    try:
        area = Decimal(text)
    except InvalidOperation:
        area = Decimal(-1)
    if isinstance(value, bool) or not area.is_finite() or not 0 <= area <= _LARGEST_AREA:
        raise _Bad(f"面积应为不小于 0 的数，单位平方公里，这里是“{text}”。")
    return area.quantize(Decimal("0.01"))


def _market_days(value: Any) -> str:
    """逢场规则 "3,8": last digits of the day of the month."""
    text = _text(value)
    for mark in ("，", "、", ";", "；", " "):
        text = text.replace(mark, ",")
    if text and not _MARKET_DAYS.fullmatch(text):
        raise _Bad(f"逢场规则应写日期尾数，如“3,8”表示逢三、逢八，这里是“{text}”。")
    digits = [digit for digit in text.split(",") if digit]
    return ",".join(sorted(set(digits), key=digits.index))


def _date(value: Any) -> dt.date:
    if isinstance(value, dt.datetime):
        return value.date()
    text = _text(value)
    match = _DATE.fullmatch(text)
    try:
        return dt.date(*map(int, match.groups())) if match else dt.date.fromisoformat(text)
    except ValueError:
        shown = f"“{text}”不是日期，请" if text else "请"
        raise _Bad(f"{shown}写成 2026-01-01 这样的启用日期。") from None


def _circular(units: Mapping[str, SheetUnit]) -> dict[str, list[str]]:
    """Codes on a circle of parents, each with the circle as it is read from there."""
    on_circle: dict[str, list[str]] = {}
    done: set[str] = set()
    for start in units:
        path: list[str] = []
        code = start
        while code in units and code not in done and code not in path:
            path.append(code)
            code = units[code].parent_code
        if code in path:
            circle = path[path.index(code) :]
            for place, member in enumerate(circle):
                on_circle[member] = [*circle[place:], *circle[:place], member]
        done.update(path)
    return on_circle


def _check_parent(
    unit: SheetUnit,
    units: Mapping[str, SheetUnit],
    known: Mapping[str, KnownUnit],
    findings: Findings,
) -> None:
    if unit.kind is UnitKind.COUNTY:
        return
    parent = units.get(unit.parent_code) or known.get(unit.parent_code)
    if parent is None and unit.parent_code in findings.unreadable:
        return  # the parent's own mistake is named already
    if parent is None:
        findings.add(
            unit.row,
            PARENT,
            f"找不到代码为 {unit.parent_code} 的上级单位，请在表里补上它，或改正上级代码。",
        )
        return
    if unit.level not in CHILD_LEVELS[parent.level]:
        findings.add(
            unit.row,
            PARENT,
            f"“{parent.name}”（{parent.level.label}）下面不能放“{unit.kind.label}”。",
        )
    elif unit.level == Level.GROUP and not unit.code.startswith(unit.parent_code):
        findings.add(unit.row, CODE, f"小组代码应在所属村代码 {unit.parent_code} 后面加三位数字。")
    elif unit.valid_from < parent.valid_from:
        findings.add(
            unit.row,
            VALID_FROM,
            f"启用日期早于上级“{parent.name}”的启用日期 {parent.valid_from}，请核对。",
        )
