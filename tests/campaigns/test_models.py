"""What the database itself refuses, whoever writes."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from campaigns.enums import ReturnState, SweepAnswer, Team
from campaigns.models import GroupRecord, MonthlyReturn, Patrol, Survey, Sweep, SweepCategory
from tests.campaigns.makers import SEPTEMBER, make_return, make_survey
from tests.factories import County

DAY = dt.date(2026, 9, 3)
MOMENT = dt.datetime(2026, 9, 3, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "fields",
    [
        {"first_submitted_at": MOMENT},
        {"is_on_time": True},
        {"state": ReturnState.RETURNED},
    ],
)
def test_return_without_its_pair_is_refused(tree: County, fields: dict[str, Any]):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_return(tree.villages[0], **fields)


@pytest.mark.parametrize("state", [ReturnState.SUBMITTED, ReturnState.ACCEPTED])
def test_handed_in_return_without_moment_is_refused(tree: County, state: ReturnState):
    with pytest.raises(IntegrityError), transaction.atomic():
        MonthlyReturn.objects.create(
            unit=tree.villages[0], month=SEPTEMBER, due_on=DAY, state=state
        )


def test_second_return_of_a_month_is_refused(village_return: MonthlyReturn):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_return(village_return.unit)


def test_second_patrol_of_a_day_is_refused(village_return: MonthlyReturn):
    what = {"monthly_return": village_return, "month": SEPTEMBER, "on": DAY, "team": Team.GUARD}
    Patrol.objects.create(**what)

    with pytest.raises(IntegrityError), transaction.atomic():
        Patrol.objects.create(**what)


@pytest.mark.parametrize(
    "fields",
    [
        {"answer": SweepAnswer.COUNTED},
        {"answer": SweepAnswer.ZERO, "found": 1},
        {"answer": SweepAnswer.COUNTED, "found": 1, "solved_in_village": 2},
    ],
)
def test_sweep_that_contradicts_itself_is_refused(
    village_return: MonthlyReturn, fields: dict[str, Any]
):
    category = SweepCategory.objects.get(code="dispute", county=None)

    with pytest.raises(IntegrityError), transaction.atomic():
        Sweep.objects.create(
            monthly_return=village_return, month=SEPTEMBER, category=category, **fields
        )


@pytest.mark.parametrize(
    "fields", [{"found": 1, "solved": 2}, {"appraisal": 101}, {"patrol_nights": 32}]
)
def test_impossible_group_record_is_refused(
    tree: County, village_return: MonthlyReturn, fields: dict[str, Any]
):
    with pytest.raises(IntegrityError), transaction.atomic():
        GroupRecord.objects.create(
            monthly_return=village_return, month=SEPTEMBER, group=tree.groups[0], **fields
        )


@pytest.mark.parametrize(
    "fields",
    [{"slips": 0, "order_good": 0, "feels_safe": 0, "satisfied": 0}, {"satisfied": 21}],
)
def test_impossible_survey_is_refused(tree: County, fields: dict[str, Any]):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_survey(tree.villages[0], **fields)


def test_second_survey_of_a_place_is_refused(tree: County):
    make_survey(tree.villages[0])

    with pytest.raises(IntegrityError), transaction.atomic():
        make_survey(tree.villages[0])
    assert Survey.objects.count() == 1
