"""Filters of the subsidies, and what is asked when they are decided and paid."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from disputes.enums import ClaimState
from disputes.forms.fields import DayField
from disputes.selectors.committees import townships_of
from disputes.selectors.subsidies import ClaimFilters
from pingan.fields import MonthFormField
from pingan.forms.filters import FilterForm
from pingan.models import Unit, User
from pingan.months import Month


class ClaimFilterForm(FilterForm):
    """What narrows the claims; an unreadable value is as good as none."""

    first = MonthFormField(label="月份从")
    last = MonthFormField(label="到")
    state = forms.ChoiceField(label="状态", choices=[("", "全部状态"), *ClaimState.choices])
    unit = forms.ModelChoiceField(
        label="调解员所在单位", queryset=Unit.objects.none(), empty_label="全部单位"
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("first", "last"):
            self.fields[name].widget.attrs.update({"type": "month", "placeholder": "2026-09"})
        field = self.fields["unit"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = townships_of(user)

    def filters(self) -> ClaimFilters:
        self.is_valid()
        data = self.cleaned_data
        return ClaimFilters(
            first=data.get("first"),
            last=data.get("last"),
            state=data.get("state", ""),
            unit=data.get("unit"),
        )


class MonthForm(FilterForm):
    """Which month."""

    month = MonthFormField(label="月份")

    def chosen(self) -> Month:
        """The month asked for, else the present one."""
        month = self.cleaned_data.get("month") if self.is_valid() else None
        return month or Month.of(timezone.localdate())


class DecideForm(forms.Form):
    """A reason, needed where it is refused."""

    reason = forms.CharField(label="审核意见", max_length=200, required=False)


class PayForm(forms.Form):
    """When the money was handed out."""

    on = DayField(label="发放日期")
