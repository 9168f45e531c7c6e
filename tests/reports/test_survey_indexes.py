"""The survey's indexes: sums before shares, small samples, ties, and who may look."""

import datetime as dt
from collections.abc import Callable
from io import BytesIO

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campaigns.models import Survey
from pingan.enums import Level, Role
from pingan.models import CountySettings, Unit, User
from pingan.months import Month
from reports.charts import Whisker, whisker_chart
from reports.selectors.surveys import months_of, scopes_of, survey_page
from tests.assessments.records import add_survey
from tests.factories import County, make_county, make_user

pytestmark = pytest.mark.django_db
MONTH = Month(2026, 9)
ADDRESS = "/survey-indexes/2026-09/"
ClientOf = Callable[[User], Client]


def survey(unit: Unit, month: Month, slips: int, yes: int, place: str = "场镇") -> None:
    Survey.objects.create(
        unit=unit,
        month=month,
        on=month.last_day,
        place=place,
        slips=slips,
        order_good=yes,
        feels_safe=yes,
        satisfied=yes,
    )


def test_quarter_holds_its_months():
    assert months_of(MONTH, is_quarter=False) == (MONTH,)
    assert [str(m) for m in months_of(Month(2026, 8), is_quarter=True)] == [
        "2026-07",
        "2026-08",
        "2026-09",
    ]


def test_slips_are_added_up_before_they_are_divided(tree: County, county_officer: User):
    first, second = tree.townships
    survey(first, Month(2026, 7), 10, 10)
    survey(first, MONTH, 10, 8, "场镇")
    survey(first, MONTH, 20, 10, "集贸市场")
    survey(second, MONTH, 20, 20)
    scope = scopes_of(county_officer, MONTH)[0]

    month = survey_page(county_officer, (MONTH,), scope, "satisfied")
    quarter = survey_page(county_officer, months_of(MONTH, is_quarter=True), scope, "satisfied")

    assert [(r.name, r.slips, r.indexes[0].text, r.indexes[0].tier) for r in month.rows] == [
        ("乙镇", 20, "100.0%", 1),
        ("甲镇", 30, "60.0%", 2),
    ]
    assert month.rows[1].indexes[2].range_text == "42.3%–75.4%"
    assert [(row.name, row.slips, row.indexes[0].share) for row in quarter.rows] == [
        ("乙镇", 20, (20, 20)),
        ("甲镇", 40, (28, 40)),
    ]
    assert month.summary == ("第一档：乙镇。", "第二档：甲镇。")


def test_too_few_slips_are_shown_and_not_compared(tree: County, county_officer: User):
    first, second = tree.townships
    CountySettings.objects.filter(county=tree.county).update(survey_minimum=20)
    survey(first, MONTH, 19, 19)
    survey(second, MONTH, 20, 10)
    scope = scopes_of(county_officer, MONTH)[0]

    page = survey_page(county_officer, (MONTH,), scope, "feels_safe")

    assert [(row.name, row.indexes[1].tier_text) for row in page.rows] == [
        ("乙镇", "第一档"),
        ("甲镇", "样本不足"),
    ]
    assert page.summary == ("第一档：乙镇。", "样本不足，不分档：甲镇。")


def test_who_was_not_asked_stands_at_the_end(tree: County, county_officer: User):
    survey(tree.townships[1], MONTH, 20, 18)
    scope = scopes_of(county_officer, MONTH)[0]

    page = survey_page(county_officer, (MONTH,), scope, "satisfied")

    assert [(row.name, row.slips) for row in page.rows] == [("乙镇", 20), ("甲镇", 0)]
    assert page.summary[-1] == "没有测评：甲镇。"
    assert page.chart is not None
    assert [row.name for row in page.chart.rows] == ["乙镇"]


def test_whisker_chart_keeps_to_its_axis():
    chart = whisker_chart(
        [Whisker("甲镇", 900, 699, 972, "一档", "甲镇90.0%", 1)], ((0, "0%"), (1000, "100%"))
    )

    assert chart is not None
    (row,) = chart.rows
    assert chart.left < row.start < row.dot < row.end < chart.right
    assert whisker_chart([], ((0, "0"), (1, "1"))) is None


def test_queries_do_not_grow_with_the_units(tree: County, county_officer: User):
    def counted() -> int:
        with CaptureQueriesContext(connection) as queries:
            survey_page(county_officer, (MONTH,), scopes_of(county_officer, MONTH)[0], "satisfied")
        return len(queries)

    add_survey(tree.townships[0], MONTH)
    one = counted()
    more = make_county("530629", "他县", townships=4)
    for unit in more.townships:
        add_survey(unit, MONTH)
        unit.versions.update(county=tree.county, path=tree.county.path + unit.path)
        Unit.objects.filter(pk=unit.pk).update(path=tree.county.path + unit.path)

    assert counted() == one
    assert Survey.objects.filter(month=MONTH).count() == 5


def test_page_and_workbook(tree: County, county_officer: User, client_of: ClientOf):
    survey(tree.townships[0], MONTH, 20, 18)
    client = client_of(county_officer)

    text = client.get(f"{ADDRESS}?index=order_good").content.decode()
    assert "69.9%–97.2%" in text
    assert "<svg" in text
    assert client.get("/survey-indexes/").headers["Location"] == ADDRESS
    book = client.get(f"{ADDRESS}indexes.xlsx")
    sheet = openpyxl.load_workbook(BytesIO(book.getvalue())).active
    assert sheet is not None
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=5)]
    assert rows[1][:5] == ["甲镇", "530628100000", 20, 18, 0.9]
    assert rows[1][5] == pytest.approx(0.699, abs=5e-4)
    assert rows[2][:4] == ["乙镇", "530628101000", 0, "—"]


def test_empty_month_says_so(tree: County, county_officer: User, client_of: ClientOf):
    assert "没有测评记录" in client_of(county_officer).get(ADDRESS).content.decode()


def test_township_compares_its_own_villages_alone(
    tree: County, township_clerk: User, client_of: ClientOf
):
    survey(tree.townships[1], MONTH, 20, 13)
    survey(tree.villages[0], MONTH, 20, 19)
    survey(tree.villages[2], MONTH, 20, 7)
    client = client_of(township_clerk)

    text = client.get(ADDRESS).content.decode()

    assert "甲1村" in text
    assert "95.0%" in text
    assert not any(hidden in text for hidden in ("乙镇", "乙1村", "35.0%", "65.0%"))
    assert client.get(f"{ADDRESS}?of=townships").status_code == 404
    assert client.get(f"{ADDRESS}?of={tree.townships[1].pk}").status_code == 404


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.VILLAGE_CLERK, 403),
        (Role.AUDITOR, 403),
        (Role.SECURITY_ADMIN, 403),
        (Role.LEADER, 200),
        (Role.COUNTY_OFFICER, 200),
    ],
)
def test_who_may_look(tree: County, client_of: ClientOf, role: Role, status: int):
    unit = tree.villages[0] if role == Role.VILLAGE_CLERK else tree.county
    survey(tree.townships[0], MONTH, 20, 18)

    answer = client_of(make_user(role, unit)).get(ADDRESS)

    assert answer.status_code == status


def test_another_county_sees_nothing(tree: County, client_of: ClientOf):
    survey(tree.townships[0], MONTH, 20, 18)
    stranger = make_user(Role.COUNTY_OFFICER, make_county("510704", "另一县").county)

    text = client_of(stranger).get(ADDRESS).content.decode()

    assert "没有测评记录" in text
    assert "90.0%" not in text


@pytest.mark.parametrize("query", ["of=0", "of=x", "index=wrong"])
def test_what_nobody_offers_is_404(
    tree: County, county_officer: User, client_of: ClientOf, query: str
):
    assert client_of(county_officer).get(f"{ADDRESS}?{query}").status_code == 404


def test_units_of_the_day_are_compared(tree: County, county_officer: User):
    unit = tree.townships[1]
    unit.versions.update(valid_to=dt.date(2026, 5, 1))

    scope = scopes_of(county_officer, MONTH)[0]
    page = survey_page(county_officer, (MONTH,), scope, "satisfied")

    assert [row.name for row in page.rows] == ["甲镇"]
    assert scope.level == Level.TOWNSHIP
