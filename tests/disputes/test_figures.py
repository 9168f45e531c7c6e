"""Figures: counted once, rates from two counts."""

from __future__ import annotations

import datetime as dt

import pytest

from disputes.enums import Channel, DisputeState, Move, TermKind
from disputes.figures import Figures
from disputes.models import Dispute, DisputeMove
from disputes.selectors.figures import Span, figures_by, figures_of
from pingan.enums import Level, Role
from pingan.templatetags.pingan import rate
from tests.disputes.makers import make_dispute, move, term
from tests.factories import County, make_user

pytestmark = pytest.mark.django_db
YEAR = Span(dt.date(2005, 1, 1), dt.date(2005, 12, 31))


def many(tree: County, count: int, **fields: object) -> list[Dispute]:
    """So many cases of 2005, written at once."""
    unit = tree.villages[0]
    category = term(TermKind.CATEGORY, "neighbours")
    source = term(TermKind.SOURCE, "sweep")
    start = Dispute.objects.count()
    return Dispute.objects.bulk_create(
        Dispute(
            **{
                "unit": unit,
                "county": tree.county,
                "year": 2005,
                "number": start + number,
                "code": f"（2005）演登字第{start + number}号",
                "title": "演示",
                "category": category,
                "source": source,
                "channel": Channel.PEOPLE,
                "holder": unit,
                "level": Level.VILLAGE,
                "level_since": dt.date(2005, 3, 1),
                "registered_on": dt.date(2005, 3, 1),
                "due_on": dt.date(2005, 4, 1),
                **fields,
            }
        )
        for number in range(1, count + 1)
    )


def test_the_counts_of_2005_give_98_7_percent(tree, county_officer):
    """Document A: 375 received, 375 mediated, 370 settled → 98.7 %."""
    settled = {"settled_on": dt.date(2005, 3, 20), "state": DisputeState.CLOSED}
    closed = {"closed_on": dt.date(2005, 5, 1)}
    many(tree, 370, settled_level=Level.VILLAGE, **settled, **closed)
    failed = many(tree, 5, **settled, **closed)
    DisputeMove.objects.bulk_create(
        DisputeMove(
            dispute=case,
            move=Move.FAIL,
            before=DisputeState.WORKING,
            after=DisputeState.FAILED,
            on=dt.date(2005, 3, 20),
        )
        for case in failed
    )

    found = figures_of(county_officer, YEAR)

    assert (found.received, found.mediated, found.settled) == (375, 375, 370)
    assert rate(found.settled, found.mediated) == "98.7%"
    assert (found.in_time, found.within_village) == (375, 370)


def test_nothing_gives_no_rate(tree, county_officer):
    found = figures_of(county_officer, YEAR)

    assert found == Figures()
    assert rate(found.settled, found.mediated) == "—"


def test_a_case_counts_on_the_days_of_its_events(tree, time_machine):
    time_machine.move_to(dt.datetime(2026, 10, 12, 10, tzinfo=dt.UTC), tick=False)
    clerk = make_user(Role.VILLAGE_CLERK, tree.villages[0])
    agreed = make_dispute(tree.villages[0], clerk)
    withdrawn = make_dispute(tree.villages[0], clerk)
    make_dispute(tree.villages[0], clerk, registered_on=dt.date(2026, 10, 1))
    for step, day in ((Move.ACCEPT, 2), (Move.START, 3), (Move.AGREE, 12)):
        move(agreed, step, clerk, dt.date(2026, 9 if day < 12 else 10, day))
    move(withdrawn, Move.WITHDRAW, clerk, dt.date(2026, 9, 4))

    september = figures_of(clerk, Span(dt.date(2026, 9, 1), dt.date(2026, 9, 30)))
    october = figures_of(clerk, Span(dt.date(2026, 10, 1), dt.date(2026, 10, 31)))

    assert (september.received, september.mediated, september.settled) == (2, 0, 0)
    assert (october.received, october.mediated, october.settled) == (1, 1, 1)
    assert (october.in_time, october.within_village) == (0, 1)  # its month was over on 8 October


def test_another_township_counts_nothing(tree, county_officer):
    many(tree, 3)
    stranger = make_user(Role.TOWNSHIP_CLERK, tree.townships[1])

    assert figures_of(stranger, YEAR) == Figures()
    assert figures_of(county_officer, YEAR).received == 3


def test_figures_take_two_queries_whatever_the_units(
    tree, county_officer, django_assert_num_queries
):
    many(tree, 3)
    many(tree, 2, unit=tree.villages[1], channel=Channel.INDUSTRY)

    with django_assert_num_queries(2):
        by_unit = figures_by(county_officer, YEAR, "unit_id")
    with django_assert_num_queries(2):
        by_channel = figures_by(county_officer, YEAR, "channel")

    assert {key: each.received for key, each in by_unit.items()} == {
        tree.villages[0].pk: 3,
        tree.villages[1].pk: 2,
    }
    assert {key: each.received for key, each in by_channel.items()} == {"people": 3, "industry": 2}
