"""Every shape of rule as the sentence a unit reads."""

from __future__ import annotations

from typing import Any

import pytest

from assessments.clauses import LONGEST_CLAUSE, RULES_SAID, clause_of
from assessments.enums import RuleShape

LABELS = {"indicator.thefts": ("盗窃案件", "起")}
SURVEY = {"numerator": "satisfied", "denominator": "survey_slips"}


@pytest.mark.parametrize(
    ("shape", "parameters", "clause"),
    [
        ("ratio", SURVEY, "以对治安满意占测评有效票的比例得分。"),
        (
            "ratio",
            {**SURVEY, "target": 95, "minimum": 10, "needs": "returns_received"},
            "对治安满意占测评有效票的比例达到95%得满分，不足的按比例得分；测评有效票不足10票的，"
            "本项不计；没有审核通过的月报的，本项不得分。",
        ),
        (
            "missing",
            {"numerator": "broadcasts", "denominator": 2, "each": 250},
            "广播会每月不少于2次，每少1次扣2.5分，扣完为止。",
        ),
        (
            "bands",
            {**SURVEY, "bands": [[90, 500], [80, 300]]},
            "对治安满意占测评有效票的比例90%及以上得5分，80%及以上得3分，不足80%不得分。",
        ),
        (
            "bands",
            {"numerator": "broadcasts", "denominator": 1, "counted": True, "bands": [[2, 500]]},
            "广播会2次及以上得5分，不足2次不得分。",
        ),
        (
            "events",
            {"numerator": "indicator.thefts", "each": 50},
            "盗窃案件每1起扣0.5分，扣完为止。",
        ),
        (
            "events",
            {"numerator": "indicator.thefts", "each": 50, "cap": 200},
            "盗窃案件每1起扣0.5分，最多扣2分。",
        ),
        (
            "events",
            {"numerator": "indicator.thefts", "each": 50, "uncapped": True},
            "盗窃案件每1起扣0.5分，减分不设限，本项可以为负分。",
        ),
        (
            "mean",
            {**SURVEY, "of": "peers", "within": 5, "each": 100},
            "对治安满意占测评有效票的比例与同组单位的平均相比，低于平均超过5个百分点的，"
            "再每多1个百分点扣1分，扣完为止。",
        ),
        (
            "mean",
            {**SURVEY, "direction": "down", "steps": [[5, 100], [10, 200]]},
            "对治安满意占测评有效票的比例与全县同级单位的平均相比，高于平均超过5个百分点扣1分，"
            "高于平均超过10个百分点扣2分，扣完为止。",
        ),
        (
            "last_year",
            {"numerator": "indicator.thefts", "denominator": 1, "direction": "down", "each": 10},
            "盗窃案件与上年同月相比，不上升的得满分，相差每1个百分点扣0.1分，扣完为止。",
        ),
        (
            "last_year",
            {**SURVEY, "change": 5, "each": 10},
            "对治安满意占测评有效票的比例与上年同月相比，上升5%及以上得满分，"
            "相差每1个百分点扣0.1分，扣完为止。",
        ),
        ("index", SURVEY, "以对治安满意占测评有效票的比例得分。"),
        (
            "bonus",
            {"numerator": "indicator.thefts", "each": 50},
            "盗窃案件每1起加0.5分，最多加5分。",
        ),
        (
            "veto",
            {"numerator": "indicator.thefts", "grade": "good"},
            "有盗窃案件的，等次最高为良好。",
        ),
        (
            "veto",
            {"numerator": "indicator.thefts", "grade": "unqualified"},
            "有盗窃案件的，等次定为不合格。",
        ),
    ],
)
def test_clause(shape: str, parameters: dict[str, Any], clause: str):
    item = {"shape": shape, "points": 500, "parameters": parameters}

    assert clause_of(item, LABELS) == clause


def test_every_shape_has_a_sentence():
    assert set(RULES_SAID) == set(RuleShape)


def test_clause_is_never_longer_than_its_field():
    bands = [[99 - n, 500 - n] for n in range(20)]
    item = {"shape": "bands", "points": 500, "parameters": {**SURVEY, "bands": bands}}

    clause = clause_of(item, LABELS)

    assert len(clause) == LONGEST_CLAUSE
    assert clause.endswith("…")
