"""The PDF of a decision on a veto or on namings. The layout is in assessments/typst/."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

from assessments.content.decisions import DecisionContent
from pingan.typesetting import FONT_DIR, typeset

TEMPLATE = Path(__file__).resolve().parents[1] / "typst" / "decision.typ"


def decision_pdf(
    content: DecisionContent, *, issued_on: dt.date, font_dir: Path = FONT_DIR
) -> bytes:
    """The decision in the layout of GB/T 9704-2012, with its lists."""
    return typeset(TEMPLATE, dataclasses.asdict(content), issued_on=issued_on, font_dir=font_dir)
