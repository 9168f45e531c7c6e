"""Printed papers of a case: content in, bytes out. The layouts are in disputes/typst/."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from disputes.content.blocks import Paper, day_words
from disputes.content.casefile import CaseFile
from pingan.typesetting import ARCHIVE, FONT_DIR, WITH_PDF, typeset

TEMPLATES = Path(__file__).resolve().parents[1] / "typst"
COPIED = {"path"}


def paper_pdf(paper: Paper, *, issued_on: dt.date, font_dir: Path = FONT_DIR) -> bytes:
    """One paper as tagged PDF/A."""
    return typeset(TEMPLATES / "single.typ", _plain(paper), issued_on=issued_on, font_dir=font_dir)


def casefile_pdf(
    file: CaseFile,
    attachments: Mapping[str, bytes],
    *,
    issued_on: dt.date,
    font_dir: Path = FONT_DIR,
) -> bytes:
    """The whole file; pages of other PDF files cannot be part of a PDF/A."""
    data = {
        "title": file.title,
        "number": file.number,
        "issuer": file.issuer,
        "cover": file.cover,
        "sheets": [
            _plain(sheet.paper)
            | {"attached": [dataclasses.asdict(each) for each in sheet.attached]}
            for sheet in file.sheets
        ],
        "notes": _plain(file.notes),
        "demo_mark": file.demo_mark,
    }
    has_pdf = any(each.is_pdf and each.pages for s in file.sheets for each in s.attached)
    return typeset(
        TEMPLATES / "casefile.typ",
        data,
        issued_on=issued_on,
        copied=COPIED,
        files=attachments,
        standard=WITH_PDF if has_pdf else ARCHIVE,
        font_dir=font_dir,
    )


def _plain(paper: Paper) -> dict[str, Any]:
    blocks = [
        {"kind": type(block).__name__.lower()} | dataclasses.asdict(block) for block in paper.blocks
    ]
    day = day_words(paper.on) if paper.on else ""
    fields = {"item": paper.item, "title": paper.title, "number": paper.number}
    return fields | {
        "issuer": paper.issuer,
        "stage": str(paper.stage),
        "day": day,
        "blocks": blocks,
        "attached": [],
        "demo_mark": paper.demo_mark,
    }
