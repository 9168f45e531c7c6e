"""The demonstration's disputes hold together as if the services had written them."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator

import pytest
import time_machine
from django.core import serializers

from campaigns.forms.person_names import person_name_in
from disputes.enums import MOVES, ClaimState, DisputeState, HandoverState, Move
from disputes.models import (
    Dispute,
    DisputeMove,
    Escalation,
    Handover,
    MediationRecord,
    Party,
    SubsidyClaim,
)
from disputes.selectors.figures import figures_of
from disputes.selectors.files import file_of
from disputes.services.escalations import escalate_due
from disputes.spans import Span
from disputes.statute import is_complete
from pingan.enums import Role
from pingan.models import User
from reports.demo import dispute_texts
from reports.demo.disputes import load_disputes
from tests.factories import County, make_county, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
FIRST, TODAY = dt.date(2025, 11, 1), dt.date(2026, 11, 22)


@pytest.fixture
def loaded() -> Iterator[tuple[County, User]]:
    """A county with a year of made-up cases."""
    tree = make_county(villages=4)
    officer = make_user(Role.COUNTY_OFFICER, tree.county)
    clerks = {unit.pk: make_user(Role.TOWNSHIP_CLERK, unit) for unit in tree.townships}
    reviewers = {unit.pk: make_user(Role.TOWNSHIP_REVIEWER, unit) for unit in tree.townships}
    for unit in (*tree.villages, *tree.departments):
        clerks[unit.pk] = make_user(Role.VILLAGE_CLERK, unit)
    with time_machine.travel(dt.datetime(2026, 11, 22, 2, tzinfo=dt.UTC), tick=False):
        load_disputes(tree.county, FIRST, clerks, reviewers, officer)
        yield tree, officer


def test_made_up_sentences_name_no_person():
    texts = [text for pairs in dispute_texts.MATTERS.values() for pair in pairs for text in pair]
    texts += [*dispute_texts.HAND_OVER, *dispute_texts.REFUSED, *dispute_texts.PAUSES]
    texts += [*dispute_texts.FAILED, *dispute_texts.GUIDED, *dispute_texts.WITHDRAWN]
    texts += [*dispute_texts.REJECTED, *dispute_texts.PERFORMED, dispute_texts.ASKED_UP]

    assert [text for text in texts if person_name_in(text)] == []
    assert len({dispute_texts.party_name(number) for number in range(1080)}) == 1080


def test_a_year_of_cases_is_as_the_services_would_have_left_it(loaded: tuple[County, User]):
    _tree, officer = loaded

    figures = figures_of(officer, Span(FIRST, TODAY))
    states = Counter(Dispute.objects.values_list("state", flat=True))
    assert 300 <= Dispute.objects.count() <= 450
    assert 0.97 <= figures.settled / figures.mediated <= 0.99
    assert set(states) >= set(DisputeState.values) - {DisputeState.REGISTERED}
    assert escalate_due() == 0, "what was over its days has gone up already"
    assert set(Escalation.objects.values_list("to_level", flat=True)) == {1, 2, 3}
    assert set(Handover.objects.values_list("state", flat=True)) == {
        HandoverState.PENDING,
        HandoverState.ACCEPTED,
        HandoverState.REFUSED,
    }
    for step, before, after in DisputeMove.objects.values_list("move", "before", "after"):
        states_before, state_after = MOVES[Move(step)]
        assert before in states_before
        assert after == (state_after or before)
    assert not MediationRecord.objects.filter(on__gt=TODAY).exists()


def test_claims_are_for_complete_files_and_decided_by_another(loaded: tuple[County, User]):
    claims = list(SubsidyClaim.objects.select_related("dispute"))

    assert {claim.state for claim in claims} == set(ClaimState.values)
    assert all(is_complete(file_of(claim.dispute)) for claim in claims)
    assert not [claim for claim in claims if claim.decided_by_id == claim.claimed_by_id]


def test_names_are_sealed_and_few_of_them_come_twice(loaded: tuple[County, User]):
    names = [party.name.reveal() for party in Party.objects.all()]

    plain = serializers.serialize(
        "json", [*Dispute.objects.all(), *Party.objects.all(), *MediationRecord.objects.all()]
    )
    assert [name for name in names if name in plain] == []
    twice = [name for name, count in Counter(names).items() if count > 1]
    assert 2 <= len(twice) <= 8
