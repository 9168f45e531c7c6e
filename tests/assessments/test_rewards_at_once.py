"""Several officers at once: nothing is booked, begun or paid twice. Rows lock on PostgreSQL."""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from assessments.enums import RewardKind
from assessments.models import InformationReward, PostTenure, Reward
from assessments.services.information_rewards import (
    approve_information,
    pay_information,
    register_information,
    verify_information,
)
from assessments.services.rewards import RewardEntry, record_reward
from assessments.services.tenures import TenureEntry, begin_tenure
from pingan.enums import Role
from pingan.models import AuditEvent
from pingan.refusals import Refused
from tests.factories import make_county, make_user

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("real_commits")]
DAY = dt.date(2026, 3, 2)
AT_ONCE = 5


def at_once(work: Callable[[], object]) -> int:
    """How many of several calls at once were not refused."""

    def tried(_number: int) -> bool:
        try:
            work()
        except Refused:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        return sum(pool.map(tried, range(AT_ONCE)))


def test_one_reward_is_booked():
    tree = make_county()
    officer = make_user(Role.COUNTY_OFFICER, tree.county)
    entry = RewardEntry(RewardKind.REWARD, 2026, "先进", "文件", 100, "经费", DAY)

    done = at_once(lambda: record_reward(unit=tree.townships[0], entry=entry, by=officer))

    assert (done, Reward.objects.count()) == (1, 1)


def test_one_tenure_begins():
    tree = make_county()
    officer = make_user(Role.COUNTY_OFFICER, tree.county)
    entry = TenureEntry("乡镇长", "甲某", DAY)

    done = at_once(lambda: begin_tenure(unit=tree.townships[0], entry=entry, by=officer))

    assert (done, PostTenure.objects.count()) == (1, 1)


def test_one_code_is_paid_once():
    tree = make_county()
    one, two = (make_user(Role.COUNTY_OFFICER, tree.county) for _ in range(2))
    reward, code = register_information(
        county=tree.county, topic="隐患", summary="桥栏断", township=None, received_on=DAY, by=one
    )
    verify_information(reward=reward, decision="属实", version=1, by=one)
    approve_information(reward=reward, amount=50_000, fund="经费", decision="", version=2, by=two)

    done = at_once(
        lambda: pay_information(reward=reward, code=code, paid_on=DAY, version=3, by=one)
    )

    assert done == 1
    assert InformationReward.objects.get().version == 4
    assert AuditEvent.objects.filter(action="发放信息奖励").count() == 1
