"""Tables of three: what both began with, mine, theirs."""

import datetime as dt

import pytest

from campaigns.enums import SweepAnswer
from campaigns.merging import Clash, Taken, merge, text_of

FIELDS = ("found", "solved")


def fixed(base, mine, theirs):
    return merge(base=base, mine=mine, theirs=theirs, fields=FIELDS, is_list=False)


def listed(base, mine, theirs):
    return merge(base=base, mine=mine, theirs=theirs, fields=FIELDS, is_list=True)


def row(found: str = "", solved: str = "") -> dict[str, str]:
    return {"found": found, "solved": solved}


def test_each_changed_another_field_of_one_row():
    found = fixed({"a": row("1", "0")}, {"a": row("2", "0")}, {"a": row("1", "1")})

    assert found.rows == {"a": row("2", "1")}
    assert found.taken == [Taken("a", "solved", "0", "1")]
    assert found.clashes == []


def test_both_changed_one_field_alike():
    found = fixed({"a": row("1")}, {"a": row("5")}, {"a": row("5")})

    assert (found.rows, found.taken, found.clashes) == ({"a": row("5")}, [], [])


def test_both_changed_one_field_differently():
    found = fixed({"a": row("1")}, {"a": row("2")}, {"a": row("3")})

    assert found.rows == {"a": row("2")}
    assert found.clashes == [Clash("a", "found", "2", "3")]


def test_rows_that_only_one_filled_stand_side_by_side():
    found = fixed({}, {"a": row("1")}, {"b": row("2")})

    assert found.rows == {"a": row("1"), "b": row("2")}
    assert found.taken == [Taken("b", "found", "", "2")]


def test_row_emptied_by_one_and_left_alone_by_the_other_is_gone():
    mine = fixed({"a": row("1")}, {}, {"a": row("1")})
    theirs = fixed({"a": row("1")}, {"a": row("1")}, {})

    assert (mine.rows, mine.taken) == ({}, [])
    assert (theirs.rows, theirs.taken) == ({}, [Taken("a", "found", "1", "")])


def test_row_emptied_by_one_and_changed_by_the_other_is_a_clash():
    found = fixed({"a": row("1")}, {}, {"a": row("2")})

    assert found.clashes == [Clash("a", "found", "", "2")]


def test_without_a_base_every_difference_is_a_clash():
    found = fixed(None, {"a": row("1", "1")}, {"a": row("2", "1")})

    assert found.clashes == [Clash("a", "found", "1", "2")]
    assert found.rows == {"a": row("1", "1")}


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "rows", "taken", "clashes"),
    [
        pytest.param(
            {},
            {"new-0": row("1")},
            {"7": row("2")},
            {"7": row("2"), "new-0": row("1")},
            [Taken("7", "", None, "2")],
            [],
            id="both add",
        ),
        pytest.param({"7": row("1")}, {}, {"7": row("1")}, {}, [], [], id="I delete"),
        pytest.param(
            {"7": row("1")},
            {"7": row("1")},
            {},
            {},
            [Taken("7", "", "1", None)],
            [],
            id="they delete",
        ),
        pytest.param(
            {"7": row("1")},
            {},
            {"7": row("2", "1")},
            {},
            [],
            [Clash("7", "", None, "2 1")],
            id="I delete what they change",
        ),
        pytest.param(
            {"7": row("1")},
            {"7": row("3")},
            {},
            {"7": row("3")},
            [],
            [Clash("7", "", "3", None)],
            id="they delete what I change",
        ),
        pytest.param(
            None,
            {},
            {"7": row("1")},
            {},
            [],
            [Clash("7", "", None, "1")],
            id="no base, theirs alone",
        ),
    ],
)
def test_rows_of_a_free_list(base, mine, theirs, rows, taken, clashes):
    found = listed(base, mine, theirs)

    assert (found.rows, found.taken, found.clashes) == (rows, taken, clashes)


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (0, "0"), (dt.date(2026, 9, 5), "2026-09-05"), (SweepAnswer.ZERO, "zero")],
)
def test_values_as_texts(value, text):
    assert text_of(value) == text
