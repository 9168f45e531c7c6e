"""What is typed about an appeal: its reason, its decision, and what the list shows."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import TextChoices

from assessments.enums import AppealState
from assessments.models import Appeal

_FULL_WIDTH = str.maketrans("０１２３４５６７８９．－", "0123456789.-")


class Outcome(TextChoices):
    RESTORE = "restore", "申诉成立，补回分数"
    CORRECT = "correct", "申诉成立，更正记录后重新结账"
    REFUSE = "refuse", "申诉不成立"


class AppealForm(forms.Form):
    """Why the points should not have been lost."""

    reason = forms.CharField(
        label="申诉理由",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="写明哪里算得不对、有什么记录可查，不超过500字。写事不写人，不写个人姓名和身份。",
        error_messages={"required": "请写明申诉理由。"},
    )


class DecisionForm(forms.Form):
    """What the county decides, and why."""

    outcome = forms.ChoiceField(
        label="决定",
        choices=Outcome,
        widget=forms.RadioSelect,
        error_messages={"required": "请选一种决定。"},
    )
    restored = forms.CharField(
        label="补回分数",
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    decision = forms.CharField(
        label="决定的理由",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="申诉单位会看到，也会留在计分卡上，不超过300字。",
        error_messages={"required": "请写明决定的理由。"},
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, appeal: Appeal, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"version": appeal.version})
        super().__init__(*args, **kwargs)
        self.lost = appeal.lost
        most = Decimal(appeal.lost) / 100
        self.fields["restored"].help_text = f"选“补回分数”时填写，最多 {most} 分。"

    def clean_restored(self) -> int:
        """Hundredths; 0 where nothing was typed."""
        text = self.cleaned_data["restored"].translate(_FULL_WIDTH).strip()
        if not text:
            return 0
        try:
            points = forms.DecimalField(max_digits=6, decimal_places=2).clean(text)
        except forms.ValidationError as error:
            raise forms.ValidationError("请填数字，最多两位小数，如 1.5。") from error
        return int(points * 100)

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        if values.get("outcome") == Outcome.RESTORE and "restored" in values:
            if not 0 < values["restored"] <= self.lost:
                most = Decimal(self.lost) / 100
                self.add_error("restored", f"补回的分数要大于0，不超过本项失分{most}分。")
        elif values.get("outcome"):
            values["restored"] = 0
        return values


class AppealFilterForm(forms.Form):
    """Which appeals the list shows."""

    month = forms.CharField(required=False, max_length=7)
    state = forms.ChoiceField(required=False, choices=[("", "全部"), *AppealState.choices])
    unit = forms.IntegerField(required=False, min_value=1)
