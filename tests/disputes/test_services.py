"""Register, take, move, hand over, send up, look at names, erase."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection

from disputes.enums import MOVES, Channel, DisputeState, EscalationCause, HandoverState, Move
from disputes.models import Dispute, Handover, Party
from disputes.services.escalations import (
    escalate_dispute,
    escalate_due,
    pause_clock,
    resume_clock,
)
from disputes.services.handovers import (
    accept_handover,
    offer_dispute,
    refuse_handover,
    withdraw_handover,
)
from disputes.services.moves import move_dispute
from disputes.services.names import erase_due, look_at_names
from disputes.services.registration import (
    PartyEntry,
    change_dispute,
    register_dispute,
    take_dispute,
)
from pingan.enums import Level, Role
from pingan.models import AuditEvent
from pingan.refusals import Conflict, Forbidden, Refused
from tests.disputes.makers import (
    PARTIES,
    REGISTERED_ON,
    make_committee,
    make_dispute,
    make_entry,
    make_mediator,
    move,
)
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(dt.datetime(2026, 10, 12, 10, tzinfo=dt.UTC), tick=False)


@pytest.fixture
def village_clerk(tree):
    return make_user(Role.VILLAGE_CLERK, tree.villages[0], "village")


def actions() -> list[str]:
    return list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))


def test_registering_gives_number_level_and_clock(tree, village_clerk):
    committee = make_committee(tree.villages[0])

    first = make_dispute(tree.villages[0], village_clerk, committee=committee)
    second = make_dispute(tree.villages[0], village_clerk, committee=committee)

    assert (first.code, second.code) == ("（2026）演人调字第1号", "（2026）演人调字第2号")
    assert (first.state, first.level, first.holder) == (
        DisputeState.REGISTERED,
        Level.VILLAGE,
        tree.villages[0],
    )
    assert (first.level_due_on, first.handler) == (dt.date(2026, 9, 8), village_clerk)
    assert actions() == ["登记纠纷", "登记纠纷"]


def test_names_are_sealed_in_every_column_and_in_the_trail(tree, village_clerk):
    make_dispute(tree.villages[0], village_clerk, facts="演示甲占了演示乙的地")

    with connection.cursor() as cursor:
        cursor.execute("SELECT name, name_index, contact, address FROM disputes_party")
        parties = str(cursor.fetchall())
        cursor.execute("SELECT facts, title FROM disputes_dispute")
        facts = str(cursor.fetchall())
    trail = str(list(AuditEvent.objects.values()))

    assert "演示甲" not in parties + facts + trail
    assert [party.name.reveal() for party in Party.objects.all()] == ["演示甲", "演示乙"]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"happened_on": dt.date(2026, 9, 2)}, "发生日期不能晚于登记日期。"),
        ({"registered_on": dt.date(2026, 10, 13)}, "登记日期不能晚于今天。"),
        ({"parties": PARTIES[:1]}, "至少要有一名申请人和一名被申请人。"),
        ({"people": 1}, "涉及人数不能少于登记的当事人数。"),
    ],
)
def test_a_registration_that_cannot_be_true_is_refused(tree, village_clerk, fields, sentence):
    with pytest.raises(Refused, match=sentence):
        make_dispute(tree.villages[0], village_clerk, **fields)

    assert not Dispute.objects.exists()


def test_nobody_registers_outside_the_own_tree(tree, township_clerk, village_clerk):
    with pytest.raises(Forbidden):
        make_dispute(tree.villages[2], township_clerk)
    with pytest.raises(Forbidden):
        make_dispute(tree.villages[1], village_clerk)


def test_a_leader_does_not_work_on_cases(tree):
    leader = make_user(Role.LEADER, tree.county)

    with pytest.raises(Forbidden):
        make_dispute(tree.county, leader)


def test_changing_replaces_parties_and_tells_the_second(tree, village_clerk):
    dispute = make_dispute(tree.villages[0], village_clerk)
    entry = make_entry(
        title="排水沟争执",
        people=3,
        parties=[*PARTIES, PartyEntry(PARTIES[1].role, "演示丙")],
    )

    change_dispute(dispute=dispute, entry=entry, version=1, by=village_clerk)

    dispute.refresh_from_db()
    assert (dispute.title, dispute.version, dispute.parties.count()) == ("排水沟争执", 2, 3)
    with pytest.raises(Conflict):
        change_dispute(dispute=dispute, entry=make_entry(), version=1, by=village_clerk)


def test_only_who_has_the_case_in_hand_sees_its_names(tree, village_clerk, township_clerk):
    dispute = make_dispute(tree.villages[0], village_clerk)

    with pytest.raises(Forbidden):
        look_at_names(dispute=dispute, purpose="看看", by=township_clerk)
    with pytest.raises(Refused, match="用途"):
        look_at_names(dispute=dispute, purpose=" ", by=village_clerk)
    known = look_at_names(dispute=dispute, purpose="通知到场", by=village_clerk)

    assert [party.name for party in known] == ["演示甲", "演示乙"]
    look = AuditEvent.objects.get(action="查看当事人姓名")
    assert (look.by, look.note, look.object_name) == (village_clerk, "通知到场", dispute.code)


def test_a_township_takes_a_case_of_its_village_in_hand(tree, village_clerk, township_clerk):
    dispute = make_dispute(tree.villages[0], village_clerk)

    take_dispute(dispute=dispute, by=township_clerk)

    dispute.refresh_from_db()
    assert dispute.handler == township_clerk
    assert look_at_names(dispute=dispute, purpose="代办", by=township_clerk)
    with pytest.raises(Forbidden):
        look_at_names(dispute=dispute, purpose="看看", by=village_clerk)


def test_a_stranger_sees_no_case(tree, village_clerk):
    dispute = make_dispute(tree.villages[0], village_clerk)
    stranger = make_user(Role.TOWNSHIP_CLERK, tree.townships[1])

    assert list(Dispute.objects.visible_to(village_clerk)) == [dispute]
    assert not Dispute.objects.visible_to(stranger).exists()
    with pytest.raises(Forbidden):
        take_dispute(dispute=dispute, by=stranger)


def test_the_main_road_from_acceptance_to_the_closed_file(tree, village_clerk):
    dispute = make_dispute(tree.villages[0], village_clerk)
    road = [
        (Move.ACCEPT, 2),
        (Move.START, 3),
        (Move.AGREE, 7),
        (Move.PERFORM, 9),
        (Move.FOLLOW, 20),
        (Move.CLOSE, 21),
    ]

    for step, on in road:
        move(dispute, step, village_clerk, dt.date(2026, 9, on))

    dispute.refresh_from_db()
    assert (dispute.state, dispute.accepted_on, dispute.due_on) == (
        DisputeState.CLOSED,
        dt.date(2026, 9, 2),
        dt.date(2026, 10, 8),
    )
    assert (dispute.settled_on, dispute.settled_level) == (dt.date(2026, 9, 7), Level.VILLAGE)
    assert (dispute.closed_on, dispute.erase_on) == (dt.date(2026, 9, 21), dt.date(2031, 9, 21))
    assert [entry.move for entry in dispute.moves.all()] == [step for step, _on in road]


@pytest.mark.parametrize("state", list(DisputeState))
def test_the_table_decides_every_move(tree, village_clerk, state):
    allowed = {step for step, (states, _after) in MOVES.items() if state in states}
    dispute = make_dispute(tree.villages[0], village_clerk)
    values = {"state": state, "closed_on": REGISTERED_ON}

    done = set()
    for step in Move:
        Dispute.objects.filter(pk=dispute.pk).update(**values, settled_on=None)
        dispute.refresh_from_db()
        try:
            move(dispute, step, village_clerk, dt.date(2026, 9, 7))
        except Refused:
            continue
        done.add(step)

    assert done == allowed


@pytest.mark.parametrize(
    ("on", "sentence"),
    [
        (dt.date(2026, 8, 31), "不能早于登记日期"),
        (dt.date(2026, 10, 13), "日期不能晚于今天。"),
    ],
)
def test_a_move_on_an_impossible_day_is_refused(tree, village_clerk, on, sentence):
    dispute = make_dispute(tree.villages[0], village_clerk)

    with pytest.raises(Refused, match=sentence):
        move(dispute, Move.ACCEPT, village_clerk, on)


def test_failing_needs_a_reason(tree, village_clerk):
    dispute = make_dispute(tree.villages[0], village_clerk)
    move(dispute, Move.ACCEPT, village_clerk, dt.date(2026, 9, 2))
    move(dispute, Move.START, village_clerk, dt.date(2026, 9, 3))

    with pytest.raises(Refused, match="理由"):
        move_dispute(
            dispute=dispute, move=Move.FAIL, on=dt.date(2026, 9, 4), by=village_clerk, note=" "
        )


def offered(tree, by, **fields):
    dispute = make_dispute(tree.villages[0], by)
    values = {"to_unit": tree.departments[0], "channel": Channel.INDUSTRY, "reason": "劳资专业"}
    handover = offer_dispute(dispute=dispute, version=dispute.version, by=by, **(values | fields))
    return dispute, handover


def test_an_accepted_offer_changes_holder_and_who_knows(tree, village_clerk):
    dispute, handover = offered(tree, village_clerk)
    receiver = make_user(Role.VILLAGE_CLERK, tree.departments[0])
    assert dispute in Dispute.objects.visible_to(receiver)

    accept_handover(handover=handover, by=receiver)

    dispute.refresh_from_db()
    assert (dispute.holder, dispute.handler, dispute.channel) == (
        tree.departments[0],
        receiver,
        Channel.INDUSTRY,
    )
    assert look_at_names(dispute=dispute, purpose="办理", by=receiver)
    with pytest.raises(Forbidden):
        look_at_names(dispute=dispute, purpose="办理", by=village_clerk)


def test_a_refused_offer_leaves_the_case_where_it_was(tree, village_clerk):
    dispute, handover = offered(tree, village_clerk)
    receiver = make_user(Role.VILLAGE_CLERK, tree.departments[0])

    with pytest.raises(Refused, match="理由"):
        refuse_handover(handover=handover, reason="", by=receiver)
    refuse_handover(handover=handover, reason="不属劳动争议", by=receiver)

    dispute.refresh_from_db()
    assert (dispute.holder, dispute.handler) == (tree.villages[0], village_clerk)
    assert dispute not in Dispute.objects.visible_to(receiver)
    with pytest.raises(Refused, match="已退回"):
        accept_handover(handover=handover, by=receiver)


def test_two_offers_at_once_are_refused(tree, village_clerk):
    dispute, _handover = offered(tree, village_clerk)
    dispute.refresh_from_db()

    with pytest.raises(Refused, match="已经在移交"):
        offer_dispute(
            dispute=dispute,
            to_unit=tree.townships[0],
            channel=Channel.PEOPLE,
            reason="上交",
            version=dispute.version,
            by=village_clerk,
        )

    assert Handover.objects.count() == 1


def test_nothing_moves_while_an_offer_is_open(tree, village_clerk):
    dispute, handover = offered(tree, village_clerk)

    with pytest.raises(Refused, match="正在移交"):
        move(dispute, Move.ACCEPT, village_clerk, dt.date(2026, 9, 2))
    withdraw_handover(handover=handover, by=village_clerk)
    move(dispute, Move.ACCEPT, village_clerk, dt.date(2026, 9, 2))

    handover.refresh_from_db()
    assert handover.state == HandoverState.WITHDRAWN


def test_only_the_asked_unit_answers(tree, village_clerk, township_clerk):
    _dispute, handover = offered(tree, village_clerk)

    with pytest.raises(Forbidden):
        accept_handover(handover=handover, by=township_clerk)


def test_seven_days_over_a_case_goes_up_once_a_level(tree, village_clerk):
    dispute = make_dispute(tree.villages[0], village_clerk)

    assert escalate_due(today=dt.date(2026, 9, 8)) == 0  # the last day still counts
    assert escalate_due(today=dt.date(2026, 9, 9)) == 1
    assert escalate_due(today=dt.date(2026, 9, 9)) == 0
    dispute.refresh_from_db()
    assert (dispute.level, dispute.holder, dispute.handler) == (
        Level.TOWNSHIP,
        tree.townships[0],
        None,
    )
    assert dispute.level_due_on == dt.date(2026, 9, 16)
    assert escalate_due(today=dt.date(2026, 9, 17)) == 1
    assert escalate_due(today=dt.date(2026, 10, 30)) == 0  # the county is the last

    dispute.refresh_from_db()
    assert (dispute.level, dispute.holder) == (Level.COUNTY, tree.county)
    found = dispute.escalations.values_list("from_level", "to_level", "cause")
    assert list(found) == [
        (Level.VILLAGE, Level.TOWNSHIP, EscalationCause.EXPIRED),
        (Level.TOWNSHIP, Level.COUNTY, EscalationCause.EXPIRED),
    ]


def test_a_groups_case_begins_at_the_group_and_stays_with_the_village(tree, village_clerk):
    dispute = make_dispute(tree.villages[0], village_clerk, level=Level.GROUP)

    escalate_due(today=dt.date(2026, 9, 9))

    dispute.refresh_from_db()
    assert (dispute.level, dispute.holder, dispute.handler) == (
        Level.VILLAGE,
        tree.villages[0],
        village_clerk,
    )


def test_a_paused_case_does_not_go_up_and_gets_its_days_back(tree, village_clerk):
    dispute = make_dispute(tree.villages[0], village_clerk, registered_on=dt.date(2026, 10, 5))
    pause_clock(
        dispute=dispute, starts_on=dt.date(2026, 10, 8), reason="等待鉴定", by=village_clerk
    )

    assert escalate_due(today=dt.date(2026, 10, 30)) == 0
    resume_clock(dispute=dispute, ends_on=dt.date(2026, 10, 12), by=village_clerk)

    dispute.refresh_from_db()
    assert dispute.level_due_on == dt.date(2026, 10, 16)
    assert escalate_due(today=dt.date(2026, 10, 17)) == 1


def test_asking_the_level_above_takes_an_open_offer_back(tree, village_clerk):
    dispute, handover = offered(tree, village_clerk)
    dispute.refresh_from_db()

    escalate_dispute(
        dispute=dispute, reason="涉及人数多", version=dispute.version, by=village_clerk
    )

    handover.refresh_from_db()
    dispute.refresh_from_db()
    assert handover.state == HandoverState.WITHDRAWN
    assert (dispute.holder, dispute.level) == (tree.townships[0], Level.TOWNSHIP)


def test_names_are_erased_when_their_time_is_over(tree, village_clerk):
    dispute = make_dispute(tree.villages[0], village_clerk, facts="演示甲和演示乙的事")
    Dispute.objects.filter(pk=dispute.pk).update(erase_on=dt.date(2026, 10, 12))

    assert erase_due(today=dt.date(2026, 10, 11)) == 0
    assert erase_due(today=dt.date(2026, 10, 12)) == 1
    assert erase_due(today=dt.date(2026, 10, 12)) == 0

    dispute.refresh_from_db()
    assert not dispute.facts
    assert {party.name.reveal() for party in dispute.parties.all()} == {"已销毁"}
    assert {party.name_index for party in dispute.parties.all()} == {""}
    assert actions()[-1] == "销毁当事人姓名"


def test_a_mediator_with_an_account_knows_the_case_he_works_on(tree, village_clerk):
    account = make_user(Role.VILLAGE_CLERK, tree.villages[0])
    committee = make_committee(tree.villages[0])
    mediator = make_mediator(committee, account=account)
    dispute = make_dispute(tree.villages[0], village_clerk, committee=committee, mediator=mediator)

    assert look_at_names(dispute=dispute, purpose="调解", by=account)


def test_a_mediator_of_another_committee_is_refused(tree, village_clerk):
    mine, other = make_committee(tree.villages[0]), make_committee(tree.villages[1])
    entry = make_entry(committee=mine, mediator=make_mediator(other))

    with pytest.raises(Refused, match="本调解委员会"):
        register_dispute(unit=tree.villages[0], entry=entry, by=village_clerk)
