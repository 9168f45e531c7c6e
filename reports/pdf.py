"""The PDF writer: content in, bytes out. The layout is in reports/typst/."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pingan.typesetting import FONT_DIR, typeset
from reports.content import BulletinContent, Heading, Paragraph, Table, compose_board
from reports.tables import MonthFigures

TEMPLATES = Path(__file__).resolve().parent / "typst"
COPIED = {"verification", "edition"}  # a code that is copied out of the file holds nothing else


def bulletin_pdf(
    content: BulletinContent, *, issued_on: dt.date, font_dir: Path = FONT_DIR
) -> bytes:
    """The bulletin in the layout of GB/T 9704-2012, as tagged PDF/A."""
    data = dataclasses.asdict(content) | {
        "title": content.title,
        "body": [_block(block) for block in content.body],
    }
    return render_pdf("bulletin.typ", data, issued_on=issued_on, font_dir=font_dir)


def board_pdf(figures: MonthFigures, *, font_dir: Path = FONT_DIR) -> bytes:
    """The colour board for the wall, A3."""
    data = dataclasses.asdict(compose_board(figures))
    return render_pdf("board.typ", data, issued_on=figures.issued_on, font_dir=font_dir)


def render_pdf(
    template: str, data: Mapping[str, Any], *, issued_on: dt.date, font_dir: Path = FONT_DIR
) -> bytes:
    """Set one template of ours."""
    path = TEMPLATES / template
    return typeset(path, data, issued_on=issued_on, copied=COPIED, font_dir=font_dir)


def _block(block: Heading | Paragraph | Table) -> dict[str, Any]:
    return {"kind": type(block).__name__.lower()} | dataclasses.asdict(block)
