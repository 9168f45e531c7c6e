"""The ladder of rectification: which step follows, as a table."""

import datetime as dt

import pytest

from assessments.enums import LadderKind, NoticeState
from assessments.ladder import Last, Step, months_open, next_step
from pingan.months import Month

NOTICE, INTERVIEW, LISTED = LadderKind
STEPS = [Step(NOTICE, 2), Step(INTERVIEW, 3), Step(LISTED, 4)]
TODAY = dt.date(2026, 10, 9)
PAST, FUTURE = dt.date(2026, 10, 8), dt.date(2026, 10, 9)


@pytest.mark.parametrize(
    ("found", "closed", "months"),
    [
        (Month(2026, 9), Month(2026, 9), 1),
        (Month(2026, 8), Month(2026, 9), 2),
        (Month(2025, 12), Month(2026, 1), 2),
        (Month(2026, 10), Month(2026, 9), 0),
        (Month(2026, 12), Month(2026, 9), 0),
    ],
)
def test_months_are_counted_by_closes(found: Month, closed: Month, months: int):
    assert months_open(found, closed) == months


@pytest.mark.parametrize(
    ("months", "last", "due"),
    [
        (1, None, None),
        (2, None, NOTICE),
        (9, None, NOTICE),  # nobody is listed who was not told before
        (3, (NOTICE, NoticeState.DRAFT, PAST), None),
        (3, (NOTICE, NoticeState.SIGNED, FUTURE), None),  # the deadline still runs
        (3, (NOTICE, NoticeState.SIGNED, PAST), INTERVIEW),
        (2, (NOTICE, NoticeState.SIGNED, PAST), None),
        (3, (NOTICE, NoticeState.REPLIED, PAST), None),  # somebody else's turn
        (3, (NOTICE, NoticeState.AGAIN, FUTURE), INTERVIEW),
        (2, (NOTICE, NoticeState.AGAIN, FUTURE), NOTICE),
        (4, (INTERVIEW, NoticeState.SIGNED, PAST), LISTED),
        (4, (NOTICE, NoticeState.SIGNED, PAST), INTERVIEW),  # one step after the other
        (9, (LISTED, NoticeState.SIGNED, PAST), None),
        (9, (LISTED, NoticeState.AGAIN, PAST), LISTED),
        (9, (NOTICE, NoticeState.CLOSED, PAST), INTERVIEW),  # it came back
        (2, (NOTICE, NoticeState.CLOSED, PAST), NOTICE),
    ],
)
def test_next_step(
    months: int, last: tuple[LadderKind, NoticeState, dt.date] | None, due: LadderKind | None
):
    found = next_step(STEPS, months, Last(*last) if last else None, TODAY)

    assert found == due


@pytest.mark.parametrize("order", [STEPS, STEPS[::-1]])
def test_order_of_the_data_does_not_matter(order: list[Step]):
    assert next_step(order, 4, Last(NOTICE, NoticeState.SIGNED, PAST), TODAY) == INTERVIEW


def test_step_out_of_use_is_passed_over():
    without = [STEPS[0], STEPS[2]]

    assert next_step(without, 4, Last(NOTICE, NoticeState.SIGNED, PAST), TODAY) == LISTED
    assert next_step([], 9, None, TODAY) is None
