"""QR codes as pictures that a layout can set at any size."""

from __future__ import annotations

import segno


def qr_code(text: str) -> str:
    """A QR code as SVG, one unit a module, without the quiet zone: the layout leaves it."""
    code = segno.make_qr(text, error="m")
    return str(code.svg_inline(border=0, omitsize=True))
