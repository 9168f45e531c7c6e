import datetime as dt
import io
from collections.abc import Callable

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns.enums import PeriodKind, ReturnState
from campaigns.models import IndicatorForm
from campaigns.selectors.indicator_figures import Figure, place_figures, unit_figures
from campaigns.spans import Span, span_on
from pingan.enums import Level
from pingan.models import User
from pingan.months import Month
from tests.campaigns.indicator_makers import accepted, common, fill_in, make_form, make_report
from tests.campaigns.makers import make_survey
from tests.factories import County, make_county

ClientOf = Callable[[User], Client]
FIRST_QUARTER = span_on(PeriodKind.QUARTER, dt.date(2026, 1, 1))


def month(year: int, number: int) -> Span:
    return span_on(PeriodKind.MONTH, dt.date(year, number, 1))


def lines(user: User, place, span: Span) -> dict[str, Figure]:
    return {
        line.label: line for topic in place_figures(user, place, span) for line in topic.figures
    }


def cells(line: Figure) -> tuple[str, ...]:
    return (line.now, line.before, line.change, line.year, line.year_before, line.year_change)


@pytest.fixture
def document_a(tree: County) -> IndicatorForm:
    """The first quarter of document A by months and townships, beside the year before.

    42 criminal cases after 57, and 199 public-order cases. The document says the latter are down
    8.5 %: no whole number gives that, so the year before is taken as 217.
    """
    form = make_form(tree.county, "criminal_cases", "order_cases")
    first, second = tree.townships
    now = {first: [(5, 30), (9, 34), (6, 36)], second: [(8, 31), (7, 33), (7, 35)]}
    before = {first: [(9, 35), (10, 36), (9, 37)], second: [(10, 36), (9, 36), (10, 37)]}
    for year, units in ((2026, now), (2025, before)):
        for unit, months in units.items():
            for number, (criminal, order) in enumerate(months, start=1):
                accepted(
                    form, unit, month(year, number), criminal_cases=criminal, order_cases=order
                )
    return form


def test_document_a_is_computed_from_counts(
    tree: County, document_a: IndicatorForm, county_officer: User
):
    found = lines(county_officer, tree.county, FIRST_QUARTER)

    assert cells(found["刑事案件"]) == ("42", "57", "下降26.3%", "42", "57", "下降26.3%")
    assert cells(found["治安案件"])[:3] == ("199", "217", "下降8.3%")
    assert (found["刑事案件"].change_tone, found["刑事案件"].reported) == ("good", "6 / 6")


def test_month_stands_beside_the_year_so_far(
    tree: County, document_a: IndicatorForm, county_officer: User
):
    found = lines(county_officer, tree.county, month(2026, 2))

    assert cells(found["刑事案件"]) == ("16", "19", "下降15.8%", "29", "38", "下降23.7%")


def test_figures_end_at_the_scope(tree: County, document_a: IndicatorForm, township_clerk: User):
    found = lines(township_clerk, tree.county, FIRST_QUARTER)

    assert cells(found["刑事案件"])[:3] == ("20", "28", "下降28.6%")


def test_only_accepted_reports_count(tree: County, county_officer: User):
    form = make_form(tree.county, "fires")
    accepted(form, tree.townships[0], month(2026, 8), fires=2)
    waiting = make_report(form, tree.townships[1], month(2026, 8), state=ReturnState.SUBMITTED)
    fill_in(waiting, fires=90)

    found = lines(county_officer, tree.county, month(2026, 8))

    assert (found["火灾起数"].now, found["火灾起数"].reported) == ("2", "1 / 2")


def test_ratio_is_of_the_sums_and_changes_in_points(tree: County, county_officer: User):
    form = make_form(tree.county)
    first, second = tree.townships
    numbers = {"order_cases": 0}
    accepted(form, first, month(2026, 8), criminal_cases=3, criminal_solved=3, **numbers)
    accepted(form, second, month(2026, 8), criminal_cases=5, criminal_solved=2, **numbers)
    accepted(form, first, month(2025, 8), criminal_cases=10, criminal_solved=6, **numbers)

    line = lines(county_officer, tree.county, month(2026, 8))["刑事案件破案率"]

    assert cells(line)[:3] == ("62.5%", "60.0%", "上升2.5个百分点")
    assert line.change_tone == "good"


def test_stock_is_not_added_up_over_time(tree: County, county_officer: User):
    form = make_form(tree.county, "floating_stations", levels=[Level.VILLAGE])
    for number, stations in ((1, 1), (2, 2), (3, 2)):
        accepted(form, tree.villages[0], month(2026, number), floating_stations=stations)
    accepted(form, tree.villages[1], month(2026, 1), floating_stations=4)

    line = lines(county_officer, tree.county, FIRST_QUARTER)["流动人口服务站点"]

    assert (line.now, line.year) == ("6", "6")


def test_ten_months_are_not_compared_with_two(tree: County, county_officer: User):
    form = make_form(tree.county, "fires")
    for number in (1, 2, 3):
        accepted(form, tree.townships[0], month(2026, number), fires=2)
    accepted(form, tree.townships[0], month(2025, 3), fires=1)

    line = lines(county_officer, tree.county, month(2026, 3))["火灾起数"]

    assert cells(line) == ("2", "1", "上升100.0%", "6", "1", "期数不同")
    assert (line.change_tone, line.year_tone) == ("bad", "")


def test_not_applicable_is_no_zero(tree: County, county_officer: User):
    form = make_form(tree.county, "fires")
    accepted(form, tree.townships[0], month(2026, 8), fires=None)

    assert lines(county_officer, tree.county, month(2026, 8))["火灾起数"].now == "—"


def test_satisfaction_is_taken_from_the_survey(tree: County, county_officer: User):
    make_survey(tree.villages[0], month=Month(2026, 8), slips=20, satisfied=19)
    make_survey(tree.villages[2], month=Month(2026, 8), slips=30, satisfied=28)
    make_survey(tree.villages[2], month=Month(2025, 8), slips=50, satisfied=45)

    found = lines(county_officer, tree.county, month(2026, 8))

    assert cells(found["群众满意率"])[:3] == ("94.0%", "90.0%", "上升4.0个百分点")
    assert cells(found["测评有效票数"])[:2] == ("50", "50")


def test_units_below_add_up_to_the_place(
    tree: County, document_a: IndicatorForm, county_officer: User
):
    (cases,) = common("criminal_cases")

    found = unit_figures(county_officer, tree.county, FIRST_QUARTER, cases)

    assert [(line.label, line.now, line.before, line.change) for line in found] == [
        ("甲镇", "20", "28", "下降28.6%"),
        ("乙镇", "22", "29", "下降24.1%"),
    ]


def test_page_takes_the_same_queries_for_one_and_three(
    tree: County, county_officer: User, client_of: ClientOf
):
    form = make_form(tree.county, "fires", levels=[Level.VILLAGE])
    client, counts = client_of(county_officer), []
    address = reverse("campaigns:indicator-figures") + "?kind=month&day=2026-08-01"
    for village in tree.villages[:3]:
        accepted(form, village, month(2026, 8), fires=1)
        client.get(address)
        with CaptureQueriesContext(connection) as found:
            client.get(address)
        counts.append(len(found))

    assert len(set(counts)) == 1, counts


def test_page_prints_the_computed_change(
    tree: County, document_a: IndicatorForm, county_officer: User, client_of: ClientOf
):
    page = client_of(county_officer).get(
        reverse("campaigns:indicator-figures"), {"kind": "quarter", "day": "2026-02-03"}
    )

    text = page.content.decode()
    assert "2026年第一季度" in text
    assert "下降26.3%" in text
    assert "下降8.3%" in text
    assert "8.5%" not in text


def test_foreign_place_is_not_found(tree: County, county_officer: User, client_of: ClientOf):
    other = make_county("530629", "邻县")
    form = make_form(other.county, "fires")
    accepted(form, other.townships[0], month(2026, 8), fires=7)
    client = client_of(county_officer)

    for place in (other.county, other.townships[0]):
        found = client.get(reverse("campaigns:indicator-figures"), {"unit": place.pk})
        assert found.status_code == 404


@pytest.mark.parametrize(
    "query", ["kind=week", "day=x", "unit=x", "indicator=0", "indicator=99999", "day=1999-01-01"]
)
def test_senseless_filter_is_as_good_as_none(
    tree: County, county_officer: User, client_of: ClientOf, query: str
):
    page = client_of(county_officer).get(reverse("campaigns:indicator-figures") + f"?{query}")

    assert page.status_code == 200
    assert "2026年8月" in page.content.decode()


def test_workbook_holds_the_table(
    tree: County, document_a: IndicatorForm, county_officer: User, client_of: ClientOf
):
    answer = client_of(county_officer).get(
        reverse("campaigns:indicator-figures-download"), {"kind": "quarter", "day": "2026-01-01"}
    )

    sheet = openpyxl.load_workbook(io.BytesIO(answer.getvalue())).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]
    assert rows[:2] == [
        [
            "类别",
            "指标",
            "计量单位",
            "本期",
            "上年同期",
            "同比",
            "本年累计",
            "上年累计",
            "累计同比",
            "已通过 / 应报",
        ],
        ["刑事和治安案件", "刑事案件", "起", 42, 57, "下降26.3%", 42, 57, "下降26.3%", "6 / 6"],
    ]
