"""The pages of problems: filters, moves, strangers, two savers."""

from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from assessments.models import Problem
from pingan.enums import Role
from pingan.models import User
from pingan.months import Month
from tests.assessments.regulating import NOW, TODAY, make_matter, make_problem
from tests.factories import County, make_user

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]


@pytest.fixture(autouse=True)
def october() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def titles(client: Client, **query: str | int) -> list[str]:
    page = client.get("/problems/", query)
    return [row.problem.title for row in page.context["rows"]]


@pytest.mark.slow
def test_list_is_narrowed_and_keeps_its_filters(
    tree: County, county_officer: User, township_clerk: User, client_of: ClientOf
):
    make_problem(tree.townships[0], "老问题", Month(2026, 6))
    make_problem(tree.villages[2], "新问题", Month(2026, 9))
    reported = make_problem(tree.villages[0], "报过的")
    Problem.objects.filter(pk=reported.pk).update(solution="已做")
    solved = make_problem(tree.villages[0], "销号的")
    Problem.objects.filter(pk=solved.pk).update(solved_on=TODAY)
    county = client_of(county_officer)

    assert titles(county) == ["老问题", "报过的", "新问题"]
    assert titles(county, state="overdue", months="4") == ["老问题"]
    assert titles(county, state="reported") == ["报过的"]
    assert titles(county, state="solved") == ["销号的"]
    assert titles(county, below=tree.townships[1].pk) == ["新问题"]
    assert titles(county, text="甲镇") == ["老问题", "报过的"]
    assert titles(county, source="sweep") == []
    assert titles(county, source="bad", months="x", state="?") == ["老问题", "报过的", "新问题"]
    assert titles(client_of(township_clerk)) == ["老问题", "报过的"]


@pytest.mark.slow
def test_list_costs_the_same_for_one_and_for_three(
    tree: County,
    county_officer: User,
    client_of: ClientOf,
    django_assert_num_queries: DjangoAssertNumQueries,
):
    client = client_of(county_officer)
    make_problem(tree.townships[0])
    client.get("/problems/")
    with django_assert_num_queries(8) as one:
        client.get("/problems/")

    make_problem(tree.townships[1])
    make_problem(tree.villages[0])
    with django_assert_num_queries(len(one)):
        client.get("/problems/")


@pytest.mark.slow
def test_problem_is_raised_reported_sent_back_and_closed(
    tree: County, county_officer: User, township_clerk: User, client_of: ClientOf
):
    county, township = client_of(county_officer), client_of(township_clerk)
    typed = {
        "unit": tree.townships[0].pk,
        "source": "superior",
        "title": "场口消防栓无水",
        "found_on": "2026-10-08",
        "due_on": "2026-10-30",
    }

    bad = county.post("/problems/new", {**typed, "title": "王某堵路"})
    assert bad.status_code == 422
    assert "不写人名" in bad.content.decode()
    problem_page = county.post("/problems/new", typed)
    problem = Problem.objects.get()
    address = f"/problems/{problem.pk}/"
    assert problem_page.headers["Location"] == address
    assert county.post("/problems/new", typed).status_code == 422
    assert Problem.objects.count() == 1

    report = {"report-version": 1, "report-solution": "已通水"}
    assert township.post(f"{address}report", report).status_code == 302
    back = {"back-version": 2, "back-reason": "水压不够"}
    assert county.post(f"{address}return", back).status_code == 302
    stale = township.post(f"{address}report", report)
    assert stale.status_code == 409
    assert "已通水" in stale.content.decode()
    solve = {"solve-version": 3, "solve-solved_on": "2026-10-09", "solve-solution": "已通水"}
    assert township.post(f"{address}solve", solve).status_code == 403
    assert county.post(f"{address}solve", solve).status_code == 302
    assert "已销号" in township.get(address).content.decode()
    reopen = {"reopen-version": 4, "reopen-reason": "又停水"}
    assert county.post(f"{address}reopen", reopen).status_code == 302
    problem.refresh_from_db()
    assert problem.solved_on is None


@pytest.mark.slow
def test_second_editor_sees_both_texts(tree: County, county_officer: User, client_of: ClientOf):
    problem = make_problem(tree.townships[0])
    Problem.objects.update(title="别人写的", version=2)
    client = client_of(county_officer)
    typed = {"version": 1, "title": "我写的", "due_on": "2026-10-30"}

    page = client.post(f"/problems/{problem.pk}/edit", typed)

    assert page.status_code == 409
    text = page.content.decode()
    assert "您填“我写的”，已保存的是“别人写的”" in text
    assert client.post(f"/problems/{problem.pk}/edit", {**typed, "version": 2}).status_code == 302
    problem.refresh_from_db()
    assert problem.title == "我写的"


def test_strangers_find_nothing(tree: County, other_clerk: User, client_of: ClientOf):
    problem = make_problem(tree.townships[0])
    stranger = client_of(other_clerk)
    auditor = client_of(make_user(Role.AUDITOR, tree.county))

    assert titles(stranger) == []
    for verb in ("report", "solve", "return", "reopen"):
        assert stranger.post(f"/problems/{problem.pk}/{verb}").status_code == 404
    assert stranger.get(f"/problems/{problem.pk}/").status_code == 404
    assert stranger.get(f"/problems/{problem.pk}/edit").status_code == 404
    assert auditor.get(f"/problems/{problem.pk}/").status_code == 404


def test_matters_problem_points_at_its_follow_up(
    tree: County, county_officer: User, client_of: ClientOf
):
    problem = make_problem(tree.villages[0])
    problem.follow_up = make_matter(tree.villages[0])
    problem.save()

    text = client_of(county_officer).get(f"/problems/{problem.pk}/").content.decode()

    assert f"/follow-ups/{problem.follow_up.pk}/" in text
    assert "确认销号" not in text
