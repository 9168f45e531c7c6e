"""The PDF of a rectification notice. The layout is in assessments/typst/."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

from assessments.content.notices import NoticeContent
from pingan.typesetting import FONT_DIR, typeset

TEMPLATE = Path(__file__).resolve().parents[1] / "typst" / "notice.typ"


def notice_pdf(content: NoticeContent, *, issued_on: dt.date, font_dir: Path = FONT_DIR) -> bytes:
    """The notice in the layout of GB/T 9704-2012, and the sheet of its reply."""
    return typeset(TEMPLATE, dataclasses.asdict(content), issued_on=issued_on, font_dir=font_dir)
