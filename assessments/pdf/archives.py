"""One holder's yearly file as PDF: plain data in, bytes out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pingan.typesetting import typeset

TEMPLATES = Path(__file__).resolve().parents[1] / "typst"


def archive_pdf(data: Mapping[str, Any], *, issued_on: dt.date) -> bytes:
    """A4, official plain style, as tagged PDF/A."""
    return typeset(TEMPLATES / "archive.typ", data, issued_on=issued_on)
