"""The short form: what it starts with, what it refuses, what it keeps; two at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine

from disputes.enums import PartyRole, TermKind
from disputes.models import Dispute
from disputes.selectors.cases import LOOK
from disputes.services.registration import PartyEntry, change_dispute
from pingan.enums import Level, Role
from pingan.models import AuditEvent, User
from tests.disputes.makers import make_committee, make_entry, make_mediator, term
from tests.disputes.pages import (
    NAMED,
    SECRETS,
    TODAY,
    ClientOf,
    make_named,
    parties,
    text_of,
    typed_case,
)
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


def test_new_form_starts_with_today_the_own_unit_and_the_committee(tree, clerk, client_of):
    make_committee(tree.villages[0])

    answer = client_of(clerk).get("/disputes/new/")

    form = answer.context["form"]
    assert form["registered_on"].value() == TODAY
    assert form["unit"].value() == tree.villages[0].pk
    assert "演人调" not in text_of(answer)
    assert f"{tree.villages[0].name}人民调解委员会" in text_of(answer)
    assert "---------" not in text_of(answer)


def test_form_is_filled_from_the_address_of_a_follow_up(tree, township_clerk, client_of):
    village = tree.villages[0]
    make_committee(village)
    asked = {"source": "sweep", "unit": village.pk, "title": "争" * 80, "place": "二组水井"}

    form = client_of(township_clerk).get("/disputes/new/", asked).context["form"]

    assert form["source"].value() == term(TermKind.SOURCE, "sweep").pk
    assert (form["unit"].value(), form["place"].value()) == (village.pk, "二组水井")
    assert form["title"].value() == "争" * 60
    assert form["committee"].value() == village.committees.get().pk


@pytest.mark.parametrize("unit", ["", "x", "²", "9" * 30, "-1", "0"])
def test_an_unreadable_unit_in_the_address_is_as_good_as_none(tree, clerk, client_of, unit):
    answer = client_of(clerk).get("/disputes/new/", {"unit": unit, "source": "nonsense"})

    assert answer.status_code == 200
    assert answer.context["form"]["unit"].value() == tree.villages[0].pk


def test_registering_gives_a_case_in_hand(tree, clerk, client_of: ClientOf):
    typed = typed_case(tree.villages[0], amount="１,200.50元", facts="为一堵墙", people="3")

    answer = client_of(clerk).post("/disputes/new/", typed, follow=True)

    case = Dispute.objects.get()
    assert answer.redirect_chain == [(f"/disputes/{case.pk}/", 302)]
    assert (case.handler, case.amount, case.level) == (clerk, 120050, Level.VILLAGE)
    assert case.facts.reveal() == "为一堵墙"
    assert [party.name.reveal() for party in case.parties.all()] == list(SECRETS[:2])
    assert f"已登记，案号{case.code}" in text_of(answer)


def test_a_case_that_may_become_a_crime_says_the_duty_at_once(tree, clerk, client_of):
    typed = typed_case(tree.villages[0], is_crime_likely="on")

    answer = client_of(clerk).post("/disputes/new/", typed, follow=True)

    assert "请今天报告公安机关" in text_of(answer)
    assert "《人民调解法》第二十五条" in text_of(answer)


def test_a_village_may_begin_at_its_group_a_township_may_not(
    tree, clerk, township_clerk, client_of
):
    client_of(clerk).post("/disputes/new/", typed_case(tree.villages[0], level="4"))
    answer = client_of(township_clerk).post(
        "/disputes/new/", typed_case(tree.townships[0], level="4")
    )

    assert Dispute.objects.get().level == Level.GROUP
    assert answer.status_code == 422
    assert "只有村(社区)登记的纠纷可以从小组办起。" in text_of(answer)


def test_the_same_form_sent_twice_is_one_case(tree, clerk, client_of, clock):
    client, typed = client_of(clerk), typed_case(tree.villages[0])

    client.post("/disputes/new/", typed)
    again = client.post("/disputes/new/", typed, follow=True)
    clock.shift(dt.timedelta(minutes=3))
    client.post("/disputes/new/", typed)

    assert "没有重复登记" in text_of(again)
    assert Dispute.objects.count() == 2


def test_one_more_party_keeps_what_was_typed_and_saves_nothing(tree, clerk, client_of):
    typed = typed_case(tree.villages[0], title="排水沟争执", **{"add-party": "1"})

    answer = client_of(clerk).post("/disputes/new/", typed)

    assert answer.status_code == 200
    assert len(answer.context["parties"].forms) == 3
    assert "排水沟争执" in text_of(answer)
    assert SECRETS[0] in text_of(answer)
    assert answer["Cache-Control"] == "no-store"
    assert not Dispute.objects.exists()


@pytest.mark.parametrize("rows", ["", "x", "²", "-3", "99999999999", "25"])
def test_an_odd_number_of_rows_breaks_nothing(tree, clerk, client_of, rows):
    typed = typed_case(tree.villages[0]) | {"party-TOTAL_FORMS": rows}

    added = client_of(clerk).post("/disputes/new/", typed | {"add-party": "1"})
    sent = client_of(clerk).post("/disputes/new/", typed)

    assert added.status_code == 200
    assert 2 <= len(added.context["parties"].forms) <= 20
    assert sent.status_code == 422
    assert not Dispute.objects.exists()


def test_twenty_parties_fit_and_no_row_is_offered_beyond(tree, clerk, client_of):
    rows = [("applicant", f"演示{number:02}") for number in range(19)]
    typed = typed_case(tree.villages[0], people="20", **parties(*rows, ("respondent", "演示乙")))

    full = client_of(clerk).post("/disputes/new/", typed | {"add-party": "1"})
    client_of(clerk).post("/disputes/new/", typed)

    assert "最多登记20名" in text_of(full)
    assert Dispute.objects.get().parties.count() == 20


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"title": ""}, "这个字段是必填项"),
        ({"category": "999999"}, "选择一个有效的选项"),
        ({"category": "x"}, "选择一个有效的选项"),
        ({"happened_on": "2026-10-13"}, "发生日期不能晚于登记日期。"),
        ({"registered_on": "2026-10-13"}, "登记日期不能晚于今天。"),
        ({"registered_on": "明天"}, "请填日期，如 2026-09-28。"),
        ({"amount": "很多"}, "请填金额，如 1200 或 1200.50。"),
        ({"amount": "-5"}, "0"),
        ({"people": "1"}, "2"),
        ({"channel": "war"}, "选择一个有效的选项"),
        (parties(("applicant", "演示甲")), "至少要有一名申请人和一名被申请人。"),
        (parties(("applicant", ""), ("respondent", "")), "至少要有一名申请人和一名被申请人。"),
        ({"party-0-name": "", "party-0-contact": "电话"}, "填了联系方式或住址的，请填姓名"),
        ({"title": f"与{SECRETS[1]}争界"}, "“事由”里写了当事人的姓名"),
        ({"place": f"{SECRETS[0]}屋后"}, "“发生地点”里写了当事人的姓名"),
        ({"source_note": SECRETS[0]}, "“来源说明”里写了当事人的姓名"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_typed_is_lost(tree, clerk, client_of, fields, sentence):
    typed = typed_case(tree.villages[0], facts="留在表里的情况") | fields

    answer = client_of(clerk).post("/disputes/new/", typed)

    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert "留在表里的情况" in text_of(answer)
    assert not Dispute.objects.exists()


def test_without_the_rows_of_the_parties_nothing_is_saved(tree, clerk, client_of):
    typed = typed_case(tree.villages[0])
    bare = {name: value for name, value in typed.items() if not name.startswith("party-")}

    assert client_of(clerk).post("/disputes/new/", bare).status_code == 422
    assert not Dispute.objects.exists()


def test_nobody_registers_for_a_unit_that_is_not_his(tree, clerk, township_clerk, client_of):
    for user, unit in ((clerk, tree.villages[1]), (township_clerk, tree.villages[2])):
        answer = client_of(user).post("/disputes/new/", typed_case(unit))
        assert answer.status_code == 422

    assert not Dispute.objects.exists()


@pytest.mark.parametrize("role", [Role.LEADER, Role.INSPECTOR, Role.AUDITOR, Role.ACCOUNT_ADMIN])
def test_other_duties_register_nothing(tree, client_of, role):
    client = client_of(make_user(role, tree.county))

    assert client.get("/disputes/new/").status_code == 403
    assert client.post("/disputes/new/", typed_case(tree.county)).status_code == 403


def test_editing_opens_names_once_logged_and_saves(tree, clerk, client_of):
    case = make_named(tree.villages[0], clerk)
    client = client_of(clerk)

    page = client.get(f"/disputes/{case.pk}/edit/")
    typed = typed_case(tree.villages[0], title="排水沟争执", version=case.version)
    client.post(f"/disputes/{case.pk}/edit/", typed)

    case.refresh_from_db()
    assert SECRETS[0] in text_of(page)
    assert page["Cache-Control"] == "no-store"
    assert (case.title, case.version) == ("排水沟争执", 2)
    looks = AuditEvent.objects.filter(action=LOOK)
    assert [look.note for look in looks] == ["修改登记"]


def test_the_second_to_save_sees_both_and_loses_nothing(tree, clerk, client_of):
    case = make_named(tree.villages[0], clerk)
    first = make_entry(registered_on=TODAY, parties=NAMED, title="先存的事由", amount=100)
    change_dispute(dispute=case, entry=first, version=1, by=clerk)
    client, typed = client_of(clerk), typed_case(tree.villages[0], title="后存的事由", version="1")

    answer = client.post(f"/disputes/{case.pk}/edit/", typed)

    case.refresh_from_db()
    assert (answer.status_code, case.title) == (409, "先存的事由")
    saved = answer.context["saved"]
    assert ("事由", "后存的事由", "先存的事由") in saved
    assert ("涉及金额（元）", "空", "1.00") in saved
    assert {label for label, _mine, _theirs in saved} == {"事由", "涉及金额（元）"}
    assert answer.context["form"]["version"].value() == "2"
    assert AuditEvent.objects.filter(action=LOOK, note="对照修改登记").count() == 1

    client.post(f"/disputes/{case.pk}/edit/", typed | {"version": "2"})
    case.refresh_from_db()
    assert case.title == "后存的事由"


def test_a_party_deleted_by_another_is_shown_before_it_is_overwritten(tree, clerk, client_of):
    third = PartyEntry(PartyRole.THIRD, "演示第三")
    case = make_named(tree.villages[0], clerk, parties=[*NAMED, third], people=3)
    without = make_entry(registered_on=TODAY, parties=NAMED, people=3)
    change_dispute(dispute=case, entry=without, version=1, by=clerk)
    rows = parties(("applicant", SECRETS[0]), ("respondent", SECRETS[1]), ("third", "演示第三"))

    answer = client_of(clerk).post(
        f"/disputes/{case.pk}/edit/", typed_case(tree.villages[0], people="3", version="1", **rows)
    )

    ours, theirs = f"{SECRETS[0]}、{SECRETS[1]}、演示第三", f"{SECRETS[0]}、{SECRETS[1]}"
    assert ("当事人", ours, theirs) in answer.context["saved"]
    assert case.parties.count() == 2


def test_who_does_not_handle_it_neither_edits_nor_reads_it(
    tree, clerk, township_clerk, other_clerk, client_of
):
    case = make_named(tree.villages[0], clerk)
    typed = typed_case(tree.villages[0], version="0")

    for user, status in ((township_clerk, 403), (other_clerk, 404)):
        client = client_of(user)
        answers = [
            client.get(f"/disputes/{case.pk}/edit/"),
            client.post(f"/disputes/{case.pk}/edit/", typed),
        ]
        assert [answer.status_code for answer in answers] == [status, status]

    assert not AuditEvent.objects.filter(action=LOOK).exists()


def test_mediators_of_the_committee_are_offered_by_number(tree, clerk, client_of):
    committee = make_committee(tree.villages[0])
    mediator = make_mediator(committee)
    client = client_of(clerk)

    page = text_of(client.get("/disputes/new/"))
    typed = typed_case(tree.villages[0], committee=committee.pk, mediator=mediator.pk)
    client.post("/disputes/new/", typed)

    assert "01号调解员" in page
    assert "演示调解员" not in page
    assert Dispute.objects.get().mediator == mediator


def test_a_mediator_of_another_committee_is_refused(tree, township_clerk, client_of):
    committee, other = make_committee(tree.villages[0]), make_committee(tree.villages[1])
    typed = typed_case(tree.villages[0], committee=committee.pk, mediator=make_mediator(other).pk)

    answer = client_of(township_clerk).post("/disputes/new/", typed)

    assert answer.status_code == 422
    assert "请选择本调解委员会的调解员。" in text_of(answer)
