"""Ledgers taken in at the same moment, on real PostgreSQL."""

from __future__ import annotations

import datetime as dt

import pytest

from disputes.enums import TermKind
from disputes.models import Dispute, DisputeImport
from disputes.services.imports import (
    Proposal,
    ProposedCase,
    apply_ledger,
    receive_ledger,
    undo_ledger,
)
from pingan.enums import Role
from pingan.models import Unit, User
from pingan.refusals import Refused
from tests.campaigns.test_concurrency import all_at_once
from tests.disputes.makers import PARTIES, make_committee, term
from tests.factories import make_county, make_user

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("real_commits")]
PEOPLE = 4


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(dt.datetime(2026, 9, 20, 4, tzinfo=dt.UTC), tick=True)


def waiting(by: User, rows: list[tuple[Unit, int | None, str]]) -> DisputeImport:
    """A ledger of these units, committees and titles that waits to be taken in."""
    cases = [
        ProposedCase(
            row=number,
            unit=unit.pk,
            title=title,
            category=term(TermKind.CATEGORY, "neighbours").pk,
            source=term(TermKind.SOURCE, "application").pk,
            registered_on=dt.date(2026, 9, 1),
            parties=PARTIES,
            committee=committee,
        )
        for number, (unit, committee, title) in enumerate(rows, start=2)
    ]
    return receive_ledger(file_hash="0" * 64, proposal=Proposal(cases=cases), by=by)


def test_a_ledger_confirmed_many_times_at_once_is_taken_in_once():
    tree = make_county()
    clerk = make_user(Role.VILLAGE_CLERK, tree.villages[0])
    run = waiting(clerk, [(tree.villages[0], None, f"第{n}件") for n in range(3)])

    results = all_at_once(apply_ledger, [{"run": run, "by": clerk}] * PEOPLE)

    assert sorted(str(result) for result in results if result is not Refused) == ["3"]
    assert Dispute.objects.count() == 3


def test_two_people_with_the_same_ledger_register_it_once_and_number_without_gaps():
    tree = make_county()
    people = [
        make_user(role, tree.townships[0]) for role in (Role.TOWNSHIP_CLERK, Role.TOWNSHIP_REVIEWER)
    ]
    committees = [
        make_committee(village, code=f"人调{village.pk}") for village in tree.villages[:2]
    ]
    rows = [
        (village, committee.pk, f"第{n}件")
        for n in range(3)
        for village, committee in zip(tree.villages[:2], committees, strict=True)
    ]
    runs = [waiting(people[0], rows), waiting(people[1], rows[::-1])]

    results = all_at_once(
        apply_ledger,
        [{"run": run, "by": by} for run, by in zip(runs, people, strict=True)],
    )

    assert sorted(str(result) for result in results if result is not Refused) == ["6"]
    for committee in committees:
        found = Dispute.objects.filter(committee=committee)
        assert sorted(found.values_list("number", flat=True)) == [1, 2, 3]


def test_an_import_undone_many_times_at_once_is_undone_once():
    tree = make_county()
    clerk = make_user(Role.VILLAGE_CLERK, tree.villages[0])
    run = waiting(clerk, [(tree.villages[0], None, "第一件")])
    apply_ledger(run=run, by=clerk)

    results = all_at_once(undo_ledger, [{"run": run, "by": clerk}] * PEOPLE)

    assert len([result for result in results if result is Refused]) == PEOPLE - 1
    assert not Dispute.objects.exists()
