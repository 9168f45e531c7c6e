"""What narrows the figures: period, place, indicator. What cannot be read is as good as none."""

from __future__ import annotations

import datetime as dt

from django import forms

from campaigns.enums import PeriodKind
from campaigns.forms.fields import DayField


class FiguresForm(forms.Form):
    kind = forms.ChoiceField(label="周期", choices=PeriodKind.choices, required=False)
    day = DayField(label="日期")
    unit = forms.IntegerField(required=False, min_value=1)
    indicator = forms.IntegerField(required=False, min_value=1)

    def clean_day(self) -> dt.date | None:
        """Years that have a year before them and a month after."""
        day: dt.date | None = self.cleaned_data["day"]
        return day if day and 2001 <= day.year <= 2098 else None
