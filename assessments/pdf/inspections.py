"""The PDF writers of the blank sheet and of the record of a draw."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

from assessments.content.inspections import BlankSheet, DrawRecord
from pingan.typesetting import FONT_DIR, typeset

# A digest or a command that is copied out of the file must have no break put into it.
COPIED = {"seal", "seed", "salt", "lots", "shell", "windows"}
TEMPLATES = Path(__file__).resolve().parents[1] / "typst"


def sheet_pdf(sheet: BlankSheet, *, printed_on: dt.date, font_dir: Path = FONT_DIR) -> bytes:
    """One sheet to be filled in by hand."""
    return typeset(
        TEMPLATES / "sheet.typ",
        dataclasses.asdict(sheet),
        issued_on=printed_on,
        font_dir=font_dir,
    )


def draw_pdf(record: DrawRecord, *, printed_on: dt.date, font_dir: Path = FONT_DIR) -> bytes:
    """The record of a draw, with what is needed to draw again."""
    return typeset(
        TEMPLATES / "draw.typ",
        dataclasses.asdict(record),
        issued_on=printed_on,
        copied=COPIED,
        font_dir=font_dir,
    )
