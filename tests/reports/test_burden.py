import datetime as dt
from collections.abc import Callable, Iterator
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns.enums import PeriodKind, ReturnState
from pingan.enums import Level, Role
from pingan.models import User
from pingan.months import Month
from reports.selectors.burden import Ask, Burden, LevelBurden, burden
from tests.campaigns.indicator_makers import SEPTEMBER as SEPTEMBER_SPAN
from tests.campaigns.indicator_makers import make_form, make_report
from tests.factories import County, make_user

ClientOf = Callable[[User], Client]
SEPTEMBER = Month(2026, 9)


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    moment = dt.datetime(2026, 9, 20, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    with time_machine.travel(moment, tick=False):
        yield


def of_level(found: Burden, level: Level) -> LevelBurden:
    return next(each for each in found.levels if each.level == level)


def asks(found: Burden, level: Level) -> dict[str, Ask]:
    return {ask.name: ask for ask in of_level(found, level).asks}


def test_monthly_return_of_a_village_is_counted_by_its_fields(tree: County):
    found = asks(burden(tree.county, SEPTEMBER), Level.VILLAGE)

    fields = {name: (ask.fields, ask.prefilled, ask.times) for name, ask in found.items()}
    assert fields == {
        "治安巡逻": (60, 58, 12),  # 30 days, by day and by night
        "法制宣教": (10, 6, 12),  # two broadcasts of five fields
        "六排查": (42, 7, 12),  # seven categories of six fields
        "综治例会": (6, 3, 12),
        "小组评议": (10, 8, 12),  # two groups of five fields
    }


def test_township_takes_the_surveys_of_its_villages(tree: County):
    found = asks(burden(tree.county, SEPTEMBER), Level.TOWNSHIP)

    assert (found["治安测评"].fields, found["治安测评"].prefilled) == (12, 0)
    assert "小组评议" not in found


def test_form_adds_its_counts_and_minutes_to_its_own_level(tree: County):
    before = burden(tree.county, SEPTEMBER)
    make_form(
        tree.county,
        "criminal_cases",
        "criminal_solved",
        "criminal_solved_rate",
        period=PeriodKind.TEN_DAYS,
        minutes=7,
        name="案件旬报",
    )

    after = burden(tree.county, SEPTEMBER)

    ask = asks(after, Level.TOWNSHIP)["案件旬报"]
    assert (ask.fields, ask.times, ask.minutes_text) == (2, 36, "21")  # the ratio is computed
    gained = float(of_level(after, Level.TOWNSHIP).fields) - float(
        of_level(before, Level.TOWNSHIP).fields
    )
    assert round(gained, 1) == 6.0
    assert of_level(after, Level.VILLAGE) == of_level(before, Level.VILLAGE)


def test_yearly_form_weighs_a_twelfth(tree: County):
    make_form(tree.county, "fires", period=PeriodKind.YEAR, minutes=24, name="火灾年报")

    assert asks(burden(tree.county, SEPTEMBER), Level.TOWNSHIP)["火灾年报"].minutes_text == "2"


def test_withdrawn_and_drafted_forms_weigh_nothing(tree: County):
    make_form(tree.county, "fires", name="停用", withdrawn_on=dt.date(2026, 9, 12))
    make_form(tree.county, "thefts", name="拟定", issued=False)

    found = asks(burden(tree.county, SEPTEMBER), Level.TOWNSHIP)

    assert not {"停用", "拟定"} & found.keys()


def test_trend_counts_the_periods_that_ended_in_the_month(tree: County):
    plain = burden(tree.county, SEPTEMBER)
    make_form(
        tree.county,
        "fires",
        "fire_loss",
        period=PeriodKind.QUARTER,
        issued_on=dt.date(2026, 1, 1),
        withdrawn_on=dt.date(2026, 8, 1),
    )
    make_form(tree.county, "thefts", period=PeriodKind.TEN_DAYS, issued_on=dt.date(2026, 8, 15))

    found = burden(tree.county, SEPTEMBER)

    gained = {
        str(line.month): line.cells[0][0] - old.cells[0][0]
        for line, old in zip(found.trend, plain.trend, strict=True)
    }
    assert {month: number for month, number in gained.items() if number} == {
        "2026-03": 2,
        "2026-06": 2,
        "2026-08": 2,  # two of three periods of ten days end after the 15th
        "2026-09": 3,
    }
    assert len(found.trend) == 12


def test_patrols_follow_the_length_of_the_month(tree: County):
    fields = {str(line.month): line.cells[1][0] for line in burden(tree.county, SEPTEMBER).trend}

    assert fields["2026-08"] - fields["2026-02"] == 2 * (31 - 28)


def test_reports_of_the_month_are_counted(tree: County):
    form = make_form(tree.county, "fires")
    make_report(form, tree.townships[0], state=ReturnState.ACCEPTED)
    make_report(form, tree.townships[1])
    make_report(form, tree.townships[0], SEPTEMBER_SPAN.previous)

    assert burden(tree.county, SEPTEMBER).handed_in == (1, 2)


def test_burden_takes_the_same_queries_for_one_and_three_forms(tree: County):
    counts = []
    for code in ("fires", "thefts", "order_cases"):
        make_form(tree.county, code)
        with CaptureQueriesContext(connection) as found:
            burden(tree.county, SEPTEMBER)
        counts.append(len(found))

    assert len(set(counts)) == 1, counts


def test_county_and_leaders_see_the_page(tree: County, county_officer: User, client_of: ClientOf):
    make_form(tree.county, "fires", name="火灾月报")
    leader = make_user(Role.LEADER, tree.county)

    for person in (county_officer, leader):
        page = client_of(person).get(reverse("reports:burden-month", args=[SEPTEMBER]))
        assert page.status_code == 200
        assert "火灾月报" in page.content.decode()


@pytest.mark.parametrize("role", [Role.TOWNSHIP_CLERK, Role.TOWNSHIP_REVIEWER])
def test_others_do_not(tree: County, client_of: ClientOf, role: Role):
    client = client_of(make_user(role, tree.townships[0]))

    assert client.get(reverse("reports:burden-month", args=[SEPTEMBER])).status_code == 403


@pytest.mark.parametrize("month", ["2000-01", "2026-10", "2099-12"])
def test_month_out_of_reach_is_not_found(
    tree: County, county_officer: User, client_of: ClientOf, month: str
):
    assert client_of(county_officer).get(f"/burden/{month}/").status_code == 404


def test_overview_leads_to_the_present_month(
    tree: County, county_officer: User, client_of: ClientOf
):
    answer = client_of(county_officer).get(reverse("reports:burden-overview"))

    assert answer.headers["Location"] == reverse("reports:burden-month", args=[SEPTEMBER])
