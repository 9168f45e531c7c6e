"""How firm a ranking is: hand-made months whose answers are known, and what must always hold."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessments.enums import RuleShape
from assessments.fairness import (
    DRAWS,
    Move,
    Sheet,
    Spread,
    Visit,
    deciding,
    firmness,
    inspectors,
    item_swings,
    reweighted,
    survey_draws,
    top_of,
    weight_draws,
)
from assessments.scoring import Item, Line, read_item, score, total

# A busy machine is no fault of the code.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def item(
    code: str, points: int, numerator: str, denominator: str | int = 1, **more: object
) -> Item:
    return read_item(
        {
            "code": code,
            "name": code,
            "source": "routine",
            "shape": more.pop("shape", RuleShape.RATIO),
            "points": points,
            "parameters": {"numerator": numerator, "denominator": denominator, **more},
            "clause": "",
        }
    )


SURVEY = item("survey", 4000, "satisfied", "survey_slips")
VISIT = item("visit", 4000, "inspection_given", "inspection_possible", shape=RuleShape.JUDGED)
NIGHTS = item("nights", 2000, "nights_covered", "nights_expected")
ITEMS = {each.code: each for each in (SURVEY, VISIT, NIGHTS)}


def sheet(
    unit: int, *, yes: int = 20, slips: int = 20, given: int = 9000, nights: int = 30
) -> Sheet:
    facts = {
        "survey_slips": slips,
        "satisfied": yes,
        "inspection_given": given,
        "inspection_possible": 10_000,
        "nights_covered": nights,
        "nights_expected": 30,
    }
    return Sheet(unit, score(list(ITEMS.values()), facts), facts)


@pytest.mark.parametrize(("units", "top"), [(1, 1), (2, 1), (3, 1), (4, 2), (6, 3), (25, 3)])
def test_top_is_never_more_than_half(units: int, top: int):
    assert top_of(units) == top


def test_other_weights_scale_to_a_hundred_again():
    lines = (
        Line("a", 5000, 5000, 1, 1),
        Line("b", 0, 5000, 0, 1),
        Line("none", None, 1000, 0, 0),
        Line("bonus", 200, 0, 2, 1),
    )

    assert reweighted(lines, {}) == total(lines) == 5200
    assert reweighted(lines, {"a": 3.0}) == 7700
    assert reweighted(lines, {"none": 9.0, "bonus": 9.0}) == 5200
    assert reweighted((Line("none", None, 1000, 0, 0),), {}) == 0


LINES = st.lists(
    st.tuples(st.integers(1, 3000), st.integers(-20, 100), st.booleans()), min_size=1, max_size=6
).map(
    lambda rows: tuple(
        Line(f"i{index}", None if left_out else maximum * part // 100, maximum, 1, 1)
        for index, (maximum, part, left_out) in enumerate(rows)
    )
)


@pytest.mark.slow
@patient
@given(LINES, st.floats(0.5, 2))
def test_same_weight_for_all_changes_nothing(lines: tuple[Line, ...], weight: float):
    assert abs(reweighted(lines, {line.code: weight for line in lines}) - total(lines)) <= 1


def test_one_item_swings_the_closest_pair():
    sheets = [sheet(1, given=10_000, nights=27), sheet(2, given=9000, nights=30), sheet(3, yes=0)]

    moves = item_swings(sheets, ["survey", "visit", "nights"])

    assert [each.total for each in sheets] == [9800, 9600, 5600]
    assert {code: move.moved for code, move in moves.items()} == {
        "survey": 0,
        "visit": 0,
        "nights": 0,
    }
    near = [sheet(1, given=9500, nights=30), sheet(2, given=10_000, nights=27)]
    assert [each.total for each in near] == [9800, 9800]
    assert item_swings(near, ["nights"])["nights"] == Move("nights", 1, 2, 1, 2)


def test_draws_repeat_themselves_and_hold_the_place():
    sheets = [sheet(1), sheet(2, nights=29), sheet(3, given=5000), sheet(4, yes=3)]
    drawn = weight_draws(sheets, list(ITEMS), "seed")

    assert drawn == weight_draws(sheets, list(ITEMS), "seed")
    assert drawn != weight_draws(sheets, list(ITEMS), "other")
    assert len(drawn) == DRAWS
    found = firmness(sheets, drawn)
    assert found.spreads == {
        unit: Spread(unit, unit, unit, unit, unit, 1.0) for unit in (1, 2, 3, 4)
    }
    assert (found.top, found.top_kept) == (2, 1.0)
    assert found.tiers == {1: 1, 2: 2, 3: 3, 4: 4}


def test_chance_of_the_slips_ties_those_who_are_close():
    sheets = [sheet(1, yes=18), sheet(2, yes=17), sheet(3, yes=5)]

    drawn = survey_draws(sheets, ITEMS, "seed")

    assert drawn is not None
    assert drawn == survey_draws(sheets, ITEMS, "seed")
    found = firmness(sheets, drawn)
    assert found.tiers == {1: 1, 2: 1, 3: 2}
    assert (found.spreads[1].low, found.spreads[1].high) == (1, 2)
    assert (found.spreads[3].low, found.spreads[3].high) == (3, 3)
    assert 0.5 < found.top_kept < 0.9


def test_all_yes_is_no_certainty_and_no_slips_are_no_chance():
    sheets = [sheet(1), sheet(2), sheet(3, slips=0, yes=0)]

    drawn = survey_draws(sheets, ITEMS, "seed")

    assert drawn is not None
    assert len({draw[1] for draw in drawn}) > 1
    assert {draw[3] for draw in drawn} == {sheets[2].total}


def test_many_slips_stay_within_the_range_of_numbers():
    drawn = survey_draws([sheet(1, yes=5999, slips=6000), sheet(2, yes=1, slips=6000)], ITEMS, "s")

    assert drawn is not None
    assert all(draw[1] > 9000 > draw[2] for draw in drawn)


@pytest.mark.parametrize(
    "items",
    [{"nights": NIGHTS}, {}, {"visit": VISIT, "nights": NIGHTS}],
)
def test_without_an_item_on_slips_there_is_no_chance(items: dict[str, Item]):
    assert survey_draws([sheet(1), sheet(2)], items, "seed") is None


def test_group_of_inspectors_left_out_and_levelled():
    sheets = [sheet(1, given=9500), sheet(2, given=9000, nights=30), sheet(3, given=8600)]
    visits = [
        Visit(1, "甲组", "inspection", 9500, 10_000),
        Visit(2, "乙组", "inspection", 9000, 10_000),
        Visit(3, "乙组", "inspection", 8600, 10_000),
    ]

    first, second = inspectors(sheets, ITEMS, visits)

    assert (first.name, first.units, first.given, first.possible) == ("甲组", 1, 9500, 10_000)
    # Without its visit the item does not apply to 1, who has all other points: still first.
    assert first.without == Move("甲组", 0, None, 0, 0)
    # Without theirs 2 and 3 have lost nothing, and 1 still has.
    assert second.without == Move("乙组", 3, 1, 1, 3)
    # The mean is 90.33: 甲组 goes down by 4.67 points, 乙组 up by 2.33 (to 92.33 and 88.33).
    assert first.levelled == Move("甲组", 0, None, 0, 0)
    assert second.levelled.moved == 0
    strict = inspectors(sheets, ITEMS, [*visits, Visit(9, "乙组", "inspection", 0, 10_000)])[1]
    assert strict.levelled == Move("乙组", 3, 1, 1, 3)  # lifted by 9.08 points both pass 1


def test_frozen_counts_are_not_changed():
    one, other = sheet(1), sheet(2, given=8000)
    before = dict(one.facts), one.lines

    inspectors([one, other], ITEMS, [Visit(1, "甲组", "inspection", 9000, 10_000)])
    survey_draws([one, other], ITEMS, "seed")

    assert (dict(one.facts), one.lines) == before


def test_visit_that_is_not_in_the_frozen_counts_is_ignored():
    bare = [
        Sheet(unit, score([NIGHTS], {"nights_covered": n, "nights_expected": 30}), {})
        for unit, n in ((1, 30), (2, 20))
    ]

    (found,) = inspectors(bare, {"nights": NIGHTS}, [Visit(1, "甲组", "undercover", 1, 10)])

    assert (found.without.moved, found.levelled.moved) == (0, 0)


def test_restored_points_stay_restored():
    facts = dict(sheet(1, given=5000).facts)
    lines = score(list(ITEMS.values()), facts, restored={"visit": 1000})
    sheets = [Sheet(1, lines, facts), sheet(2, given=5000)]

    (found,) = inspectors(sheets, ITEMS, [Visit(2, "甲组", "inspection", 5000, 10_000)])

    assert found.levelled.moved == 0
    assert sheets[0].total - sheets[1].total == 1000


def test_items_that_decide_and_items_that_are_idle():
    sheets = [sheet(1, given=10_000), sheet(2, given=8000), sheet(3, given=8000, nights=15)]

    by_code = {each.code: each for each in deciding(sheets, list(ITEMS))}

    assert by_code["survey"].is_idle
    assert by_code["survey"].correlation is None
    assert by_code["survey"].share == 0
    assert by_code["visit"].separates == by_code["nights"].separates == 1
    assert (by_code["nights"].lowest, by_code["nights"].highest) == (1000, 2000)
    assert sum(each.share for each in by_code.values()) == pytest.approx(1)
    assert by_code["visit"].correlation == pytest.approx(0.8322, abs=1e-4)


def test_item_that_applies_to_nobody_or_to_one():
    lines = [
        Sheet(
            1, (Line("a", None, 100, 0, 0), Line("b", 50, 100, 1, 2), Line("c", 1, 10, 1, 1)), {}
        ),
        Sheet(
            2, (Line("a", None, 100, 0, 0), Line("b", None, 100, 0, 0), Line("c", 9, 10, 1, 1)), {}
        ),
    ]

    none, one, both = deciding(lines, ["a", "b", "c"])

    assert (none.units, none.is_idle, none.correlation) == (0, False, None)
    assert (one.units, one.is_idle, one.deviation) == (1, False, 0)
    assert (both.units, both.correlation) == (2, None)


@pytest.mark.slow
@patient
@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 10_000)), min_size=2, max_size=6))
def test_shares_add_up_and_places_lie_within_their_spread(rows: list[tuple[int, int]]):
    sheets = [sheet(unit, yes=yes, given=given) for unit, (yes, given) in enumerate(rows)]
    shares = [each.share for each in deciding(sheets, list(ITEMS))]

    assert sum(shares) == pytest.approx(1 if len({s.total for s in sheets}) > 1 else 0)
    drawn = [{s.unit: s.total + (s.unit * k) % 7 for s in sheets} for k in range(20)]
    for spread in firmness(sheets, drawn).spreads.values():
        assert spread.best <= spread.place <= spread.worst
        assert spread.best <= spread.low <= spread.high <= spread.worst
