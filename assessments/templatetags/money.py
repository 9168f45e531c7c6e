"""Money as every page prints it."""

from __future__ import annotations

from django import template

from pingan.money import yuan_text

register = template.Library()


@register.filter
def yuan(fen: object) -> str:
    """120050 is 1,200.50: money is whole 分 everywhere but on the page."""
    return yuan_text(fen) if isinstance(fen, int) else "—"
