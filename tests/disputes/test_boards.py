"""Boards: counts of the own tree, the same as a workbook, never a name."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pytest
from django.urls import reverse

from disputes.enums import Move
from disputes.forms.boards import PeriodForm
from disputes.models import Dispute
from disputes.selectors.boards import board_of
from disputes.selectors.workload import workloads
from disputes.spans import Span
from pingan.enums import Role
from tests.disputes.makers import make_committee, make_dispute, make_mediator, move
from tests.factories import make_user

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 10, 12)
YEAR = Span(dt.date(2026, 1, 1), dt.date(2026, 12, 31))
SECRETS = ("演示甲", "演示乙", "演示调解员", "演＊")


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(dt.datetime(2026, 10, 12, 10, tzinfo=dt.UTC), tick=False)


@pytest.fixture
def clerk(tree):
    return make_user(Role.VILLAGE_CLERK, tree.villages[0], "village")


def settled(tree, by, day: int = 10, **fields) -> Dispute:
    """A case of 1 September with an agreement of this day of the month."""
    case = make_dispute(by.unit, by, **fields)
    for step, on in ((Move.ACCEPT, 2), (Move.START, 3), (Move.AGREE, day)):
        move(case, step, by, dt.date(2026, 9, on))
    return case


@pytest.fixture
def some_cases(tree, clerk):
    """Two of the first village (one settled), one of the other township, one of an office."""
    committee = make_committee(tree.villages[0])
    mediator = make_mediator(committee)
    settled(tree, clerk, committee=committee, mediator=mediator)
    make_dispute(tree.villages[0], clerk, committee=committee, mediator=mediator)
    far = make_user(Role.VILLAGE_CLERK, tree.villages[2], "far")
    make_dispute(tree.villages[2], far)
    office = make_user(Role.COUNTY_OFFICER, tree.departments[0], "office")
    make_dispute(tree.departments[0], office)


def lines(board) -> list[tuple[str, int, int, bool]]:
    return [
        (each.name, each.figures.received, each.figures.settled, bool(each.bar))
        for each in board.units
    ]


def test_the_countys_board_counts_by_township_and_office(tree, county_officer, some_cases):
    board = board_of(county_officer, tree.county, YEAR, TODAY)

    assert lines(board) == [
        ("甲镇", 2, 1, True),
        ("乙镇", 1, 0, True),
        ("政法口", 1, 0, False),
        ("演示县本级", 0, 0, False),
    ]
    assert (board.total.received, board.total.settled) == (4, 1)
    assert [(each.name, each.figures.received) for each in board.categories] == [("邻里", 4)]
    assert [(each.name, each.figures.received) for each in board.channels] == [("人民调解", 4)]
    assert [tile.shade for tile in board.tiles] == [4, 2]
    assert [each.board for each in board.units] == [
        tree.townships[0].pk,
        tree.townships[1].pk,
        None,
        None,
    ]


def test_a_townships_board_counts_by_village(tree, township_clerk, some_cases):
    board = board_of(township_clerk, tree.townships[0], YEAR, TODAY)

    assert lines(board) == [
        ("甲1村", 2, 1, True),
        ("甲2村", 0, 0, True),
        ("甲镇本级", 0, 0, False),
    ]


def test_workload_by_number(tree, county_officer, clerk, some_cases):
    (row,) = workloads(county_officer, YEAR, TODAY)

    assert (row.number, row.in_hand, row.late) == ("01", 1, 1)
    assert (row.settled, row.median_days) == (1, "9")
    assert "演示调解员" not in repr(row)


def test_the_board_takes_a_fixed_number_of_queries(
    tree, county_officer, clerk, some_cases, django_assert_num_queries
):
    with django_assert_num_queries(10):
        board_of(county_officer, tree.county, YEAR, TODAY)
    for place in range(3):
        settled(tree, clerk, place=f"{place}处")
    with django_assert_num_queries(10):
        board_of(county_officer, tree.county, YEAR, TODAY)


def test_the_pages_show_counts_and_never_a_name(tree, client_of, county_officer, some_cases):
    client = client_of(county_officer)
    for asked in ({}, {"unit": tree.townships[0].pk}):
        text = client.get(reverse("disputes:dispute-county"), asked).content.decode()
        assert "受理" in text
        assert "01号" in text
        assert "1 / 1 件" in text
        for secret in SECRETS:
            assert secret not in text


def test_who_works_below_the_county_sees_the_own_board(tree, client_of, township_clerk, some_cases):
    client = client_of(township_clerk)

    assert client.get(reverse("disputes:dispute-county")).url == reverse("disputes:dispute-board")
    text = client.get(reverse("disputes:dispute-board")).content.decode()
    assert "甲1村" in text
    assert "乙1村" not in text


@pytest.mark.parametrize("name", ["dispute-board", "dispute-board-download"])
def test_another_townships_board_is_not_found(tree, client_of, township_clerk, name):
    address = reverse(f"disputes:{name}")

    for asked in (tree.townships[1].pk, tree.county.pk, "x", "99999999"):
        assert client_of(township_clerk).get(address, {"unit": asked}).status_code == 404


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ACCOUNT_ADMIN, Role.SECURITY_ADMIN])
def test_administrators_see_no_board(tree, client_of, role):
    client = client_of(make_user(role, tree.county, "admin"))

    for name in ("dispute-county", "dispute-board-download"):
        assert client.get(reverse(f"disputes:{name}")).status_code == 403


def test_a_leader_sees_the_countys_board(tree, client_of, some_cases):
    leader = make_user(Role.LEADER, tree.county, "leader")

    answer = client_of(leader).get(reverse("disputes:dispute-county"), {"period": "2026"})

    assert answer.status_code == 200
    assert "纠纷看板" in answer.content.decode()


def test_a_period_without_cases_says_so(tree, client_of, county_officer, some_cases):
    answer = client_of(county_officer).get(reverse("disputes:dispute-county"), {"period": "2005"})

    text = answer.content.decode()
    assert "2005年" in text
    assert "这段时间没有登记或终结的纠纷" in text


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ({}, (2026, 1, 1), (2026, 12, 31)),
        ({"period": "2026Q2"}, (2026, 4, 1), (2026, 6, 30)),
        ({"period": "什么"}, (2026, 1, 1), (2026, 12, 31)),
        (
            {"period": "2026Q2", "first": "2026-09-03", "last": "2026-08-01"},
            (2026, 8, 1),
            (2026, 9, 3),
        ),
        ({"first": "2026-09-03"}, (2026, 9, 3), (2026, 10, 12)),
        ({"last": "2025-03-03"}, (2025, 1, 1), (2025, 3, 3)),
        ({"first": "昨天"}, (2026, 1, 1), (2026, 12, 31)),
    ],
)
def test_the_period_that_was_asked_for(asked, first, last):
    span = PeriodForm(asked, today=TODAY).span()

    assert span == Span(dt.date(*first), dt.date(*last))


def test_the_workbook_holds_the_same_counts_and_no_name(
    tree, client_of, county_officer, some_cases
):
    answer = client_of(county_officer).get(
        reverse("disputes:dispute-board-download"), {"period": "2026"}
    )

    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    cells = {
        sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book
    }
    assert list(cells) == ["按单位", "按类别", "按调解方式", "防止激化", "调解员工作量", "口径"]
    heads, *rows = cells["按单位"][3:]
    assert [row[0] for row in rows] == ["甲镇", "乙镇", "政法口", "演示县本级", "合计"]
    whole = dict(zip(heads, rows[-1], strict=True))
    assert (whole["受理"], whole["调解"], whole["成功"], whole["成功率"]) == (4, 1, 1, "100.0%")
    assert cells["调解员工作量"][-1][2:] == ["01", 1, 1, 1, "9"]
    for secret in SECRETS:
        assert secret not in str(cells)
