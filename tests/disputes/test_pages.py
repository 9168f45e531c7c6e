"""Lists, the page of a case, moves, hand-over, levels, names: strangers, bad input, two at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine

from disputes.enums import Channel, DisputeState, EscalationCause, HandoverState, Move
from disputes.models import Dispute, Escalation, Handover
from disputes.selectors.cases import LOOK
from disputes.services.escalations import escalate_due
from disputes.services.handovers import accept_handover, offer_dispute
from disputes.services.registration import take_dispute
from pingan.enums import Level, Role
from pingan.models import AuditEvent, Unit, User
from tests.disputes.makers import make_committee, make_mediator, move
from tests.disputes.pages import SECRETS, TODAY, ClientOf, leaks, make_named, text_of
from tests.factories import County, make_user

pytestmark = pytest.mark.django_db

SENT = {"on": "2026-10-12", "note": "演示理由", "version": "1"}
OFFERED = {"channel": "people", "reason": "请乡镇牵头", "version": "1"}


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


def pages(case: Dispute) -> list[str]:
    at = f"/disputes/{case.pk}/"
    return [
        *(at, f"{at}edit/", f"{at}move/accept/", f"{at}hand-over/"),
        *(f"{at}up/", f"{at}pause/", f"{at}resume/"),
    ]


# Strangers


def test_a_clerk_of_another_township_finds_none_of_the_addresses(
    tree, case, clerk, township_clerk, other_clerk, client_of
):
    handover = offer(case, tree.townships[0], clerk)
    addresses = [
        *pages(case),
        f"/disputes/{case.pk}/take/",
        f"/disputes/{case.pk}/names/",
        f"/disputes/handovers/{handover.pk}/",
    ]
    neighbour = make_user(Role.VILLAGE_CLERK, tree.villages[1], "neighbour")
    for user in (other_clerk, neighbour):
        client = client_of(user)

        posts = [client.post(address, {**SENT, "purpose": "看看"}) for address in addresses[1:]]
        gets = [client.get(address) for address in addresses if "names" not in address]

        assert {answer.status_code for answer in posts} == {404}
        assert {answer.status_code for answer in gets} <= {404, 405}
        assert [leaks(answer) for answer in (*posts, *gets) if leaks(answer)] == []
    case.refresh_from_db()
    assert (case.state, case.handler) == (DisputeState.REGISTERED, clerk)


def test_who_sees_the_case_but_does_not_handle_it_changes_nothing(
    tree, case, township_clerk, client_of
):
    client = client_of(township_clerk)

    answers = {address: client.post(address, SENT).status_code for address in pages(case)[1:]}
    names = client.post(f"/disputes/{case.pk}/names/", {"purpose": "看看"})

    assert set(answers.values()) == {403}
    assert names.status_code == 403
    assert not AuditEvent.objects.filter(action=LOOK).exists()


@pytest.mark.parametrize("role", [Role.ACCOUNT_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR])
def test_administrators_see_no_case(tree, case, client_of, role):
    client = client_of(make_user(role, tree.county))

    assert client.get("/disputes/").status_code == 403
    assert client.get("/disputes/mine/").status_code == 403
    assert client.get("/disputes/search/").status_code == 403
    assert client.get(f"/disputes/{case.pk}/").status_code == 404


def test_a_leader_reads_the_ledger_and_works_on_nothing(tree, case, client_of):
    client = client_of(make_user(Role.LEADER, tree.county))

    page = client.get("/disputes/")

    assert case.code in text_of(page)
    assert "登记纠纷" not in text_of(page)
    assert client.get("/disputes/mine/").status_code == 403


# Names


def test_no_page_shows_a_name_contact_address_or_fact(
    tree, case, clerk, township_clerk, county_officer, client_of
):
    offer(case, tree.townships[0], clerk)
    leader = make_user(Role.LEADER, tree.county)
    for user in (clerk, township_clerk, county_officer, leader):
        client = client_of(user)
        seen = [
            client.get(address, follow=True)
            for address in (
                *("/", "/disputes/", "/disputes/mine/", "/disputes/?state=all&text=演示"),
                *("/disputes/search/", *pages(case)[:1], *pages(case)[2:]),
                f"/disputes/handovers/{Handover.objects.get().pk}/",
            )
        ]

        assert [leaks(answer) for answer in seen if leaks(answer)] == []


def test_the_handler_sees_masks_and_everybody_else_sees_roles(
    tree, case, clerk, township_clerk, client_of
):
    own = text_of(client_of(clerk).get(f"/disputes/{case.pk}/"))
    other = text_of(client_of(township_clerk).get(f"/disputes/{case.pk}/"))

    assert "欧＊＊＊" in own
    assert "申请人1" in other
    assert "＊" not in other


def test_names_are_shown_once_for_a_purpose_and_the_look_is_seen_by_those_concerned(
    tree, case, clerk, county_officer, township_clerk, client_of
):
    shown = client_of(clerk).post(f"/disputes/{case.pk}/names/", {"purpose": "通知到场"})
    own = text_of(client_of(clerk).get(f"/disputes/{case.pk}/"))
    county = text_of(client_of(county_officer).get(f"/disputes/{case.pk}/"))
    leader = make_user(Role.LEADER, tree.county)
    others = [
        text_of(client_of(user).get(f"/disputes/{case.pk}/")) for user in (township_clerk, leader)
    ]

    assert leaks(shown) == list(SECRETS)
    assert shown["Cache-Control"] == "no-store"
    look = AuditEvent.objects.get(action=LOOK)
    assert (look.by, look.note, look.object_id) == (clerk, "通知到场", str(case.pk))
    assert "通知到场" in own
    assert "通知到场" in county
    assert not any("通知到场" in page for page in others)


@pytest.mark.parametrize("purpose", ["", "   ", "多" * 101, f"找{SECRETS[0]}"])
def test_without_a_proper_purpose_no_name_is_shown(case, clerk, client_of, purpose):
    answer = client_of(clerk).post(f"/disputes/{case.pk}/names/", {"purpose": purpose}, follow=True)

    assert leaks(answer) == []
    assert "用途" in text_of(answer)
    assert not AuditEvent.objects.filter(action=LOOK).exists()


def test_names_are_not_had_by_following_an_address(case, clerk, client_of):
    assert client_of(clerk).get(f"/disputes/{case.pk}/names/").status_code == 405


def test_taking_a_case_in_hand_moves_the_names_with_it(case, clerk, township_clerk, client_of):
    client_of(township_clerk).post(f"/disputes/{case.pk}/take/")

    before = client_of(clerk).post(f"/disputes/{case.pk}/names/", {"purpose": "通知到场"})
    after = client_of(township_clerk).post(f"/disputes/{case.pk}/names/", {"purpose": "通知到场"})

    assert (before.status_code, leaks(before)) == (403, [])
    assert leaks(after) == list(SECRETS)
    assert AuditEvent.objects.filter(action="接手纠纷").count() == 1
    assert "接手办理" in text_of(client_of(clerk).get(f"/disputes/{case.pk}/"))


def test_the_county_does_not_take_a_case_that_is_not_with_it(case, county_officer, client_of):
    assert client_of(county_officer).post(f"/disputes/{case.pk}/take/").status_code == 403


# Search by name


def test_search_by_name_finds_cases_in_hand_alone(case, clerk, township_clerk, client_of):
    typed = {"name": SECRETS[0], "purpose": "来电询问"}

    own = client_of(clerk).post("/disputes/search/", typed)
    other = client_of(township_clerk).post("/disputes/search/", typed)

    assert case.code in text_of(own)
    assert case.code not in text_of(other)
    assert "别人承办的纠纷不在查找范围内" in text_of(other)
    assert own["Cache-Control"] == "no-store"
    notes = AuditEvent.objects.filter(action="按姓名查找纠纷").values_list("note", flat=True)
    assert sorted(notes) == ["来电询问（找到0件）", "来电询问（找到1件）"]
    assert SECRETS[0] not in str(list(AuditEvent.objects.values()))


@pytest.mark.parametrize(
    "typed",
    [
        {"name": SECRETS[0][:2], "purpose": "来电询问"},
        {"name": SECRETS[0], "purpose": ""},
        {"name": "", "purpose": "来电询问"},
        {"name": "%", "purpose": "来电询问"},
        {"name": SECRETS[0], "purpose": f"找{SECRETS[0]}"},
    ],
)
def test_half_a_name_or_no_purpose_finds_nothing(case, clerk, client_of, typed):
    answer = client_of(clerk).post("/disputes/search/", typed)

    assert case.code not in text_of(answer)
    assert SECRETS[0] not in str(list(AuditEvent.objects.values()))


def test_a_name_in_the_address_is_not_searched_for(case, clerk, client_of):
    answer = client_of(clerk).get("/disputes/search/", {"name": SECRETS[0], "purpose": "来电"})

    assert case.code not in text_of(answer)
    assert not AuditEvent.objects.filter(action="按姓名查找纠纷").exists()


# Moves


def test_a_move_is_confirmed_with_its_day(case, clerk, client_of):
    client = client_of(clerk)

    asked = client.get(f"/disputes/{case.pk}/move/accept/")
    done = client.post(f"/disputes/{case.pk}/move/accept/", SENT, follow=True)

    case.refresh_from_db()
    assert "受理后一般在一个月内调结" in text_of(asked)
    assert case.state == DisputeState.ACCEPTED
    assert "已受理" in text_of(done)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"on": "2026-10-13"}, "日期不能晚于今天。"),
        ({"on": "2026-10-11"}, "不能早于登记日期"),
        ({"on": "x"}, "请填日期"),
        ({"note": ""}, "这个字段是必填项"),
        ({"note": f"{SECRETS[1]}要求"}, "里写了当事人的姓名"),
    ],
)
def test_a_move_that_cannot_be_keeps_what_was_typed(case, clerk, client_of, fields, sentence):
    typed = {**SENT, "note": "留在表里的理由", **fields}

    answer = client_of(clerk).post(f"/disputes/{case.pk}/move/withdraw/", typed)

    case.refresh_from_db()
    assert (answer.status_code, case.state) == (422, DisputeState.REGISTERED)
    assert sentence in text_of(answer)
    assert typed["note"] in text_of(answer)


def test_the_second_of_two_is_told_how_it_stands_and_may_send_again(case, clerk, client_of):
    client = client_of(clerk)
    address = f"/disputes/{case.pk}/move/withdraw/"
    move(case, Move.ACCEPT, clerk, TODAY)

    second = client.post(address, {**SENT, "note": "申请人撤回"})
    case.refresh_from_db()

    assert (second.status_code, case.state) == (409, DisputeState.ACCEPTED)
    assert "现在的状态是“已受理”" in text_of(second)
    assert "申请人撤回" in text_of(second)
    fresh = second.context["form"]["version"].value()
    client.post(address, {**SENT, "note": "申请人撤回", "version": fresh})
    case.refresh_from_db()
    assert case.state == DisputeState.WITHDRAWN


def test_a_move_sent_twice_is_made_once(case, clerk, client_of):
    client, address = client_of(clerk), f"/disputes/{case.pk}/move/accept/"

    client.post(address, SENT)
    again = client.post(address, SENT)
    without_version = client.post(address, {"on": "2026-10-12", "note": ""})

    assert (again.status_code, without_version.status_code) == (409, 409)
    assert case.moves.count() == 1


@pytest.mark.parametrize("name", ["agree", "edit", "perform", "follow", "nonsense", "ACCEPT"])
def test_moves_with_a_page_of_their_own_are_not_made_here(case, clerk, client_of, name):
    client = client_of(clerk)

    assert client.get(f"/disputes/{case.pk}/move/{name}/").status_code == 404
    assert client.post(f"/disputes/{case.pk}/move/{name}/", SENT).status_code == 404


def test_a_move_that_the_table_forbids_leads_back_with_the_sentence(case, clerk, client_of):
    answer = client_of(clerk).get(f"/disputes/{case.pk}/move/start/", follow=True)

    assert "“已登记”的纠纷不能“开始调解”。" in text_of(answer)


# Hand-over


def test_unit_is_found_by_name_and_the_other_unit_accepts(
    tree, case, clerk, township_clerk, client_of: ClientOf
):
    township = tree.townships[0]
    page = client_of(clerk).get(f"/disputes/{case.pk}/hand-over/")
    sent = {**OFFERED, "to_unit": township.name}
    client_of(clerk).post(f"/disputes/{case.pk}/hand-over/", sent)
    handover = Handover.objects.get()
    desk = client_of(township_clerk)

    mine = text_of(desk.get("/disputes/mine/"))
    asked = text_of(desk.get(f"/disputes/handovers/{handover.pk}/"))
    desk.post(f"/disputes/handovers/{handover.pk}/", {"answer": "accept"})

    case.refresh_from_db()
    assert page.context["units"][0] == township.name
    assert "等本单位答复的移交（1件）" in mine
    assert "请乡镇牵头" in asked
    assert (case.holder, case.handler, case.level) == (township, township_clerk, Level.TOWNSHIP)
    assert client_of(clerk).get(f"/disputes/{case.pk}/edit/").status_code == 403


def test_villages_of_one_name_are_told_apart(tree, case, clerk, client_of):
    Unit.objects.filter(pk__in=[tree.villages[1].pk, tree.villages[2].pk]).update(name="民主村")
    client, address = client_of(clerk), f"/disputes/{case.pk}/hand-over/"

    alone = client.post(address, {**OFFERED, "to_unit": "民主村"})
    names = alone.context["units"]
    wanted = f"民主村（{tree.townships[1].short_name}）"
    client.post(address, {**OFFERED, "to_unit": wanted})

    assert "有几个单位同名" in text_of(alone)
    assert wanted in names
    assert Handover.objects.get().to_unit == tree.villages[2]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"to_unit": "没有的单位"}, "没有可以接收的这个单位"),
        ({"to_unit": ""}, "这个字段是必填项"),
        ({"channel": "war"}, "选择一个有效的选项"),
        ({"reason": ""}, "这个字段是必填项"),
        ({"reason": f"{SECRETS[0]}要求"}, "“移交理由”里写了当事人的姓名"),
        ({"version": ""}, "别人已经改过这件纠纷"),
        ({"version": "9"}, "别人已经改过这件纠纷"),
    ],
)
def test_an_offer_that_cannot_be_keeps_what_was_typed(
    tree, case, clerk, client_of, fields, sentence
):
    typed = {**OFFERED, "to_unit": tree.townships[0].name, **fields}

    answer = client_of(clerk).post(f"/disputes/{case.pk}/hand-over/", typed)

    assert answer.status_code in (409, 422)
    assert sentence in text_of(answer)
    assert typed["reason"] in text_of(answer)
    assert not Handover.objects.exists()


def test_a_case_is_not_offered_to_its_own_unit_or_to_a_group(tree, case, clerk, client_of):
    client, address = client_of(clerk), f"/disputes/{case.pk}/hand-over/"

    for unit in (tree.villages[0], tree.groups[0]):
        answer = client.post(address, {**OFFERED, "to_unit": unit.code})
        assert answer.status_code == 422

    assert not Handover.objects.exists()


def test_while_an_offer_waits_nothing_else_is_done(tree, case, clerk, client_of):
    offer(case, tree.townships[0], clerk)
    client = client_of(clerk)

    page = text_of(client.get(f"/disputes/{case.pk}/"))
    second = client.post(
        f"/disputes/{case.pk}/hand-over/",
        {**OFFERED, "version": "2", "to_unit": tree.townships[1].name},
    )
    moved = client.post(f"/disputes/{case.pk}/move/accept/", {**SENT, "version": "2"})

    assert "正在移交" in page
    assert f"/disputes/{case.pk}/move/" not in page
    assert (second.status_code, moved.status_code) == (422, 422)
    assert "已经在移交" in text_of(second)


def test_an_offer_is_refused_with_a_reason_alone(tree, case, clerk, township_clerk, client_of):
    address = f"/disputes/handovers/{offer(case, tree.townships[0], clerk).pk}/"
    client = client_of(township_clerk)

    without = client.post(address, {"answer": "refuse", "reason": "  "})
    client.post(address, {"answer": "refuse", "reason": "不属于本级"})
    again = client.post(address, {"answer": "accept"})

    case.refresh_from_db()
    handover = Handover.objects.get()
    assert (without.status_code, again.status_code) == (422, 422)
    assert "这次移交已退回，不用再答复。" in text_of(again)
    assert (handover.state, handover.answer) == (HandoverState.REFUSED, "不属于本级")
    assert case.holder == tree.villages[0]


@pytest.mark.parametrize("word", ["", "nonsense"])
def test_an_answer_that_is_none_changes_nothing(tree, case, clerk, township_clerk, client_of, word):
    address = f"/disputes/handovers/{offer(case, tree.townships[0], clerk).pk}/"

    answer = client_of(township_clerk).post(address, {"answer": word, "reason": "留下的意见"})

    assert answer.status_code == 422
    assert "请选择接收、退回或收回。" in text_of(answer)
    assert "留下的意见" in text_of(answer)
    assert Handover.objects.get().state == HandoverState.PENDING


def test_who_offered_takes_it_back_and_nobody_answers_for_the_other(
    tree, case, clerk, township_clerk, client_of
):
    address = f"/disputes/handovers/{offer(case, tree.townships[1], clerk).pk}/"

    foreign = client_of(township_clerk).post(address, {"answer": "accept"})
    taken = client_of(township_clerk).post(address, {"answer": "withdraw"})
    client_of(clerk).post(address, {"answer": "withdraw"})
    again = client_of(clerk).post(address, {"answer": "withdraw"})

    assert (foreign.status_code, taken.status_code) == (403, 403)
    assert again.status_code == 422
    assert "这次移交已收回，不能收回。" in text_of(again)
    assert Handover.objects.get().state == HandoverState.WITHDRAWN


def test_the_new_unit_puts_its_own_mediator_to_work(tree, case, clerk, township_clerk, client_of):
    mediator = make_mediator(make_committee(tree.townships[0]))
    accept_handover(handover=offer(case, tree.townships[0], clerk), by=township_clerk)

    page = client_of(township_clerk).get(f"/disputes/{case.pk}/edit/")

    assert list(page.context["form"].fields["mediator"].queryset) == [mediator]


# Levels


def test_asking_the_level_above_hands_it_over_with_the_reason(
    tree, case, clerk, township_clerk, client_of
):
    client, address = client_of(clerk), f"/disputes/{case.pk}/up/"

    without = client.post(address, {"reason": "", "version": "1"})
    stale = client.post(address, {"reason": "涉及两村", "version": "7"})
    client.post(address, {"reason": "涉及两村", "version": "1"})

    case.refresh_from_db()
    assert (without.status_code, stale.status_code) == (422, 409)
    assert "涉及两村" in text_of(stale)
    assert (case.holder, case.handler, case.level) == (tree.townships[0], None, Level.TOWNSHIP)
    assert "还没有人接手（1件）" in text_of(client_of(township_clerk).get("/disputes/mine/"))
    assert client.get(address).status_code == 403


def test_a_case_that_was_handed_back_down_goes_up_again(tree, case, clerk, township_clerk, clock):
    clock.move_to(dt.datetime(2026, 10, 21, 2, tzinfo=dt.UTC), tick=False)
    assert escalate_due() == 1
    take_dispute(dispute=case, by=township_clerk)
    case.refresh_from_db()
    accept_handover(handover=offer(case, tree.villages[0], township_clerk), by=clerk)
    clock.move_to(dt.datetime(2026, 11, 5, 2, tzinfo=dt.UTC), tick=False)

    assert escalate_due() == 1

    ups = Escalation.objects.filter(dispute=case, cause=EscalationCause.EXPIRED)
    assert [up.to_level for up in ups] == [Level.TOWNSHIP, Level.TOWNSHIP]


def test_a_faulty_case_does_not_hold_up_the_others(tree, case, clerk, clock, caplog):
    good = make_named(tree.villages[0], clerk)
    Dispute.objects.filter(pk=case.pk).update(level=99)
    clock.move_to(dt.datetime(2026, 10, 21, 2, tzinfo=dt.UTC), tick=False)

    assert escalate_due() == 1

    good.refresh_from_db()
    assert good.level == Level.TOWNSHIP
    assert f"dispute {case.pk} did not go up" in caplog.text
    assert not [secret for secret in SECRETS if secret in caplog.text]


def test_days_stop_and_count_again(case, clerk, client_of):
    client, at = client_of(clerk), f"/disputes/{case.pk}/"

    early = client.post(f"{at}pause/", {"starts_on": "2026-10-11", "reason": "等待鉴定"})
    named = client.post(f"{at}pause/", {"starts_on": "2026-10-12", "reason": f"等{SECRETS[0]}"})
    client.post(f"{at}pause/", {"starts_on": "2026-10-12", "reason": "等待鉴定"})
    paused = text_of(client.get("/disputes/mine/"))
    twice = client.post(f"{at}pause/", {"starts_on": "2026-10-12", "reason": "等待鉴定"})
    late = client.post(f"{at}resume/", {"ends_on": "2026-10-13"})
    client.post(f"{at}resume/", {"ends_on": "2026-10-12"})
    again = client.post(f"{at}resume/", {"ends_on": "2026-10-12"})

    assert [each.status_code for each in (early, named, twice, late, again)] == [422] * 5
    assert "中止" in paused
    assert case.pauses.get().ends_on == TODAY
