"""Rows of a spreadsheet read by the row forms: words for choices, short dates, whole numbers.

The grid and the workbook bring many rows of many units. Making a form anew for each row costs
more than reading the row, so one form reads them all.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms

from campaigns.enums import Activity
from campaigns.forms.activities import ROW_FORMS
from campaigns.forms.fields import DayField, half_width
from campaigns.selectors.sections import SECTIONS
from pingan.months import Month

_MONTH_AND_DAY = re.compile(r"(\d{1,2})[-/.月](\d{1,2})[日号]?", re.ASCII)
_DAY = re.compile(r"(\d{1,2})[日号]?", re.ASCII)
LONGEST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class ReadLine:
    """What a row says: values to be saved, None for a blank row; or errors by field."""

    row: dict[str, Any] | None
    errors: Mapping[str, str] = field(default_factory=dict)


class LineReader:
    """Reads rows of one activity in one month."""

    def __init__(self, activity: Activity, month: Month) -> None:
        section = SECTIONS[activity]
        options: dict[str, Any] = {"month": month} if section.is_list else {}
        self.month, self.is_list = month, section.is_list
        self.names: Sequence[str] = section.fields
        self._form = ROW_FORMS[activity](data={}, **options)
        self._choices = {
            name: {str(label): str(value) for value, label in _flat(each)}
            for name, each in self._form.fields.items()
            if isinstance(each, forms.ChoiceField)
        }

    @property
    def fields(self) -> Mapping[str, forms.Field]:
        """The form's fields by name."""
        return self._form.fields

    def choices(self, name: str) -> list[str]:
        """The words that a field takes; none for other fields."""
        return [label for label, value in self._choices.get(name, {}).items() if value]

    def read(self, values: Sequence[Any], pk: int | None = None) -> ReadLine:
        """Cells in the order of the section's fields."""
        typed: dict[str, str] = {}
        errors: dict[str, str] = {}
        for name, value in zip(self.names, values, strict=True):
            try:
                typed[name] = self._text(name, value)
            except _Unreadable as unreadable:
                errors[name] = str(unreadable)
                typed[name] = ""
        if self.is_list:
            typed["id"] = "" if pk is None else str(pk)
        form = self._form
        form.data, form.cleaned_data = typed, {}
        form.full_clean()
        found = {name: " ".join(map(str, each)) for name, each in form.errors.items()}
        errors = {**found, **errors}
        if errors:
            return ReadLine(None, errors)
        return ReadLine(None if form.is_blank else form.row())

    def _text(self, name: str, value: Any) -> str:
        """A cell as it would be typed into the form."""
        if value is None:
            return ""
        is_day = isinstance(self._form.fields[name], DayField)
        if isinstance(value, dt.datetime | dt.date):
            day = value.date() if isinstance(value, dt.datetime) else value
            return day.isoformat()
        text = str(value).strip()
        if is_day:
            return _day_text(text, self.month)
        if name in self._choices and text:
            return self._choice(name, text)
        return text

    def _choice(self, name: str, text: str) -> str:
        known = self._choices[name]
        if text in known:
            return known[text]
        if text in known.values():
            return text
        words = "、".join(self.choices(name))
        raise _Unreadable(f"没有“{text[:LONGEST_SHOWN]}”，请填：{words}。")


class _Unreadable(ValueError):
    """A cell cannot be read; the message is the sentence."""


def _flat(field: forms.ChoiceField) -> list[tuple[Any, Any]]:
    choices: Any = field.choices
    return list(choices)


def _day_text(text: str, month: Month) -> str:
    """9月3日, 9-3, 3日 and 3 are days of the month that is filled in."""
    plain = half_width(text).strip()
    if match := _MONTH_AND_DAY.fullmatch(plain):
        return f"{month.year}-{int(match[1]):02d}-{int(match[2]):02d}"
    if match := _DAY.fullmatch(plain):
        return f"{month}-{int(match[1]):02d}"
    return text
