"""The people and the day of every test here: 20 September 2026, ten in the morning."""

import datetime as dt
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest
import time_machine

from campaigns.models import MonthlyReturn
from pingan.enums import Role
from pingan.models import User
from tests.campaigns.makers import make_return
from tests.factories import County, make_user

TODAY = dt.datetime(2026, 9, 20, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(TODAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def village_clerk(tree: County) -> User:
    """村级信息员 of the first village of the first township."""
    return make_user(Role.VILLAGE_CLERK, tree.villages[0], "village")


@pytest.fixture
def reviewer(tree: County) -> User:
    """乡镇审核员 of the first township."""
    return make_user(Role.TOWNSHIP_REVIEWER, tree.townships[0], "reviewer")


@pytest.fixture
def leader(tree: County) -> User:
    return make_user(Role.LEADER, tree.county, "leader")


@pytest.fixture
def village_return(tree: County) -> MonthlyReturn:
    """September of the first village, not begun."""
    return make_return(tree.villages[0])
