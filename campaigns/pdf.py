"""The PDF writer of slips and paper forms. The layout is in campaigns/typst/."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

from campaigns.content import SlipSheet
from pingan.typesetting import FONT_DIR, typeset

TEMPLATES = Path(__file__).resolve().parent / "typst"
# A picture's source must stay whole; an address is broken by the layout, at its slashes.
COPIED = {"qr", "tickets"}


def slips_pdf(sheet: SlipSheet, *, printed_on: dt.date, font_dir: Path = FONT_DIR) -> bytes:
    """Tickets to be cut out, 2 × 5 on A4."""
    return typeset(
        TEMPLATES / "slips.typ",
        dataclasses.asdict(sheet),
        issued_on=printed_on,
        copied=COPIED,
        font_dir=font_dir,
    )
