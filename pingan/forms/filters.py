"""The row of filters above a list."""

from __future__ import annotations

from typing import Any

from django import forms


class FilterForm(forms.Form):
    """Nothing in it is required; small controls in one row."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.required = False
            is_list = isinstance(field.widget, forms.Select)
            kind = "form-select form-select-sm" if is_list else "form-control form-control-sm"
            field.widget.attrs["class"] = kind
