"""Several people at one case at the same moment, on real PostgreSQL."""

from __future__ import annotations

import datetime as dt
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections, transaction

from disputes.enums import (
    AgreementForm,
    Channel,
    DisputeState,
    EscalationCause,
    HandoverState,
    Move,
)
from disputes.models import (
    Dispute,
    DisputeMove,
    Escalation,
    Handover,
    SubsidyClaim,
    SubsidyRate,
)
from disputes.services.escalations import escalate_dispute, escalate_due
from disputes.services.handovers import accept_handover, offer_dispute, withdraw_handover
from disputes.services.locking import locked
from disputes.services.moves import move_dispute
from disputes.services.registration import change_dispute, register_dispute
from disputes.services.subsidies import claim_subsidy, decide_claims
from pingan.enums import Level, Role
from pingan.models import AuditEvent
from pingan.refusals import Conflict, Refused
from tests.campaigns.test_concurrency import all_at_once
from tests.disputes.makers import (
    REGISTERED_ON,
    make_committee,
    make_dispute,
    make_entry,
)
from tests.disputes.whole_cases import closed_case
from tests.factories import County, make_county, make_user

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("real_commits")]
PEOPLE = 6
LATER = dt.date(2026, 9, 20)


@pytest.fixture(autouse=True)
def clock(time_machine):
    """Noon of the 20th of September; it goes on, as locks do."""
    time_machine.move_to(dt.datetime(2026, 9, 20, 4, tzinfo=dt.UTC), tick=True)


def own(dispute: Dispute) -> Dispute:
    """A copy of one's own, as each request has it."""
    return Dispute.objects.select_related("unit", "holder", "county").get(pk=dispute.pk)


def offer_of(dispute: Dispute, tree: County) -> dict[str, object]:
    return {
        "dispute": own(dispute),
        "to_unit": tree.townships[1],
        "channel": Channel.ADMINISTRATIVE,
        "reason": "需要共同调解",
        "version": dispute.version,
    }


def test_of_two_hand_overs_at_once_one_wins_and_the_other_is_told():
    tree = make_county()
    clerk = make_user(Role.VILLAGE_CLERK, tree.villages[0])
    dispute = make_dispute(tree.villages[0], clerk)

    results = all_at_once(
        offer_dispute, [{**offer_of(dispute, tree), "by": clerk} for _ in range(PEOPLE)]
    )

    assert [result for result in results if result is Conflict] == [Conflict] * (PEOPLE - 1)
    assert Handover.objects.get().state == HandoverState.PENDING
    assert AuditEvent.objects.filter(action="移交纠纷").count() == 1


@pytest.mark.parametrize("has_committee", [True, False])
def test_registrations_at_once_get_numbers_of_their_own(has_committee: bool):
    tree = make_county()
    village = tree.villages[0]
    clerks = [make_user(Role.VILLAGE_CLERK, village) for _ in range(PEOPLE)]
    committee = make_committee(village) if has_committee else None
    entry = make_entry(committee=committee)

    all_at_once(
        register_dispute, [{"unit": village, "entry": entry, "by": clerk} for clerk in clerks]
    )

    numbers = Dispute.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(1, PEOPLE + 1))
    assert Dispute.objects.values("code").distinct().count() == PEOPLE


def test_sweep_that_runs_twice_at_once_sends_each_case_up_once():
    tree = make_county()
    clerk = make_user(Role.VILLAGE_CLERK, tree.villages[0])
    for _ in range(5):
        make_dispute(tree.villages[0], clerk)

    results = all_at_once(escalate_due, [{"today": LATER} for _ in range(3)])

    assert sum(map(int, map(str, results))) == 5
    assert Escalation.objects.filter(cause=EscalationCause.EXPIRED).count() == 5
    assert set(Dispute.objects.values_list("level", "holder")) == {
        (Level.TOWNSHIP, tree.townships[0].pk)
    }


def test_of_a_move_and_a_hand_over_at_once_one_wins():
    tree = make_county()
    clerk = make_user(Role.VILLAGE_CLERK, tree.villages[0])
    dispute = make_dispute(tree.villages[0], clerk)
    move = {"dispute": own(dispute), "move": Move.ACCEPT, "on": REGISTERED_ON, "version": 1}

    results = all_at_once(
        lambda step, **what: step(by=clerk, **what),
        [{"step": move_dispute, **move}, {"step": offer_dispute, **offer_of(dispute, tree)}],
    )

    dispute.refresh_from_db()
    assert results.count(Conflict) == 1
    assert dispute.version == 2
    was_moved = results[0] is not Conflict
    assert dispute.state == (DisputeState.ACCEPTED if was_moved else DisputeState.REGISTERED)
    assert Handover.objects.exists() is not was_moved
    assert DisputeMove.objects.exists() is was_moved


def test_of_accepting_and_taking_back_at_once_one_wins():
    tree = make_county()
    clerk = make_user(Role.VILLAGE_CLERK, tree.villages[0])
    other = make_user(Role.TOWNSHIP_CLERK, tree.townships[1])
    dispute = make_dispute(tree.villages[0], clerk)
    handover = offer_dispute(**offer_of(dispute, tree), by=clerk)

    results = all_at_once(
        lambda step, **what: step(handover=Handover.objects.get(pk=handover.pk), **what),
        [{"step": accept_handover, "by": other}, {"step": withdraw_handover, "by": clerk}],
    )

    dispute.refresh_from_db()
    handover.refresh_from_db()
    refused = [each for each in results if isinstance(each, type) and issubclass(each, Refused)]
    assert len(refused) == 1
    accepted = handover.state == HandoverState.ACCEPTED
    assert dispute.holder == (tree.townships[1] if accepted else tree.villages[0])
    assert dispute.handler == (other if accepted else clerk)


def test_of_many_who_edit_at_once_one_wins_and_no_party_is_lost():
    tree = make_county()
    clerk = make_user(Role.VILLAGE_CLERK, tree.villages[0])
    dispute = make_dispute(tree.villages[0], clerk)

    results = all_at_once(
        change_dispute,
        [
            {
                "dispute": own(dispute),
                "entry": make_entry(title=f"第{number}次修改的事由"),
                "version": 1,
                "by": clerk,
            }
            for number in range(PEOPLE)
        ],
    )

    dispute.refresh_from_db()
    assert results.count(Conflict) == PEOPLE - 1
    assert (dispute.version, dispute.parties.count()) == (2, 2)


def holder_after_waiting(dispute: Dispute) -> int:
    """Lock the case as a service does, and tell who holds it."""
    try:
        with transaction.atomic():
            return locked(dispute).holder.pk
    finally:
        connections.close_all()


def test_case_that_changed_hands_while_one_waited_for_it_is_still_found():
    tree = make_county()
    dispute = make_dispute(tree.villages[0], make_user(Role.VILLAGE_CLERK, tree.villages[0]))

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            row = locked(dispute)
            waiting = pool.submit(holder_after_waiting, dispute)
            time.sleep(0.5)  # by now it waits for the row
            row.holder = tree.townships[0]
            row.save(update_fields=["holder"])
        found = waiting.result(timeout=60)

    assert found == tree.townships[0].pk


def test_asking_the_level_above_and_the_sweep_at_once_go_up_one_level():
    tree = make_county()
    clerk = make_user(Role.VILLAGE_CLERK, tree.villages[0])
    dispute = make_dispute(tree.villages[0], clerk)
    asked = {"dispute": own(dispute), "reason": "本级难以协调", "version": 1, "by": clerk}

    all_at_once(
        lambda step, **what: step(**what),
        [{"step": escalate_due, "today": LATER}, {"step": escalate_dispute, **asked}],
    )

    dispute.refresh_from_db()
    assert (dispute.level, dispute.holder) == (Level.TOWNSHIP, tree.townships[0])
    assert Escalation.objects.count() == 1


def test_subsidy_claimed_and_decided_by_many_at_once_is_so_once():
    tree = make_county()
    clerk = make_user(Role.VILLAGE_CLERK, tree.villages[0])
    reviewers = [make_user(Role.TOWNSHIP_REVIEWER, tree.townships[0]) for _ in range(3)]
    dispute = closed_case(tree.villages[0], clerk)
    for form in AgreementForm:
        SubsidyRate.objects.create(county=tree.county, form=form, amount=5000, document="演示")

    all_at_once(claim_subsidy, [{"dispute": own(dispute), "by": clerk} for _ in range(PEOPLE)])
    claim = SubsidyClaim.objects.get()
    decided = all_at_once(
        decide_claims,
        [{"claims": [claim], "is_approved": True, "reason": "", "by": by} for by in reviewers],
    )

    assert sorted(map(str, decided)) == sorted(["1", str(Refused), str(Refused)])
    assert AuditEvent.objects.filter(action="审核以案定补").count() == 1
