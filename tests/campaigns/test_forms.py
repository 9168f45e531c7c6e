import datetime as dt
from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from campaigns.enums import Activity
from campaigns.forms.activities import ROW_FORMS, EducationRow, PatrolRow, SweepRow
from campaigns.forms.fields import CountField, DayField
from campaigns.forms.fills import (
    add_rows,
    fill_days,
    has_heads,
    report_zero,
    same_as_before,
    zero_groups,
)
from campaigns.forms.rows import row_set, typed_rows
from campaigns.forms.surveys import untold
from campaigns.models import GroupRecord, Sweep
from campaigns.selectors.sections import SECTIONS
from tests.campaigns.makers import SEPTEMBER


@pytest.mark.parametrize(
    ("typed", "read"),
    [("12", 12), ("１２", 12), (" 1,234 ", 1234), ("１，２３４", 1234), ("0", 0), ("", None)],
)
def test_count_is_read_as_people_type_it(typed: str, read: int | None):
    assert CountField(label="人数").clean(typed) == read


@given(st.integers(0, 999_999))
def test_any_count_survives_full_width_digits_and_separators(number: int):
    wide = f"{number:,}".translate({ord(str(digit)): 0xFF10 + digit for digit in range(10)})

    assert CountField(label="人数").clean(wide) == number


@pytest.mark.parametrize(
    "typed",
    ["2026-09-03", "2026-9-3", "2026/9/3", "2026.9.3", "2026年9月3日", "２０２６-０９-０３"],
)
def test_day_is_read_as_people_type_it(typed: str):
    assert DayField(label="日期").clean(typed) == dt.date(2026, 9, 3)


def table(form: type, rows: list[dict[str, Any]], labels: list[str], **options: Any) -> Any:
    data = {"rows-TOTAL_FORMS": len(rows), "rows-INITIAL_FORMS": len(rows)}
    for index, row in enumerate(rows):
        data |= {f"rows-{index}-{name}": value for name, value in row.items()}
    return row_set(form)(data, labels=labels, **options)


def problems(form: type, row: dict[str, Any], **options: Any) -> list[str]:
    return table(form, [row], ["9月3日"], **options).problems()


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"team": "volunteer", "day_heads": "３", "night_heads": ""}, []),
        ({"team": "volunteer"}, []),
        ({"team": "volunteer", "day_heads": "三"}, ["9月3日 白天人数：请填整数，如 3。"]),
        ({"team": "volunteer", "night_heads": "-1"}, ["9月3日 夜间人数：不能是负数。"]),
        ({"team": "", "day_heads": "3"}, ["9月3日 队伍：请填队伍。"]),
        (
            {"team": "volunteer", "findings": "一处隐患"},
            ["9月3日 白天人数：写了情况，请同时填白天或夜间人数。"],
        ),
        (
            {"team": "volunteer", "day_heads": "1", "findings": "长" * 201},
            ["9月3日 发现情况：请写在200字以内。"],
        ),
    ],
)
def test_errors_of_a_patrol_day_name_row_and_field(row: dict[str, Any], expected: list[str]):
    assert problems(PatrolRow, row) == expected


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({}, []),
        ({"answer": "zero"}, []),
        ({"answer": "counted", "found": "3", "solved_in_group": "3"}, []),
        (
            {"answer": "counted"},
            ["9月3日 排查数：选了“有数”，排查数至少是1；确实没有，请选“零报告”。"],
        ),
        (
            {"answer": "zero", "found": "2"},
            ["9月3日 填报方式：选了“零报告”，后面的数字应当留空或填0。"],
        ),
        (
            {"answer": "counted", "found": "3", "solved_in_group": "2", "solved_in_county": "2"},
            ["9月3日 排查数：各级化解合计4，多于排查数3。"],
        ),
    ],
)
def test_errors_of_a_sweep(row: dict[str, Any], expected: list[str]):
    assert problems(SweepRow, row) == expected


@pytest.mark.parametrize(("found", "answer"), [("4", "counted"), ("0", "zero")])
def test_figure_typed_without_an_answer_answers(found: str, answer: str):
    rows = table(SweepRow, [{"found": found}], ["纠纷"])

    assert rows.is_valid()
    assert rows.forms[0].row()["answer"] == answer


def test_free_row_wants_its_fields_and_a_day_of_the_month():
    options = {"is_fixed": False, "row_options": {"month": SEPTEMBER}}

    assert problems(EducationRow, {"kind": "class"}, **options) == []
    assert problems(EducationRow, {"kind": "class", "topic": "反诈"}, **options) == [
        "9月3日 日期：请填日期。"
    ]
    wrong = {"kind": "class", "topic": "反诈", "on": "2026-08-31"}
    for day in ("2026-08-31", "1005-09-01"):  # a year slipped while typing is no month at all
        assert problems(EducationRow, {**wrong, "on": day}, **options) == [
            "9月3日 日期：日期应在2026年9月内。"
        ]
    assert problems(EducationRow, {**wrong, "DELETE": "on"}, **options) == []


def test_table_cut_short_is_refused():
    rows = table(PatrolRow, [{"team": "volunteer"}], ["9月1日", "9月2日"])

    assert not rows.is_valid()
    assert rows.problems() == ["表格不完整，没有保存。请刷新页面再填。"]


def test_typed_rows_survive_a_senseless_count():
    assert typed_rows(PatrolRow, QueryDict("rows-TOTAL_FORMS=many")) == []
    assert len(typed_rows(PatrolRow, QueryDict("rows-TOTAL_FORMS=999999"))) == 200


def test_categories_that_touch_persons_take_counts_alone():
    texts = {
        name
        for name, field in ROW_FORMS[Activity.SWEEP].base_fields.items()
        if field.__class__.__name__ == "LineField"
    }

    stored = {
        field.name for field in Sweep._meta.get_fields() if field.get_internal_type() == "TextField"
    }
    assert (texts, stored) == (set(), set())
    assert set(ROW_FORMS) == set(SECTIONS)
    assert "appraisal" in {field.name for field in GroupRecord._meta.get_fields()}


def day(heads: str, **fields: str) -> dict[str, str]:
    return {"team": "volunteer", "day_heads": heads, "night_heads": "", "findings": "", **fields}


USUAL = {"team": "guard", "day_heads": "2", "night_heads": "4"}


def test_usual_heads_go_to_the_empty_ones_of_the_chosen_days():
    rows = [day(""), day("5", findings="路灯坏"), day("", findings="路灯坏"), day("")]

    filled = fill_days(rows, [0, 1, 2], USUAL)

    assert [(row["day_heads"], row["team"], row["findings"]) for row in filled] == [
        ("2", "guard", ""),
        ("5", "volunteer", "路灯坏"),
        ("2", "guard", "路灯坏"),
        ("", "volunteer", ""),
    ]


def test_nothing_is_filled_while_the_usual_heads_are_unknown():
    rows = [day("")]

    assert fill_days(rows, [0], {**USUAL, "day_heads": "", "night_heads": " "}) == rows


@given(st.lists(st.sampled_from(["", "0", "3"]), max_size=31))
def test_filling_never_touches_what_was_typed_and_is_done_after_once(heads: list[str]):
    rows = [day(number) for number in heads]

    filled = fill_days(rows, range(len(rows)), USUAL)

    kept = [new for old, new in zip(rows, filled, strict=True) if has_heads(old)]
    assert kept == [row for row in rows if has_heads(row)]
    assert all(map(has_heads, filled))
    assert fill_days(filled, range(len(rows)), USUAL) == filled


@pytest.mark.parametrize(
    ("heads", "days", "today", "expected"),
    [
        (["", "2", "", "", ""], [0, 1, 2, 3, 4], 3, ["", "2", "", "2", ""]),
        (["", "2", "", "3", ""], [0, 1, 2, 3, 4], 3, ["", "2", "2", "3", ""]),
        (["2", "", ""], [1, 2], -1, ["2", "2", ""]),
        (["2", "", ""], [2], -1, ["2", "", "2"]),
        (["", "", ""], [0, 1, 2], 1, ["", "", ""]),
        (["2", "3"], [0, 1], 1, ["2", "3"]),
    ],
)
def test_yesterday_goes_to_today_or_to_the_next_empty_day(
    heads: list[str], days: list[int], today: int, expected: list[str]
):
    filled = same_as_before([day(number, team="guard") for number in heads], days, today)

    assert [row["day_heads"] for row in filled] == expected


def test_zero_report_leaves_answers_and_figures_alone():
    rows = [{"answer": "", "found": ""}, {"answer": "counted", "found": "2"}, {"found": "3"}]

    assert [row.get("answer") for row in report_zero(rows, "zero")] == ["zero", "counted", None]


def test_zero_groups_fills_only_blanks():
    assert zero_groups([{"found": "", "solved": "1"}], ("found", "solved")) == [
        {"found": "0", "solved": "1"}
    ]


def test_added_rows_follow_the_filled_ones():
    rows = [{"id": "", "kind": "class", "topic": "反诈"}, {"id": "", "kind": "class", "topic": " "}]

    assert add_rows(rows, [{"topic": "新"}]) == [rows[0], {"topic": "新"}]


@pytest.mark.parametrize("text", ["[1]", "{}", "[1,2,3,4,5,6]", '["2026-13-01","a",1,1,1,1]'])
def test_tampered_survey_state_is_not_read(text: str):
    with pytest.raises((TypeError, ValueError)):
        untold(text)
