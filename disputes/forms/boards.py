"""The period of a board."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from disputes.forms.fields import DayField
from disputes.spans import Span, period_choices, read_period
from pingan.forms.filters import FilterForm


class PeriodForm(FilterForm):
    """A month, quarter or year of the list; two days of one's own count before it.

    What cannot be read is as good as none: then the present year.
    """

    period = forms.ChoiceField(label="期间")
    first = DayField(label="或从")
    last = DayField(label="到")

    def __init__(self, data: Any, *, today: dt.date) -> None:
        asked = read_period(data.get("period", ""))
        self.named = asked or read_period(str(today.year)) or Span(today, today)
        self.today = today
        super().__init__(data)
        choices: list[Any] = list(period_choices(today))
        offered = {value for _group, group in choices for value, _label in group}
        if asked and data["period"] not in offered:
            choices.append(("其他", [(data["period"], asked.label)]))
        field = self.fields["period"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def span(self) -> Span:
        """What was asked for; two days the wrong way round are put right.

        One day alone: from it until today, or from the beginning of its year.
        """
        self.is_valid()
        first, last = (self.cleaned_data.get(name) for name in ("first", "last"))
        if first is None and last is None:
            return self.named
        end = last or self.today
        days = (first or end.replace(month=1, day=1), end)
        return Span(min(days), max(days))
