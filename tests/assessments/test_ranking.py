"""Places, grades and colours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.enums import Colour, Grade
from assessments.ranking import Place, colour_of, grade_of, places

BANDS = [("excellent", 9000), ("good", 8000), ("qualified", 6000), ("unqualified", 0)]
COLOURS: dict[str, str | int] = {
    "excellent": "blue",
    "good": "blue",
    "qualified": "yellow",
    "unqualified": "red",
    "open_limit": 5,
}


def test_ties_share_a_place_and_leave_a_gap():
    ranks = places({1: 9000, 2: 8000, 3: 8000, 4: 7000})

    assert ranks == {
        1: Place(1, 4, False),
        2: Place(2, 4, True),
        3: Place(2, 4, True),
        4: Place(4, 4, False),
    }


def test_nobody_to_rank():
    assert places({}) == {}


@given(st.dictionaries(st.integers(), st.integers(0, 30), min_size=1))
def test_place_is_one_more_than_the_number_of_better_ones(totals: dict[int, int]):
    ranks = places(totals)

    for unit, points in totals.items():
        assert ranks[unit].rank == 1 + sum(other > points for other in totals.values())
        assert ranks[unit].is_tied == (list(totals.values()).count(points) > 1)


@pytest.mark.parametrize(
    ("points", "grade"),
    [
        (10_000, Grade.EXCELLENT),
        (9000, Grade.EXCELLENT),
        (8999, Grade.GOOD),
        (8000, Grade.GOOD),
        (7999, Grade.QUALIFIED),
        (5999, Grade.UNQUALIFIED),
        (0, Grade.UNQUALIFIED),
    ],
)
def test_grade(points: int, grade: Grade):
    assert grade_of(points, BANDS) == grade


def test_below_every_band_is_unqualified():
    assert grade_of(100, BANDS[:2]) == Grade.UNQUALIFIED


@pytest.mark.parametrize(
    ("grade", "open_matters", "colour"),
    [
        (Grade.EXCELLENT, 4, Colour.BLUE),
        (Grade.EXCELLENT, 5, Colour.YELLOW),
        (Grade.QUALIFIED, 0, Colour.YELLOW),
        (Grade.QUALIFIED, 9, Colour.RED),
        (Grade.UNQUALIFIED, 9, Colour.RED),
    ],
)
def test_colour(grade: Grade, open_matters: int, colour: Colour):
    assert colour_of(grade, open_matters, COLOURS) == colour


def test_without_a_limit_open_matters_do_not_lower():
    assert colour_of(Grade.GOOD, 99, {**COLOURS, "open_limit": 0}) == Colour.BLUE
