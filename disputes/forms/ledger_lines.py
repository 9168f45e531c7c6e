"""One row of a ledger while it is read. What is wrong is said of its cell, never repeated."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from disputes.enums import PartyKind, PartyRole
from disputes.forms.fields import MOST_YUAN
from disputes.selectors.ledgers import PEOPLE, ROLES
from disputes.services.imports import CellError
from disputes.services.registration import MOST_PARTIES, PartyEntry
from pingan.workbooks import Cell, cell_name

FIRST_DAY = dt.date(2000, 1, 1)
LONGEST_NAME = 40
MOST_PEOPLE = 100_000
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: 0?0:00(?::00)?)?")
_BLANKS = re.compile(r"[\s\x00-\x1f\x7f]+")
_BETWEEN_NAMES = re.compile(r"[、，,;；/\n\r]+")
_ORGANISATION = re.compile(r"[（(]单位[）)]$")

Choice = TypeVar("Choice")


def as_words(value: Cell) -> str:
    """A cell as one line of text; a whole number without its decimals."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return _BLANKS.sub(" ", str(value)).strip()


def is_empty(cells: Sequence[Cell]) -> bool:
    return not any(as_words(cell) for cell in cells)


class Line:
    """Cells by the label of their column; errors go to one list for the whole file."""

    def __init__(
        self,
        number: int,
        cells: Sequence[Cell],
        places: Mapping[str, int],
        errors: list[CellError],
        today: dt.date,
    ) -> None:
        self.number = number
        self.cells = cells
        self.places = places
        self.errors = errors
        self.today = today

    def cell(self, label: str) -> Cell:
        at = self.places.get(label)
        return self.cells[at] if at is not None and at < len(self.cells) else None

    def words(self, label: str) -> str:
        return as_words(self.cell(label))

    def is_blank(self, label: str) -> bool:
        return not self.words(label)

    def fail(self, label: str, sentence: str) -> None:
        name = cell_name(self.number, self.places.get(label, 0) + 1)
        where = name if label in self.places else f"第{self.number}行"
        self.errors.append(CellError(where, f"{label}：{sentence}"))

    def plain(self, label: str, kind: str) -> str:
        """The cell as the ledger would show it, to be compared."""
        words = self.words(label)
        if kind == "money" and words:
            found = _number(words)
            return f"{found:.2f}" if found is not None else words
        if kind == "day" and words:
            day = _day(words)
            return day.isoformat() if day else words
        return words

    def text(self, label: str, longest: int, *, is_required: bool = False) -> str:
        words = self.words(label)
        if is_required and not words:
            self.fail(label, "没有填。")
        if len(words) > longest:
            self.fail(label, f"最多{longest}字，现在有{len(words)}字。")
        return words

    def pick(
        self, label: str, choices: Mapping[str, Choice], *, is_required: bool = False
    ) -> Choice | None:
        words = self.words(label)
        if not words:
            if is_required:
                self.fail(label, "没有填，请从下拉列表中选。")
            return None
        found = choices.get(words)
        if found is None:
            self.fail(label, "不在可选的范围里，请从下拉列表中选。")
        return found

    def day(self, label: str, *, is_required: bool = False) -> dt.date | None:
        words = self.words(label)
        if not words:
            if is_required:
                self.fail(label, "没有填，请填日期，如 2026-09-28。")
            return None
        day = _day(words)
        if day is None:
            self.fail(label, "不是日期，请填成 2026-09-28 的样子。")
        elif day > self.today:
            self.fail(label, "日期不能晚于今天。")
        elif day < FIRST_DAY:
            self.fail(label, "日期太早，请填2000年以后的日期。")
        else:
            return day
        return None

    def money(self, label: str) -> int | None:
        """Yuan, as 分."""
        words = self.words(label)
        if not words:
            return None
        yuan = _number(words.removesuffix("元"))
        if yuan is None or yuan * 100 != int(yuan * 100) or not 0 <= yuan <= MOST_YUAN:
            self.fail(label, "请填金额，如 1200 或 1200.50。")
            return None
        return int(yuan * 100)

    def people(self, parties: int) -> int:
        """At least the parties themselves, and two."""
        words = self.words(PEOPLE)
        least = max(2, parties)
        if not words:
            return least
        found = _number(words.removesuffix("人"))
        if found is None or found != int(found) or not 0 <= found <= MOST_PEOPLE:
            self.fail(PEOPLE, "请填整数。")
        elif found < least:
            self.fail(PEOPLE, f"不能少于{least}人（登记的当事人数，至少2人）。")
        else:
            return int(found)
        return least

    def parties(self) -> list[PartyEntry]:
        found: list[PartyEntry] = []
        for label, role in ROLES.items():
            known = len(self.errors)
            named = self._named(label, role)
            if not named and role != PartyRole.THIRD and len(self.errors) == known:
                self.fail(label, "没有填，至少要有一名。")
            found += named
        names = [party.name for party in found]
        for label, role in ROLES.items():
            if any(names.count(party.name) > 1 for party in found if party.role == role):
                self.fail(label, "同一名当事人写了两次，请删去一个。")
                break
        if len(found) > MOST_PARTIES:
            self.fail(
                str(PartyRole.APPLICANT.label),
                f"当事人最多登记{MOST_PARTIES}名，其余请用“{PEOPLE}”说明。",
            )
        return found

    def _named(self, label: str, role: PartyRole) -> list[PartyEntry]:
        value = self.cell(label)
        if isinstance(value, int | float | dt.datetime):
            self.fail(label, "请填姓名（名称），不填数字。")
            return []
        parts = [as_words(part) for part in _BETWEEN_NAMES.split(value or "")]
        found = []
        for part in filter(None, parts):
            name = _ORGANISATION.sub("", part).strip()
            kind = PartyKind.PERSON if name == part else PartyKind.ORGANISATION
            if not name or len(name) > LONGEST_NAME:
                self.fail(label, f"每个姓名（名称）应在1到{LONGEST_NAME}字之间。")
                continue
            found.append(PartyEntry(role, name, kind))
        return found

    def check_nameless(self, parties: Sequence[PartyEntry], labels: Sequence[str]) -> None:
        """What others read must not name a person."""
        people = [_bare(party.name) for party in parties if party.kind == PartyKind.PERSON]
        for label in labels:
            words = _bare(self.words(label))
            if any(len(name) > 1 and name in words for name in people):
                self.fail(label, "写了当事人的姓名，这一栏别人也看得到，请改成不写姓名的说法。")


def _bare(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def _number(words: str) -> Decimal | None:
    try:
        found = Decimal(unicodedata.normalize("NFKC", words).replace(",", "").strip())
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _day(words: str) -> dt.date | None:
    match = _DAY.fullmatch(unicodedata.normalize("NFKC", words))
    if match is None:
        return None
    try:
        return dt.date(*(int(part) for part in match.groups()))
    except ValueError:
        return None
