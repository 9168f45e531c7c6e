"""The colour board: problems hang until they are solved; the public view says nothing else."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.enums import ProblemSource
from assessments.models import Problem, Scorecard
from assessments.selectors.board import board
from assessments.services.closing import close_month
from assessments.services.editions import publish_edition
from pingan.enums import Role
from pingan.models import CountySettings
from tests.assessments.records import MONTH, perfect_county
from tests.factories import make_county, make_user

CLOSED = dt.datetime(2026, 10, 8, 1, tzinfo=dt.UTC)


@pytest.fixture
def edition(tree):
    with time_machine.travel(CLOSED, tick=False):
        perfect_county(tree)
        (edition,) = close_month(counties=[tree.county], month=MONTH, by=None)
        yield edition


@pytest.fixture
def published(edition):
    return publish_edition(edition=edition, by=None)


def add_problem(unit, title, *, month=MONTH, solved_on=None):
    return Problem.objects.create(
        unit=unit,
        month=month,
        source=ProblemSource.INSPECTION,
        title=title,
        detail="门口消防栓被挡，情况细节",
        responsible_post="综治办主任",
        found_on=month.first_day,
        due_on=month.last_day,
        solved_on=solved_on,
        solution="已搬走" if solved_on else "",
    )


def open_to_all(county):
    CountySettings.objects.filter(county=county).update(is_board_public=True)


def public_page(code="530628"):
    return Client().get(reverse("assessments:board-public", args=[code]))


def test_problem_hangs_until_it_is_solved(edition, tree, county_officer):
    add_problem(tree.townships[0], "农贸市场夜间没有照明", month=MONTH.shift(-2))
    add_problem(tree.villages[0], "村口路灯损坏", solved_on=dt.date(2026, 10, 5))
    add_problem(tree.villages[1], "九月已修好", solved_on=dt.date(2026, 9, 20))
    add_problem(tree.villages[2], "十月才发现", month=MONTH.next)
    add_problem(tree.departments[0], "大门没有值守")

    found = board(edition, county_officer)

    assert [group.name for group in found.groups] == ["乡镇(街道)", tree.sectors[0].name]
    by_name = {unit.name: unit.problems for unit in found.units}
    first = by_name[tree.townships[0].name]
    assert [(p.title, p.unit_name, p.months) for p in first] == [
        ("农贸市场夜间没有照明", tree.townships[0].name, 3),
        ("村口路灯损坏", tree.villages[0].name, 1),
    ]
    assert first[1].solved_on == dt.date(2026, 10, 5)
    assert by_name[tree.townships[1].name] == ()
    assert [p.title for p in by_name[tree.departments[0].name]] == ["大门没有值守"]


def test_board_costs_the_same_for_three_problems(edition, tree, county_officer):
    add_problem(tree.villages[0], "一")
    with CaptureQueriesContext(connection) as one:
        board(edition, county_officer)
    add_problem(tree.villages[1], "二")
    add_problem(tree.townships[1], "三")
    with CaptureQueriesContext(connection) as three:
        board(edition, county_officer)

    assert len(one) == len(three) == 2


def test_page_shows_months_and_leads_to_the_own_units(published, tree, township_clerk, client_of):
    own = add_problem(tree.villages[0], "农贸市场夜间没有照明", month=MONTH.previous)
    other = add_problem(tree.townships[1], "河堤护栏缺口")
    address = reverse("assessments:board-month", args=[MONTH])

    page = client_of(township_clerk).get(address)

    assert "已挂 2 个月" in page.text
    assert reverse("assessments:problem-detail", args=[own.pk]) in page.text
    assert "河堤护栏缺口" in page.text
    assert reverse("assessments:problem-detail", args=[other.pk]) not in page.text
    red = client_of(township_clerk).get(address, {"colour": "red"})
    assert "河堤护栏缺口" not in red.text


def test_unpublished_board_is_the_countys(edition, tree, township_clerk, county_officer, client_of):
    address = reverse("assessments:board-month", args=[MONTH])
    add_problem(tree.townships[1], "河堤护栏缺口")

    hidden = client_of(township_clerk).get(address)

    assert "还没有公布考评结果" in hidden.text
    assert "河堤护栏缺口" not in hidden.text
    assert "未公布，只有县级可见" in client_of(county_officer).get(address).text
    latest = client_of(county_officer).get(reverse("assessments:board-latest"))
    assert latest["Location"] == address


def test_board_needs_a_sign_in(published):
    answer = Client().get(reverse("assessments:board-month", args=[MONTH]))

    assert answer.status_code == 302
    assert "/sign-in" in answer["Location"]


# --- the public view


def test_public_board_is_closed_unless_the_county_opens_it(published, tree):
    assert public_page().status_code == 404
    open_to_all(tree.county)
    assert public_page(tree.county.code).status_code == 200
    assert public_page("510704").status_code == 404
    assert public_page("5306").status_code == 404


def test_public_board_waits_for_the_publication(edition, tree):
    open_to_all(tree.county)

    assert public_page(tree.county.code).status_code == 404


def test_public_board_says_names_grades_and_titles_alone(published, tree):
    open_to_all(tree.county)
    Scorecard.objects.filter(unit=tree.townships[0]).update(total=8_765, rank=37)
    made = add_problem(tree.villages[0], "农贸市场夜间没有照明", month=MONTH.shift(-4))
    add_problem(tree.villages[1], "已经修好的问题", solved_on=dt.date(2026, 10, 7))
    elsewhere = make_county("510704", "别县")
    add_problem(elsewhere.townships[0], "别县的问题")

    page = public_page(tree.county.code)

    for unit in (*tree.townships, *tree.departments):
        assert unit.name in page.text
    assert "农贸市场夜间没有照明" in page.text
    assert "优秀" in page.text
    for kept in (
        "87.65",
        "第 37 名",
        "37",
        published.hash[:16],
        made.detail,
        made.responsible_post,
        "已挂",
        "已经修好的问题",
        "别县",
        "/scorecards/",
        "/problems/",
        "csrf",
        "退出",
    ):
        assert kept not in page.text, kept


def test_public_board_sets_no_cookie_and_keeps_the_policy(
    published, tree, county_officer, client_of
):
    open_to_all(tree.county)

    page = public_page(tree.county.code)

    assert not page.cookies
    assert "default-src 'self'" in page["Content-Security-Policy"]
    assert "<script" not in page.text
    assert "style=" not in page.text
    signed_in = client_of(county_officer).get(
        reverse("assessments:board-public", args=[tree.county.code])
    )
    assert signed_in.text == page.text


def test_public_board_takes_nothing(published, tree):
    open_to_all(tree.county)
    address = reverse("assessments:board-public", args=[tree.county.code])

    assert Client(enforce_csrf_checks=True).post(address).status_code in (403, 405)


def test_public_board_keeps_the_published_edition_while_a_correction_waits(published, tree):
    open_to_all(tree.county)
    before = public_page(tree.county.code).text
    tree.townships[0].inspections.update(points_given=0)
    (again,) = close_month(counties=[tree.county], month=MONTH, by=None)

    assert (again.number, again.published_at) == (2, None)
    assert public_page(tree.county.code).text == before
    publish_edition(edition=again, by=None)
    assert public_page(tree.county.code).text != before


def test_administrators_see_no_board(published, tree, client_of):
    add_problem(tree.townships[1], "河堤护栏缺口")
    client = client_of(make_user(Role.AUDITOR, tree.county))

    assert "河堤护栏缺口" not in client.get(reverse("assessments:board-month", args=[MONTH])).text
