"""Quarter and year totals: the arithmetic, the table, the pages."""

import datetime as dt
from collections.abc import Callable
from io import BytesIO

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessments.enums import Grade, VetoState
from assessments.models import Edition, Scorecard, Veto, VetoCondition
from assessments.ranking import Place
from pingan.enums import Level, Role
from pingan.models import Unit, User
from pingan.months import Month
from reports.selectors.standings import Span, StandingPage, standing_page
from reports.standings import Entry, Standing, least_months, standings
from tests.factories import County, make_county, make_user

BANDS = [("excellent", 9000), ("good", 8000), ("qualified", 6000)]
ClientOf = Callable[[User], Client]


@pytest.mark.parametrize(
    ("published", "least"), [(0, 1), (1, 1), (2, 1), (3, 2), (6, 3), (7, 4), (11, 6), (12, 6)]
)
def test_least_months_is_half_rounded_up(published: int, least: int):
    assert least_months(published) == least


def entry(*totals: int | None, peers: str = "", is_vetoed: bool = False) -> Entry:
    return Entry(peers, totals, BANDS, is_vetoed)


def test_mean_is_rounded_once_half_up_and_ties_share_a_place():
    found = standings(
        {
            1: entry(9000, 9001),  # 9000.5
            2: entry(9001, 9001),
            3: entry(8000, 8000),
            4: entry(7999, 8000),  # 7999.5: the band is reached by rounding alone, as printed
            5: entry(5000, 5999),
        },
        [True, True],
    )

    assert found == {
        1: Standing(9001, 2, 0, Place(1, 5, True), Grade.EXCELLENT),
        2: Standing(9001, 2, 0, Place(1, 5, True), Grade.EXCELLENT),
        3: Standing(8000, 2, 0, Place(3, 5, True), Grade.GOOD),
        4: Standing(8000, 2, 0, Place(3, 5, True), Grade.GOOD),
        5: Standing(5500, 2, 0, Place(5, 5, False), Grade.UNQUALIFIED),
    }


def test_months_missing_of_a_unit_count_neither_for_nor_against_it():
    found = standings(
        {1: entry(None, None, 9000), 2: entry(7000, None, 7000), 3: entry(6000, 6000, 6000)},
        [True, True, True],
    )

    assert found[1] == Standing(9000, 1, 2, None, Grade.EXCELLENT)  # less than half: no place
    assert found[2] == Standing(7000, 2, 1, Place(1, 2, False), Grade.QUALIFIED)
    assert found[3] == Standing(6000, 3, 0, Place(2, 2, False), Grade.QUALIFIED)


def test_months_that_are_not_published_count_for_nobody():
    found = standings({1: entry(1000, 9000), 2: entry(None, None)}, [False, True])

    assert found[1] == Standing(9000, 1, 0, Place(1, 1, False), Grade.EXCELLENT)
    assert found[2] == Standing(None, 0, 1, None, None)


def test_veto_decides_the_grade_and_not_the_place():
    found = standings({1: entry(9900, is_vetoed=True), 2: entry(7000)}, [True])

    assert (found[1].grade, found[1].place) == (Grade.UNQUALIFIED, Place(1, 2, False))


def test_each_group_of_peers_has_places_of_its_own():
    found = standings({1: entry(9000, peers="街道"), 2: entry(8000), 3: entry(-500)}, [True])

    assert [found[unit].place for unit in (1, 2, 3)] == [
        Place(1, 1, False),
        Place(1, 2, False),
        Place(2, 2, False),
    ]
    assert found[3].mean == -500


# The tables of a period, from cards written by hand: what is in them is all that counts.


def publish(
    tree: County, month: Month, totals: dict[Unit, int], *, number: int = 1, **card: object
) -> Edition:
    """A published edition with a card of each of these townships."""
    Edition.objects.filter(county=tree.county, month=month).update(is_current=False)
    edition = Edition.objects.create(
        county=tree.county,
        month=month,
        number=number,
        hash=f"{int(month)}{number}".ljust(64, "0"),
        closed_at=timezone.now(),
        unit_count=len(totals),
        rules={"2": {"items": [], "grade_bands": BANDS, "colour_rules": {}}},
        totals={},
        published_at=timezone.now(),
    )
    for place, (unit, total) in enumerate(totals.items(), start=1):
        assert unit.parent is not None
        values = {"peer_group": "", "facts": {}} | card
        Scorecard.objects.create(
            edition=edition,
            unit=unit,
            month=month,
            parent=unit.parent,
            level=unit.level,
            unit_code=unit.code,
            unit_name=unit.name,
            position=unit.position,
            total=total,
            rank=place,
            peers=len(totals),
            is_tied=False,
            grade=Grade.GOOD,
            colour="blue",
            lines=[],
            **values,
        )
    return edition


def page_of(user: User, year: int = 2026, quarter: int | None = None) -> StandingPage:
    page = standing_page(user, Span(year, quarter), parent_id=None, level=None, group=None)
    assert page is not None
    return page


@pytest.fixture
def quarter(tree: County) -> County:
    """April to June: the second township is new in June."""
    first, second = tree.townships
    publish(tree, Month(2026, 4), {first: 8000})
    publish(tree, Month(2026, 5), {first: 9000})
    publish(tree, Month(2026, 6), {second: 9500, first: 7000})
    return tree


@pytest.mark.django_db
def test_quarter_takes_its_own_months(quarter: County, county_officer: User):
    page = page_of(county_officer, quarter=2)

    assert [month.number for month in page.span.months] == [4, 5, 6]
    assert (page.count, page.least, page.missing) == (3, 2, [])
    assert [(row.name, row.place_text, row.mean_text) for row in page.rows] == [
        ("甲镇", "1", "80.00"),
        ("乙镇", "—", "95.00"),
    ]
    assert [cell.text for cell in page.rows[1].cells] == ["未参评", "未参评", "95.00"]


@pytest.mark.django_db
def test_year_says_which_months_are_missing(quarter: County, county_officer: User):
    page = page_of(county_officer)

    assert page.count == 3
    assert [month.number for month in page.missing] == [1, 2, 3, 7, 8, 9, 10, 11, 12]
    assert page.rows[0].cells[0].text == "—"


@pytest.mark.django_db
def test_newest_published_edition_counts(quarter: County, county_officer: User):
    publish(quarter, Month(2026, 6), {quarter.townships[0]: 10_000}, number=2)
    hidden = publish(quarter, Month(2026, 5), {quarter.townships[0]: 100}, number=2)
    Edition.objects.filter(pk=hidden.pk).update(published_at=None)

    page = page_of(county_officer, quarter=2)

    assert [(row.name, row.mean_text) for row in page.rows] == [("甲镇", "90.00")]


@pytest.mark.django_db
@pytest.mark.parametrize("is_frozen", [True, False])
def test_veto_in_any_month_makes_the_year_unqualified(
    tree: County, county_officer: User, is_frozen: bool
):
    first, second = tree.townships
    facts = {"vetoes_in_force": 1} if is_frozen else {}
    publish(tree, Month(2026, 4), {first: 9500}, facts=facts)
    publish(tree, Month(2026, 5), {first: 9500, second: 9000})
    if not is_frozen:
        condition = VetoCondition.objects.create(
            position=99, code="test", name="情形", basis="依据"
        )
        Veto.objects.create(
            unit=first,
            condition=condition,
            facts="四月的事情",
            happened_on=dt.date(2026, 4, 3),
            state=VetoState.DECIDED,
            proposing_unit=tree.county,
            proposed_at=timezone.now(),
            decision="属实",
            document="某文件",
            decided_at=timezone.now(),
            starts_on=dt.date(2026, 4, 10),
            ends_on=dt.date(2026, 5, 10),
        )

    page = page_of(county_officer)

    assert [(row.name, row.standing.grade, row.is_vetoed) for row in page.rows] == [
        ("甲镇", Grade.UNQUALIFIED, True),
        ("乙镇", Grade.EXCELLENT, False),
    ]
    assert [cell.is_vetoed for cell in page.rows[0].cells[3:5]] == [True, False]


@pytest.mark.django_db
def test_unit_stands_in_the_group_of_its_newest_month(tree: County, county_officer: User):
    first, second = tree.townships
    publish(tree, Month(2026, 4), {first: 8000, second: 9000})
    publish(tree, Month(2026, 5), {first: 8000}, peer_group="街道")
    Scorecard.objects.filter(month=Month(2026, 4), unit=second).update(peer_group="街道")
    publish_last = Edition.objects.get(month=Month(2026, 5))

    rest = page_of(county_officer)
    street = standing_page(
        county_officer, Span(2026, None), parent_id=tree.county.pk, level=2, group="街道"
    )

    assert publish_last.unit_count == 1
    assert street is not None
    assert [row.name for row in street.rows] == ["乙镇", "甲镇"]
    assert rest.peers is not None
    assert rest.peers.label == "街道"


@pytest.mark.django_db
def test_queries_do_not_grow_with_the_units(tree: County, county_officer: User):
    def counted(month: Month, units: list[Unit]) -> int:
        publish(tree, month, dict.fromkeys(units, 9000))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page_of(county_officer, month.year)
        return len(queries)

    other = make_county("530629", "他县", townships=4)
    Unit.objects.filter(pk__in=[u.pk for u in other.townships]).update(parent=tree.county)
    more = list(Unit.objects.filter(parent=tree.county, level=Level.TOWNSHIP))

    assert counted(Month(2024, 1), more[:1]) == counted(Month(2025, 1), more) == 4


@pytest.mark.django_db
def test_pages_open_print_and_download(
    quarter: County, county_officer: User, township_clerk: User, client_of: ClientOf
):
    client = client_of(county_officer)
    card = Scorecard.objects.get(month=Month(2026, 4))

    text = client.get("/standings/2026/q2/").content.decode()
    assert f"/scorecards/{card.pk}/" in text
    assert "未参评" in text
    assert "参评不足2个月，不排名次" in text
    printed = client.get("/standings/2026/q2/print/").content.decode()
    assert "演示县2026年第二季度乡镇累计排名" in printed
    book = client.get("/standings/2026/q2/standings.xlsx")
    sheet = openpyxl.load_workbook(BytesIO(book.getvalue())).active
    assert sheet is not None
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]
    assert rows[0][:8] == [
        "名次",
        "并列",
        "单位",
        "单位代码",
        "累计得分",
        "等次",
        "计入月数",
        "缺少月数",
    ]
    assert rows[1][2:12] == ["甲镇", "530628100000", 80, "良好", 3, 0, 80, 90, 70, None]
    assert rows[2][0] == "—"
    assert client.get("/standings/").headers["Location"] == "/standings/2026/"
    # A township reads the table, and opens its own cards alone.
    own = client_of(township_clerk).get("/standings/2026/").content.decode()
    assert "乙镇" in own
    other = Scorecard.objects.get(month=Month(2026, 6), unit=quarter.townships[1])
    assert f"/scorecards/{card.pk}/" in own
    assert f"/scorecards/{other.pk}/" not in own


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    [
        "/standings/2026/q5/",
        "/standings/2026/q0/",
        "/standings/1999/",
        "/standings/2026/q2/?parent=x",
        "/standings/2026/q2/?parent=999999",
        "/standings/2026/q2/?group=没有",
        "/standings/2026/q1/standings.xlsx",
    ],
)
def test_what_does_not_exist_is_404(
    quarter: County, county_officer: User, client_of: ClientOf, address: str
):
    assert client_of(county_officer).get(address).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.AUDITOR, Role.COUNTY_OFFICER])
def test_strangers_see_nothing(quarter: County, client_of: ClientOf, role: Role):
    home = quarter if role == Role.AUDITOR else make_county("510704", "另一县")
    client = client_of(make_user(role, home.county))

    text = client.get("/standings/2026/").content.decode()

    assert "还没有公布的考评结果" in text
    assert "80.00" not in text


@pytest.mark.django_db
def test_village_that_moved_keeps_its_months(tree: County, county_officer: User):
    village, other = tree.villages[0], tree.villages[2]
    april = publish(tree, Month(2026, 4), {village: 8000, other: 7000})
    april.rules["3"] = april.rules["2"]
    april.save()
    publish(tree, Month(2026, 5), {village: 9000, other: 7000})
    Scorecard.objects.filter(month=Month(2026, 5)).update(parent=tree.townships[1])

    def names(township: Unit) -> list[tuple[str, str, int]]:
        page = standing_page(
            county_officer, Span(2026, 2), parent_id=township.pk, level=3, group=None
        )
        return [(r.name, r.mean_text, r.standing.counted) for r in page.rows] if page else []

    assert names(tree.townships[0]) == []
    assert names(tree.townships[1]) == [("甲1村", "85.00", 2), ("乙1村", "70.00", 2)]


@pytest.mark.django_db
def test_unit_merged_away_is_marked_from_then_on(quarter: County, county_officer: User):
    Unit.objects.filter(pk=quarter.townships[1].pk).update(valid_to=dt.date(2026, 7, 1))

    in_spring, in_year = page_of(county_officer, quarter=2), page_of(county_officer)

    assert [row.is_closed for row in in_spring.rows] == [False, False]
    assert [row.is_closed for row in in_year.rows] == [False, True]
