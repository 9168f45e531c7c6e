"""Figures: counted once, rates from two counts."""

from __future__ import annotations

import datetime as dt

import pytest

from disputes.enums import (
    AgreementForm,
    Channel,
    ConfirmationState,
    DisputeState,
    Move,
    PartyRole,
    Prevented,
    Satisfaction,
    TermKind,
)
from disputes.figures import SHADES, Figures, level_bar, median_text, shade
from disputes.models import Agreement, Dispute, DisputeMove, FollowVisit
from disputes.selectors.figures import figures_by, figures_of
from disputes.services.registration import PartyEntry
from disputes.spans import Span, period_choices, read_period
from pingan.enums import Level, Role
from pingan.templatetags.pingan import rate
from tests.disputes.makers import make_dispute, move, term
from tests.factories import County, make_user

pytestmark = pytest.mark.django_db
YEAR = Span(dt.date(2005, 1, 1), dt.date(2005, 12, 31))
OTHERS = (
    PartyEntry(PartyRole.APPLICANT, "演示丙"),
    PartyEntry(PartyRole.RESPONDENT, "演示丁"),
)


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


def test_the_countys_board_shows_the_golden_figures(tree, county_officer, client_of):
    settled = {"settled_on": dt.date(2005, 3, 20), "state": DisputeState.CLOSED}
    closed = {"closed_on": dt.date(2005, 5, 1)}
    many(tree, 370, settled_level=Level.VILLAGE, **settled, **closed)
    failed = many(tree, 5, **settled, **closed)
    DisputeMove.objects.bulk_create(
        DisputeMove(
            dispute=case, move=Move.FAIL, before="working", after="failed", on=case.settled_on
        )
        for case in failed
    )

    page = client_of(county_officer).get("/disputes/county/", {"period": "2005"}).content.decode()

    assert "98.7%" in page
    assert "370 / 375 件" in page


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


def test_figures_take_three_queries_whatever_the_units(
    tree, county_officer, django_assert_num_queries
):
    many(tree, 3)
    many(tree, 2, unit=tree.villages[1], channel=Channel.INDUSTRY)

    with django_assert_num_queries(3):
        by_unit = figures_by(county_officer, YEAR, "unit_id")
    with django_assert_num_queries(3):
        by_channel = figures_by(county_officer, YEAR, "channel")

    assert {key: each.received for key, each in by_unit.items()} == {
        tree.villages[0].pk: 3,
        tree.villages[1].pk: 2,
    }
    assert {key: each.received for key, each in by_channel.items()} == {"people": 3, "industry": 2}


def test_performance_confirmation_visits_and_what_was_prevented(tree, county_officer):
    ended = {"settled_on": dt.date(2005, 3, 20), "state": DisputeState.FOLLOWED}
    first, second = many(tree, 2, settled_level=Level.TOWNSHIP, **ended)
    Dispute.objects.filter(pk=first.pk).update(
        prevented=Prevented.GROUP_PETITION, prevented_people=40
    )
    common = {"form": AgreementForm.WRITTEN, "agreed_on": dt.date(2005, 3, 20)}
    Agreement.objects.create(
        dispute=first,
        confirmation=ConfirmationState.CONFIRMED,
        confirmation_asked_on=dt.date(2005, 4, 1),
        **common,
    )
    Agreement.objects.create(dispute=second, performed_on=dt.date(2005, 4, 2), **common)
    for case, word in ((first, Satisfaction.FAIR), (second, Satisfaction.UNSATISFIED)):
        FollowVisit.objects.create(
            dispute=case, on=dt.date(2005, 5, 1), is_performed=True, satisfaction=word
        )

    found = figures_of(county_officer, YEAR)

    assert (found.confirmed, found.performed) == (1, 1)
    assert (found.prevented, found.prevented_people) == (1, 40)
    assert (found.visits, found.satisfied) == (2, 1)
    assert (found.within_village, found.within_township, found.elsewhere) == (0, 2, 0)


def test_failed_resumed_and_withdrawn_was_not_mediated(tree, county_officer):
    ended = {"settled_on": dt.date(2005, 3, 20), "state": DisputeState.WITHDRAWN}
    (case,) = many(tree, 1, **ended)
    for step, after in ((Move.FAIL, "failed"), (Move.RESUME, "working")):
        DisputeMove.objects.create(
            dispute=case, move=step, before="working", after=after, on=dt.date(2005, 3, 10)
        )

    assert figures_of(county_officer, YEAR).mediated == 0

    DisputeMove.objects.create(
        dispute=case, move=Move.FAIL, before="working", after="failed", on=dt.date(2005, 3, 20)
    )
    assert figures_of(county_officer, YEAR).mediated == 1


def test_cases_over_their_term_at_the_end_of_the_period(tree, county_officer):
    many(tree, 1)  # due on 1 April, never settled
    many(tree, 1, settled_on=dt.date(2005, 6, 1), state=DisputeState.WITHDRAWN)

    def unsettled(first: int, last: int) -> int:
        span = Span(dt.date(2005, first, 1), dt.date(2005, last, 28))
        return figures_of(county_officer, span).unsettled

    assert [unsettled(*months) for months in ((3, 3), (4, 5), (4, 6), (7, 12))] == [0, 2, 1, 1]


def test_repeats_are_counted_without_reading_a_name(tree, county_officer, time_machine):
    time_machine.move_to(dt.datetime(2026, 10, 12, 10, tzinfo=dt.UTC), tick=False)
    clerk = make_user(Role.VILLAGE_CLERK, tree.villages[0])
    other = make_user(Role.VILLAGE_CLERK, tree.villages[2], "far")
    make_dispute(tree.villages[0], clerk, registered_on=dt.date(2026, 8, 1))
    make_dispute(tree.villages[0], clerk, registered_on=dt.date(2026, 9, 1))
    make_dispute(tree.villages[2], other, registered_on=dt.date(2026, 9, 2))
    make_dispute(
        tree.villages[0], clerk, registered_on=dt.date(2026, 9, 3), place="", parties=OTHERS
    )

    september = figures_of(county_officer, Span(dt.date(2026, 9, 1), dt.date(2026, 9, 30)))
    august = figures_of(county_officer, Span(dt.date(2026, 8, 1), dt.date(2026, 8, 31)))

    assert (september.received, september.repeated) == (3, 2)
    assert (august.received, august.repeated) == (1, 0)


def test_a_case_that_came_from_elsewhere_counts_where_it_was_registered(tree, county_officer):
    (case,) = many(tree, 1)
    Dispute.objects.filter(pk=case.pk).update(holder=tree.departments[0])
    holder = make_user(Role.COUNTY_OFFICER, tree.departments[0])

    assert figures_of(holder, YEAR).received == 0
    assert figures_of(county_officer, YEAR, tree.townships[0]).received == 1
    assert figures_of(county_officer, YEAR, tree.townships[1]).received == 0


@pytest.mark.parametrize(
    ("text", "first", "last", "label"),
    [
        ("2026-02", (2026, 2, 1), (2026, 2, 28), "2026年2月"),
        ("2026Q3", (2026, 7, 1), (2026, 9, 30), "2026年第3季度"),
        ("2005", (2005, 1, 1), (2005, 12, 31), "2005年"),
    ],
)
def test_periods_are_read_and_named(text, first, last, label):
    span = read_period(text)

    assert span == Span(dt.date(*first), dt.date(*last))
    assert span.label == label


@pytest.mark.parametrize("text", ["", "2026-13", "2026Q5", "1999", "二〇二六", "2026-9"])
def test_what_is_no_period_is_none(text):
    assert read_period(text) is None


def test_other_days_are_named_as_they_are():
    assert Span(dt.date(2026, 2, 1), dt.date(2026, 4, 30)).label == "2026-02-01至2026-04-30"
    assert Span(dt.date(2025, 12, 1), dt.date(2026, 2, 28)).label == "2025-12-01至2026-02-28"


def test_choices_begin_with_the_present():
    found = dict(period_choices(dt.date(2026, 2, 3)))

    assert [value for value, _label in found["年"]] == ["2026", "2025", "2024"]
    assert [value for value, _label in found["季度"]] == ["2026Q1", "2025Q4", "2025Q3", "2025Q2"]
    assert found["月"][:3] == [
        ("2026-02", "2026年2月"),
        ("2026-01", "2026年1月"),
        ("2025-12", "2025年12月"),
    ]


def test_bars_shades_and_medians():
    bar = level_bar(Figures(agreed=7, by_level=(1, 2, 3, 0)))

    assert [(part.name, part.count) for part in bar] == [
        ("不出村", 3),
        ("乡镇", 3),
        ("县级和部门", 1),
    ]
    assert sum(part.width for part in bar) == 100
    assert sum(part.width for part in level_bar(Figures())) == 0
    assert [shade(count, 8) for count in (0, 1, 2, 3, 8)] == [0, 1, 1, 2, SHADES]
    assert shade(0, 0) == 0
    assert [median_text(days) for days in ((), (3,), (3, 4), (1, 2, 9))] == ["—", "3", "3.5", "2"]
