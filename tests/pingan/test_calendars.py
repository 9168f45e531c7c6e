"""Deadlines against the real holidays of 2025 and 2026 and against a year not yet known."""

import datetime as dt

import pytest

from pingan.calendars import (
    InvalidMarketDays,
    Rules,
    deadline,
    deadlines,
    due_on,
    holiday_name,
    is_day_off,
    key_dates,
    market_dates,
    parse_market_days,
)
from pingan.enums import ShiftRule, Step
from pingan.months import Month

NEXT, BEFORE, NONE = ShiftRule.NEXT_WORKDAY, ShiftRule.PREVIOUS_WORKDAY, ShiftRule.NONE


@pytest.mark.parametrize(
    ("day", "off", "name"),
    [
        (dt.date(2026, 9, 24), False, ""),  # Thursday
        (dt.date(2026, 9, 25), True, "中秋节"),
        (dt.date(2026, 9, 27), True, "中秋节"),
        (dt.date(2026, 9, 20), False, ""),  # a Sunday worked for the National Day
        (dt.date(2026, 10, 1), True, "国庆节"),
        (dt.date(2026, 10, 7), True, "国庆节"),
        (dt.date(2026, 10, 8), False, ""),
        (dt.date(2026, 10, 10), False, ""),  # a Saturday worked
        (dt.date(2026, 10, 11), True, ""),  # an ordinary Sunday
        (dt.date(2095, 10, 1), True, ""),  # not known: a Saturday is all that counts
        (dt.date(2095, 10, 3), False, ""),
    ],
)
def test_days_off_are_those_of_the_state_council(day: dt.date, off: bool, name: str):
    assert (is_day_off(day), holiday_name(day)) == (off, name)


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        (NEXT, ["2026-09-28", "2026-09-28", "2026-10-08", "2026-10-10"]),
        (BEFORE, ["2026-09-24", "2026-09-28", "2026-09-30", "2026-10-10"]),
        (NONE, ["2026-09-25", "2026-09-28", "2026-10-06", "2026-10-10"]),
    ],
)
def test_september_2026_shifts_by_the_rule(rule: ShiftRule, days: list[str]):
    found = deadlines(Month(2026, 9), Rules(shift_rule=rule))

    assert list(found) == [Step.VILLAGE, Step.TOWNSHIP, Step.INSPECTION, Step.BULLETIN]
    assert [str(due.on) for due in found.values()] == days
    assert [str(due.nominal)[5:] for due in found.values()] == ["09-25", "09-28", "10-06", "10-10"]


def test_december_is_inspected_in_january_of_the_next_year():
    rules = Rules(inspection_day=1)

    assert due_on(Step.INSPECTION, Month(2025, 12), rules) == dt.date(2026, 1, 4)  # worked Sunday
    assert due_on(Step.BULLETIN, Month(2025, 12), rules) == dt.date(2026, 1, 12)


@pytest.mark.parametrize(
    ("step", "month", "rule", "sentence"),
    [
        (
            Step.VILLAGE,
            Month(2026, 9),
            NEXT,
            "原定9月25日（周五，中秋节），按“顺延到节假日后的第一个工作日”的规则"
            "顺延至9月28日（周一）。",
        ),
        (
            Step.INSPECTION,
            Month(2026, 9),
            BEFORE,
            "原定10月6日（周二，国庆节），按“提前到节假日前的最后一个工作日”的规则"
            "提前至9月30日（周三）。",
        ),
        (Step.BULLETIN, Month(2026, 9), NEXT, "10月10日（周六，调休上班）。"),
        (
            Step.VILLAGE,
            Month(2026, 9),
            NONE,
            "9月25日（周五，中秋节），本县规定遇节假日不顺延。",
        ),
        (
            Step.VILLAGE,
            Month(2095, 9),
            NEXT,
            "原定9月25日（周日），按“顺延到节假日后的第一个工作日”的规则顺延至9月26日（周一）。"
            "2095年的法定节假日安排尚未收录，暂只按周末推算。",
        ),
    ],
)
def test_explanation_says_why(step: Step, month: Month, rule: ShiftRule, sentence: str):
    due = deadline(step, month, Rules(shift_rule=rule))

    assert due.explanation == sentence
    assert due.holidays_known is (month.year == 2026)


@pytest.mark.parametrize(
    ("text", "digits"),
    [("3,8", (3, 8)), ("8， 3、3", (3, 8)), ("０", (0,)), ("", ()), ("1 4 7", (1, 4, 7))],
)
def test_market_days_are_read(text: str, digits: tuple[int, ...]):
    assert parse_market_days(text) == digits


@pytest.mark.parametrize("text", ["13", "逢三", "3-8", "a"])
def test_market_days_that_are_none_are_refused(text: str):
    with pytest.raises(InvalidMarketDays, match="不是逢场日"):
        parse_market_days(text)


def test_market_dates_end_with_the_digits():
    days = [day.day for day in market_dates(Month(2026, 2), "3,8")]

    assert days == [3, 8, 13, 18, 23, 28]


def test_key_dates_add_the_statutory_holidays():
    assert [day.day for day in key_dates(Month(2026, 9), "3,8")] == [
        3, 8, 13, 18, 23, 25, 26, 27, 28,
    ]  # fmt: skip
    assert [day.day for day in key_dates(Month(2026, 9), "")] == [25, 26, 27]
    assert key_dates(Month(2095, 9), "") == ()
