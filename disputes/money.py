"""Money as it is printed: kept in 分, shown in 元. Pure."""

from __future__ import annotations


def yuan_text(fen: int) -> str:
    """120050 is 1,200.50 and 120000 is 1,200."""
    yuan, rest = divmod(fen, 100)
    return f"{yuan:,}" + (f".{rest:02d}" if rest else "")
