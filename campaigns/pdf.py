"""The PDF writer of slips and paper forms. The layout is in campaigns/typst/."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from campaigns.content.paper import PaperSheet
from campaigns.content.slips import BallotSheet, SlipSheet
from pingan.typesetting import FONT_DIR, typeset

TEMPLATES = Path(__file__).resolve().parent / "typst"
# A picture's source must stay whole; an address is broken by the layout, at its slashes.
COPIED = {"qr", "code", "tickets"}


def slips_pdf(sheet: SlipSheet, *, printed_on: dt.date, font_dir: Path = FONT_DIR) -> bytes:
    """Tickets to be cut out, 2 × 5 on A4."""
    return typeset(
        TEMPLATES / "slips.typ",
        dataclasses.asdict(sheet),
        issued_on=printed_on,
        copied=COPIED,
        font_dir=font_dir,
    )


def ballots_pdf(sheet: BallotSheet, *, printed_on: dt.date, font_dir: Path = FONT_DIR) -> bytes:
    """Paper slips, 2 × 4 on one A4 page."""
    return typeset(
        TEMPLATES / "ballots.typ",
        dataclasses.asdict(sheet),
        issued_on=printed_on,
        font_dir=font_dir,
    )


def forms_pdf(
    title: str, sheets: Sequence[PaperSheet], *, printed_on: dt.date, font_dir: Path = FONT_DIR
) -> bytes:
    """Paper forms, each beginning on a page of its own."""
    return typeset(
        TEMPLATES / "forms.typ",
        {"title": title, "sheets": [dataclasses.asdict(sheet) for sheet in sheets]},
        issued_on=printed_on,
        copied=COPIED,
        font_dir=font_dir,
    )
