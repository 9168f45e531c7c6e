"""待办 of disputes: what a desk has to do, and what both levels are told."""

import datetime as dt
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from disputes.enums import AgreementForm, Channel, Move
from disputes.models import Agreement
from disputes.services.escalations import escalate_due, pause_clock
from disputes.services.handovers import offer_dispute
from pingan.enums import Role
from pingan.models import User
from reports.selectors.inbox import inbox
from reports.selectors.inbox_disputes import disputes
from reports.selectors.inbox_item import Item
from tests.disputes.makers import move
from tests.disputes.pages import SECRETS, make_named
from tests.factories import County, make_user

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 10, 12, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def clerk(tree: County) -> User:
    return make_user(Role.VILLAGE_CLERK, tree.villages[0], "village")


def items(user: User, since: dt.datetime = NOW - dt.timedelta(days=7)) -> list[Item]:
    return list(disputes(user, since, TODAY))


def lines(user: User) -> list[tuple[str, str]]:
    return [(item.mark, item.text) for item in items(user)]


def test_cases_in_hand_are_told_when_their_days_are_nearly_over(tree: County, clerk: User):
    days = [dt.date(2026, 9, 25), dt.date(2026, 10, 5), dt.date(2026, 10, 12)]
    late, soon, _later = [
        make_named(tree.villages[0], clerk, registered_on=day, title=f"第{number}件")
        for number, day in enumerate(days, start=1)
    ]
    paused = make_named(tree.villages[0], clerk, registered_on=days[0], title="中止的")
    pause_clock(dispute=paused, starts_on=TODAY, reason="等待鉴定", by=clerk)

    found = items(clerk)

    assert [(item.text, item.tone, item.key) for item in found] == [
        ("纠纷　第1件", "bad", late.pk),
        ("纠纷　第2件", "warn", soon.pk),
    ]
    assert found[0].mark.startswith("超期")
    assert "期满" in found[0].detail


def test_an_offer_waits_with_the_unit_it_was_made_to(
    tree: County, clerk: User, township_clerk: User, other_clerk: User
):
    case = make_named(tree.villages[0], clerk)
    offer = offer_dispute(
        dispute=case,
        to_unit=tree.townships[0],
        channel=Channel.PEOPLE,
        reason="请牵头",
        version=1,
        by=clerk,
    )

    [item] = items(township_clerk)

    assert item.text == f"{tree.villages[0].name}移交纠纷：宅基地边界争执"
    assert (item.mark, item.detail, item.key) == ("待接收", "请牵头", offer.pk)
    assert items(other_clerk) == []


def test_a_case_that_went_up_by_itself_is_told_to_both_levels(
    tree: County, clerk: User, township_clerk: User, other_clerk: User
):
    make_named(tree.villages[0], clerk, registered_on=dt.date(2026, 9, 25))
    escalate_due()

    assert lines(clerk) == [
        ("已上报", f"纠纷期满，已自动上报{tree.townships[0].name}：宅基地边界争执")
    ]
    assert lines(township_clerk) == [("待接手", "纠纷还没有人接手：宅基地边界争执")]
    assert items(other_clerk) == []
    assert items(clerk, NOW) == []  # told once


def test_the_police_are_not_forgotten(tree: County, clerk: User):
    make_named(tree.villages[0], clerk, is_crime_likely=True)

    [item] = items(clerk)

    assert (item.mark, item.tone) == ("须报公安", "bad")


def test_an_agreement_that_is_not_performed_is_told_before_its_day(tree: County, clerk: User):
    case = make_named(tree.villages[0], clerk, registered_on=dt.date(2026, 10, 8))
    for step in (Move.ACCEPT, Move.START, Move.AGREE):
        case.refresh_from_db()
        move(case, step, clerk, dt.date(2026, 10, 9))
    Agreement.objects.create(
        dispute=case,
        form=AgreementForm.ORAL,
        agreed_on=dt.date(2026, 10, 9),
        perform_by=dt.date(2026, 10, 11),
    )

    [item] = items(clerk)

    assert (item.mark, item.text) == ("超期1天", "调解协议没有履行完：宅基地边界争执")


@pytest.mark.parametrize("role", [Role.LEADER, Role.INSPECTOR, Role.AUDITOR])
def test_others_are_told_nothing_and_cost_nothing(
    tree: County, clerk: User, role: Role, django_assert_num_queries
):
    make_named(tree.villages[0], clerk, is_crime_likely=True)
    user = make_user(role, tree.county)

    with django_assert_num_queries(0):
        assert items(user) == []


def test_the_same_queries_for_one_case_and_for_three(
    tree: County, clerk: User, township_clerk: User
):
    counted = []
    for _number in range(3):
        make_named(tree.villages[0], clerk, registered_on=dt.date(2026, 9, 25))
        escalate_due()
        with CaptureQueriesContext(connection) as queries:
            items(township_clerk)
            items(clerk)
        counted.append(len(queries))

    assert counted[0] == counted[1] == counted[2] == 12


def test_no_line_of_the_inbox_holds_a_name(tree: County, clerk: User, township_clerk: User):
    make_named(tree.villages[0], clerk, registered_on=dt.date(2026, 9, 25), is_crime_likely=True)
    before = str(inbox(clerk, None, TODAY))
    escalate_due()

    said = before + str(inbox(clerk, None, TODAY)) + str(inbox(township_clerk, None, TODAY))

    assert "宅基地边界争执" in said
    assert [secret for secret in SECRETS if secret in said] == []
