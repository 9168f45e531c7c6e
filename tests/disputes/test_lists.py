"""Lists of cases: what narrows them, what comes first, how many queries; marks of repeats."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from disputes.enums import Channel, Move
from disputes.models import Dispute, Handover
from disputes.services.escalations import pause_clock
from disputes.services.handovers import offer_dispute
from pingan.enums import Role
from pingan.models import Unit, User
from tests.disputes.makers import move
from tests.disputes.pages import SECRETS, TODAY, leaks, make_named, text_of
from tests.factories import County, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    moment = dt.datetime(2026, 10, 12, 2, tzinfo=dt.UTC)
    with time_machine.travel(moment, tick=False) as traveller:
        yield traveller


@pytest.fixture
def clerk(tree: County) -> User:
    return make_user(Role.VILLAGE_CLERK, tree.villages[0], "village")


@pytest.fixture
def case(tree: County, clerk: User) -> Dispute:
    return make_named(tree.villages[0], clerk)


def offer(case: Dispute, to_unit: Unit, by: User) -> Handover:
    case.refresh_from_db()
    return offer_dispute(
        dispute=case,
        to_unit=to_unit,
        channel=Channel.PEOPLE,
        reason="请牵头",
        version=case.version,
        by=by,
    )


def numbers(answer) -> list[int]:
    return [row.dispute.number for row in answer.context["rows"]]


@pytest.fixture
def several(tree: County, clerk: User) -> list[Dispute]:
    """1: two weeks old and late, 2: of today, 3: paused, 4: withdrawn."""
    old = TODAY - dt.timedelta(days=14)
    found = [make_named(tree.villages[0], clerk, registered_on=old, title="排水沟争执", place="沟")]
    found += [make_named(tree.villages[0], clerk, place=place) for place in ("晒坝", "井", "桥")]
    pause_clock(dispute=found[2], starts_on=TODAY, reason="等待鉴定", by=clerk)
    move(found[3], Move.WITHDRAW, clerk, TODAY)
    return found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [1, 2, 3]),
        ("state=all", [4, 3, 2, 1]),
        ("state=late", [1]),
        ("state=withdrawn", [4]),
        ("text=排水", [1]),
        ("text=晒坝", [2]),
        ("text=第3号", [3]),
        ("text=%25", []),
        ("first=2026-10-01", [2, 3]),
        ("last=2026-10-01", [1]),
        ("level=3", [1, 2, 3]),
        ("level=2", []),
        ("state=nonsense&level=x&category=x&unit=x&first=x&page=x", [1, 2, 3]),
        ("page=99", [1, 2, 3]),
        (f"text={SECRETS[0]}", []),
    ],
)
def test_list_is_narrowed_and_the_most_pressing_come_first(several, clerk, client_of, query, found):
    assert numbers(client_of(clerk).get(f"/disputes/?{query}")) == found


def test_list_is_narrowed_by_unit_and_category(tree, several, clerk, township_clerk, client_of):
    client = client_of(township_clerk)
    make_named(tree.townships[0], township_clerk)
    category = several[0].category_id

    own = client.get(f"/disputes/?unit={tree.townships[0].pk}")
    foreign = client.get(f"/disputes/?unit={tree.townships[1].pk}")

    assert [row.dispute.unit for row in own.context["rows"]] == [tree.townships[0]]
    assert len(foreign.context["rows"]) == 4  # an unreadable value is as good as none
    assert len(client.get(f"/disputes/?category={category}").context["rows"]) == 4
    assert len(client.get(f"/disputes/?category={category + 1}").context["rows"]) == 0


def test_board_counts_levels_states_and_what_is_late(several, township_clerk, client_of):
    [line] = client_of(township_clerk).get("/disputes/").context["board"]

    assert (line.label, line.total, line.late) == ("村(社区)", 3, 1)
    assert dict(line.counts) == {"registered": 3, "accepted": 0, "working": 0}


def test_filters_stay_in_the_links_to_other_pages(tree, clerk, client_of, monkeypatch):
    monkeypatch.setattr("disputes.views.cases.PAGE_LENGTH", 1)
    for _number in range(2):
        make_named(tree.villages[0], clerk)

    page = text_of(client_of(clerk).get("/disputes/?state=all&text=争执"))

    assert "?page=2&amp;state=all&amp;text=%E4%BA%89%E6%89%A7" in page


def test_my_cases_are_those_in_my_hands_by_their_clock(
    tree, several, clerk, township_clerk, client_of
):
    page = client_of(clerk).get("/disputes/mine/")

    assert numbers(page) == [1, 2, 3, 4]
    words = [row.clock for row in page.context["rows"]]
    assert [words[0][:2], words[1][:2], words[2], words[3]] == ["超期", "还有", "中止", "待结案"]
    empty = text_of(client_of(township_clerk).get("/disputes/mine/"))
    assert "您手上没有未结案的纠纷。" in empty


@pytest.mark.parametrize("address", ["/disputes/mine/", "/disputes/?state=all"])
def test_lists_take_the_same_queries_for_one_case_and_for_three(
    tree, clerk, township_clerk, client_of, address
):
    client, counted = client_of(clerk), []
    other = make_user(Role.VILLAGE_CLERK, tree.villages[1], "neighbour")
    client.get(address)  # the first page of all does more
    for number in (1, 2, 3):
        make_named(tree.villages[0], clerk)
        came_up = make_named(tree.villages[0], clerk, place=f"{number}号")
        Dispute.objects.filter(pk=came_up.pk).update(handler=None)
        offer(make_named(tree.villages[1], other), tree.villages[0], other)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        counted.append(len(queries))

    assert counted[0] == counted[1] == counted[2] < 40


def test_case_takes_the_same_queries_however_long_its_way(tree, case, clerk, client_of):
    client, counted = client_of(clerk), []
    client.get(f"/disputes/{case.pk}/")
    for _number in range(3):
        client.post(f"/disputes/{case.pk}/names/", {"purpose": "通知到场"})
        handover = offer(case, tree.townships[0], clerk)
        client.post(f"/disputes/handovers/{handover.pk}/", {"answer": "withdraw"})
        client.get(f"/disputes/{case.pk}/")  # what was said once
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/disputes/{case.pk}/")
        counted.append(len(queries))

    assert counted[0] == counted[1] == counted[2] < 40


def test_repeats_are_told_to_the_handler_without_a_name(
    tree, case, clerk, township_clerk, client_of
):
    other = make_named(tree.villages[0], clerk)

    own = client_of(clerk).get(f"/disputes/{case.pk}/")
    foreign = client_of(township_clerk).get(f"/disputes/{case.pk}/")

    assert "同一地点1件、同一当事人1件" in text_of(own)
    assert other.code in text_of(own)
    assert "同一当事人" not in text_of(foreign)
    assert leaks(own) == leaks(foreign) == []
