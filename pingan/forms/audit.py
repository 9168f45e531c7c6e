"""What the auditor may choose by."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from pingan.enums import Level
from pingan.forms.accounts import UnitChoiceField
from pingan.forms.filters import FilterForm
from pingan.models import Unit, User


class AuditFilterForm(FilterForm):
    """Above the audit trail."""

    who = forms.CharField(label="操作人", max_length=40)
    action = forms.ChoiceField(label="操作")
    text = forms.CharField(label="对象", max_length=60)
    unit = UnitChoiceField(queryset=Unit.objects.none(), label="单位")
    first_day = forms.DateField(label="从", widget=forms.DateInput(attrs={"type": "date"}))
    last_day = forms.DateField(label="到", widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, by: User, actions: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        listed = [("", "全部"), *((action, action) for action in actions)]
        self.fields["action"].choices = listed  # type: ignore[attr-defined]
        at = [Level.COUNTY, Level.TOWNSHIP, Level.SECTOR]
        unit = self.fields["unit"]
        unit.queryset = (  # type: ignore[attr-defined]
            Unit.objects.visible_to(by).filter(level__in=at).order_by("path")
        )
        unit.empty_label = "全部"  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        chosen = super().clean() or {}
        first, last = chosen.get("first_day"), chosen.get("last_day")
        if first and last and first > last:
            raise ValidationError("开始日期不能晚于结束日期。")
        return chosen
