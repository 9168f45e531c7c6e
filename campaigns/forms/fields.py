"""Fields that read what people really type: full-width digits, thousands separators, dates."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from typing import Any

from django import forms

LARGEST_COUNT = 999_999
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def half_width(text: str) -> str:
    """ "１２" as "12"; other compatibility forms likewise."""
    return unicodedata.normalize("NFKC", text)


class CountField(forms.IntegerField):
    """A count: 12, １２ or 1,234."""

    default_error_messages = {"invalid": "请填整数，如 3。"}

    def __init__(self, *, label: str, largest: int = LARGEST_COUNT, **kwargs: Any) -> None:
        widget = forms.TextInput(
            attrs={"inputmode": "numeric", "maxlength": "9", "class": "num", "data-count": ""}
        )
        super().__init__(
            label=label,
            min_value=0,
            max_value=largest,
            required=False,
            widget=widget,
            error_messages={"min_value": "不能是负数。", "max_value": f"不能大于{largest}。"},
            **kwargs,
        )

    def widget_attrs(self, _widget: forms.Widget) -> dict[str, Any]:
        """No min and max: they belong to number inputs, which refuse full-width digits."""
        return {}

    def to_python(self, value: Any) -> int | None:
        if isinstance(value, str):
            value = half_width(value).strip().replace(",", "").replace(" ", "")
        return super().to_python(value)


class LineField(forms.CharField):
    """A short text; invisible control characters are taken out."""

    def __init__(self, *, label: str, longest: int, rows: int = 0, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
        super().__init__(
            label=label,
            max_length=longest,
            required=False,
            widget=widget,
            error_messages={"max_length": f"请写在{longest}字以内。"},
            **kwargs,
        )

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        return _CONTROL.sub("", text.replace("\r\n", "\n"))


class DayField(forms.DateField):
    """A date as the browser sends it, or typed: 2026-9-3, 2026/9/3, 2026年9月3日."""

    default_error_messages = {"invalid": "请填日期，如 2026-09-03。"}

    def __init__(self, *, label: str, **kwargs: Any) -> None:
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        kwargs.setdefault("required", False)
        super().__init__(label=label, widget=widget, input_formats=["%Y-%m-%d"], **kwargs)

    def to_python(self, value: Any) -> dt.date | None:
        if isinstance(value, str):
            text = half_width(value).strip()
            value = re.sub(r"[年月/.]", "-", text).removesuffix("日")
        return super().to_python(value)
