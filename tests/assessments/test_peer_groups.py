"""Groups of peers: set up, changed from a month on, ended; no unit in two of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.models import PeerGroup, Scheme, Scorecard
from assessments.selectors.peer_group_pages import groups_page
from assessments.selectors.schemes import rules_of
from assessments.services.closing import close_month
from assessments.services.peer_groups import (
    Peers,
    add_peer_group,
    change_peer_group,
    end_peer_group,
    mark,
)
from assessments.services.schemes import adopt_scheme, draft_scheme
from pingan.enums import Level, Role
from pingan.models import AuditEvent, User
from pingan.months import Month
from pingan.refusals import Conflict, Forbidden, Refused
from tests.assessments.records import perfect_county
from tests.factories import County, make_county, make_user

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
TODAY = dt.date(2026, 10, 8)
NOVEMBER, DECEMBER = Month(2026, 11), Month(2026, 12)
LIST = reverse("assessments:peer-group-list")
NEW = reverse("assessments:peer-group-create")


@pytest.fixture(autouse=True)
def october():
    with time_machine.travel(dt.datetime(2026, 10, 8, 9, tzinfo=dt.UTC), tick=False):
        yield


def add(tree: County, by: User, name: str = "一组", **more: Any) -> PeerGroup:
    values: dict[str, Any] = {"kinds": [], "units": [tree.townships[0]], "start": NOVEMBER, **more}
    return add_peer_group(
        county=tree.county,
        level=Level.TOWNSHIP,
        peers=Peers(name, **values),
        today=TODAY,
        by=by,
    )


def test_group_is_set_up_from_next_month(tree: County, county_officer: User):
    group = add(tree, county_officer, kinds=["town"], units=[])

    assert (group.valid_from, group.valid_to, group.unit_kinds) == (
        dt.date(2026, 11, 1),
        None,
        ["town"],
    )
    assert AuditEvent.objects.get(action="设立同组").after["name"] == "一组"


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"start": Month(2026, 10)}, "不能在当月中途改变"),
        ({"units": []}, "什么都不选"),
        ({"kinds": ["village"]}, "单位类别与层级不符"),
        ({"name": "甲组"}, "已经有一个同组叫“甲组”"),
        ({"kinds": ["town"]}, "“镇”这一类已经在“甲组”里"),
    ],
)
def test_surprises_are_refused(
    tree: County, county_officer: User, more: dict[str, Any], sentence: str
):
    add(tree, county_officer, name="甲组", kinds=["town"], units=[])

    with pytest.raises(Refused, match=sentence):
        add(tree, county_officer, **more)

    assert PeerGroup.objects.count() == 1


def test_unit_is_in_one_group_alone(tree: County, county_officer: User):
    add(tree, county_officer, name="甲组")

    with pytest.raises(Refused, match="甲镇已经在“甲组”里"):
        add(tree, county_officer, name="乙组")


def test_strangers_units_are_refused(tree: County, county_officer: User):
    other = make_county("510704", "别县")

    with pytest.raises(Refused, match="只能选本县这个层级的单位"):
        add(tree, county_officer, units=[other.townships[0]])


def test_others_make_no_groups(tree: County, township_clerk: User):
    for user in (township_clerk, make_user(Role.LEADER, tree.county)):
        with pytest.raises(Forbidden):
            add(tree, user)


def test_group_in_force_is_replaced_from_a_month_on(tree: County, county_officer: User):
    group = add(tree, county_officer)
    later = dt.date(2026, 11, 20)

    changed = change_peer_group(
        group=group,
        peers=Peers("一组", ["town"], [], DECEMBER),
        seen=mark(group),
        today=later,
        by=county_officer,
    )

    group.refresh_from_db()
    assert changed.pk != group.pk
    assert (group.valid_to, changed.valid_from) == (dt.date(2026, 12, 1), dt.date(2026, 12, 1))


def test_group_that_has_not_begun_is_rewritten(tree: County, county_officer: User):
    group = add(tree, county_officer)

    changed = change_peer_group(
        group=group,
        peers=Peers("改名", [], [tree.townships[1]], DECEMBER),
        seen=mark(group),
        today=TODAY,
        by=county_officer,
    )

    assert (changed.pk, changed.name) == (group.pk, "改名")
    assert list(changed.units.all()) == [tree.townships[1]]


def test_older_page_is_a_conflict(tree: County, county_officer: User):
    group = add(tree, county_officer)
    seen = mark(group)
    peers = Peers("改名", [], [tree.townships[1]], DECEMBER)
    change_peer_group(group=group, peers=peers, seen=seen, today=TODAY, by=county_officer)

    with pytest.raises(Conflict):
        change_peer_group(group=group, peers=peers, seen=seen, today=TODAY, by=county_officer)


def test_group_is_ended_and_one_not_begun_is_gone(tree: County, county_officer: User):
    group = add(tree, county_officer)
    later = dt.date(2026, 11, 20)
    end_peer_group(group=group, start=DECEMBER, seen=mark(group), today=later, by=county_officer)
    group.refresh_from_db()
    future = add(tree, county_officer, name="二组", start=DECEMBER)

    end_peer_group(group=future, start=DECEMBER, seen=mark(future), today=TODAY, by=county_officer)

    assert group.valid_to == dt.date(2026, 12, 1)
    assert list(PeerGroup.objects.all()) == [group]


@pytest.mark.slow
def test_groups_are_ranked_apart(tree: County, county_officer: User):
    perfect_county(tree, NOVEMBER)
    add(tree, county_officer)
    with time_machine.travel(dt.datetime(2026, 12, 8, 9, tzinfo=dt.UTC), tick=False):
        close_month(counties=[tree.county], month=NOVEMBER, by=None)

    cards = Scorecard.objects.filter(level=Level.TOWNSHIP).order_by("unit_name")

    assert [(c.unit_name, c.peer_group, c.peers) for c in cards] == [
        ("乙镇", "", 1),
        ("甲镇", "一组", 1),
    ]


def test_page_says_who_is_where_and_who_is_left(tree: County, county_officer: User):
    add(tree, county_officer)

    page = groups_page(county_officer, Level.TOWNSHIP, dt.date(2026, 11, 1))
    before = groups_page(county_officer, Level.TOWNSHIP, TODAY)

    assert [(row.group and row.group.name, row.names) for row in page.rows] == [("一组", ["甲镇"])]
    assert page.left.names == ["乙镇"]
    assert (before.rows, before.left.names) == ((), ["甲镇", "乙镇"])
    assert len(before.coming) == 1


def test_page_takes_the_same_queries_for_more_groups(
    tree: County, county_officer: User, client_of: ClientOf
):
    client = client_of(county_officer)
    add(tree, county_officer)
    client.get(LIST)
    with CaptureQueriesContext(connection) as one:
        client.get(LIST)
    add(tree, county_officer, name="二组", units=[tree.townships[1]])
    add(tree, county_officer, name="三组", kinds=["town"], units=[])

    with CaptureQueriesContext(connection) as three:
        page = client.get(LIST).content.decode()

    assert "三组" in page
    assert len(three) == len(one)


def form_of(tree: County, **changes: Any) -> dict[str, Any]:
    return {"name": "一组", "units": [tree.townships[0].pk], "start": "2026-11", **changes}


def test_officer_sets_up_changes_and_ends_on_the_pages(
    tree: County, county_officer: User, client_of: ClientOf
):
    client = client_of(county_officer)
    assert client.post(f"{NEW}?level=2", form_of(tree)).status_code == 302
    group = PeerGroup.objects.get()
    edit = reverse("assessments:peer-group-edit", args=[group.pk])
    seen = mark(group)

    changed = client.post(edit, form_of(tree, name="山区组", seen=seen))
    stale = client.post(edit, form_of(tree, name="河谷组", seen=seen))
    group.refresh_from_db()
    ended = client.post(
        reverse("assessments:peer-group-end", args=[group.pk]),
        {"start": "2026-11", "seen": mark(group)},
    )

    assert (changed.status_code, stale.status_code, ended.status_code) == (302, 409, 302)
    assert 'value="河谷组"' in stale.content.decode()
    assert "山区组" in stale.content.decode()
    assert not PeerGroup.objects.exists()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": ""}, "请填同组的名称"),
        ({"start": "2026-13"}, "这个月份"),
        ({"start": "2026-10"}, "不能在当月中途改变"),
        ({"units": ["0"]}, "不在可用的选项中"),
    ],
)
def test_bad_input_is_told(
    tree: County,
    county_officer: User,
    client_of: ClientOf,
    changes: dict[str, Any],
    sentence: str,
):
    answer = client_of(county_officer).post(f"{NEW}?level=2", form_of(tree, **changes))

    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_everybody_reads_and_strangers_do_not(
    tree: County, county_officer: User, township_clerk: User, client_of: ClientOf
):
    group = add(tree, county_officer, name="山区组")
    edit = reverse("assessments:peer-group-edit", args=[group.pk])
    other = make_user(Role.COUNTY_OFFICER, make_county("510704", "别县").county)

    assert "山区组" in client_of(township_clerk).get(LIST).content.decode()
    assert client_of(township_clerk).get(edit).status_code == 403
    assert client_of(township_clerk).get(NEW).status_code == 403
    assert client_of(other).get(edit).status_code == 404
    assert "山区组" not in client_of(other).get(LIST).content.decode()


def test_group_with_a_scheme_keeps_its_name_and_the_scheme(tree: County, county_officer: User):
    group = add(tree, county_officer, name="山区组")
    source = Scheme.objects.get(county=None, level=Level.TOWNSHIP)
    draft = draft_scheme(source=source, peer_group=group, today=TODAY, by=county_officer)
    adopt_scheme(scheme=draft, revision=1, today=TODAY, by=county_officer)
    later = dt.date(2026, 11, 20)

    def change(name: str) -> PeerGroup:
        peers = Peers(name, [], [tree.townships[1]], DECEMBER)
        return change_peer_group(
            group=group, peers=peers, seen=mark(group), today=later, by=county_officer
        )

    with pytest.raises(Refused, match="有自己的考核办法"):
        change("河谷组")
    changed = change("山区组")
    draft.refresh_from_db()
    again = draft_scheme(source=draft, peer_group=draft.peer_group, today=later, by=county_officer)

    assert "2/山区组" in rules_of([tree.county], DECEMBER)[tree.county.pk]
    assert (again.peer_group, again.version) == (changed, 2)
