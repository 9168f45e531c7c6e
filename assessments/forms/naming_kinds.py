"""The county's kinds of naming and the lines of their standards."""

from __future__ import annotations

from typing import Any

from django import forms

from assessments.forms.vetoes import ask
from assessments.services.naming_kinds import LONGEST_YEARS, CriterionText, KindText
from campaigns.forms.fields import LineField
from pingan.enums import UnitKind

_WHOLE = {"invalid": "请填整数，如 100。"}


class KindForm(forms.Form):
    name = LineField(label="名称", longest=20)
    unit_kinds = forms.MultipleChoiceField(
        label="哪些类型的单位可以申报",
        choices=UnitKind.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    years = forms.IntegerField(
        label="有效年数", min_value=1, max_value=LONGEST_YEARS, initial=2, error_messages=_WHOLE
    )
    goal_qualified = forms.IntegerField(
        label="合格目标（%）",
        min_value=0,
        max_value=100,
        initial=100,
        error_messages=_WHOLE,
        help_text="填 0 表示不设目标，只列数量。",
    )
    goal_demonstration = forms.IntegerField(
        label="示范目标（%）", min_value=0, max_value=100, initial=40, error_messages=_WHOLE
    )
    is_active = forms.BooleanField(label="启用", required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ask(self, "name")

    def text(self) -> KindText:
        return KindText(**self.cleaned_data)


class CriterionForm(forms.Form):
    text = LineField(label="标准", longest=120, rows=2)
    evidence = LineField(label="用什么说明", longest=80, help_text="可以不填；附件从不强求。")
    for_demonstration = forms.BooleanField(label="只对示范要求", required=False)
    is_active = forms.BooleanField(label="启用", required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ask(self, "text")

    def line(self) -> CriterionText:
        return CriterionText(**self.cleaned_data)
