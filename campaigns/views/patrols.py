"""The month of patrols as a calendar: weeks of days, each with its day and its night shift."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from campaigns.enums import Team
from campaigns.forms.fields import half_width
from campaigns.forms.fills import PATROL_COPIED, TypedRow, fill_days, same_as_before
from campaigns.forms.rows import RowForm
from campaigns.models import MonthlyReturn
from campaigns.selectors.patrols import UsualPatrol, usual_patrol
from pingan.calendars import SATURDAY, WEEKDAYS, holiday_name, key_dates

_DAYS = 7


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One day: its form beside what the clerk need not type."""

    form: RowForm
    on: dt.date
    index: int
    note: str
    mark: str
    is_marked: bool
    is_weekend: bool
    is_today: bool
    shut: str

    @property
    def label(self) -> str:
        return f"{self.on.month}月{self.on.day}日"

    @property
    def team_label(self) -> str:
        return str(dict(Team.choices).get(self.form["team"].value(), ""))

    @property
    def has_line(self) -> bool:
        """Whether the line of findings is to be seen at once."""
        written = any(self.form[name].value() for name in ("findings", "handled"))
        return written or any(name in self.form.errors for name in ("team", "findings", "handled"))


@dataclass(frozen=True, slots=True)
class Week:
    """Monday to Sunday; None stands for days of the months around."""

    number: int
    days: Sequence[CalendarDay | None]

    @property
    def own_days(self) -> list[CalendarDay]:
        return [day for day in self.days if day]

    @property
    def is_open(self) -> bool:
        return any(not day.shut for day in self.own_days)

    @property
    def has_lines(self) -> bool:
        return any(day.has_line for day in self.own_days)


def key_days(monthly_return: MonthlyReturn) -> set[dt.date]:
    """Market days and holidays of the unit; its township's markets where it has none."""
    unit = monthly_return.unit
    markets = unit.market_days or (unit.parent.market_days if unit.parent else "")
    return set(key_dates(monthly_return.month, markets))


def calendar_days(
    monthly_return: MonthlyReturn,
    forms: Sequence[RowForm],
    shut: Mapping[dt.date, str],
    today: dt.date,
) -> list[CalendarDay]:
    """The days of the month with weekday, market day and holiday."""
    keys = key_days(monthly_return)
    return [
        _day(form, day, day in keys, shut.get(day, ""), today)
        for day, form in zip(monthly_return.month.dates(), forms, strict=False)
    ]


def _day(form: RowForm, day: dt.date, is_marked: bool, shut: str, today: dt.date) -> CalendarDay:
    weekday = f"周{WEEKDAYS[day.weekday()]}"
    mark = (holiday_name(day) or "逢场") if is_marked else ""
    return CalendarDay(
        form=form,
        on=day,
        index=day.day - 1,
        note=f"{weekday} {mark}".strip(),
        mark=mark,
        is_marked=is_marked,
        is_weekend=day.weekday() >= SATURDAY,
        is_today=day == today,
        shut=shut,
    )


def weeks_of(days: Sequence[CalendarDay]) -> list[Week]:
    """The days in rows of seven, the first and the last filled up with nothing."""
    if not days:
        return []
    before: list[CalendarDay | None] = [None] * days[0].on.weekday()
    cells = [*before, *days]
    cells += [None] * (-len(cells) % _DAYS)
    rows = [cells[at : at + _DAYS] for at in range(0, len(cells), _DAYS)]
    return [Week(number, row) for number, row in enumerate(rows, start=1)]


def usual_typed(monthly_return: MonthlyReturn, data: QueryDict | None) -> TypedRow:
    """The usual team and heads: as typed above the calendar, else as most days have them."""
    if data is not None and "usual_team" in data:
        return {name: half_width(data.get(f"usual_{name}", "")).strip() for name in PATROL_COPIED}
    usual: UsualPatrol = usual_patrol(monthly_return)
    numbers = {"day_heads": usual.day_heads, "night_heads": usual.night_heads}
    shown = {name: "" if number is None else str(number) for name, number in numbers.items()}
    return {"team": usual.team, **shown}


def filled_days(
    monthly_return: MonthlyReturn,
    fill: str,
    rows: Sequence[TypedRow],
    open_days: Sequence[int],
    usual: TypedRow,
    today: dt.date,
) -> list[TypedRow]:
    """The rows after one of the buttons of the calendar."""
    if fill == "yesterday":
        is_now = monthly_return.month.first_day <= today <= monthly_return.month.last_day
        return same_as_before(rows, open_days, today.day - 1 if is_now else -1)
    offset = monthly_return.month.first_day.weekday()
    kind, _dash, number = fill.partition("-")
    chosen = {
        "month": lambda day: True,
        "week": lambda day: str((day + offset) // _DAYS + 1) == number,
        "day": lambda day: str(day) == number,
    }.get(kind, lambda day: False)
    return fill_days(rows, [day for day in open_days if chosen(day)], usual)


def calendar_context(
    monthly_return: MonthlyReturn,
    days: Sequence[CalendarDay],
    usual: TypedRow,
    handed_in: dt.date | None,
) -> dict[str, Any]:
    """What the calendar shows besides the table's own rows."""
    return {
        "weeks": weeks_of(days),
        "usual": usual,
        "teams": Team.choices,
        "weekdays": WEEKDAYS,
        "handed_in": handed_in,
    }
