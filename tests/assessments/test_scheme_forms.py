"""The form of an item: what is saved comes back through it unchanged, whatever its shape."""

from __future__ import annotations

from typing import Any

import pytest

from assessments.enums import RuleShape
from assessments.forms.scheme_items import SHAPE_FIELDS, ItemForm, count_choices, shown
from assessments.models import Scheme, ScoreItem
from pingan.enums import Level

LABELS = {"indicator.thefts": ("盗窃案件", "起"), "indicator.criminal_cases": ("刑事案件", "起")}
SURVEY = {"numerator": "satisfied", "denominator": "survey_slips"}
THEFTS = {"numerator": "indicator.thefts"}
RULES: list[tuple[str, str, dict[str, Any]]] = [
    ("ratio", "survey", {**SURVEY, "target": 95, "minimum": 10, "needs": "returns_received"}),
    ("judged", "undercover", {"numerator": "undercover_given",
                              "denominator": "undercover_possible"}),
    ("missing", "routine", {"numerator": "broadcasts", "denominator": 2, "each": 250}),
    ("bands", "survey", {**SURVEY, "bands": [[95, 500], [80, 250]]}),
    ("bands", "routine", {"numerator": "broadcasts", "denominator": 1, "counted": True,
                          "bands": [[2, 500], [1, 100]]}),
    ("events", "indicator", {**THEFTS, "each": 50}),
    ("events", "indicator", {**THEFTS, "each": 50, "cap": 200}),
    ("events", "indicator", {**THEFTS, "each": 50, "uncapped": True}),
    ("mean", "survey", {**SURVEY, "direction": "up", "of": "peers", "within": 5, "each": 100}),
    ("mean", "survey", {**SURVEY, "direction": "down", "of": "county",
                        "steps": [[5, 100], [10, 200]]}),
    ("last_year", "indicator", {**THEFTS, "denominator": 1, "direction": "down", "change": 5,
                                "each": 10}),
    ("last_year", "indicator", {**THEFTS, "denominator": "indicator.criminal_cases",
                                "direction": "down", "each": 10, "minimum": 3}),
    ("index", "survey", {**SURVEY, "minimum": 15}),
    ("index", "survey", {**SURVEY, "bands": [[90, 500]]}),
    ("bonus", "disputes", {"numerator": "disputes_solved", "each": 20}),
    ("veto", "rectification", {"numerator": "problems_lasting", "grade": "qualified"}),
]  # fmt: skip


def item_of(shape: str, source: str, parameters: dict[str, Any]) -> ScoreItem:
    return ScoreItem(
        scheme=Scheme(level=Level.TOWNSHIP),
        section="分类",
        code="code-1",
        name="名称",
        source=source,
        shape=shape,
        points=0 if shape == "veto" else 500,
        parameters=parameters,
        clause="条文",
    )


def form_of(item: ScoreItem) -> ItemForm:
    typed = {name: str(value) for name, value in shown(item).items() if value not in (None, False)}
    return ItemForm(typed, level=Level.TOWNSHIP, labels=LABELS)


@pytest.mark.parametrize(("shape", "source", "parameters"), RULES)
def test_item_comes_back_unchanged(shape: str, source: str, parameters: dict[str, Any]):
    item = item_of(shape, source, parameters)

    form = form_of(item)

    assert form.is_valid(), form.errors
    text = form.text()
    assert (text.parameters, text.points, text.clause) == (parameters, item.points, "条文")


def test_every_shape_has_its_fields_and_a_rule_here():
    assert set(SHAPE_FIELDS) == set(RuleShape) == {RuleShape(shape) for shape, *_rest in RULES}


@pytest.mark.parametrize(
    ("level", "offered", "not_offered"),
    [
        (Level.TOWNSHIP, "villages_on_time", "briefs_x"),
        (Level.VILLAGE, "returns_on_time", "villages_on_time"),
        (Level.GROUP, "briefs", "patrol_days_covered"),
    ],
)
def test_counts_are_those_of_the_level(level: Level, offered: str, not_offered: str):
    names = {
        name
        for source in ("routine", "timeliness")
        for name, _label in count_choices(source, level, LABELS)
    }

    assert offered in names
    assert not_offered not in names


def test_indicators_are_offered_for_their_source_alone():
    assert count_choices("indicator", Level.TOWNSHIP, LABELS) == [
        ("indicator.thefts", "盗窃案件"),
        ("indicator.criminal_cases", "刑事案件"),
    ]
    names = [name for name, _label in count_choices("survey", Level.TOWNSHIP, LABELS)]
    assert not any(name.startswith("indicator.") for name in names)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"bands_0_points": ""}, "bands_0_points"),
        ({"numerator": "indicator.thefts"}, "numerator"),
        ({"bands_0_at": "九成"}, "bands_0_at"),
        ({"minimum": "0"}, "minimum"),
    ],
)
def test_half_a_rule_is_told_at_its_field(changes: dict[str, str], field: str):
    item = item_of("bands", "survey", {**SURVEY, "bands": [[95, 500], [80, 250]]})
    typed = {name: str(value) for name, value in shown(item).items() if value is not None}

    form = ItemForm({**typed, **changes}, level=Level.TOWNSHIP, labels=LABELS)

    assert not form.is_valid()
    assert field in form.errors
