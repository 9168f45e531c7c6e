"""A rule as the clause that a unit reads in the scheme. Pure.

Takes an item as a scheme's row or an edition's rules hold it, whole or half typed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from assessments.enums import Grade, RuleShape
from assessments.explain import points_text
from assessments.tables import Labels, fact

LONGEST_CLAUSE = 200  # as ScoreItem.clause
Values = Mapping[str, Any]


def clause_of(item: Values, labels: Labels) -> str:
    """The whole rule in one sentence, short enough for the scheme."""
    rule = RULES_SAID[RuleShape(item["shape"])](item, labels)
    text = "；".join([rule, *_conditions(item, labels)]) + "。"
    return text if len(text) <= LONGEST_CLAUSE else text[: LONGEST_CLAUSE - 1] + "…"


def _label(name: Any, labels: Labels) -> str:
    return fact(str(name), labels).label


def _word(name: Any, labels: Labels) -> str:
    return fact(str(name), labels).unit_word or "件"


def _share(item: Values, labels: Labels) -> str:
    """What is measured: a rate of two counts, or a count alone."""
    parameters = item["parameters"]
    numerator, denominator = parameters.get("numerator", ""), parameters.get("denominator", 1)
    label = _label(numerator, labels)
    if isinstance(denominator, str):
        return f"{label}占{_label(denominator, labels)}的比例"
    return label if denominator == 1 else f"{label}与{denominator}{_word(numerator, labels)}之比"


def _conditions(item: Values, labels: Labels) -> list[str]:
    parameters, said = item["parameters"], []
    if parameters.get("minimum", 1) > 1 and isinstance(parameters.get("denominator"), str):
        name, least = parameters["denominator"], parameters["minimum"]
        word = _word(name, labels)
        said.append(f"{_label(name, labels)}不足{least}{word}的，本项不计")
    if parameters.get("needs"):
        said.append(f"没有{_label(parameters['needs'], labels)}的，本项不得分")
    return said


def _ratio(item: Values, labels: Labels) -> str:
    parameters = item["parameters"]
    target, numerator = parameters.get("target", 100), parameters.get("numerator", "")
    denominator = parameters.get("denominator", 1)
    if isinstance(denominator, int) and target == 100:
        aim = f"{_label(numerator, labels)}达到{denominator}{_word(numerator, labels)}"
        return f"{aim}得满分，不足的按比例得分"
    if target == 100:
        return f"以{_share(item, labels)}得分"
    return f"{_share(item, labels)}达到{target}%得满分，不足的按比例得分"


def _missing(item: Values, labels: Labels) -> str:
    parameters = item["parameters"]
    numerator, denominator = parameters.get("numerator", ""), parameters.get("denominator", 1)
    word = _word(numerator, labels)
    each = points_text(parameters.get("each", 0))
    if isinstance(denominator, int):
        aim = f"{_label(numerator, labels)}每月不少于{denominator}{word}"
    else:
        aim = f"{_label(numerator, labels)}须达到{_label(denominator, labels)}"
    return f"{aim}，每少1{word}扣{each}分，扣完为止"


def _band_list(bands: Sequence[Sequence[int]], mark: str) -> str:
    steps = [f"{lowest}{mark}及以上得{points_text(points)}分" for lowest, points in bands]
    return "，".join([*steps, f"不足{bands[-1][0]}{mark}不得分"]) if bands else ""


def _bands(item: Values, labels: Labels) -> str:
    parameters = item["parameters"]
    bands, numerator = parameters.get("bands", []), parameters.get("numerator", "")
    if parameters.get("counted"):
        return f"{_label(numerator, labels)}{_band_list(bands, _word(numerator, labels))}"
    return f"{_share(item, labels)}{_band_list(bands, '%')}"


def _events(item: Values, labels: Labels) -> str:
    parameters = item["parameters"]
    numerator = parameters.get("numerator", "")
    off = f"{_label(numerator, labels)}每1{_word(numerator, labels)}扣"
    off += f"{points_text(parameters.get('each', 0))}分"
    if parameters.get("uncapped"):
        return f"{off}，减分不设限，本项可以为负分"
    cap = parameters.get("cap", item["points"])
    return f"{off}，扣完为止" if cap >= item["points"] else f"{off}，最多扣{points_text(cap)}分"


def _steps_said(parameters: Values, what: str) -> str:
    if steps := parameters.get("steps"):
        return "，".join(f"{what}超过{at}个百分点扣{points_text(off)}分" for at, off in steps)
    within, each = parameters.get("within", 0), points_text(parameters.get("each", 0))
    start = f"{what}超过{within}个百分点的，再每多1个百分点" if within else f"{what}每1个百分点"
    return f"{start}扣{each}分"


def _mean(item: Values, labels: Labels) -> str:
    parameters = item["parameters"]
    whose = "同组单位" if parameters.get("of") == "peers" else "全县同级单位"
    worse = "低于" if parameters.get("direction", "up") == "up" else "高于"
    said = _steps_said(parameters, f"{worse}平均")
    return f"{_share(item, labels)}与{whose}的平均相比，{said}，扣完为止"


def _last_year(item: Values, labels: Labels) -> str:
    parameters = item["parameters"]
    rises, change = parameters.get("direction", "up") == "up", parameters.get("change", 0)
    if change:
        aim = f"{'上升' if rises else '下降'}{change}%及以上得满分"
    else:
        aim = f"不{'下降' if rises else '上升'}的得满分"
    steps = _steps_said(parameters, "相差")
    return f"{_share(item, labels)}与上年同月相比，{aim}，{steps}，扣完为止"


def _index(item: Values, labels: Labels) -> str:
    bands = item["parameters"].get("bands")
    return _bands(item, labels) if bands else _ratio(item, labels)


def _bonus(item: Values, labels: Labels) -> str:
    numerator, each = item["parameters"].get("numerator", ""), item["parameters"].get("each", 0)
    gain = f"{_label(numerator, labels)}每1{_word(numerator, labels)}加{points_text(each)}分"
    return f"{gain}，最多加{points_text(item['points'])}分"


def _veto(item: Values, labels: Labels) -> str:
    parameters = item["parameters"]
    label = _label(parameters.get("numerator", ""), labels)
    grade = Grade(parameters.get("grade") or Grade.UNQUALIFIED)
    if grade == Grade.UNQUALIFIED:
        return f"有{label}的，等次定为不合格"
    return f"有{label}的，等次最高为{grade.label}"


RULES_SAID: dict[RuleShape, Callable[[Values, Labels], str]] = {
    RuleShape.RATIO: _ratio,
    RuleShape.JUDGED: _ratio,
    RuleShape.MISSING: _missing,
    RuleShape.BANDS: _bands,
    RuleShape.EVENTS: _events,
    RuleShape.MEAN: _mean,
    RuleShape.LAST_YEAR: _last_year,
    RuleShape.INDEX: _index,
    RuleShape.BONUS: _bonus,
    RuleShape.VETO: _veto,
}
