"""Deadlines of the monthly cycle, days off and days that deserve a patrol. Pure.

Days off come from the State Council's yearly arrangement (package chinese_calendar): weekends and
statutory holidays, less the adjusted workdays. For a year that is not yet known only weekends
count, and the explanation says so.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import lru_cache

import chinese_calendar

from pingan.enums import Level, ShiftRule, Step
from pingan.months import Month

HOLIDAY_NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
    "Anti-Fascist 70th Day": "抗战胜利纪念日",
}
KNOWN_YEARS = range(min(chinese_calendar.holidays).year, max(chinese_calendar.holidays).year + 1)
WEEKDAYS = "一二三四五六日"
SATURDAY = 5
ONE_DAY = dt.timedelta(days=1)

# Which step's deadline a reporting unit keeps; a department reports when the townships do.
STEP_OF_LEVEL = {
    Level.VILLAGE: Step.VILLAGE,
    Level.TOWNSHIP: Step.TOWNSHIP,
    Level.DEPARTMENT: Step.TOWNSHIP,
}


class InvalidMarketDays(ValueError):
    """The text is not a market-day rule; its message is a sentence for the user."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The county's settings that fix its deadlines."""

    village_day: int = 25
    township_day: int = 28
    inspection_day: int = 6
    bulletin_day: int = 10
    shift_rule: ShiftRule = ShiftRule.NEXT_WORKDAY


@dataclass(frozen=True, slots=True)
class Deadline:
    """When a step is due: by the settings (`nominal`) and after the shift (`on`)."""

    step: Step
    nominal: dt.date
    on: dt.date
    rule: ShiftRule

    @property
    def is_shifted(self) -> bool:
        return self.on != self.nominal

    @property
    def holidays_known(self) -> bool:
        """False: the year's holidays are not published yet, only weekends were looked at."""
        return holidays_known(self.nominal) and holidays_known(self.on)

    @property
    def explanation(self) -> str:
        """Why it is this day, as a sentence."""
        if self.is_shifted:
            moved = "顺延" if self.on > self.nominal else "提前"
            text = (
                f"原定{describe(self.nominal)}，按“{self.rule.label}”的规则"
                f"{moved}至{describe(self.on)}。"
            )
        elif is_day_off(self.nominal):
            text = f"{describe(self.nominal)}，本县规定遇节假日{self.rule.label}。"
        else:
            text = f"{describe(self.nominal)}。"
        if not self.holidays_known:
            text += f"{self.on.year}年的法定节假日安排尚未收录，暂只按周末推算。"
        return text


def holidays_known(day: dt.date) -> bool:
    """Whether the year's statutory holidays are known."""
    return day.year in KNOWN_YEARS


def is_day_off(day: dt.date) -> bool:
    """Weekends and statutory holidays; an adjusted workday is a workday."""
    if not holidays_known(day):
        return day.weekday() >= SATURDAY
    return bool(chinese_calendar.is_holiday(day))


def holiday_name(day: dt.date) -> str:
    """中秋节 on the days off of that holiday, else empty."""
    if not holidays_known(day) or day not in chinese_calendar.holidays:
        return ""
    return HOLIDAY_NAMES.get(chinese_calendar.holidays[day], "法定节假日")


def describe(day: dt.date) -> str:
    """9月25日（周五，中秋节)."""
    notes = [f"周{WEEKDAYS[day.weekday()]}"]
    if name := holiday_name(day):
        notes.append(name)
    elif day.weekday() >= SATURDAY and not is_day_off(day):
        notes.append("调休上班")
    return f"{day.month}月{day.day}日（{'，'.join(notes)}）"


def deadline(step: Step, month: Month, rules: Rules) -> Deadline:
    """The deadline of one step of `month`; inspection and bulletin fall in the month after."""
    nominal = {
        Step.VILLAGE: (month, rules.village_day),
        Step.TOWNSHIP: (month, rules.township_day),
        Step.INSPECTION: (month.next, rules.inspection_day),
        Step.BULLETIN: (month.next, rules.bulletin_day),
    }[step]
    day = nominal[0].first_day.replace(day=nominal[1])
    return Deadline(step, nominal=day, on=shift(day, rules.shift_rule), rule=rules.shift_rule)


def deadlines(month: Month, rules: Rules) -> dict[Step, Deadline]:
    """Every step's deadline, in the order of the cycle."""
    return {step: deadline(step, month, rules) for step in Step}


def due_on(step: Step, month: Month, rules: Rules) -> dt.date:
    """The day itself, where nobody asks why."""
    return deadline(step, month, rules).on


def shift(day: dt.date, rule: ShiftRule) -> dt.date:
    """The day, or the nearest workday on the side that the rule names."""
    if rule == ShiftRule.NONE:
        return day
    by = ONE_DAY if rule == ShiftRule.NEXT_WORKDAY else -ONE_DAY
    while is_day_off(day):
        day += by
    return day


def parse_market_days(text: str) -> tuple[int, ...]:
    """Last digits of the day of the month: "3,8" is (3, 8). Empty: there is no market."""
    parts = [part for part in re.split(r"[,，、;；\s]+", text) if part]
    digits = [int(part) for part in parts if re.fullmatch(r"[0-9０-９]", part)]
    if len(digits) != len(parts):
        raise InvalidMarketDays(f"“{text}”不是逢场日，请写公历日期的尾数，如 3,8。")
    return tuple(sorted(set(digits)))


@lru_cache(maxsize=4096)
def market_dates(month: Month, market_days: str) -> tuple[dt.date, ...]:
    """The market days of a month: solar days that end with one of the digits."""
    digits = parse_market_days(market_days)
    return tuple(day for day in month.dates() if day.day % 10 in digits)


@lru_cache(maxsize=4096)
def key_dates(month: Month, market_days: str) -> tuple[dt.date, ...]:
    """Days that a patrol must not miss: market days and the days off of statutory holidays."""
    markets = set(market_dates(month, market_days))
    return tuple(day for day in month.dates() if day in markets or holiday_name(day))
