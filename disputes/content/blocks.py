"""What a paper is made of: plain values that the PDF and the DOCX writer set alike."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """How far a paper is. A draft and what holds no more bear a watermark, a copy for signing a
    line at its foot."""

    FINAL = ""
    DRAFT = "草稿"
    SIGNING = "签署稿"
    OLD = "原协议"  # the case was mediated again: another agreement takes its place


@dataclass(frozen=True, slots=True)
class Field:
    """One cell of a form and its label; `height` in mm is kept free at least."""

    label: str
    value: str
    height: int = 0


@dataclass(frozen=True, slots=True)
class Form:
    """A ruled form: rows of one or two fields."""

    rows: tuple[tuple[Field, ...], ...]


@dataclass(frozen=True, slots=True)
class Heading:
    text: str


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph; `lead` stands before it in another type. Without indent: an addressee."""

    text: str
    lead: str = ""
    is_indented: bool = True


@dataclass(frozen=True, slots=True)
class Note:
    """A small line below a form."""

    text: str


@dataclass(frozen=True, slots=True)
class Signs:
    """Places to sign; a line with `has_print` has a place for a thumbprint beside it."""

    lines: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Ending:
    """Who issues the paper, the place of its seal, the day."""

    signer: str
    date: str
    has_seal: bool = True


Block = Form | Heading | Words | Note | Signs | Ending


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper. `item` is the line of the case file's catalogue that it belongs to."""

    item: str
    title: str
    number: str
    issuer: str
    on: dt.date | None
    blocks: tuple[Block, ...]
    stage: Stage = Stage.FINAL
    attached: tuple[int, ...] = ()  # files that follow it in the case file
    demo_mark: str = ""


def words(text: str, *, empty: str = "（无）") -> tuple[Words, ...]:
    """A typed text as paragraphs."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return tuple(Words(line) for line in lines or [empty])


def day_words(day: dt.date | None) -> str:
    """2026年9月7日; a day to be written by hand where there is none."""
    return f"{day.year}年{day.month}月{day.day}日" if day else "　　　　年　　月　　日"
