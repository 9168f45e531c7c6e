"""The table of one activity of one return, as one request knows it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils import timezone

from campaigns import policies
from campaigns.forms.activities import ROW_FORMS
from campaigns.forms.fills import NEW_ROWS, TypedRow
from campaigns.forms.rows import BaseRowSet, RowForm, row_set, typed_rows
from campaigns.models import MonthlyReturn
from campaigns.selectors.sections import PATROL, Section, expected_keys


@dataclass
class Entry:
    """What one request knows about the table."""

    monthly_return: MonthlyReturn
    section: Section
    keys: list[Any]
    labels: list[str]
    today: dt.date
    shut: dict[dt.date, str] = field(default_factory=dict)  # patrol days that cannot be written

    @property
    def form_class(self) -> type[RowForm]:
        return ROW_FORMS[self.section.activity]

    def options(self) -> dict[str, Any]:
        """What the row forms are told."""
        month = {"month": self.monthly_return.month} if self.section.is_list else {}
        return {
            "labels": self.labels,
            "is_fixed": not self.section.is_list,
            "row_options": month,
        }

    def shown(self, rows: list[dict[str, Any]]) -> BaseRowSet:
        """The table showing these rows, nothing checked."""
        return row_set(self.form_class)(initial=rows, **self.options())

    def bound(self, data: QueryDict) -> BaseRowSet:
        """What was posted. The browser sends nothing of shut days: they hold what is saved."""
        if not self.shut:
            return row_set(self.form_class)(data, **self.options())
        table = row_set(self.form_class)(data, initial=saved_rows(self), **self.options())
        for day, form in zip(self.keys, table.forms, strict=False):
            form.empty_permitted = False
            for each in form.fields.values():
                each.disabled = day in self.shut
        return table

    def typed(self, data: QueryDict) -> list[TypedRow]:
        """What was posted, unread; shut days as they are saved."""
        rows = typed_rows(self.form_class, data)
        if not self.shut:
            return rows
        saved = saved_rows(self)
        return [
            _as_typed(saved[index]) if day in self.shut else row
            for index, (day, row) in enumerate(zip(self.keys, rows, strict=False))
        ]

    @property
    def open_days(self) -> list[int]:
        """Numbers of the rows that may be written."""
        return [index for index, day in enumerate(self.keys) if day not in self.shut]


def entry_of(monthly_return: MonthlyReturn, section: Section) -> Entry:
    """The table of one activity as it can be filled in today."""
    expected = expected_keys(section, monthly_return)
    today = timezone.localdate()
    shut = policies.shut_patrol_days(monthly_return, today) if section is PATROL else {}
    return Entry(monthly_return, section, list(expected), list(expected.values()), today, shut)


def _as_typed(row: dict[str, Any]) -> TypedRow:
    return {name: "" if value is None else str(value) for name, value in row.items()}


def saved_rows(entry: Entry) -> list[dict[str, Any]]:
    """What is saved, a row for every expected key; a free list gets one blank row more."""
    section = entry.section
    rows = section.rows_of(entry.monthly_return)
    if section.is_list:
        shown = [{name: getattr(row, name) for name in (*section.fields, "id")} for row in rows]
        return [*shown, *({} for _ in range(NEW_ROWS))]
    saved = {getattr(row, section.key): row for row in rows}
    return [
        {name: getattr(saved[key], name) for name in section.fields} if key in saved else {}
        for key in entry.keys
    ]
