"""What a close counts where rules ask for more: visits, ratings, rectification, last year …"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessments.enums import (
    AppealState,
    Colour,
    Grade,
    LadderKind,
    NoticeState,
    RuleShape,
    SchemeState,
    VetoState,
    VisitKind,
)
from assessments.models import (
    Appeal,
    Edition,
    Inspection,
    LeaderRating,
    PeerGroup,
    RectificationNotice,
    Scheme,
    Scorecard,
    ScoreItem,
    Veto,
    VetoCondition,
)
from assessments.scoring import Line
from assessments.selectors.facts import UNIT_FACTS
from assessments.selectors.results import rescored, results
from assessments.selectors.schemes import rules_of, text_of, with_scheme
from assessments.services.closing import close_month, hash_from_database
from campaigns.enums import (
    IndicatorAnswer,
    IndicatorDirection,
    IndicatorKind,
    PeriodKind,
    ReturnState,
)
from campaigns.models import Indicator, IndicatorForm, IndicatorReport, IndicatorValue
from disputes.models import Dispute
from pingan.enums import Level, Role, UnitKind
from pingan.models import Unit, User
from pingan.months import Month
from pingan.refusals import Refused
from tests.assessments.records import (
    MONTH,
    add_inspection,
    add_sweep,
    make_return,
    perfect_county,
    perfect_month,
)
from tests.assessments.regulating import make_problem
from tests.disputes.makers import make_dispute
from tests.factories import County, make_county, make_user

pytestmark = pytest.mark.django_db

DAY = MONTH.last_day
ONE_DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def october() -> object:
    with time_machine.travel(dt.datetime(2026, 10, 8, 9, tzinfo=dt.UTC), tick=False) as clock:
        yield clock


def rule(code: str, shape: RuleShape, points: int, **parameters: Any) -> dict[str, Any]:
    return {"code": code, "shape": shape, "points": points, "parameters": parameters}


def make_scheme(
    county: Unit, level: Level, *rules: dict[str, Any], group: PeerGroup | None = None
) -> Scheme:
    common = Scheme.objects.get(county=None, level=level)
    scheme = Scheme.objects.create(
        county=county,
        level=level,
        peer_group=group,
        name="本县办法",
        valid_from=MONTH,
        grade_bands=common.grade_bands,
        colour_rules=common.colour_rules,
    )
    ScoreItem.objects.bulk_create(
        ScoreItem(
            scheme=scheme, position=place, name=each["code"], source="routine", clause="条", **each
        )
        for place, each in enumerate(rules, start=1)
    )
    return scheme


def close(county: Unit, month: Month = MONTH) -> Edition:
    (edition,) = close_month(counties=[county], month=month, by=None)
    return edition


def card_of(edition: Edition, unit: Unit) -> Scorecard:
    return Scorecard.objects.get(edition=edition, unit=unit)


def line_of(card: Scorecard, code: str) -> Line:
    [line] = [Line(*line) for line in card.lines if line[0] == code]
    return line


def given_of(code: str, name: str) -> dict[str, Any]:
    parameters = {"numerator": f"{name}_given", "denominator": f"{name}_possible"}
    return rule(code, RuleShape.JUDGED, 1000, **parameters)


def make_veto(unit: Unit, **fields: Any) -> Veto:
    values = {
        "state": VetoState.DECIDED,
        "starts_on": DAY,
        "ends_on": DAY + ONE_DAY,
        "decided_at": timezone.now(),
        "decision": "依法决定",
        "document": "县创安办〔2026〕9号",
    }
    condition = VetoCondition.objects.create(
        county=unit.county, position=1, code=f"c{unit.pk}", name="情形", basis="条例", months=6
    )
    return Veto.objects.create(
        unit=unit,
        condition=condition,
        facts="集镇仓库爆炸",
        happened_on=DAY,
        proposing_unit=unit,
        proposed_at=timezone.now(),
        **{**values, **fields},
    )


def make_notice(unit: Unit, number: int, **fields: Any) -> RectificationNotice:
    values = {
        "state": NoticeState.SIGNED,
        "signed_on": MONTH.first_day,
        "due_on": DAY - ONE_DAY,
        "recheck_on": DAY,
    }
    return RectificationNotice.objects.create(
        county=unit.county or unit,
        unit=unit,
        kind=LadderKind.NOTICE,
        month=MONTH,
        year=2026,
        number=number,
        demand="修好护栏",
        responsible_post="综治专干",
        basis="条例",
        drafted_at=timezone.now(),
        **{**values, **fields},
    )


def add_indicator(unit: Unit, code: str, number: int, month: Month = MONTH, **fields: Any) -> None:
    indicator, _made = Indicator.objects.get_or_create(
        county=unit.county,
        code=code,
        defaults={
            "name": "刑事案件",
            "kind": IndicatorKind.COUNT,
            "measure": "起",
            "direction": IndicatorDirection.FALL,
        },
    )
    form, _made = IndicatorForm.objects.get_or_create(
        county=unit.county,
        code="T1",
        defaults={"name": "月报", "period": PeriodKind.MONTH, "basis": "通知"},
    )
    report, _made = IndicatorReport.objects.get_or_create(
        form=form,
        unit=unit,
        starts_on=month.first_day,
        ends_on=fields.pop("ends_on", month.last_day),
        defaults={"due_on": month.last_day, "state": ReturnState.ACCEPTED, **fields},
    )
    IndicatorValue.objects.create(
        report=report, indicator=indicator, answer=IndicatorAnswer.COUNTED, number=number
    )


def test_secret_and_open_visits_and_ratings_apart(tree: County):
    town = tree.townships[0]
    make_scheme(
        tree.county,
        Level.TOWNSHIP,
        given_of("open", "inspection"),
        given_of("secret", "undercover"),
        given_of("leaders", "rating"),
    )
    add_inspection(town, given=8_000)
    Inspection.objects.create(
        unit=town, month=MONTH, on=DAY, kind=VisitKind.SECRET, points_given=6_000
    )
    for post, points in (("县委书记", 9_000), ("县长", 8_000)):
        LeaderRating.objects.create(unit=town, month=MONTH, rater_post=post, points_given=points)

    card = card_of(close(tree.county), town)

    assert [line[1] for line in card.lines] == [800, 600, 850]
    assert card.facts["rating_possible"] == 20_000


def test_disputes_of_a_township_are_its_villages_too(tree: County):
    names = {"numerator": "area_disputes_solved", "denominator": "area_disputes_found"}
    make_scheme(tree.county, Level.TOWNSHIP, rule("disputes", RuleShape.RATIO, 1000, **names))
    for unit, solved in ((tree.townships[0], 2), (tree.villages[0], 1), (tree.villages[1], 0)):
        made = make_return(unit)
        add_sweep(made, found=0, solved=0)
        made.sweep_rows.filter(category__code="dispute").update(
            answer="counted", found=2, solved_in_group=0, solved_in_village=solved
        )

    edition = close(tree.county)

    assert line_of(card_of(edition, tree.townships[0]), "disputes")[1:] == (
        *(500, 1000, 3, 6),
        *(0, 0, 0),
    )
    assert card_of(edition, tree.villages[0]).facts["disputes_found"] == 2


def test_cases_of_the_desk_are_counted_for_a_township_and_its_villages(
    tree: County, county_officer: User, client_of: Any
):
    """Registered, settled, over their term at the month's end; no name and no file is read."""
    clerk = make_user(Role.VILLAGE_CLERK, tree.villages[0], "desk")
    for settled_on in (MONTH.first_day, MONTH.last_day, MONTH.next.first_day, None):
        case = make_dispute(tree.villages[0], clerk, registered_on=MONTH.previous.first_day)
        Dispute.objects.filter(pk=case.pk).update(
            settled_on=settled_on,
            settled_level=Level.VILLAGE if settled_on else None,
            due_on=MONTH.last_day - dt.timedelta(days=1),
        )
    make_dispute(tree.villages[1], make_user(Role.VILLAGE_CLERK, tree.villages[1], "other"),
                 registered_on=MONTH.first_day)  # fmt: skip
    names = {"numerator": "area_cases_overdue", "each": 50, "uncapped": True}
    make_scheme(tree.county, Level.TOWNSHIP, rule("late", RuleShape.EVENTS, 1000, **names))

    edition = close(tree.county)
    card, village = (card_of(edition, unit) for unit in (tree.townships[0], tree.villages[0]))

    kinds = ("received", "settled", "overdue")
    assert [card.facts[f"area_cases_{kind}"] for kind in kinds] == [1, 2, 3]
    assert [card.facts[f"cases_{kind}"] for kind in kinds] == [0, 0, 0]
    assert [village.facts[f"cases_{kind}"] for kind in kinds] == [0, 2, 2]
    page = client_of(county_officer).get(f"/scorecards/{card.pk}/").content.decode()
    assert "本级和所辖村(社区)月底超过期限未结的纠纷 3 件" in page


def test_a_villages_card_tells_its_late_cases_by_number_alone(
    tree: County, county_officer: User, client_of: Any
):
    clerk = make_user(Role.VILLAGE_CLERK, tree.villages[0], "desk")
    case = make_dispute(tree.villages[0], clerk, registered_on=MONTH.first_day)
    names = {"numerator": "cases_overdue", "each": 50}
    make_scheme(tree.county, Level.VILLAGE, rule("late", RuleShape.EVENTS, 1000, **names))

    card = card_of(close(tree.county), tree.villages[0])
    page = client_of(county_officer).get(f"/scorecards/{card.pk}/").content.decode()

    assert card.facts["cases_overdue"] == 1
    assert case.code in page
    assert f"unit={tree.villages[0].pk}&amp;first={MONTH.first_day}" in page
    assert "演示甲" not in page


def test_rectification_due_in_the_month(tree: County):
    town = tree.townships[0]
    make_scheme(
        tree.county,
        Level.TOWNSHIP,
        rule("notices", RuleShape.RATIO, 1000, numerator="notices_closed",
             denominator="notices_due"),
        rule("open", RuleShape.EVENTS, 500, numerator="problems_open", each=100),
        rule("lasting", RuleShape.EVENTS, 500, numerator="problems_lasting", each=200),
    )  # fmt: skip
    closed = {"state": NoticeState.CLOSED, "closed_on": DAY}
    make_notice(town, 1, **closed)
    make_notice(town, 2)
    make_notice(town, 3, state=NoticeState.CLOSED, closed_on=DAY + ONE_DAY)
    make_notice(town, 4, recheck_on=DAY + ONE_DAY)
    make_notice(town, 5, state=NoticeState.WITHDRAWN)
    make_problem(town, month=MONTH.previous)
    make_problem(town, month=MONTH)
    make_problem(town, month=MONTH.next)
    solved = make_problem(town, month=MONTH.previous)
    solved.solved_on = DAY
    solved.save()

    card = card_of(close(tree.county), town)

    assert (card.facts["notices_due"], card.facts["notices_closed"]) == (3, 1)
    assert (card.facts["problems_open"], card.facts["problems_lasting"]) == (2, 1)
    assert [line[1] for line in card.lines] == [333, 300, 300]


@pytest.mark.parametrize(
    ("fields", "is_vetoed"),
    [
        ({}, True),
        ({"starts_on": DAY + ONE_DAY, "ends_on": DAY + 2 * ONE_DAY}, False),
        ({"starts_on": DAY - ONE_DAY, "ends_on": DAY}, False),
        ({"state": VetoState.PROPOSED}, False),
        ({"state": VetoState.REFUSED}, False),
        (
            {"state": VetoState.LIFTED, "lifted_on": DAY + ONE_DAY, "lift_reason": "已整改"},
            True,
        ),
    ],
)
def test_veto_in_force_on_the_last_day(tree: County, fields: dict[str, Any], is_vetoed: bool):
    perfect_county(tree)
    make_veto(tree.departments[0], **fields)

    edition = close(tree.county)

    card = card_of(edition, tree.departments[0])
    expected = (Grade.UNQUALIFIED, Colour.RED) if is_vetoed else (Grade.EXCELLENT, Colour.BLUE)
    assert (card.grade, card.colour) == expected
    assert card.total == 10_000
    assert ("vetoes_in_force" in card.facts) == is_vetoed
    assert card_of(edition, tree.sectors[0]).grade == Grade.EXCELLENT


def test_indicators_of_the_month_against_last_year(tree: County):
    first, second = tree.townships
    names = {"numerator": "indicator.crimes", "denominator": 1}
    scheme = make_scheme(
        tree.county,
        Level.TOWNSHIP,
        rule("crimes", RuleShape.LAST_YEAR, 1000, **names, each=50, direction="down"),
    )
    add_indicator(first, "crimes", 11)
    add_indicator(first, "crimes", 10, MONTH.shift(-12))
    add_indicator(first, "crimes", 99, MONTH.previous)
    add_indicator(second, "crimes", 5, state=ReturnState.SUBMITTED)

    edition = close(tree.county)

    assert tuple(line_of(card_of(edition, first), "crimes")[1:7]) == (500, 1000, 11, 1, 10, 1)
    assert card_of(edition, first).facts["last_year.indicator.crimes"] == 10
    assert line_of(card_of(edition, second), "crimes").points is None
    assert "indicator.crimes" not in card_of(edition, second).facts
    item = edition.rules["2"]["items"][0]
    assert item["labels"] == {"indicator.crimes": ["刑事案件", "起"]}
    assert text_of(scheme) == edition.rules["2"]
    assert hash_from_database(edition) == edition.hash


def test_ten_days_are_no_month(tree: County):
    make_scheme(
        tree.county,
        Level.TOWNSHIP,
        rule("crimes", RuleShape.EVENTS, 1000, numerator="indicator.crimes", each=100),
    )
    add_indicator(tree.townships[0], "crimes", 3, ends_on=dt.date(2026, 9, 10))

    card = card_of(close(tree.county), tree.townships[0])

    assert line_of(card, "crimes").points is None


def test_records_against_last_years_card(tree: County):
    perfect_month(tree.townships[0], MONTH.shift(-12))
    close(tree.county, MONTH.shift(-12))
    perfect_month(tree.townships[0])
    names = {"numerator": "nights_covered", "denominator": "nights_expected"}
    make_scheme(
        tree.county, Level.TOWNSHIP, rule("nights", RuleShape.LAST_YEAR, 1000, **names, each=10)
    )
    make_return(tree.townships[1])

    edition = close(tree.county)

    assert tuple(line_of(card_of(edition, tree.townships[0]), "nights")[1:7]) == (
        *(1000, 1000),
        *(30, 30, 30, 30),
    )
    assert line_of(card_of(edition, tree.townships[1]), "nights").base_numerator == 0
    assert "last_year.nights_covered" not in card_of(edition, tree.villages[0]).facts


def test_no_card_last_year_does_not_apply(tree: County):
    names = {"numerator": "briefs", "denominator": 1}
    make_scheme(
        tree.county, Level.GROUP, rule("briefs", RuleShape.LAST_YEAR, 1000, **names, each=10)
    )

    assert line_of(card_of(close(tree.county), tree.groups[0]), "briefs").points is None


def test_peer_groups_by_name_then_kind(tree: County):
    first, second = tree.villages[:2]
    valid = {"county": tree.county, "level": Level.VILLAGE, "valid_from": dt.date(2020, 1, 1)}
    city = PeerGroup.objects.create(**valid, name="城区", position=2)
    city.units.add(first)
    PeerGroup.objects.create(**valid, name="农村", position=1, unit_kinds=[UnitKind.VILLAGE])
    PeerGroup.objects.create(
        **valid, name="从前", position=0, unit_kinds=[UnitKind.VILLAGE], valid_to=DAY
    )
    nights = {"numerator": "nights_covered", "denominator": "nights_expected"}
    make_scheme(
        tree.county, Level.VILLAGE, rule("own", RuleShape.RATIO, 10_000, **nights), group=city
    )

    edition = close(tree.county)

    assert [card_of(edition, unit).peer_group for unit in tree.villages] == [
        "城区",
        *["农村"] * 3,
    ]
    assert card_of(edition, first).peers == 1
    assert [line[0] for line in card_of(edition, first).lines] == ["own"]
    assert len(card_of(edition, second).lines) > 1
    assert set(edition.rules) == {"2", "3", "3/城区", "4", "12", "13"}
    assert hash_from_database(edition) == edition.hash


def test_upheld_appeal_gives_back_at_the_next_close(tree: County):
    perfect_month(tree.townships[0]).patrol_rows.filter(on__day__gt=15).delete()
    first = close(tree.county)
    card = card_of(first, tree.townships[0])
    appeal = Appeal.objects.create(
        scorecard=card,
        unit=card.unit,
        month=MONTH,
        item_code="patrol-nights",
        item_name="夜间巡逻",
        lost=400,
        reason="漏计",
        filed_at=timezone.now(),
    )
    assert close(tree.county).pk == first.pk
    appeal.state, appeal.restored, appeal.decision = AppealState.UPHELD, 300, "属实"
    appeal.decided_at = timezone.now()
    appeal.save()

    second = close(tree.county)

    again = card_of(second, tree.townships[0])
    assert line_of(again, "patrol-nights")[1:] == (700, 800, 15, 30, 0, 0, 300)
    assert again.total > card.total
    assert hash_from_database(second) == second.hash
    assert close(tree.county).pk == second.pk


def test_drafts_are_not_rules(tree: County):
    scheme = make_scheme(
        tree.county, Level.GROUP, rule("brief", RuleShape.EVENTS, 10_000, numerator="briefs",
                                       each=100)
    )  # fmt: skip
    Scheme.objects.filter(pk=scheme.pk).update(state=SchemeState.DRAFT)
    rules = rules_of([tree.county], MONTH)

    tried = with_scheme(rules[tree.county.pk], scheme)
    [before] = results([tree.county], MONTH)
    [after] = results([tree.county], MONTH, {tree.county.pk: tried})

    assert rules[tree.county.pk]["4"]["name"] != "本县办法"
    assert before.hash != after.hash
    assert {card.total for card in after.cards if card.level == Level.GROUP} == {10_000}
    assert not Edition.objects.exists()


def test_rescored_by_the_same_rules_is_the_same(tree: County):
    perfect_month(tree.townships[0])
    make_veto(tree.townships[1])
    edition = close(tree.county)

    again = rescored(edition, edition.rules)

    assert again.hash == edition.hash


def test_refused_without_units_or_with_a_broken_rule(tree: County):
    with pytest.raises(Refused, match="没有可以考评的单位"):
        results([tree.county], Month(2019, 12))
    make_scheme(tree.county, Level.GROUP, rule("x", RuleShape.MEAN, 10, numerator="briefs"))
    with pytest.raises(Refused, match="考核办法有误"):
        results([tree.county], MONTH)


def test_counts_that_no_rule_asks_for_are_on_no_card(tree: County):
    make_problem(tree.townships[0])
    Inspection.objects.create(
        unit=tree.villages[0], month=MONTH, on=DAY, kind=VisitKind.SECRET, points_given=1
    )

    edition = close(tree.county)

    assert set(card_of(edition, tree.villages[0]).facts) == {*UNIT_FACTS, "open_matters"}
    assert card_of(edition, tree.villages[0]).facts["inspection_possible"] == 0


def test_card_page_tells_bonus_and_limit_apart(tree: County, county_officer: User, client_of: Any):
    make_scheme(
        tree.county,
        Level.TOWNSHIP,
        rule("days", RuleShape.EVENTS, 10_000, numerator="problems_open", each=100),
        rule("bonus", RuleShape.BONUS, 200, numerator="returns_received", each=50),
        rule("limit", RuleShape.VETO, 0, numerator="problems_open", grade="good"),
    )
    make_return(tree.townships[0])
    make_problem(tree.townships[0])
    card = card_of(close(tree.county), tree.townships[0])

    page = client_of(county_officer).get(f"/scorecards/{card.pk}/").content.decode()

    assert "月底未解决的问题 1 个，每个扣 1 分，满分 100，得 99" in page
    assert "审核通过的月报 1 份，每份加 0.5 分，最多加 2 分，加 0.5" in page
    assert "月底未解决的问题 1 个，等次最高为良好" in page
    assert "各项共得 99 分，另加 0.5 分，总分 99.5 分" in page
    assert "+0.50" in page


FULL_SCHEME = (
    given_of("secret", "undercover"),
    given_of("leaders", "rating"),
    rule("disputes", RuleShape.RATIO, 500, numerator="disputes_solved",
         denominator="disputes_found"),
    rule("notices", RuleShape.RATIO, 500, numerator="notices_closed", denominator="notices_due"),
    rule("problems", RuleShape.EVENTS, 500, numerator="problems_open", each=50, uncapped=True),
    rule("crimes", RuleShape.LAST_YEAR, 500, numerator="indicator.crimes", denominator=1, each=5),
    rule("nights", RuleShape.LAST_YEAR, 500, numerator="nights_covered",
         denominator="nights_expected", each=5),
    rule("mean", RuleShape.MEAN, 500, numerator="satisfied", denominator="survey_slips", each=5),
    rule("bonus", RuleShape.BONUS, 200, numerator="broadcasts", each=50),
    rule("veto", RuleShape.VETO, 0, numerator="problems_lasting", grade="good"),
)  # fmt: skip


@pytest.mark.slow
def test_queries_do_not_grow_with_counties_under_a_full_scheme():
    trees = [make_county(code, f"{code}县") for code in ("530101", "530102", "530103")]
    for each in trees:
        perfect_county(each)
        make_scheme(each.county, Level.TOWNSHIP, *FULL_SCHEME)
        make_scheme(each.county, Level.SECTOR, *FULL_SCHEME)
        add_indicator(each.townships[0], "crimes", 3)
        make_veto(each.villages[0])
    counts = []
    for chosen in (trees[:1], trees[1:]):
        with CaptureQueriesContext(connection) as captured:
            close_month(counties=[each.county for each in chosen], month=MONTH, by=None)
        skip = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "SET LOCAL")
        counts.append(len([q for q in captured if not q["sql"].startswith(skip)]))

    assert counts[0] == counts[1] <= 20
    for edition in Edition.objects.all():
        assert hash_from_database(edition) == edition.hash
