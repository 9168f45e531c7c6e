"""Intervals of shares against published tables, and the tiers made of them."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessments.intervals import (
    Share,
    can_be_told_apart,
    difference,
    tenths,
    tiers,
    wilson,
)

# A busy machine is no fault of the code.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [
        (18, 20, 699, 972),  # p = 0.9 of twenty slips
        (20, 20, 839, 1000),
        (0, 20, 0, 161),
        (10, 20, 299, 701),
        (1, 1, 207, 1000),
        (0, 1, 0, 793),
        (81, 263, 255, 366),  # Newcombe 1998, table I: 0.2553 to 0.3662
        (15, 148, 62, 160),  # 0.0624 to 0.1605
        (1, 29, 6, 172),  # 0.0061 to 0.1718
        (900, 1000, 880, 917),
    ],
)
def test_wilson_interval(part: int, whole: int, low: int, high: int):
    interval = wilson(Share(part, whole))

    assert (tenths(interval.low), tenths(interval.high)) == (low, high)


@pytest.mark.parametrize(("part", "whole"), [(1, 0), (3, 2), (-1, 5)])
def test_what_is_no_share_is_refused(part: int, whole: int):
    with pytest.raises(ValueError, match="no share"):
        wilson(Share(part, whole))


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [  # Newcombe 1998 (differences), table II, method 10
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((10, 10), (0, 20), 0.6791, 1.0000),
        ((5, 56), (0, 29), -0.0381, 0.1926),
    ],
)
def test_difference_of_two_shares(
    one: tuple[int, int], other: tuple[int, int], low: float, high: float
):
    interval = difference(Share(*one), Share(*other))

    assert interval.low == pytest.approx(low, abs=5e-5)
    assert interval.high == pytest.approx(high, abs=5e-5)


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ((20, 20), (16, 20), False),  # four of twenty are chance
        ((20, 20), (15, 20), True),
        ((18, 20), (18, 20), False),
        ((19, 20), (12, 20), True),
        ((90, 100), (75, 100), True),
        ((9, 10), (7, 10), False),
    ],
)
def test_told_apart_or_not(one: tuple[int, int], other: tuple[int, int], apart: bool):
    assert can_be_told_apart(Share(*one), Share(*other)) is apart
    assert can_be_told_apart(Share(*other), Share(*one)) is apart


def test_tiers_begin_with_the_first_that_can_be_told_apart():
    shares = {
        name: Share(part, 20) for name, part in zip("abcdef", (20, 19, 16, 15, 12, 5), strict=True)
    }

    assert tiers(shares) == {"a": 1, "b": 1, "c": 1, "d": 2, "e": 2, "f": 3}


def test_equal_shares_are_never_parted():
    shares = {"many": Share(160, 200), "best": Share(200, 200), "few": Share(16, 20)}

    assert tiers(shares) == {"best": 1, "many": 2, "few": 2}


def test_tiers_of_nothing_and_of_one():
    assert tiers({}) == {}
    assert tiers({"a": Share(3, 20)}) == {"a": 1}


SHARES = st.integers(1, 200).flatmap(
    lambda whole: st.integers(0, whole).map(lambda part: Share(part, whole))
)


@patient
@given(SHARES)
def test_interval_holds_the_share_and_stays_within_one(share: Share):
    interval = wilson(share)

    assert 0 <= interval.low <= share.value <= interval.high <= 1


@patient
@given(st.lists(SHARES, max_size=12))
def test_tiers_follow_the_shares_whatever_the_order_of_units(shares: list[Share]):
    forward = tiers(dict(enumerate(shares)))
    backward = tiers(dict(reversed(list(enumerate(shares)))))

    assert forward == backward
    for one, first in enumerate(shares):
        for other, second in enumerate(shares):
            if first.value >= second.value:
                assert forward[one] <= forward[other]
