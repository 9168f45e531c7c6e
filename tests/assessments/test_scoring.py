"""Rules of the scoring: tables of inputs and answers, and what holds for every input."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import assessments
from assessments.enums import RuleShape
from assessments.explain import explain, points_text, rate_text
from assessments.scorelines import (
    Card,
    Facts,
    LevelRules,
    Node,
    assess,
    canonical,
    facts_json,
    hash_of,
    lines_json,
    read_rules,
    sum_up,
)
from assessments.scoring import (
    FULL,
    InvalidRule,
    Item,
    Line,
    applicable,
    losses,
    read_item,
    score,
    stored,
    total,
)
from assessments.selectors.facts import GROUP_FACTS, UNIT_FACTS
from pingan.enums import Level

DATA = Path(assessments.__file__).parent / "data" / "default_schemes.json"
SCHEMES = json.loads(DATA.read_text(encoding="utf-8"))["schemes"]
KEYED = read_rules({str(scheme["level"]): scheme for scheme in SCHEMES})
RULES = {Level(int(key)): rules for key, rules in KEYED.items()}
TOWNSHIP_ONLY = ("area_found", "area_solved", *(f"villages_{x}" for x in ("expected", "on_time")))


def make_item(shape: RuleShape, points: int = 1000, **parameters: object) -> Item:
    names = {"numerator": "nights_covered", "denominator": "nights_expected"}
    return read_item(
        {
            "code": "item",
            "name": "夜间巡逻",
            "source": "routine",
            "shape": shape,
            "points": points,
            "parameters": {**names, **parameters},
            "clause": "条文",
        }
    )


def points(item: Item, numerator: int, denominator: int) -> int | None:
    facts = {"nights_covered": numerator, "nights_expected": denominator}
    return score([item], facts)[0].points


@pytest.mark.parametrize(
    ("numerator", "denominator", "target", "expected"),
    [
        (28, 30, 100, 933),  # 933.33
        (30, 30, 100, 1000),
        (0, 30, 100, 0),
        (1, 3, 100, 333),
        (2, 3, 100, 667),
        (1, 2000, 100, 1),  # 0.5 rounds up
        (1, 2001, 100, 0),
        (31, 30, 100, 1000),  # never above the full score
        (9, 10, 95, 947),  # 947.37
        (95, 100, 95, 1000),
        (1, 1, 200, 500),
        (0, 0, 100, None),
    ],
)
def test_ratio(numerator: int, denominator: int, target: int, expected: int | None):
    item = make_item(RuleShape.RATIO, target=target)

    assert points(item, numerator, denominator) == expected


@pytest.mark.parametrize(("numerator", "expected"), [(2, 1000), (3, 1000), (1, 600), (0, 200)])
def test_missing(numerator: int, expected: int):
    assert points(make_item(RuleShape.MISSING, denominator=2, each=400), numerator, 0) == expected


def test_missing_stops_at_zero():
    assert points(make_item(RuleShape.MISSING, each=300), 0, 7) == 0


@pytest.mark.parametrize(
    ("numerator", "expected"),
    [(100, 1000), (95, 1000), (94, 800), (80, 800), (79, 0), (0, 0)],
)
def test_bands(numerator: int, expected: int):
    item = make_item(RuleShape.BANDS, bands=[[95, 1000], [80, 800]])

    assert points(item, numerator, 100) == expected


@pytest.mark.parametrize(("events", "expected"), [(0, 1000), (1, 700), (2, 400), (3, 400)])
def test_events_are_capped(events: int, expected: int):
    item = make_item(RuleShape.EVENTS, denominator=1, each=300, cap=600)

    assert points(item, events, 0) == expected


def test_judged_is_points_given_of_points_possible():
    assert points(make_item(RuleShape.JUDGED, 2000), 8750, 10_000) == 1750


def test_absent_count_does_not_apply_and_zero_does():
    item = make_item(RuleShape.RATIO)

    assert score([item], {}) == (Line("item", None, 1000, 0, 0),)
    assert score([item], {"nights_covered": 0, "nights_expected": 30})[0].points == 0


def test_without_what_it_needs_an_item_earns_nothing():
    item = make_item(RuleShape.EVENTS, each=100, denominator=1, needs="returns_received")

    assert score([item], {"nights_covered": 0, "returns_received": 0})[0].points == 0
    assert score([item], {"nights_covered": 0, "returns_received": 1})[0].points == 1000


def test_total_is_scaled_over_what_applies():
    lines = [Line("a", 500, 1000, 1, 2), Line("b", None, 4000, 0, 0), Line("c", 5000, 5000, 1, 1)]

    assert applicable(lines) == (5500, 6000)
    assert total(lines) == 9167  # 91.666…
    assert losses(lines) == [833, 0, 0]


def test_nothing_applies():
    lines = [Line("a", None, 10_000, 0, 0)]

    assert total(lines) == 0
    assert losses(lines) == [0]


@pytest.mark.parametrize(
    ("shape", "parameters", "sentence"),
    [
        (RuleShape.RATIO, {"numerator": "moons"}, "没有“moons”这个计数"),
        (RuleShape.RATIO, {"denominator": "moons"}, "没有“moons”这个计数"),
        (RuleShape.RATIO, {"needs": "moons"}, "没有“moons”这个计数"),
        (RuleShape.RATIO, {"denominator": 0}, "分母必须大于零"),
        (RuleShape.RATIO, {"target": 0}, "目标百分比"),
        (RuleShape.MISSING, {}, "每次扣分"),
        (RuleShape.EVENTS, {"each": 0}, "每次扣分"),
        (RuleShape.BANDS, {}, "分档"),
        (RuleShape.BANDS, {"bands": [[80, 800], [95, 1000]]}, "分档"),
        (RuleShape.BANDS, {"bands": [[95, 1001]]}, "分档"),
        (RuleShape.BANDS, {"bands": [[95, 500], [80, 800]]}, "分档"),
    ],
)
def test_rule_that_cannot_work_is_refused(
    shape: RuleShape, parameters: dict[str, Any], sentence: str
):
    with pytest.raises(InvalidRule, match=sentence):
        make_item(shape, **parameters)


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme["name"])
def test_default_scheme_makes_100_points_of_known_counts(scheme: dict[str, object]):
    rules = KEYED[str(scheme["level"])]
    known = GROUP_FACTS if scheme["level"] == Level.GROUP else (*UNIT_FACTS, *TOWNSHIP_ONLY)

    assert sum(item.points for item in rules.items) == FULL
    for item in rules.items:
        assert item.numerator in known
        assert isinstance(item.denominator, int) or item.denominator in known
        assert "依据" in item.clause


# --- what holds for every input -------------------------------------------------------------

COUNT = st.integers(0, 40)
LEVELS = st.sampled_from([Level.TOWNSHIP, Level.VILLAGE, Level.DEPARTMENT, Level.SECTOR])
GOOD = sorted(
    {
        item.numerator
        for level in (Level.TOWNSHIP, Level.VILLAGE, Level.DEPARTMENT)
        for item in RULES[level].items
    }
)


@st.composite
def unit_facts(draw: st.DrawFn) -> Facts:
    """Counts as a close gathers them: parts never exceed their wholes."""
    facts = {name: draw(COUNT) for name in UNIT_FACTS}
    for part, whole in (
        ("patrol_days_covered", "patrol_days_expected"),
        ("nights_covered", "nights_expected"),
        ("key_days_covered", "key_days_expected"),
        ("categories_answered", "categories_expected"),
        ("matters_solved", "matters_found"),
        ("order_good", "survey_slips"),
        ("feels_safe", "survey_slips"),
        ("satisfied", "survey_slips"),
        ("inspection_given", "inspection_possible"),
    ):
        facts[part] = min(facts[part], facts[whole])
    facts["returns_expected"] = 1
    facts["returns_received"] = min(1, facts["returns_received"])
    facts["returns_on_time"] = min(1, facts["returns_on_time"])
    return facts


def with_area(facts: Facts) -> Facts:
    return {
        **facts,
        "area_found": facts["matters_found"],
        "area_solved": facts["matters_solved"],
        "villages_expected": 5,
        "villages_on_time": 3,
    }


@given(unit_facts(), LEVELS)
def test_losses_add_up_to_what_is_missing_from_100(facts: Facts, level: Level):
    lines = score(RULES[level].items, with_area(facts))

    assert sum(losses(lines)) == FULL - total(lines)
    assert all(lost >= 0 for lost in losses(lines))
    assert 0 <= total(lines) <= FULL


@given(unit_facts(), LEVELS)
def test_where_all_applies_a_loss_is_full_score_minus_points(facts: Facts, level: Level):
    whole = with_area({name: max(1, value) for name, value in facts.items()})

    lines = score(RULES[level].items, whole)

    assert [line.maximum - (line.points or 0) for line in lines] == losses(lines)


@given(unit_facts(), LEVELS, st.sampled_from(GOOD), st.integers(1, 10))
def test_more_of_a_good_thing_never_lowers_a_score(
    facts: Facts, level: Level, name: str, more: int
):
    before = with_area(facts)
    after = {**before, name: before[name] + more}

    assert total(score(RULES[level].items, after)) >= total(score(RULES[level].items, before))


@st.composite
def small_county(draw: st.DrawFn) -> tuple[list[Node], dict[int, Facts]]:
    """A few townships with villages, and one 口 with departments, in any order."""
    nodes: list[Node] = []
    facts: dict[int, Facts] = {}

    def add(parent: int, level: Level) -> int:
        number = len(nodes) + 1
        nodes.append(Node(number, parent, level, f"{number:03d}", f"单位{number}", number))
        facts[number] = draw(unit_facts())
        return number

    for _township in range(draw(st.integers(1, 3))):
        township = add(100, Level.TOWNSHIP)
        for _village in range(draw(st.integers(0, 3))):
            add(township, Level.VILLAGE)
    sector = add(100, Level.SECTOR)
    facts[sector] = dict.fromkeys(UNIT_FACTS, 0)
    add(sector, Level.DEPARTMENT)
    return nodes, facts


def cards_of(nodes: list[Node], facts: dict[int, Facts]) -> list[Card]:
    own = {unit: counts.copy() for unit, counts in facts.items()}
    sum_up(nodes, own)
    root = Node(100, 0, Level.COUNTY, "100", "县", 0)
    return assess(root, nodes, own, KEYED, {})


@given(small_county(), st.randoms())
def test_order_of_units_changes_nothing(county, random):
    nodes, facts = county
    shuffled = nodes.copy()
    random.shuffle(shuffled)

    first, second = cards_of(nodes, facts), cards_of(shuffled, facts)

    assert sorted(first) == sorted(second)
    assert hash_of("1", "2026-09", {}, first) == hash_of("1", "2026-09", {}, second)


@given(unit_facts(), LEVELS)
def test_quick_json_is_the_canonical_one(facts: Facts, level: Level):
    lines = score(RULES[level].items, facts)

    assert lines_json(lines) == canonical([stored(line) for line in lines])
    assert facts_json(facts) == canonical(facts)


@given(small_county())
def test_sums_lose_and_double_nothing(county):
    nodes, facts = county
    found = sum(
        facts[node.unit_id]["matters_found"] for node in nodes if node.level != Level.SECTOR
    )

    sum_up(nodes, facts)

    top = [node for node in nodes if node.parent_id == 100]
    names = {Level.TOWNSHIP: "area_found", Level.SECTOR: "matters_found"}
    assert sum(facts[node.unit_id][names[Level(node.level)]] for node in top) == found


def test_hash_sees_every_field():
    rules = {Level.VILLAGE: LevelRules((), (), {})}
    [card] = assess(
        Node(1, 0, Level.COUNTY, "1", "县", 0),
        [Node(2, 1, Level.VILLAGE, "2", "村", 0)],
        {2: {"open_matters": 0}},
        KEYED,
        {},
    )
    first = hash_of("1", "2026-09", {}, [card])

    changed = [
        card._replace(**{name: "?"})
        for name in Card._fields
        if name not in ("unit_id", "parent_id")
    ]

    assert len({hash_of("1", "2026-09", {}, [other]) for other in changed} | {first}) == 17
    assert hash_of("1", "2026-10", {}, [card]) != first
    assert hash_of("1", "2026-09", {"3": rules[Level.VILLAGE].colour_rules}, [card]) != first


# --- sentences ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "parameters", "facts", "sentence"),
    [
        (
            RuleShape.RATIO,
            {},
            {"nights_covered": 28, "nights_expected": 30},
            "夜间巡逻 28 夜 / 30 夜 = 93.3%，满分 10，得 9.33",
        ),
        (
            RuleShape.RATIO,
            {"target": 95},
            {"nights_covered": 30, "nights_expected": 30},
            "夜间巡逻 30 夜 / 30 夜 = 100.0%（95% 得满分），满分 10，得 10",
        ),
        (
            RuleShape.MISSING,
            {"numerator": "broadcasts", "denominator": 2, "each": 400},
            {"broadcasts": 1},
            "广播会 1 次 / 应有 2 次，缺 1 次，满分 10，得 6",
        ),
        (
            RuleShape.EVENTS,
            {"numerator": "open_matters", "denominator": 1, "each": 50, "cap": 400},
            {"open_matters": 3},
            "未结事项 3 件，每件扣 0.5 分，满分 10，得 8.5",
        ),
        (
            RuleShape.JUDGED,
            {"numerator": "inspection_given", "denominator": "inspection_possible"},
            {"inspection_given": 8750, "inspection_possible": 10_000},
            "检查得分 87.5 分 / 100 分 = 87.5%，满分 10，得 8.75",
        ),
        (
            RuleShape.RATIO,
            {"numerator": "order_good", "denominator": "survey_slips"},
            {"order_good": 0, "survey_slips": 0},
            "本月没有可计的测评有效票，本项不适用，不计入总分",
        ),
        (
            RuleShape.BANDS,
            {
                "numerator": "matters_solved",
                "denominator": "matters_found",
                "bands": [[95, 1000]],
                "needs": "returns_received",
            },
            {"matters_solved": 0, "matters_found": 0, "returns_received": 0},
            "没有审核通过的月报，满分 10，得 0",
        ),
    ],
)
def test_explanation(shape: RuleShape, parameters: dict[str, Any], facts: Facts, sentence: str):
    item = make_item(shape, **parameters)

    assert explain(score([item], facts)[0], item) == sentence


@pytest.mark.parametrize(
    ("hundredths", "text"), [(0, "0"), (5, "0.05"), (950, "9.5"), (1000, "10"), (10_000, "100")]
)
def test_points_text(hundredths: int, text: str):
    assert points_text(hundredths) == text


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [(1999, 2000, "99.9%"), (2000, 2000, "100.0%"), (1, 3, "33.3%"), (0, 5, "0.0%")],
)
def test_what_is_not_all_never_prints_as_all(part: int, whole: int, text: str):
    assert rate_text(part, whole) == text
