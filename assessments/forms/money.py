"""Money as people type it: in 元."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from pingan.money import LARGEST, InvalidMoney, fen_of, yuan_text


class YuanField(forms.CharField):
    """1200, 1,200.50 or １２００元, as 分; empty is 0 where it is not required."""

    def __init__(self, *, label: str, largest: int = LARGEST, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(label=label, widget=widget, max_length=20, **kwargs)
        self.largest = largest

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return 0
        try:
            fen = fen_of(text)
        except InvalidMoney as error:
            raise ValidationError(str(error), code="invalid") from error
        if fen > self.largest:
            raise ValidationError(f"不能大于{yuan_text(self.largest)}元。", code="max_value")
        return fen

    def prepare_value(self, value: Any) -> Any:
        return yuan_text(value) if isinstance(value, int) else value


def suggested(name: str) -> forms.TextInput:
    """A text with the suggestions of the page's <datalist> of that id."""
    return forms.TextInput(attrs={"list": name, "autocomplete": "off"})
