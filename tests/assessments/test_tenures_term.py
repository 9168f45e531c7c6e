"""Which months and days of a year a term of office holds."""

import datetime as dt

import pytest

from assessments.tenures import Term
from pingan.months import Month


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("starts", "ends", "months"),
    [
        ("2025-01-01", None, list(range(1, 13))),
        ("2026-01-01", "2026-07-16", [1, 2, 3, 4, 5, 6, 7]),  # in office on the 15th of July
        ("2026-01-01", "2026-07-15", [1, 2, 3, 4, 5, 6]),
        ("2026-07-15", None, [7, 8, 9, 10, 11, 12]),
        ("2026-07-16", None, [8, 9, 10, 11, 12]),
        ("2026-03-16", "2026-04-10", []),
        ("2027-01-01", None, []),
        ("2020-01-01", "2026-01-01", []),
    ],
)
def test_month_belongs_to_who_holds_the_post_in_its_middle(starts, ends, months):
    term = Term(day(starts), day(ends) if ends else None)

    assert term.months(2026) == [Month(2026, number) for number in months]


def test_transfer_on_any_day_leaves_no_month_out_and_counts_none_twice():
    for offset in range(365):
        on = dt.date(2026, 1, 1) + dt.timedelta(days=offset)
        before, after = Term(dt.date(2020, 1, 1), on), Term(on)

        months = [*before.months(2026), *after.months(2026)]

        assert months == [Month(2026, number) for number in range(1, 13)]


def test_days_of_a_year_end_before_the_day_of_leaving():
    term = Term(day("2025-06-01"), day("2026-03-01"))

    assert term.within(2025) == (day("2025-06-01"), day("2025-12-31"))
    assert term.within(2026) == (day("2026-01-01"), day("2026-02-28"))
    assert term.within(2027) is None


@pytest.mark.parametrize(
    ("one", "other", "overlaps"),
    [
        (("2026-01-01", None), ("2027-01-01", None), True),
        (("2026-01-01", "2026-07-01"), ("2026-07-01", None), False),
        (("2026-01-01", "2026-07-02"), ("2026-07-01", "2026-08-01"), True),
        (("2026-07-01", "2026-08-01"), ("2026-01-01", "2026-07-01"), False),
    ],
)
def test_terms_meet_without_overlapping(one, other, overlaps):
    first, second = (Term(day(a), day(b) if b else None) for a, b in (one, other))

    assert first.overlaps(second) is overlaps
    assert second.overlaps(first) is overlaps
