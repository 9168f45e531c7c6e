import pytest

from campaigns.enums import IndicatorDirection
from campaigns.figures import (
    Fraction,
    Limit,
    ValueFinding,
    before_for,
    change,
    check_values,
    percent,
    tenths,
    tone,
)


@pytest.mark.parametrize(
    ("now", "before", "text"),
    [
        (42, 57, "下降26.3%"),  # document A: criminal cases of the first quarter
        (6, 12, "下降50.0%"),  # document A: fires against 2002
        (199, 217, "下降8.3%"),
        (199, 218, "下降8.7%"),
        (105, 100, "上升5.0%"),
        (1, 3, "下降66.7%"),
        (3, 3, "持平"),
        (0, 0, "持平"),
        (4, 0, "增加4"),
        (0, 4, "下降100.0%"),
        (5, None, "—"),
        (None, 5, "—"),
    ],
)
def test_change_is_computed_from_two_counts(now: int | None, before: int | None, text: str):
    assert change(now, before) == text


def test_document_a_criminal_cases_come_from_57():
    assert before_for(42, -263) == [57]


def test_document_a_order_cases_come_from_no_whole_number():
    """199, down 8.5 %: no count of the year before gives that, however far one looks."""
    by_hand = [before for before in range(1, 100_000) if tenths(199 - before, before) == -85]

    assert before_for(199, -85) == by_hand == []
    assert (before_for(199, -83), before_for(199, -87)) == ([217], [218])


@pytest.mark.parametrize(
    ("numerator", "denominator", "text"),
    [(370, 375, "98.7%"), (1, 3, "33.3%"), (2, 3, "66.7%"), (1, 8, "12.5%"), (1, 2000, "0.1%")],
)
def test_percent_is_rounded_once(numerator: int, denominator: int, text: str):
    assert percent(numerator, denominator) == text


def test_percent_of_nothing_is_none():
    assert percent(3, 0) == percent(None, 3) == "—"


def test_rounding_is_the_same_upwards_and_downwards():
    assert (tenths(1, 16), tenths(-1, 16)) == (63, -63)


@pytest.mark.parametrize(
    ("now", "before", "direction", "expected"),
    [
        (3, 2, IndicatorDirection.RISE, "good"),
        (2, 3, IndicatorDirection.RISE, "bad"),
        (2, 3, IndicatorDirection.FALL, "good"),
        (3, 2, IndicatorDirection.FALL, "bad"),
        (3, 2, IndicatorDirection.NEUTRAL, ""),
        (2, 2, IndicatorDirection.FALL, ""),
        (2, None, IndicatorDirection.FALL, ""),
    ],
)
def test_tone_follows_the_direction(now, before, direction: IndicatorDirection, expected: str):
    assert tone(now, before, direction) == expected


CASES = Limit("cases", "刑事案件", maximum=500)
SOLVED = Limit("solved", "破案")
RATE = Fraction("破案率", "solved", "cases")


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        ({"cases": 42, "solved": 30}, {"cases": 40, "solved": 31}, []),
        (
            {"cases": 501, "solved": None},
            {},
            [ValueFinding("cases", "刑事案件不能大于500。", stops=True)],
        ),
        (
            {"cases": -1},
            {},
            [ValueFinding("cases", "刑事案件不能小于0。", stops=True)],
        ),
        (
            {"cases": 4, "solved": 5},
            {},
            [ValueFinding("solved", "破案5多于刑事案件4，破案率会超过100%。", stops=True)],
        ),
        (
            {"cases": 30},
            {"cases": 10},
            [ValueFinding("cases", "刑事案件上期是10，本期是30，相差较大，请说明原因。", False)],
        ),
        (
            {"cases": 0},
            {"cases": 5},
            [ValueFinding("cases", "刑事案件上期是5，本期是0，请说明原因。", False)],
        ),
        ({"cases": 0}, {"cases": 4}, []),
        ({"cases": 4}, {"cases": 1}, []),
        ({"cases": 29}, {"cases": 10}, []),
        (
            {"cases": 5},
            {"cases": 0},
            [ValueFinding("cases", "刑事案件上期是0，本期是5，相差较大，请说明原因。", False)],
        ),
        ({"cases": None, "solved": 3}, {"cases": 90}, []),
    ],
)
def test_findings(now: dict, before: dict, expected: list[ValueFinding]):
    assert check_values([CASES, SOLVED], [RATE], now, before) == expected
