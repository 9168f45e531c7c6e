"""What waits of rewards: for the county's officers alone, an approval never for the verifier."""

import datetime as dt

import pytest

from assessments.enums import InformationState, RewardKind
from assessments.models import InformationReward, Reward
from pingan.enums import Role
from pingan.models import User
from reports.selectors.inbox_rewards import rewards_waiting
from tests.factories import County, make_user

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 10, 20)


def information(tree: County, state: InformationState, number: int, by: User | None = None) -> None:
    InformationReward.objects.create(
        county=tree.county,
        code_hash=str(number),
        code_tail="ABCD",
        topic="隐患",
        summary=f"第{number}处",
        state=state,
        received_on=TODAY,
        verified_by=by,
    )


def texts(user: User) -> list[str]:
    return [item.text for item in rewards_waiting(user, TODAY)]


def test_officers_are_told_what_each_may_do(tree: County, county_officer: User):
    second = make_user(Role.COUNTY_OFFICER, tree.county)
    information(tree, InformationState.RECEIVED, 1)
    information(tree, InformationState.VERIFIED, 2, by=county_officer)

    assert texts(county_officer) == ["1条信息等待核实"]
    assert texts(second) == ["1条信息等待核实", "1条信息奖励等您审批"]


@pytest.mark.parametrize(("days", "is_told"), [(29, False), (30, True)])
def test_reward_long_unpaid_is_told(tree: County, county_officer: User, days: int, is_told: bool):
    Reward.objects.create(
        unit=tree.townships[0],
        kind=RewardKind.REWARD,
        year=2026,
        title="先进",
        document="文件",
        amount=100,
        fund="经费",
        decided_on=TODAY - dt.timedelta(days=days),
    )

    assert texts(county_officer) == (["1条奖惩决定30天以上没有兑现"] if is_told else [])


def test_nobody_else_hears_of_it(tree: County, township_clerk: User, django_assert_num_queries):
    information(tree, InformationState.RECEIVED, 1)
    leader = make_user(Role.LEADER, tree.county)

    with django_assert_num_queries(0):
        assert texts(township_clerk) == texts(leader) == []


def test_two_queries_for_one_and_for_three(
    tree: County, county_officer: User, django_assert_num_queries
):
    for number in (1, 2, 3):
        information(tree, InformationState.RECEIVED, number)
        with django_assert_num_queries(2):
            texts(county_officer)
