"""The parts of an official document, as data: the writers only know these."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assessments.enums import Colour

LENGTH_LIMIT = 5000
_WORDS = re.compile(r"[0-9A-Za-z.%]+|\S")
_DIGITS = "〇一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Heading:
    """一、 — a heading of the first level, on a line of its own."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; `lead` is its run-in heading of the second level: （一）治安巡逻。"""

    text: str
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """The head of a column; `width` is relative to the other columns of the table."""

    title: str
    width: float
    align: str = "center"  # left, center, right


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell; where there is a colour the writer draws its mark beside the word."""

    text: str
    colour: Colour | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table. `halves`: the same columns stand twice side by side, to save paper."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    halves: bool = False


@dataclass(frozen=True, slots=True)
class Attachment:
    """An attachment begins a new page."""

    label: str  # 附件1, or 附件 where there is only one
    title: str
    note: str
    tables: tuple[Table, ...]


Block = Heading | Paragraph | Table


@dataclass(frozen=True, slots=True)
class BulletinContent:
    """A bulletin ready to be set: what stands on paper, word for word."""

    issuer_heading: str
    number: str
    title_lines: tuple[str, ...]
    addressee: str
    body: tuple[Block, ...]
    attachments: tuple[Attachment, ...]
    signer: str
    date: str
    verification: str
    copy_to: str
    printed_by: str
    printed_on: str
    demo_mark: str  # printed on every page; empty for real figures

    @property
    def title(self) -> str:
        return "".join(self.title_lines)

    @property
    def length(self) -> int:
        """Words as an office program counts them: a character each, a number as one."""
        parts = [self.title, self.addressee, self.signer, self.date]
        for block in self.body:
            match block:
                case Heading(text):
                    parts.append(text)
                case Paragraph(text, lead):
                    parts += (lead, text)
                case Table():
                    parts.append(block.caption)
                    parts += (column.title for column in block.columns)
                    parts += (cell.text for row in block.rows for cell in row)
        return sum(len(_WORDS.findall(part)) for part in parts)

    @property
    def is_too_long(self) -> bool:
        return self.length > LENGTH_LIMIT


def ordinal(number: int) -> str:
    """1 is 一, 12 is 十二: the numbers of headings, up to 99."""
    tens, ones = divmod(number, 10)
    if not 0 < number < 100:
        raise ValueError(f"no heading has the number {number}")
    if tens == 0:
        return _DIGITS[ones]
    return ("" if tens == 1 else _DIGITS[tens]) + "十" + (_DIGITS[ones] if ones else "")


def side_by_side(caption: str, columns: tuple[Column, ...], rows: list[tuple[Cell, ...]]) -> Table:
    """One list as two halves: read down the left half first, then the right."""
    height = (len(rows) + 1) // 2
    empty = tuple(Cell("") for _ in columns)
    right = rows[height:] + [empty] * (2 * height - len(rows))
    pairs = tuple(left + other for left, other in zip(rows[:height], right, strict=True))
    return Table(caption, columns * 2, pairs, halves=True)
