"""What waits for whom in rectification, at the same cost for one and for three."""

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from assessments.models import KeyPlace, Problem
from assessments.services.notice_drafts import draft_notices
from assessments.services.notices import sign_notice
from pingan.enums import Role
from pingan.models import Unit, User
from pingan.months import Month
from reports.selectors.inbox_rectification import rectification
from tests.assessments.regulating import NOW, TODAY, draft, make_problem, replied, signed
from tests.factories import County, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def october() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def texts(user: User, today: dt.date = TODAY) -> list[tuple[str, str]]:
    return [(item.mark, item.text) for item in rectification(user, today)]


def add_place(unit: Unit, lead: Unit) -> KeyPlace:
    return KeyPlace.objects.create(
        unit=unit,
        name="农贸市场",
        problem="占道",
        basis="纪要",
        lead_unit=lead,
        responsible_post="分管副局长",
        plan="清理",
        listed_on=dt.date(2026, 8, 3),
        due_on=dt.date(2027, 8, 3),
    )


def test_draft_waits_for_its_signer_alone(tree: County, county_officer: User, township_clerk: User):
    draft(tree.townships[0])
    Problem.objects.update(due_on=TODAY + dt.timedelta(days=60))

    assert texts(county_officer) == [("待签发", "1份整改通知书草稿等您核对签发")]
    assert texts(make_user(Role.LEADER, tree.county)) == []
    assert texts(township_clerk) == []


def test_notice_waits_for_the_unit_then_for_somebody_else(
    tree: County, county_officer: User, township_clerk: User, other_clerk: User
):
    signed(tree.townships[0], county_officer)
    Problem.objects.update(due_on=TODAY + dt.timedelta(days=60))
    assert texts(township_clerk) == [("还有17天", "整改通知〔2026〕1号：本单位要整改并报告")]
    assert texts(other_clerk) == []

    replied(tree.townships[1], county_officer, other_clerk)
    Problem.objects.update(due_on=TODAY + dt.timedelta(days=60))
    inspector = make_user(Role.INSPECTOR, tree.county)
    assert texts(inspector) == [("待复查", "1份整改报告等您复查")]
    assert texts(county_officer) == []  # he signed it
    assert texts(inspector, TODAY + dt.timedelta(days=60))[0][0] == "复查已逾期"


def test_problem_waits_for_the_unit_then_for_its_superior(
    tree: County, county_officer: User, township_clerk: User
):
    make_problem(tree.townships[0], "护栏松动", Month(2026, 9))
    assert texts(township_clerk) == [("已逾期9天", "问题　护栏松动")]

    Problem.objects.update(solution="已做")
    assert texts(township_clerk) == []
    assert texts(county_officer) == [("待确认", "1个问题单位已报整改，等您确认销号")]


def test_key_place_waits_for_the_lead_unit(tree: County, other_clerk: User):
    add_place(tree.townships[0], tree.departments[0])
    police = make_user(Role.VILLAGE_CLERK, tree.departments[0])

    assert texts(police) == [("已逾期", "重点整治　农贸市场：缺2026年9月的进展")]
    assert texts(other_clerk) == []


@pytest.mark.slow
@pytest.mark.parametrize("role", [Role.COUNTY_OFFICER, Role.TOWNSHIP_CLERK, Role.INSPECTOR])
def test_same_cost_for_one_and_for_three(
    tree: County, role: Role, django_assert_num_queries: DjangoAssertNumQueries
):
    place = tree.townships[0] if role == Role.TOWNSHIP_CLERK else tree.county
    user = make_user(role, place)
    officer = make_user(Role.COUNTY_OFFICER, tree.county)
    signed(tree.townships[0], officer)
    add_place(tree.townships[0], tree.departments[0])
    list(rectification(user, TODAY))
    with CaptureQueriesContext(connection) as one:
        list(rectification(user, TODAY))
    assert len(one) <= 5

    for unit in (tree.villages[0], tree.villages[1]):
        make_problem(unit)
        add_place(unit, tree.departments[0])
    for notice in draft_notices(county=tree.county, month=Month(2026, 9)):
        sign_notice(notice=notice, version=1, by=officer)
    with django_assert_num_queries(len(one)):
        list(rectification(user, TODAY))
