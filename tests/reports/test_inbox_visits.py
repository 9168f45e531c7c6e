"""What waits of the visits: draws to make, drawn units to visit, a focus to read."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from assessments.enums import VisitKind
from assessments.models import Inspection, MonthFocus
from assessments.services.draws import Wish, draw_lots, seal_draw
from pingan.enums import Role
from pingan.models import User
from reports.selectors.inbox_visits import visits
from tests.assessments.records import MONTH
from tests.factories import County, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
NOON = dt.datetime(2026, 10, 8, 4, tzinfo=dt.UTC)
TODAY = dt.date(2026, 10, 8)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as moved:
        yield moved


def told(user: User) -> list[tuple[str, str]]:
    return [(item.mark, item.text) for item in visits(user, TODAY)]


def test_draw_waits_then_its_units_do_until_they_are_visited(
    tree: County, county_officer: User, township_clerk: User, clock: time_machine.Traveller
):
    wish = Wish(MONTH, VisitKind.SECRET, None, 3, "")
    draw = seal_draw(county=tree.county, wish=wish, by=county_officer)
    inspector = make_user(Role.INSPECTOR, tree.departments[0])
    inspector.lent_units.add(tree.townships[0])
    assert told(county_officer) == [("待抽取", "2026年9月第1次抽签已封存")]
    assert told(inspector) == []
    clock.move_to(NOON + dt.timedelta(minutes=11), tick=False)

    draw_lots(draw=draw, salt="2026-0708", by=county_officer)

    assert told(inspector) == [("待检查", "2026年9月抽中待暗访：甲镇")]
    assert told(township_clerk) == []
    for unit in (*tree.townships, *tree.sectors):
        Inspection.objects.create(
            unit=unit, month=MONTH, kind=VisitKind.SECRET, on=TODAY, points_given=1, draw=draw
        )
    assert told(county_officer) == told(inspector) == []


def test_published_focus_is_told_for_a_fortnight(
    tree: County, county_officer: User, township_clerk: User, clock: time_machine.Traveller
):
    focus = MonthFocus.objects.create(county=tree.county, month=MONTH.next, text="看夜间巡逻")
    assert told(township_clerk) == []
    focus.published_at = timezone.now()
    focus.save()

    assert told(township_clerk) == [("检查重点", "2026年10月检查重点已公布")]
    assert told(make_user(Role.AUDITOR, tree.county)) == []
    focus.published_at = timezone.now() - dt.timedelta(days=20)
    focus.save()
    assert told(township_clerk) == []
