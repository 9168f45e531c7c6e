"""Rankings in groups of peers: on screen, in the bulletin, in the workbook; and small drawings."""

import datetime as dt
from collections.abc import Callable
from io import BytesIO

import openpyxl
import pytest
from django.test import Client

from assessments.models import Edition, PeerGroup, Scorecard
from pingan.enums import Level, Role, UnitKind
from pingan.models import Unit, User
from pingan.months import Month
from reports.charts import sparkline
from reports.content import compose_bulletin
from reports.excel import ranking_xlsx
from reports.selectors.dashboard import dashboard
from reports.selectors.figures import month_figures
from reports.selectors.rankings import find_peers, peers_in, ranking_page
from reports.tables import points_text
from tests.assessments.records import MONTH
from tests.factories import County, make_county, make_user
from tests.reports.months import close, closed, fill

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("october")]
ClientOf = Callable[[User], Client]
DAY = dt.date(2026, 10, 10)


@pytest.fixture
def grouped(db: None) -> County:
    """Four townships, two of them 街道 that are ranked by themselves."""
    tree = make_county(townships=4, villages=1)
    for unit in tree.townships[:2]:
        Unit.objects.filter(pk=unit.pk).update(kind=UnitKind.SUBDISTRICT)
        unit.versions.update(kind=UnitKind.SUBDISTRICT)
    PeerGroup.objects.create(
        county=tree.county,
        level=Level.TOWNSHIP,
        name="街道",
        unit_kinds=[UnitKind.SUBDISTRICT],
        valid_from=dt.date(2020, 1, 1),
    )
    return tree


@pytest.fixture
def officer(grouped: County) -> User:
    return make_user(Role.COUNTY_OFFICER, grouped.county)


def page_of(edition: Edition, user: User, group: str | None = None):
    groups = peers_in(edition)
    peers = find_peers(edition, groups, parent_id=None, level=None, group=group)
    assert peers is not None
    return ranking_page(edition, groups, peers, user)


def test_each_group_has_its_own_tab_and_places(grouped: County, officer: User):
    edition = closed(grouped)

    rest, streets = page_of(edition, officer), page_of(edition, officer, "街道")

    assert [tab.label for tab in rest.tabs] == ["街道", "其他乡镇", "各口"]
    assert [(line.unit_name, line.rank, line.is_tied) for line in streets.lines] == [
        ("甲镇", 1, True),
        ("乙镇", 1, True),
    ]
    assert [(line.unit_name, line.rank) for line in rest.lines] == [("丙镇", 1), ("丁镇", 2)]
    assert (rest.is_grouped, streets.has_ties, rest.has_ties) == (True, True, False)


def test_group_that_is_not_there_is_404(grouped: County, officer: User, client_of: ClientOf):
    closed(grouped)
    client = client_of(officer)

    assert client.get("/ranking/2026-09/?group=没有").status_code == 404
    text = client.get("/ranking/2026-09/?group=街道").content.decode()
    assert "各组分别排名" in text
    assert "丙镇" not in text


def test_trail_leads_back_to_the_own_group(grouped: County, officer: User):
    edition = closed(grouped)
    groups = peers_in(edition)
    village = next(g for g in groups if g.parent_id == grouped.townships[0].pk)

    page = ranking_page(edition, groups, village, officer)

    assert [(name, peers.group) for name, peers in page.trail] == [("演示县", "街道"), ("甲镇", "")]


def test_documents_rank_each_group_by_itself(grouped: County):
    edition = closed(grouped)
    figures = month_figures(edition, issued_on=DAY, bulletin_number=1)

    assert [(r.group, [row.rank for row in r.rows]) for r in figures.township_rankings] == [
        ("街道", [1, 1]),
        ("其他", [1, 2]),
    ]
    assert [row.unit_name for row in figures.townships.rows] == ["甲镇", "乙镇", "丙镇", "丁镇"]
    content = compose_bulletin(figures)
    text = "".join(getattr(block, "text", "") for block in content.body)
    assert "分街道、其他各组排名，名次只在同组内比较。" in text
    assert "街道组2个单位得分相同" in text
    assert "其他组排名居前的是：第1名丙镇" in text
    captions = [table.caption for table in content.attachments[0].tables]
    assert "街道组（2个单位）" in captions
    assert "其他组（2个单位）" in captions


def test_workbook_names_the_group(grouped: County):
    figures = month_figures(closed(grouped), issued_on=DAY, bulletin_number=1)

    sheet = openpyxl.load_workbook(BytesIO(ranking_xlsx(figures)))["乡镇排名"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3)]

    assert rows[0][:4] == ["同组", "名次", "并列", "单位"]
    assert [row[:4] for row in rows[1:]] == [
        ["街道", 1, "是", "甲镇"],
        ["街道", 1, "是", "乙镇"],
        ["其他", 1, None, "丙镇"],
        ["其他", 2, None, "丁镇"],
    ]


def test_edition_without_groups_prints_as_before(tree: County):
    figures = month_figures(closed(tree), issued_on=DAY, bulletin_number=1)

    assert figures.township_groups == ()
    assert figures.township_rankings == (figures.townships,)
    text = "".join(getattr(block, "text", "") for block in compose_bulletin(figures).body)
    assert "组排名" not in text


def test_item_below_its_minimum_says_why(tree: County, officer_of: Callable[[County], User]):
    edition = closed(tree)
    rules = edition.rules
    item = next(each for each in rules["2"]["items"] if each["code"] == "survey-order")
    item["parameters"]["minimum"] = 30
    edition.save()
    card = Scorecard.objects.get(edition=edition, unit=tree.townships[0])
    card.lines = [
        [line[0], None, *line[2:]] if line[0] == "survey-order" else line for line in card.lines
    ]
    card.save()

    page = page_of(edition, officer_of(tree))

    at = [head.code for head in page.heads].index("survey-order")
    assert [line.cells[at] for line in page.lines if line.unit_name == "甲镇"] == [("—", True)]
    assert page.has_too_few


@pytest.fixture
def officer_of() -> Callable[[County], User]:
    return lambda tree: make_user(Role.COUNTY_OFFICER, tree.county)


def test_trend_takes_the_months_that_are_shown(tree: County, county_officer: User):
    fill(tree, Month(2026, 7))
    close(tree, Month(2026, 7))
    edition = closed(tree)

    line = page_of(edition, county_officer).lines[0]

    assert line.trend is not None
    assert line.trend.words == "7月第1名100.00分；9月第1名100.00分"
    assert line.trend.places == ()  # August is missing: no line across the gap
    assert edition.month == MONTH


def test_sparkline_has_the_first_place_on_top():
    spark = sparkline(
        [("7月", 9000, 5, 5), ("8月", 9500, 1, 5), None, ("10月", 9200, 3, 5)], points_text
    )

    assert spark.places == ("4,24 33,4",)
    assert spark.totals == ("4,24 33,4",)
    assert spark.last == (92, 14)


def test_sparkline_of_nothing_and_of_a_single_unit():
    assert sparkline([None, None], points_text).last is None
    assert sparkline([("9月", 100, 1, 1)], points_text).last == (4, 4)


def test_dashboard_says_in_which_group_a_place_is(grouped: County, officer: User):
    lines = dashboard(closed(grouped), officer).top

    assert [(line.rank, line.unit_name, line.parent_name) for line in lines] == [
        (1, "甲镇", "街道组"),
        (1, "乙镇", "街道组"),
        (1, "丙镇", "其他组"),
        (2, "丁镇", "其他组"),
    ]
