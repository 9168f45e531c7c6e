"""What is typed about a draw."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from assessments.enums import VisitKind
from assessments.models import InspectionGroup
from assessments.selectors.inspections import groups_on
from assessments.services.draws import Wish
from pingan.models import Unit
from pingan.months import Month


class SealForm(forms.Form):
    """Which month, which kind of visit, of which group's units, how many."""

    month = forms.TypedChoiceField(label="月份", coerce=Month.parse)
    kind = forms.ChoiceField(label="检查方式", choices=VisitKind.choices)
    group = forms.ModelChoiceField(
        InspectionGroup.objects.none(),
        label="督导检查组",
        required=False,
        empty_label="全部单位",
        help_text="每个单位由它所在的组检查；组长单位挂钩的、有隶属关系的单位自动回避。",
    )
    wanted = forms.IntegerField(
        label="抽取个数",
        min_value=1,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"invalid": "请填整数，如 3。"},
    )
    title = forms.CharField(
        label="名称", max_length=40, required=False, help_text="如：9月暗访抽签"
    )

    def __init__(self, data: Any = None, *, county: Unit, today: dt.date) -> None:
        last = Month.of(today).previous
        super().__init__(data, initial={"month": str(last), "kind": VisitKind.OPEN, "wanted": 3})
        months = last.until(last.shift(2))
        self.fields["month"].choices = [(str(each), each.label) for each in months]  # type: ignore[attr-defined]
        self.fields["group"].queryset = groups_on(county.pk, today)  # type: ignore[attr-defined]

    def wish(self) -> Wish:
        values = self.cleaned_data
        return Wish(
            month=values["month"],
            kind=VisitKind(values["kind"]),
            group=values["group"],
            wanted=values["wanted"],
            title=values["title"],
        )


class DrawForm(forms.Form):
    """The public number."""

    salt = forms.CharField(
        label="公开数",
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="封存以后才公布、谁也不能事先知道的数字，如当天开奖号码或收盘指数：20261123-07-12-25。",
    )


class CancelForm(forms.Form):
    """Why the sealed draw is given up."""

    reason = forms.CharField(label="作废原因", max_length=200)
