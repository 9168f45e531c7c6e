"""The page that says how firm a ranking is: its figures, its sentences, who may look."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assessments.models import Edition, Inspection, InspectionGroup
from pingan.enums import Level, Role
from pingan.models import User
from reports.selectors.fairness import fairness_page
from reports.selectors.rankings import find_peers, peers_in
from tests.assessments.records import add_inspection, add_survey, make_return
from tests.factories import STARTED_ON, County, make_county, make_user
from tests.reports.months import close

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("october")]
ADDRESS = "/fairness/2026-09/"
ClientOf = Callable[[User], Client]


def closed_month(tree: County) -> Edition:
    """Townships that differ in slips and inspections alone; two groups inspect."""
    groups = [
        InspectionGroup.objects.create(
            county=tree.county,
            name=f"第{number}督导检查组",
            lead_unit_name="县公安局",
            valid_from=STARTED_ON,
        )
        for number in "一二"
    ]
    for index, unit in enumerate(tree.townships):
        make_return(unit)
        add_survey(unit, yes=20 - index)
        visit = add_inspection(unit, given=9000 - 100 * index)
        Inspection.objects.filter(pk=visit.pk).update(group=groups[index % 2])
    return close(tree)


def page_of(edition: Edition, level: int = Level.TOWNSHIP):
    peers = find_peers(edition, peers_in(edition), parent_id=None, level=level)
    assert peers is not None
    return fairness_page(edition, peers)


def test_page_starts_from_the_frozen_cards(tree: County):
    edition = closed_month(tree)
    before = page_of(edition)
    Inspection.objects.filter(unit=tree.townships[0]).update(points_given=1)

    after = page_of(edition)

    assert [(unit.name, unit.place) for unit in before.units] == [("甲镇", 1), ("乙镇", 2)]
    assert after.units == before.units
    assert after.items == before.items


def test_page_repeats_itself(tree: County):
    edition = closed_month(tree)

    assert page_of(edition) == page_of(edition)


def test_sentences_name_what_is_firm_and_what_is_chance(tree: County):
    text = "".join(page_of(closed_month(tree)).sentences)

    assert "各项分值随机增减一成以内，第1名始终不变，所有单位的名次都不变。" in text
    assert "换一批人再测" in text
    assert "分不出高低" in text
    assert "不算第一督导检查组的检查" in text or "名次都不变" in text
    assert "不起作用的有" in text


def test_inspectors_are_compared_with_the_county(tree: County):
    page = page_of(closed_month(tree))

    assert [(line.found.name, line.rate_text) for line in page.inspectors] == [
        ("第一督导检查组", "90.00%"),
        ("第二督导检查组", "89.00%"),
    ]
    assert page.county_rate == "89.50%"


def test_month_without_inspections_and_slips_says_so(tree: County):
    for unit in tree.townships:
        make_return(unit)

    page = page_of(close(tree))

    assert "检查：本月没有检查记录。" in page.sentences
    assert any("没有按测评票计分" in sentence for sentence in page.sentences)
    assert page.survey_chart is None


def test_single_unit_has_nothing_to_compare(
    tree: County, county_officer: User, client_of: ClientOf
):
    closed_month(tree)

    text = client_of(county_officer).get(f"{ADDRESS}?level=12").content.decode()

    assert "只有一个单位" in text


def test_sector_answers_for_the_visits_of_its_departments(tree: County):
    other = make_county("530629", "他县")
    sector = other.sectors[0]
    sector.versions.update(county=tree.county, parent=tree.county)
    add_inspection(tree.departments[0], given=5000)
    edition = closed_month(tree)

    page = page_of(edition, Level.SECTOR)

    assert {unit.name for unit in page.units} == {"政法口"}
    assert page.county_rate == "50.00%"


@pytest.mark.parametrize("townships", [2, 8])
def test_two_queries_whatever_the_units(db: None, townships: int):
    tree = make_county(townships=townships)
    edition = closed_month(tree)
    groups = peers_in(edition)
    peers = find_peers(edition, groups, parent_id=None, level=Level.TOWNSHIP)
    assert peers is not None

    with CaptureQueriesContext(connection) as queries:
        page = fairness_page(edition, peers)

    assert (len(queries), len(page.units)) == (2, townships)


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.COUNTY_OFFICER, 200),
        (Role.LEADER, 200),
        (Role.INSPECTOR, 403),
        (Role.AUDITOR, 403),
        (Role.SECURITY_ADMIN, 403),
        (Role.TOWNSHIP_CLERK, 403),
        (Role.VILLAGE_CLERK, 403),
    ],
)
def test_who_may_look(tree: County, client_of: ClientOf, role: Role, status: int):
    unit = {
        Role.TOWNSHIP_CLERK: tree.townships[0],
        Role.VILLAGE_CLERK: tree.villages[0],
    }.get(role, tree.county)
    closed_month(tree)
    client = client_of(make_user(role, unit))

    answer = client.get(ADDRESS)

    assert answer.status_code == status
    assert ("乙镇" in answer.content.decode()) is (status == 200)
    assert client.get("/fairness/").status_code in {302, 403}


def test_leader_of_a_township_is_refused(tree: County, client_of: ClientOf):
    closed_month(tree)

    assert client_of(make_user(Role.LEADER, tree.townships[0])).get(ADDRESS).status_code == 403


def test_another_county_sees_nothing(tree: County, client_of: ClientOf):
    closed_month(tree)
    client = client_of(make_user(Role.COUNTY_OFFICER, make_county("510704", "另一县").county))

    text = client.get(ADDRESS).content.decode()

    assert "甲镇" not in text
    assert "还没有结账" in text


@pytest.mark.parametrize("query", ["parent=x", "parent=999999", "level=99", "group=没有"])
def test_what_does_not_exist_is_404(
    tree: County, county_officer: User, client_of: ClientOf, query: str
):
    closed_month(tree)

    assert client_of(county_officer).get(f"{ADDRESS}?{query}").status_code == 404
