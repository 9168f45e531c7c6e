"""The clocks of a case."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from disputes.deadlines import (
    CONFIRM_LAW,
    LEVEL_RULE,
    POLICE_LAW,
    SETTLE_LAW,
    Clock,
    Dates,
    Pause,
    clocks,
    due_day,
    explain,
    paused_days,
)
from pingan.enums import Level

TERMS = {"settle_days": 30, "level_days": 7, "follow_days": 30}


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("start", "days", "paused", "due"),
    [
        ("2026-09-01", 7, 0, "2026-09-08"),
        ("2026-09-04", 7, 0, "2026-09-11"),
        ("2026-09-05", 7, 0, "2026-09-14"),  # ends on a Saturday: Monday
        ("2026-09-24", 7, 0, "2026-10-08"),  # ends on National Day: the first workday after it
        ("2026-09-01", 7, 3, "2026-09-11"),
        ("2026-09-01", 30, 0, "2026-10-08"),
        ("2026-08-03", 30, 0, "2026-09-02"),
    ],
)
def test_a_term_ends_on_its_last_day_or_the_next_workday(start, days, paused, due):
    assert due_day(day(start), days, paused) == day(due)


def test_the_explanation_names_start_pause_and_holiday():
    text = explain(day("2026-09-24"), 7, 2)

    assert text == (
        "自9月24日（周四）次日起算7天，中止2天不计，原到10月3日（周六，国庆节），"
        "逢节假日顺延，10月8日（周四）期满。"
    )


def test_a_year_without_known_holidays_says_so():
    assert "尚未收录" in explain(day("2031-03-03"), 7)


@pytest.mark.parametrize(
    ("pauses", "expected"),
    [
        ([], 0),
        ([("2026-09-03", "2026-09-06")], 3),
        ([("2026-09-03", None)], 7),  # goes on until today
        ([("2026-08-20", "2026-09-03")], 2),  # only what falls after the start
        ([("2026-08-20", "2026-08-25")], 0),
        ([("2026-09-02", "2026-09-04"), ("2026-09-06", "2026-09-07")], 3),
    ],
)
def test_days_of_a_pause_do_not_count(pauses, expected):
    found = [Pause(day(first), day(last) if last else None) for first, last in pauses]

    assert paused_days(found, day("2026-09-01"), day("2026-09-10")) == expected


def dates(**fields: Any) -> Dates:
    base: dict[str, Any] = {
        "today": day("2026-09-10"),
        "level": Level.VILLAGE,
        "level_since": day("2026-09-01"),
    }
    return Dates(**(base | fields))


def summary(found: list[Clock], today: dt.date) -> list[tuple[str, str, str]]:
    return [(clock.name, str(clock.due_on), clock.tone(today)) for clock in found]


def test_every_clock_of_a_case_cites_its_law():
    found = clocks(
        dates(
            accepted_on=day("2026-09-02"),
            effective_on=day("2026-09-09"),
            agreed_on=day("2026-09-09"),
            crime_noted_on=day("2026-09-03"),
        ),
        **TERMS,
    )

    assert [(clock.name, clock.law) for clock in found][:4] == [
        ("报告公安机关", POLICE_LAW),
        ("本级办理期限", LEVEL_RULE),
        ("调解期限", SETTLE_LAW),
        ("申请司法确认", CONFIRM_LAW),
    ]
    assert summary(found, day("2026-09-10")) == [
        ("报告公安机关", "2026-09-03", "late"),
        ("本级办理期限", "2026-09-08", "late"),
        ("调解期限", "2026-10-08", "running"),
        ("申请司法确认", "2026-10-09", "running"),
        ("协议回访", "2026-10-09", "running"),
    ]


def test_a_settled_case_has_no_clock_of_its_level():
    found = clocks(
        dates(accepted_on=day("2026-09-02"), settled_on=day("2026-09-08"), is_open=False), **TERMS
    )

    assert summary(found, day("2026-09-10")) == [("调解期限", "2026-10-08", "done")]


def test_what_was_done_too_late_stays_late():
    found = clocks(
        dates(accepted_on=day("2026-08-03"), settled_on=day("2026-09-08"), is_open=False), **TERMS
    )

    assert summary(found, day("2026-09-10")) == [("调解期限", "2026-09-02", "late")]


def test_a_pause_stops_the_clock():
    found = clocks(dates(pauses=(Pause(day("2026-09-03"), None),)), **TERMS)

    assert summary(found, day("2026-09-10")) == [("本级办理期限", "2026-09-15", "paused")]


def test_the_visit_counts_from_the_day_of_performance():
    found = clocks(
        dates(agreed_on=day("2026-09-03"), perform_by=day("2026-10-15"), is_open=False), **TERMS
    )

    assert summary(found, day("2026-09-10")) == [("协议回访", "2026-11-16", "running")]
