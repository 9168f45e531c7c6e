"""Numbers and states as every page prints them."""

from __future__ import annotations

from django import template

from pingan.months import Month

register = template.Library()

NOTHING = "—"


@register.filter
def points(hundredths: object) -> str:
    """9850 is 98.50: points are whole hundredths everywhere but on the page."""
    if not isinstance(hundredths, int):
        return NOTHING
    sign, value = ("-", -hundredths) if hundredths < 0 else ("", hundredths)
    return f"{sign}{value // 100}.{value % 100:02d}"


@register.simple_tag
def rate(numerator: int | None, denominator: int | None) -> str:
    """370 of 375 is 98.7%: rounded half up, once, here. Of nothing there is no rate."""
    if numerator is None or not denominator:
        return NOTHING
    tenths = (2000 * numerator + denominator) // (2 * denominator)
    return f"{tenths // 10}.{tenths % 10}%"


@register.filter
def month_label(month: Month | None) -> str:
    """2026年9月."""
    return month.label if month else NOTHING


@register.inclusion_tag("_components/_pill.html")
def pill(text: str, tone: str = "plain") -> dict[str, str]:
    """A state as a coloured word; tones: plain, info, good, warn, bad."""
    return {"text": text, "tone": tone}
