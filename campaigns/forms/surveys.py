"""The grid of surveys: every unit of the month, a place a row."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_date

from campaigns.forms.fields import CountField, DayField, LineField
from campaigns.forms.rows import RowForm
from campaigns.models import Survey
from campaigns.services.surveys import COUNTS, Values, values_of


def told(row: Survey | None) -> str:
    """The saved row as the hidden field carries it; empty for a new one."""
    if row is None:
        return ""
    on, *rest = values_of(row)
    return json.dumps([on.isoformat(), *rest], ensure_ascii=False)


def untold(text: str) -> Values | None:
    """`told` read back; ValueError when somebody tampered with it."""
    if not text:
        return None
    on, place, *numbers = json.loads(text)
    day = parse_date(str(on))
    if day is None or len(numbers) != len(COUNTS) + 1:
        raise ValueError(text)
    slips, order_good, feels_safe, satisfied = (int(number) for number in numbers)
    return (day, str(place), slips, order_good, feels_safe, satisfied)


class SurveyRow(RowForm):
    content = ("on", "place", "slips", *COUNTS)
    needed = content

    unit = forms.IntegerField(widget=forms.HiddenInput)
    id = forms.IntegerField(required=False, widget=forms.HiddenInput)
    was = forms.CharField(required=False, widget=forms.HiddenInput)
    on = DayField(label="测评日期")
    place = LineField(label="地点", longest=40)
    slips = CountField(label="有效票数", largest=9999)
    order_good = CountField(label="治安状况好", largest=9999)
    feels_safe = CountField(label="有安全感", largest=9999)
    satisfied = CountField(label="满意", largest=9999)

    def clean_was(self) -> Values | None:
        try:
            return untold(self.cleaned_data["was"])
        except (TypeError, ValueError) as error:
            raise ValidationError("表格不完整，没有保存。请刷新页面再填。") from error

    def check(self) -> None:
        data = self.cleaned_data
        if data["slips"] < 1:
            self.add_error("slips", "有效票数至少是1。")
        for name in COUNTS:
            if data[name] > data["slips"]:
                label = self.fields[name].label
                self.add_error(name, f"{label}{data[name]}人，多于有效票数{data['slips']}。")

    @property
    def now(self) -> Values | None:
        """What was typed; None: the row was emptied."""
        if self.is_blank:
            return None
        values: dict[str, Any] = self.cleaned_data
        return tuple(values[name] for name in self.content)
