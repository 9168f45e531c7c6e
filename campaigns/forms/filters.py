"""What narrows a list: never an error page, an unreadable value is as good as none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from campaigns.enums import ReturnState
from campaigns.forms.fields import DayField, LineField
from pingan.fields import MonthFormField

Choices = Sequence[tuple[str, str]]
ANY_STATE = [("", "全部状态"), *ReturnState.choices]


class ReturnFilterForm(forms.Form):
    state = forms.ChoiceField(label="状态", choices=ANY_STATE, required=False)
    text = LineField(label="单位", longest=40)


class LedgerFilterForm(forms.Form):
    first = MonthFormField(label="起始月份", required=False)
    last = MonthFormField(label="终止月份", required=False)
    state = forms.ChoiceField(label="状态", required=False)
    answer = forms.ChoiceField(label="填报方式", required=False)
    text = LineField(label="单位或上级", longest=40)
    on_from = DayField(label="日期从")
    on_to = DayField(label="日期到")

    def __init__(self, *args: Any, states: Choices, answers: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label, choices in (("state", "状态", states), ("answer", "方式", answers)):
            self.fields[name].choices = [("", f"全部{label}"), *choices]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        first, last = data.get("first"), data.get("last")
        if first and last and first > last:
            self.add_error("last", "终止月份不能早于起始月份。")
        return data
