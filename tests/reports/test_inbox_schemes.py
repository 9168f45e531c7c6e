"""Drafts of schemes in the inbox of the county's officer."""

from __future__ import annotations

import datetime as dt

import pytest

from assessments.models import Scheme
from assessments.services.schemes import draft_scheme
from pingan.enums import Level, Role
from pingan.models import User
from reports.selectors.inbox_schemes import drafts
from tests.factories import County, make_county, make_user

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 10, 8)


def draft(by: User, level: Level = Level.TOWNSHIP) -> Scheme:
    source = Scheme.objects.get(county=None, level=level)
    return draft_scheme(source=source, peer_group=None, today=TODAY, by=by)


@pytest.mark.parametrize(
    ("today", "tone", "detail"),
    [
        (TODAY, "plain", "拟从2026年11月起用"),
        (dt.date(2026, 10, 24), "warn", "拟从2026年11月起用"),
        (dt.date(2026, 11, 1), "warn", "2026年11月已经开始，请改起始月份"),
    ],
)
def test_draft_waits_for_its_officer(county_officer: User, today: dt.date, tone: str, detail: str):
    made = draft(county_officer)

    [item] = drafts(county_officer, today)

    assert (item.tone, item.key, item.due_on) == (tone, made.pk, dt.date(2026, 10, 31))
    assert detail in item.detail


def test_others_are_not_told(tree: County, county_officer: User, township_clerk: User):
    draft(county_officer)
    other = make_user(Role.COUNTY_OFFICER, make_county("510704", "别县").county)
    leader = make_user(Role.LEADER, tree.county)

    assert [list(drafts(user, TODAY)) for user in (other, leader, township_clerk)] == [[], [], []]


def test_one_query_whatever_the_drafts(county_officer: User, django_assert_num_queries):
    draft(county_officer)
    with django_assert_num_queries(1):
        assert len(list(drafts(county_officer, TODAY))) == 1
    draft(county_officer, Level.VILLAGE)
    draft(county_officer, Level.GROUP)

    with django_assert_num_queries(1):
        assert len(list(drafts(county_officer, TODAY))) == 3
