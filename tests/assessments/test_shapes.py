"""Every shape of rule: tables of counts and answers, and its sentence."""

from __future__ import annotations

from typing import Any

import pytest

from assessments.enums import RuleShape
from assessments.explain import explain, explain_total, points_text
from assessments.scorelines import (
    Facts,
)
from assessments.scoring import (
    FULL,
    InvalidRule,
    Item,
    Line,
    bonus,
    losses,
    total,
)
from assessments.tables import fact, is_fact
from tests.assessments.rules import (
    CRIMES,
    LABELS,
    last_year,
    line_of,
    make_item,
    nights,
)


@pytest.mark.parametrize("shape", [RuleShape.RATIO, RuleShape.INDEX, RuleShape.MISSING])
@pytest.mark.parametrize(("denominator", "applies"), [(19, False), (20, True), (0, False)])
def test_below_the_minimum_an_item_does_not_apply(
    shape: RuleShape, denominator: int, applies: bool
):
    line = line_of(make_item(shape, minimum=20, each=10), nights(denominator, denominator))

    assert line.points == (1000 if applies else None)
    assert (line.numerator, line.denominator) == (denominator, denominator)


@pytest.mark.parametrize(("count", "points"), [(0, 0), (1, 300), (3, 1000), (9, 1000)])
def test_bands_of_the_count_itself(count: int, points: int):
    item = make_item(RuleShape.BANDS, denominator=1, counted=True, bands=[[3, 1000], [1, 300]])

    assert line_of(item, nights(count, 0)).points == points


@pytest.mark.parametrize(
    ("parameters", "events", "points"),
    [
        ({}, 0, 1000),
        ({}, 5, 0),
        ({"cap": 600}, 9, 400),
        ({"cap": 2000}, 9, 0),
        ({"uncapped": True}, 3, 100),
        ({"uncapped": True}, 9, -1700),
        ({"uncapped": True}, -3, 1000),
    ],
)
def test_events(parameters: dict[str, Any], events: int, points: int):
    item = make_item(RuleShape.EVENTS, each=300, **parameters)

    assert line_of(item, {"briefs": events}).points == points


@pytest.mark.parametrize(
    ("parameters", "own", "mean", "points"),
    [
        ({"each": 100}, (90, 100), (90, 100), 1000),
        ({"each": 100}, (95, 100), (90, 100), 1000),
        ({"each": 100}, (85, 100), (90, 100), 500),
        ({"each": 100}, (1, 3), (1, 2), 0),
        ({"each": 10}, (1, 3), (1, 2), 833),  # 16.67 points short, 166.67 off
        ({"each": 100, "within": 5}, (85, 100), (90, 100), 1000),
        ({"each": 100, "within": 3}, (85, 100), (90, 100), 800),
        ({"steps": [[0, 100], [5, 200]]}, (90, 100), (90, 100), 1000),
        ({"steps": [[0, 100], [5, 200]]}, (89, 100), (90, 100), 900),
        ({"steps": [[0, 100], [5, 200]]}, (85, 100), (90, 100), 900),
        ({"steps": [[0, 100], [5, 200]]}, (84, 100), (90, 100), 800),
        ({"each": 100, "direction": "down"}, (95, 100), (90, 100), 500),
        ({"each": 100, "direction": "down"}, (85, 100), (90, 100), 1000),
        ({"each": 100}, (5, 0), (90, 100), None),
        ({"each": 100}, (5, 10), None, None),
        # Counts alone are compared in percent of their mean.
        ({"each": 10, "denominator": 1}, (3, 0), (16, 4), 750),
        ({"each": 10, "denominator": 1, "direction": "down"}, (5, 0), (16, 4), 750),
        ({"each": 10, "denominator": 1}, (0, 0), (0, 4), 1000),
    ],
)
def test_against_the_mean(
    parameters: dict[str, Any],
    own: tuple[int, int],
    mean: tuple[int, int] | None,
    points: int | None,
):
    item = make_item(RuleShape.MEAN, **parameters)

    assert line_of(item, nights(*own), mean).points == points


@pytest.mark.parametrize(
    ("parameters", "now", "before", "points"),
    [
        ({"each": 50}, 100, 100, 1000),
        ({"each": 50}, 90, 100, 500),
        ({"each": 50, "change": 5}, 100, 100, 750),
        ({"each": 50, "change": 5}, 105, 100, 1000),
        ({"each": 50, "direction": "down"}, 90, 100, 1000),
        ({"each": 50, "direction": "down"}, 110, 100, 500),
        ({"each": 50, "direction": "down", "change": 5}, 97, 100, 900),
        ({"each": 1, "direction": "down"}, 4, 3, 967),  # 33.33 % more
        ({"each": 5, "direction": "down"}, 0, 0, 1000),
        ({"each": 5, "direction": "down"}, 1, 0, 500),  # 100 % of one
        ({"each": 5, "direction": "down"}, 3, 0, 0),
        ({"each": 5, "direction": "up"}, 1, 0, 1000),
        ({"steps": [[0, 100], [10, 300]], "direction": "down"}, 110, 100, 900),
        ({"steps": [[0, 100], [10, 300]], "direction": "down"}, 111, 100, 700),
        ({"each": 50}, 100, None, None),
    ],
)
def test_against_last_year(
    parameters: dict[str, Any], now: int, before: int | None, points: int | None
):
    item = make_item(RuleShape.LAST_YEAR, numerator=CRIMES, **{"denominator": 1, **parameters})
    facts = {CRIMES: now}

    line = line_of(item, facts if before is None else last_year(facts, {CRIMES: before}))

    assert line.points == points


@pytest.mark.parametrize(
    ("now", "before", "points"),
    [
        ((9, 10), (9, 10), 1000),
        ((8, 10), (16, 20), 1000),
        ((8, 10), (9, 10), 444),  # 11.1 % worse
        ((8, 10), (9, 0), None),
        ((0, 0), (9, 10), None),
    ],
)
def test_rate_against_last_year(now: tuple[int, int], before: tuple[int, int], points: int | None):
    item = make_item(RuleShape.LAST_YEAR, each=50)

    assert line_of(item, last_year(nights(*now), nights(*before))).points == points


@pytest.mark.parametrize(
    ("parameters", "good", "points"),
    [
        ({"minimum": 20}, 18, 900),
        ({"minimum": 20, "target": 90}, 18, 1000),
        ({"minimum": 21}, 18, None),
        ({"minimum": 20, "bands": [[95, 1000], [85, 600]]}, 18, 600),
        ({"minimum": 20, "bands": [[95, 1000], [85, 600]]}, 16, 0),
    ],
)
def test_index(parameters: dict[str, Any], good: int, points: int | None):
    assert line_of(make_item(RuleShape.INDEX, **parameters), nights(good, 20)).points == points


@pytest.mark.parametrize(("count", "points"), [(0, 0), (1, 50), (4, 200), (9, 200), (-1, 0)])
def test_bonus_is_capped_and_outside_the_100(count: int, points: int):
    line = line_of(make_item(RuleShape.BONUS, 200, each=50), {"briefs": count})

    assert (line.points, line.maximum) == (points, 0)
    assert total([Line("a", 8000, FULL, 1, 1), line]) == 8000 + points
    assert losses([Line("a", 8000, FULL, 1, 1), line]) == [2000, -points]


def test_bonus_is_not_scaled():
    lines = [Line("a", 400, 500, 1, 1), Line("b", None, 9500, 0, 0), Line("c", 150, 0, 3, 1)]

    assert (total(lines), bonus(lines)) == (8150, 150)
    assert sum(losses(lines)) == FULL - 8150


def test_total_may_fall_below_zero():
    lines = [Line("a", -9000, 1000, 30, 1), Line("b", 500, 9000, 1, 18)]

    assert total(lines) == -8500
    assert losses(lines) == [10_000, 8500]
    assert points_text(total(lines)) == "-85"


def test_scaled_total_below_zero_rounds_half_up():
    lines = [Line("a", -1, 3000, 1, 1), Line("b", None, 7000, 0, 0)]

    assert total(lines) == -3
    assert losses(lines) == [10_003, 0]


@pytest.mark.parametrize(
    ("points", "restored", "after", "given"),
    [(10, 200, 533, 200), (15, 700, 1000, 500), (30, 100, 1000, 0), (0, 5000, 1000, 1000)],
)
def test_appeal_gives_back_at_most_what_is_lost(points: int, restored: int, after: int, given: int):
    line = line_of(make_item(RuleShape.RATIO), nights(points, 30), restored=restored)

    assert (line.points, line.restored) == (after, given)


def test_appeal_gives_nothing_where_the_item_does_not_apply():
    line = line_of(make_item(RuleShape.RATIO), nights(0, 0), restored=500)

    assert (line.points, line.restored) == (None, 0)


@pytest.mark.parametrize(
    ("shape", "parameters", "sentence"),
    [
        (RuleShape.EVENTS, {"numerator": ""}, "没有“”这个计数|还没有选计数"),
        (RuleShape.RATIO, {"numerator": "indicator."}, "还没有选计数"),
        (RuleShape.RATIO, {"numerator": "last_year.briefs"}, "没有“last_year.briefs”"),
        (RuleShape.RATIO, {"minimum": 0}, "最低基数"),
        (RuleShape.RATIO, {"denominator": 1, "minimum": 20}, "永远不适用"),
        (RuleShape.RATIO, {"target": "多"}, "参数的格式不对"),
        (RuleShape.BANDS, {"bands": [[1]]}, "参数的格式不对"),
        (RuleShape.MEAN, {}, "每差一个百分点"),
        (RuleShape.MEAN, {"each": 1, "of": "world"}, "与谁比"),
        (RuleShape.MEAN, {"each": 1, "within": -1}, "不能是负数"),
        (RuleShape.MEAN, {"steps": [[5, 200], [0, 100]]}, "从小到大"),
        (RuleShape.MEAN, {"steps": [[0, 1001]]}, "从小到大"),
        (RuleShape.LAST_YEAR, {"each": 1, "direction": "sideways"}, "多的好还是少的好"),
        (RuleShape.BONUS, {}, "每次加分"),
        (RuleShape.VETO, {}, "最高能评为"),
        (RuleShape.VETO, {"grade": "excellent"}, "不是限制"),
        (RuleShape.INDEX, {"bands": [[80, 500], [95, 1000]]}, "分档"),
    ],
)
def test_rule_that_cannot_work_is_refused(
    shape: RuleShape, parameters: dict[str, Any], sentence: str
):
    with pytest.raises(InvalidRule, match=sentence):
        make_item(shape, **parameters)


def test_names_of_counts():
    assert is_fact(CRIMES)
    assert not is_fact("moons")
    assert fact(CRIMES, LABELS).label == "刑事案件"
    assert fact(f"last_year.{CRIMES}", LABELS).label == "上年同月刑事案件"
    assert fact(CRIMES).label == "crimes"


# --- sentences ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("item", "facts", "base", "restored", "sentence"),
    [
        (
            make_item(RuleShape.RATIO, minimum=20),
            nights(8, 10),
            None,
            0,
            "应巡逻夜数 10 夜，不足 20 夜，本项不适用，不计入总分",
        ),
        (
            make_item(RuleShape.RATIO),
            nights(15, 30),
            None,
            200,
            "夜间巡逻 15 夜 / 30 夜 = 50.0%，满分 10，申诉补回 2 分，得 7",
        ),
        (
            make_item(RuleShape.BANDS, bands=[[95, 1000], [80, 800]]),
            nights(28, 30),
            None,
            0,
            "夜间巡逻 28 夜 / 30 夜 = 93.3%（达到 80% 一档），满分 10，得 8",
        ),
        (
            make_item(RuleShape.BANDS, denominator=1, counted=True, bands=[[3, 1000], [2, 500]]),
            nights(1, 30),
            None,
            0,
            "夜间巡逻 1 夜（没有达到最低一档 2 夜），满分 10，得 0",
        ),
        (
            make_item(RuleShape.EVENTS, each=300, cap=600),
            {"briefs": 3},
            None,
            0,
            "治安碰头会 3 次，每次扣 3 分，最多扣 6 分，满分 10，得 4",
        ),
        (
            make_item(RuleShape.EVENTS, each=300, uncapped=True),
            {"briefs": 4},
            None,
            0,
            "治安碰头会 4 次，每次扣 3 分，扣分不封顶，满分 10，得 -2",
        ),
        (
            make_item(RuleShape.MEAN, each=50, within=2),
            nights(85, 100),
            (90, 100),
            0,
            "夜间巡逻 85 夜 / 100 夜 = 85.0%，全县平均 90.0%，低于平均 5.0 个百分点"
            "（2 个百分点以内不扣），每个百分点扣 0.5 分，满分 10，得 8.5",
        ),
        (
            make_item(RuleShape.MEAN, each=10, denominator=1, of="peers"),
            nights(3, 0),
            (16, 4),
            0,
            "夜间巡逻 3 夜，同组平均 4.0 夜，低于平均 25.0%，每1%扣 0.1 分，满分 10，得 7.5",
        ),
        (
            make_item(RuleShape.MEAN, steps=[[0, 100]], direction="down"),
            nights(80, 100),
            (90, 100),
            0,
            "夜间巡逻 80 夜 / 100 夜 = 80.0%，全县平均 90.0%，不差于平均，满分 10，得 10",
        ),
        (
            make_item(
                RuleShape.LAST_YEAR,
                numerator=CRIMES,
                denominator=1,
                each=50,
                change=5,
                direction="down",
            ),
            last_year({CRIMES: 97}, {CRIMES: 100}),
            None,
            0,
            "刑事案件 97 起，上年同月 100 起，下降 3.0%（下降 5% 得满分），每差 1% 扣 0.5 分，"
            "满分 10，得 9",
        ),
        (
            make_item(
                RuleShape.LAST_YEAR, numerator=CRIMES, denominator=1, each=5, direction="down"
            ),
            last_year({CRIMES: 1}, {CRIMES: 0}),
            None,
            0,
            "刑事案件 1 起，上年同月 0 起，上升 100.0%（上年同月为 0，按 1 计算升降幅度），"
            "每差 1% 扣 0.05 分，满分 10，得 5",
        ),
        (
            make_item(RuleShape.LAST_YEAR, numerator=CRIMES, denominator=1, each=5),
            {CRIMES: 1},
            None,
            0,
            "没有上年同月的刑事案件可比，本项不适用，不计入总分",
        ),
        (
            make_item(RuleShape.LAST_YEAR, each=5),
            last_year(nights(9, 10), nights(9, 10)),
            None,
            0,
            "夜间巡逻 9 夜 / 10 夜 = 90.0%，上年同月 90.0%，没有升降，满分 10，得 10",
        ),
        (
            make_item(RuleShape.INDEX, minimum=20, target=95),
            nights(18, 20),
            None,
            0,
            "夜间巡逻 18 夜 / 20 夜 = 90.0%（95% 得满分），满分 10，得 9.47",
        ),
        (
            make_item(RuleShape.EVENTS, each=300, needs="returns_received"),
            {"briefs": 0, "returns_received": 0},
            None,
            0,
            "没有审核通过的月报，满分 10，得 0",
        ),
        (
            make_item(RuleShape.MEAN, each=50, needs="returns_received"),
            {**nights(0, 30), "returns_received": 0},
            (20, 30),
            0,
            "没有审核通过的月报，满分 10，得 0",
        ),
        (
            make_item(RuleShape.BONUS, 200, each=50, needs="returns_received"),
            {"briefs": 3, "returns_received": 0},
            None,
            0,
            "没有审核通过的月报，不加分",
        ),
        (
            make_item(RuleShape.BONUS, 200, each=50),
            {"briefs": 3},
            None,
            0,
            "治安碰头会 3 次，每次加 0.5 分，最多加 2 分，加 1.5",
        ),
        (
            make_item(RuleShape.VETO, 0, numerator="vetoes_in_force", grade="qualified"),
            {"vetoes_in_force": 1},
            None,
            0,
            "生效中的一票否决 1 项，等次最高为合格",
        ),
        (
            make_item(RuleShape.VETO, 0, numerator="vetoes_in_force", grade="qualified"),
            {"vetoes_in_force": 0},
            None,
            0,
            "生效中的一票否决 0 项，不影响等次",
        ),
    ],
)
def test_sentence(
    item: Item, facts: Facts, base: tuple[int, int] | None, restored: int, sentence: str
):
    assert explain(line_of(item, facts, base, restored), item) == sentence


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ([Line("a", 9000, FULL, 1, 1)], "各项共得 90 分"),
        (
            [Line("a", 6000, 8000, 1, 1), Line("b", None, 2000, 0, 0), Line("c", 50, 0, 1, 1)],
            "适用的考核项满分共 80 分，得 60 分，折算为百分制 75 分，另加 0.5 分，总分 75.5 分",
        ),
        ([Line("b", None, FULL, 0, 0)], "没有适用的考核项，得 0 分"),
    ],
)
def test_sentence_of_the_total(lines: list[Line], sentence: str):
    assert explain_total(lines) == sentence
