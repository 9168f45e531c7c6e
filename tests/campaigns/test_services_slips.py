"""Slips keyed in batches: only sums stay, and the last batch can be taken back."""

import datetime as dt

import pytest

from campaigns.models import Survey
from campaigns.selectors.slips import BATCH_ADDED, BATCH_UNDONE, last_batch
from campaigns.services.slips import Answers, add_batch, tally, undo_batch
from campaigns.services.surveys import Tally
from pingan.enums import PeriodState
from pingan.models import AuditEvent, Period
from pingan.refusals import Conflict, Forbidden, Refused
from tests.campaigns.makers import SEPTEMBER, make_survey

ON = dt.date(2026, 9, 18)
GOOD: Answers = (1, 2, 1)
MIXED: Answers = (2, 3, 4)


def add(unit, by, *, slips=(GOOD, MIXED), place="集贸市场", batch="a" * 16, on=ON):
    return add_batch(
        unit=unit, month=SEPTEMBER, place=place, on=on, slips=list(slips), batch=batch, by=by
    )


def counts(row: Survey) -> tuple[int, int, int, int]:
    return (row.slips, row.order_good, row.feels_safe, row.satisfied)


@pytest.mark.parametrize(
    ("slips", "answer"),
    [
        ([(1, 1, 1)], Tally(1, 1, 1, 1)),
        ([(2, 2, 2)], Tally(1, 1, 1, 1)),
        ([(3, 3, 3)], Tally(1, 0, 0, 0)),
        ([(4, 1, 3), (2, 4, 1)], Tally(2, 1, 1, 1)),
    ],
)
def test_tally_counts_the_best_two_steps_as_yes(slips, answer):
    assert tally(slips) == answer


def test_batch_makes_the_place_and_the_next_adds_to_it(tree, township_clerk):
    village = tree.villages[0]

    add(village, township_clerk)
    add(village, township_clerk, slips=[GOOD], batch="b" * 16)

    (row,) = Survey.objects.all()
    assert counts(row) == (3, 3, 2, 2)
    assert (row.unit, row.on, row.recorded_by) == (village, ON, township_clerk)
    events = AuditEvent.objects.filter(action=BATCH_ADDED).order_by("pk")
    assert [event.after["slips"] for event in events] == [2, 1]


def test_batch_adds_to_what_was_typed_as_sums(tree, township_clerk):
    make_survey(tree.villages[0])

    add(tree.villages[0], township_clerk)

    assert counts(Survey.objects.get()) == (22, 20, 18, 20)


def test_same_batch_sent_twice_counts_once(tree, township_clerk):
    add(tree.villages[0], township_clerk)

    with pytest.raises(Conflict, match="已经录入过"):
        add(tree.villages[0], township_clerk)

    assert counts(Survey.objects.get()) == (2, 2, 1, 1)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"slips": []}, "一批请录1到20票"),
        ({"slips": [GOOD] * 21}, "一批请录1到20票"),
        ({"slips": [(1, 0, 1)]}, "每一问请填1到4"),
        ({"slips": [(1, 5, 1)]}, "每一问请填1到4"),
        ({"place": "  "}, "请填测评地点"),
        ({"on": dt.date(2026, 8, 31)}, "测评日期应在2026年9月或次月内"),
    ],
)
def test_batch_that_cannot_be_is_refused(tree, township_clerk, changes, sentence):
    with pytest.raises(Refused, match=sentence):
        add(tree.villages[0], township_clerk, **changes)

    assert not Survey.objects.exists()


def test_batch_of_somebody_elses_unit_is_forbidden(tree, other_clerk, village_clerk):
    for person in (other_clerk, village_clerk):
        with pytest.raises(Forbidden, match="治安测评不由您录入"):
            add(tree.villages[0], person)

    assert not Survey.objects.exists()


def test_last_batch_is_undone_and_then_no_other(tree, township_clerk):
    village = tree.villages[0]
    add(village, township_clerk)
    row = add(village, township_clerk, slips=[MIXED], batch="b" * 16)

    undo_batch(survey=row, batch="b" * 16, by=township_clerk)

    assert counts(Survey.objects.get()) == (2, 2, 1, 1)
    assert AuditEvent.objects.filter(action=BATCH_UNDONE).count() == 1
    assert last_batch(row) is None
    with pytest.raises(Conflict, match="已经撤销"):
        undo_batch(survey=row, batch="b" * 16, by=township_clerk)


def test_undo_of_the_only_batch_leaves_no_row(tree, township_clerk):
    row = add(tree.villages[0], township_clerk)

    undo_batch(survey=row, batch="a" * 16, by=township_clerk)

    assert not Survey.objects.exists()


def test_undo_of_an_older_batch_is_refused(tree, township_clerk):
    village = tree.villages[0]
    add(village, township_clerk)
    row = add(village, township_clerk, batch="b" * 16)

    with pytest.raises(Conflict, match="又录了新的一批"):
        undo_batch(survey=row, batch="a" * 16, by=township_clerk)

    assert Survey.objects.get().slips == 4


def test_undo_is_refused_where_sums_were_changed_since(tree, township_clerk):
    row = add(tree.villages[0], township_clerk)
    Survey.objects.filter(pk=row.pk).update(slips=1, order_good=1, feels_safe=0, satisfied=0)

    with pytest.raises(Refused, match="后来改过"):
        undo_batch(survey=row, batch="a" * 16, by=township_clerk)


def test_closed_month_takes_no_batch_and_no_undo(tree, township_clerk):
    row = add(tree.villages[0], township_clerk)
    Period.objects.filter(county=tree.county, month=SEPTEMBER).update(
        state=PeriodState.CLOSED, closed_at="2026-09-20T00:00:00Z"
    )

    with pytest.raises(Refused, match="已经结账"):
        add(tree.villages[0], township_clerk, batch="b" * 16)
    with pytest.raises(Refused, match="已经结账"):
        undo_batch(survey=row, batch="a" * 16, by=township_clerk)

    assert counts(Survey.objects.get()) == (2, 2, 1, 1)


def test_single_slips_are_nowhere(tree, township_clerk):
    """The trail holds sums as the table does: from a batch nobody can tell one slip."""
    add(tree.villages[0], township_clerk, slips=[GOOD, MIXED, GOOD])

    event = AuditEvent.objects.get(action=BATCH_ADDED)
    assert event.after == {
        "batch": "a" * 16,
        "slips": 3,
        "order_good": 3,
        "feels_safe": 2,
        "satisfied": 2,
    }
    assert event.before == {}
