"""Fields as the desks type them: days, money in yuan, lines of text."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

_FULL_WIDTH = str.maketrans("０１２３４５６７８９．－／，", "0123456789.-/,")
MOST_YUAN = Decimal("99999999.99")


class DayField(forms.DateField):
    """A day, typed or picked."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        kwargs.setdefault("error_messages", {"invalid": "请填日期，如 2026-09-28。"})
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        return super().to_python(value.translate(_FULL_WIDTH) if isinstance(value, str) else value)


class MoneyField(forms.DecimalField):
    """Yuan with at most two decimals; `fen()` of the cleaned value is what is stored."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_digits=10,
            decimal_places=2,
            min_value=Decimal(0),
            max_value=MOST_YUAN,
            widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            error_messages={
                "invalid": "请填金额，如 1200 或 1200.50。",
                "max_decimal_places": "最多两位小数。",
            },
            **kwargs,
        )

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        if isinstance(value, str):
            value = value.translate(_FULL_WIDTH).replace(",", "").removesuffix("元").strip()
        return super().to_python(value)


def fen(yuan: Decimal | None) -> int | None:
    """Yuan as 分."""
    return None if yuan is None else int(yuan * 100)


def yuan(amount: int | None) -> Decimal | None:
    """分 as yuan."""
    return None if amount is None else Decimal(amount) / 100


def line(label: str, longest: int, **kwargs: Any) -> forms.CharField:
    """One line of text."""
    return forms.CharField(label=label, max_length=longest, **kwargs)


def text(label: str, longest: int, rows: int = 4, **kwargs: Any) -> forms.CharField:
    """Several lines of text."""
    return forms.CharField(
        label=label, max_length=longest, widget=forms.Textarea(attrs={"rows": rows}), **kwargs
    )
