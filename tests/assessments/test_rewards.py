"""The ledger of rewards and penalties: booking, paying, taking back, proposals, pages, workbook."""

import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessments.enums import NamingGrade, NamingState, RewardKind, VetoState
from assessments.models import Naming, NamingKind, Reward, Scorecard, Veto, VetoCondition
from assessments.selectors.reward_proposals import Proposal, proposals, year_places
from assessments.selectors.rewards import reward_sums
from assessments.services.rewards import (
    RewardEntry,
    book_proposals,
    cancel_reward,
    change_reward,
    pay_reward,
    record_reward,
)
from pingan.enums import Role
from pingan.models import AuditEvent, Unit, User
from pingan.months import Month
from pingan.refusals import Conflict, Forbidden, Refused
from tests.assessments.records import MONTH
from tests.factories import County, make_county, make_user
from tests.reports.months import closed

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
TODAY = dt.date(2026, 10, 20)
ENTRY = RewardEntry(
    RewardKind.REWARD,
    2026,
    "年度考评第一名",
    "演创安办〔2026〕9号",
    1_000_000,
    "综治工作经费",
    dt.date(2026, 10, 12),
)


@pytest.fixture(autouse=True)
def october():
    with time_machine.travel(dt.datetime(2026, 10, 20, 2, tzinfo=dt.UTC), tick=False):
        yield


def entry(**changes: Any) -> RewardEntry:
    values = {name: getattr(ENTRY, name) for name in ENTRY.__slots__}
    return RewardEntry(**(values | changes))


def veto(unit: Unit, starts_on: dt.date, ends_on: dt.date) -> Veto:
    condition, _ = VetoCondition.objects.get_or_create(
        code="test-condition",
        county=None,
        defaults={"name": "命案", "basis": "依据", "position": 99},
    )
    now = timezone.now()
    return Veto.objects.create(
        unit=unit,
        condition=condition,
        facts="发生案件",
        happened_on=starts_on,
        state=VetoState.DECIDED,
        proposing_unit=unit.county or unit,
        proposed_at=now,
        decision="属实",
        document="演平安〔2026〕1号",
        decided_at=now,
        starts_on=starts_on,
        ends_on=ends_on,
    )


def test_reward_is_booked_with_its_document_and_fund(tree: County, county_officer: User):
    reward = record_reward(unit=tree.townships[0], entry=ENTRY, by=county_officer)

    assert (reward.amount, reward.fund, reward.recorded_by) == (
        1_000_000,
        "综治工作经费",
        county_officer,
    )
    event = AuditEvent.objects.get(action="登记奖励")
    assert event.after["document"] == "演创安办〔2026〕9号"


def test_same_reward_is_not_booked_twice(tree: County, county_officer: User):
    record_reward(unit=tree.townships[0], entry=ENTRY, by=county_officer)

    with pytest.raises(Refused, match="已经登记过"):
        record_reward(unit=tree.townships[0], entry=ENTRY, by=county_officer)

    assert Reward.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"fund": ""}, "经费来源"),
        ({"decided_on": dt.date(2026, 10, 21)}, "不能晚于今天"),
        ({"year": 2027}, "年度"),
    ],
)
def test_incomplete_reward_is_refused(
    tree: County, county_officer: User, changes: dict[str, Any], sentence: str
):
    with pytest.raises(Refused, match=sentence):
        record_reward(unit=tree.townships[0], entry=entry(**changes), by=county_officer)

    assert not Reward.objects.exists()


@pytest.mark.parametrize("role", [Role.LEADER, Role.INSPECTOR, Role.AUDITOR])
def test_others_of_the_county_keep_no_rewards(tree: County, role: Role):
    with pytest.raises(Forbidden):
        record_reward(unit=tree.townships[0], entry=ENTRY, by=make_user(role, tree.county))


def test_officer_of_another_county_keeps_no_rewards(tree: County):
    other = make_county("510704", "另县")

    with pytest.raises(Forbidden):
        record_reward(
            unit=tree.townships[0], entry=ENTRY, by=make_user(Role.COUNTY_OFFICER, other.county)
        )


def test_vetoed_unit_is_penalised_and_not_rewarded(tree: County, county_officer: User):
    veto(tree.townships[0], dt.date(2026, 6, 1), dt.date(2027, 6, 1))

    with pytest.raises(Refused, match="一票否决"):
        record_reward(unit=tree.townships[0], entry=ENTRY, by=county_officer)
    penalty = entry(kind=RewardKind.PENALTY, title="取消评先", amount=0, fund="")
    record_reward(unit=tree.townships[0], entry=penalty, by=county_officer)

    assert [reward.kind for reward in Reward.objects.all()] == [RewardKind.PENALTY]


def test_reward_is_not_paid_while_the_unit_is_vetoed(tree: County, county_officer: User):
    reward = record_reward(unit=tree.townships[0], entry=ENTRY, by=county_officer)
    veto(tree.townships[0], dt.date(2026, 10, 15), dt.date(2027, 10, 15))

    with pytest.raises(Refused, match="不能兑现"):
        pay_reward(reward=reward, paid_on=TODAY, version=1, by=county_officer)


def test_reward_is_paid_once(tree: County, county_officer: User):
    reward = record_reward(unit=tree.townships[0], entry=ENTRY, by=county_officer)

    paid = pay_reward(reward=reward, paid_on=TODAY, version=1, by=county_officer)

    with pytest.raises(Conflict):
        pay_reward(reward=reward, paid_on=TODAY, version=1, by=county_officer)
    with pytest.raises(Refused, match="已于2026-10-20兑现"):
        pay_reward(reward=reward, paid_on=TODAY, version=paid.version, by=county_officer)
    with pytest.raises(Refused, match="已经兑现"):
        change_reward(reward=reward, entry=ENTRY, version=paid.version, by=county_officer)
    assert AuditEvent.objects.filter(action="登记兑现").count() == 1


@pytest.mark.parametrize("day", [dt.date(2026, 10, 11), dt.date(2026, 10, 21)])
def test_reward_is_paid_after_its_decision_and_not_in_future(
    tree: County, county_officer: User, day: dt.date
):
    reward = record_reward(unit=tree.townships[0], entry=ENTRY, by=county_officer)

    with pytest.raises(Refused, match="兑现日期"):
        pay_reward(reward=reward, paid_on=day, version=1, by=county_officer)


def test_cancelled_reward_stays_with_its_reason_and_does_not_count(
    tree: County, county_officer: User
):
    reward = record_reward(unit=tree.townships[0], entry=ENTRY, by=county_officer)

    with pytest.raises(Refused, match="原因"):
        cancel_reward(reward=reward, reason=" ", version=1, by=county_officer)
    cancelled = cancel_reward(reward=reward, reason="名次更正", version=1, by=county_officer)

    assert (cancelled.cancelled_on, cancelled.cancel_reason) == (TODAY, "名次更正")
    sums = reward_sums(Reward.objects.all())
    assert (sums.total.rewards, sums.total.rewarded, sums.funds, sums.units) == (0, 0, [], [])
    with pytest.raises(Refused, match="已经撤销"):
        change_reward(reward=reward, entry=ENTRY, version=cancelled.version, by=county_officer)
    # Cancelled by mistake, it can be booked again.
    record_reward(unit=tree.townships[0], entry=ENTRY, by=county_officer)


def test_sums_by_fund_year_and_unit_add_up(tree: County, county_officer: User):
    one = record_reward(unit=tree.townships[0], entry=ENTRY, by=county_officer)
    pay_reward(reward=one, paid_on=TODAY, version=1, by=county_officer)
    other = entry(year=2025, amount=50_050, fund="县财政专项经费")
    record_reward(unit=tree.townships[1], entry=other, by=county_officer)
    fine = entry(kind=RewardKind.PENALTY, title="扣减经费", amount=300)
    record_reward(unit=tree.townships[1], entry=fine, by=county_officer)

    sums = reward_sums(Reward.objects.all())

    total = sums.total
    assert (total.rewards, total.penalties, total.rewarded, total.paid, total.penalised) == (
        2,
        1,
        1_050_050,
        1_000_000,
        300,
    )
    for parts in (sums.funds, sums.years, sums.units):
        assert sum(part.rewarded for part in parts) == total.rewarded
        assert sum(part.penalised for part in parts) == total.penalised
    assert [part.label for part in sums.years] == ["2026年", "2025年"]


# Proposals


def by_title(lines: list[Proposal]) -> dict[tuple[str, str], Proposal]:
    return {(line.unit.name, line.title): line for line in lines}


@pytest.mark.slow
def test_places_of_the_year_follow_the_published_months(tree: County):
    closed(tree)

    placed = {(each.unit_id, each.level): each for each in year_places(tree.county, 2026)}

    first, second = (placed[township.pk, township.level] for township in tree.townships)
    assert (first.place, second.place, first.peers) == (1, 2, 2)
    card = Scorecard.objects.get(unit=tree.townships[0])
    assert first.mean == card.total


@pytest.mark.slow
def test_unit_that_changed_its_peers_is_placed_once_by_all_its_months(tree: County):
    closed(tree, Month(2026, 8))
    closed(tree)
    township = tree.townships[0]
    cards = Scorecard.objects.filter(unit=township)
    cards.filter(month=MONTH).update(peer_group="山区")

    [each] = [each for each in year_places(tree.county, 2026) if each.unit_id == township.pk]

    totals = list(cards.values_list("total", flat=True))
    assert (each.months, each.mean) == (2, (sum(totals) + 1) // 2)
    assert (each.place, each.peers) == (1, 1)


@pytest.mark.slow
def test_months_not_published_give_no_places(tree: County):
    closed(tree, publish=False)

    assert year_places(tree.county, 2026) == []


@pytest.mark.slow
def test_proposals_name_winners_and_say_what_hinders(tree: County, county_officer: User):
    closed(tree)
    winner, loser = tree.townships
    veto(loser, dt.date(2026, 1, 10), dt.date(2026, 7, 10))

    lines = by_title(proposals(tree.county, 2026, TODAY))

    first = lines[winner.name, "年度平安创建考评第一名"]
    assert (first.amount, first.hindrance) == (1_000_000, "")
    second = lines[loser.name, "年度平安创建考评第二、三名"]
    assert "当年不得评先评优" in second.hindrance
    penalty = lines[loser.name, "一票否决，取消当年评先评优资格"]
    assert (penalty.kind, penalty.amount, penalty.hindrance) == (RewardKind.PENALTY, 0, "")


@pytest.mark.slow
def test_demonstration_naming_is_proposed(tree: County):
    kind = NamingKind.objects.create(position=99, code="test-village", name="平安村")
    Naming.objects.create(
        unit=tree.villages[0],
        kind=kind,
        grade=NamingGrade.DEMONSTRATION,
        state=NamingState.NAMED,
        document="演平安〔2026〕5号",
        decided_at=timezone.now(),
        valid_from=dt.date(2026, 3, 1),
        valid_to=dt.date(2028, 3, 1),
    )

    [line] = proposals(tree.county, 2026, TODAY)

    assert (line.unit, line.title, line.hindrance) == (
        tree.villages[0],
        "命名为示范单位（平安村）",
        "",
    )


@pytest.mark.slow
def test_ticked_proposals_are_booked_with_one_document(tree: County, county_officer: User):
    closed(tree)
    keys = [line.key for line in proposals(tree.county, 2026, TODAY) if line.unit.level == 2]
    common: dict[str, Any] = {
        "document": "演平安〔2026〕7号",
        "fund": "综治工作经费",
        "decided_on": TODAY,
    }

    booked = book_proposals(county=tree.county, year=2026, keys=keys, by=county_officer, **common)

    assert {reward.document for reward in booked} == {"演平安〔2026〕7号"}
    assert len(booked) == len(keys) == 2
    lines = proposals(tree.county, 2026, TODAY)
    assert {line.key: line.hindrance for line in lines if line.key in keys} == dict.fromkeys(
        keys, "已登记"
    )
    with pytest.raises(Refused, match="已登记"):
        book_proposals(county=tree.county, year=2026, keys=keys, by=county_officer, **common)


@pytest.mark.slow
def test_booking_is_all_or_nothing(tree: County, county_officer: User):
    closed(tree)
    veto(tree.townships[1], dt.date(2026, 10, 1), dt.date(2027, 10, 1))
    keys = [line.key for line in proposals(tree.county, 2026, TODAY) if line.unit.level == 2]
    common: dict[str, Any] = {
        "county": tree.county,
        "document": "文件",
        "fund": "经费",
        "decided_on": TODAY,
        "by": county_officer,
    }

    with pytest.raises(Refused, match="一票否决"):
        book_proposals(year=2026, keys=keys, **common)
    with pytest.raises(Conflict, match="依据已经变动"):
        book_proposals(year=2026, keys=["township-first:999999"], **common)
    with pytest.raises(Refused, match="勾选"):
        book_proposals(year=2026, keys=[], **common)

    assert not Reward.objects.exists()


# Pages

TYPED = {
    "kind": "reward",
    "year": "2026",
    "title": "先进",
    "document": "演创安办〔2026〕9号",
    "amount": "１,200.50元",
    "fund": "综治工作经费",
    "decided_on": "2026-10-12",
}


def test_officer_books_a_reward_on_the_page(
    tree: County, county_officer: User, client_of: ClientOf
):
    client = client_of(county_officer)

    answer = client.post("/rewards/new/", TYPED | {"unit": tree.townships[0].name})

    reward = Reward.objects.get()
    assert answer.headers["Location"] == f"/rewards/{reward.pk}/"
    assert reward.amount == 120_050
    page = client.get("/rewards/?year=2026").content.decode()
    assert "1,200.50" in page
    assert "综治工作经费" in page


def test_unit_is_found_by_the_name_that_is_suggested(
    tree: County, county_officer: User, client_of: ClientOf
):
    client = client_of(county_officer)
    village, township = tree.villages[0], tree.townships[0]
    Unit.objects.filter(pk=tree.villages[2].pk).update(name=village.name)
    suggested = f"{village.name}（{township.short_name}）"

    assert suggested in client.get("/rewards/new/").content.decode()
    alone = client.post("/rewards/new/", TYPED | {"unit": village.name})
    client.post("/rewards/new/", TYPED | {"unit": suggested})

    assert "有几个单位同名" in alone.content.decode()
    assert Reward.objects.get().unit == village


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"unit": "没有的镇"}, "没有这个单位"),
        ({"amount": "很多"}, "以元为单位"),
        ({"fund": ""}, "请写明经费来源"),
        ({"title": ""}, "这个字段是必填项"),
    ],
)
def test_bad_input_keeps_what_was_typed(
    tree: County,
    county_officer: User,
    client_of: ClientOf,
    changes: dict[str, str],
    sentence: str,
):
    typed = TYPED | {"unit": tree.townships[0].name} | changes

    answer = client_of(county_officer).post("/rewards/new/", typed)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert "演创安办〔2026〕9号" in page
    assert not Reward.objects.exists()


def test_unit_sees_its_own_rewards_and_no_others(
    tree: County, county_officer: User, township_clerk: User, client_of: ClientOf
):
    own = record_reward(unit=tree.villages[0], entry=ENTRY, by=county_officer)
    strange = record_reward(unit=tree.townships[1], entry=entry(title="他镇"), by=county_officer)
    client = client_of(township_clerk)

    page = client.get("/rewards/").content.decode()

    assert own.title in page
    assert "他镇" not in page
    assert client.get(f"/rewards/{own.pk}/").status_code == 200
    for address in (f"/rewards/{strange.pk}/", f"/rewards/{strange.pk}/edit/"):
        assert client.get(address).status_code == 404
    for action in ("pay", "cancel"):
        assert client.post(f"/rewards/{strange.pk}/{action}").status_code == 404
    assert client.get("/rewards/new/").status_code == 403
    assert client.get("/rewards/proposals/").status_code == 403
    answer = client.post(
        f"/rewards/{own.pk}/pay", {"paid_on": "2026-10-20", "version": own.version}
    )
    assert answer.status_code == 403


def test_second_of_two_editors_is_told_and_keeps_what_he_typed(
    tree: County, county_officer: User, client_of: ClientOf
):
    reward = record_reward(unit=tree.townships[0], entry=ENTRY, by=county_officer)
    change_reward(reward=reward, entry=entry(fund="政法专项经费"), version=1, by=county_officer)

    answer = client_of(county_officer).post(
        f"/rewards/{reward.pk}/edit/", TYPED | {"title": "我写的事由", "version": "1"}
    )

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "我写的事由" in page
    assert "政法专项经费" in page
    reward.refresh_from_db()
    assert reward.title == "年度考评第一名"


def test_workbook_holds_the_chosen_lines_and_their_sums(
    tree: County, county_officer: User, client_of: ClientOf
):
    record_reward(unit=tree.townships[0], entry=entry(title="=1+1"), by=county_officer)
    record_reward(unit=tree.townships[1], entry=entry(year=2025), by=county_officer)

    answer = client_of(county_officer).get("/rewards/rewards.xlsx?year=2026")

    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == ["奖惩台账", "按经费来源", "按年度", "按单位"]
    [line] = list(book["奖惩台账"].iter_rows(min_row=4, values_only=True))
    assert line[:8] == (
        2026,
        tree.townships[0].name,
        "演示县",
        "奖励",
        "=1+1",
        "演创安办〔2026〕9号",
        10_000,
        "综治工作经费",
    )
    assert book["按经费来源"]["C5"].value == 10_000


def test_list_takes_as_many_queries_for_three_units_as_for_one(
    tree: County, county_officer: User, client_of: ClientOf
):
    client = client_of(county_officer)
    client.get("/rewards/")
    counts = []
    for units in (tree.townships[:1], [tree.townships[1], *tree.villages[:2]]):
        for unit in units:
            record_reward(unit=unit, entry=ENTRY, by=county_officer)
        with CaptureQueriesContext(connection) as queries:
            client.get("/rewards/")
        counts.append(len(queries))

    assert counts[0] == counts[1]


@pytest.mark.slow
def test_proposals_page_books_what_is_ticked(
    tree: County, county_officer: User, client_of: ClientOf
):
    closed(tree)
    client = client_of(county_officer)
    keys = [line.key for line in proposals(tree.county, 2026, TODAY) if line.unit.level == 2]

    assert "年度平安创建考评第一名" in client.get("/rewards/proposals/").content.decode()
    refused = client.post("/rewards/proposals/?year=2026", {"key": keys, "fund": "经费"})
    typed = {"key": keys, "fund": "经费", "document": "文件", "decided_on": "2026-10-20"}
    answer = client.post("/rewards/proposals/?year=2026", typed)

    assert refused.status_code == 422
    assert f'value="{keys[0]}" id="key-1" checked' in refused.content.decode()
    assert answer.headers["Location"] == "/rewards/?year=2026"
    assert Reward.objects.count() == 2
