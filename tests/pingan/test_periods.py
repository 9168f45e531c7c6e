"""The lock of a month: shared by who submits, held alone by who closes."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from pingan.enums import PeriodState
from pingan.models import AuditEvent, Period
from pingan.months import Month
from pingan.refusals import Refused
from pingan.services.periods import hold_periods, reopen_period, share_period
from tests.factories import make_county

SEPTEMBER = Month(2026, 9)
postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has one writer at a time"
)


def close(period: Period) -> None:
    Period.objects.filter(pk=period.pk).update(state=PeriodState.CLOSED, closed_at=timezone.now())


def test_share_makes_the_missing_month_once(tree):
    first = share_period(county_id=tree.county.pk, month=SEPTEMBER)
    second = share_period(county_id=tree.county.pk, month=SEPTEMBER)

    assert first == second == Period.objects.get()
    assert (first.month, first.is_open) == (SEPTEMBER, True)


def test_share_refuses_a_closed_month_and_no_other(tree):
    close(share_period(county_id=tree.county.pk, month=SEPTEMBER))

    with pytest.raises(Refused, match="2026年9月已经结账，不能再改"):
        share_period(county_id=tree.county.pk, month=SEPTEMBER)
    assert share_period(county_id=tree.county.pk, month=SEPTEMBER.next).is_open


def test_hold_takes_all_counties_open_or_closed(tree):
    elsewhere = make_county("510704", "别县")
    close(share_period(county_id=tree.county.pk, month=SEPTEMBER))

    held = hold_periods(counties=[elsewhere.county, tree.county], month=SEPTEMBER)

    assert {(period.county, period.is_open) for period in held} == {
        (tree.county, False),
        (elsewhere.county, True),
    }


def test_hold_takes_as_many_queries_for_one_county_as_for_three(tree, django_assert_num_queries):
    three = [tree.county, make_county("510704").county, make_county("530600").county]
    hold_periods(counties=three, month=SEPTEMBER)
    queries = 3 if connection.vendor == "postgresql" else 2  # one sets how long to wait
    with django_assert_num_queries(queries):
        hold_periods(counties=[tree.county], month=SEPTEMBER)

    with django_assert_num_queries(queries):
        held = hold_periods(counties=three, month=SEPTEMBER)

    assert len(held) == 3


@pytest.mark.django_db(transaction=True)
def test_lock_without_a_transaction_is_a_mistake():
    county = make_county().county

    with pytest.raises(RuntimeError, match="inside the transaction"):
        share_period(county_id=county.pk, month=SEPTEMBER)
    with pytest.raises(RuntimeError, match="inside the transaction"):
        hold_periods(counties=[county], month=SEPTEMBER)


def test_reopen_needs_a_reason_and_a_closed_month(tree, county_officer):
    asked = {"county": tree.county, "month": SEPTEMBER, "by": county_officer}
    with pytest.raises(Refused, match="没有结账，不必重开"):
        reopen_period(**asked, reason="补报")
    close(share_period(county_id=tree.county.pk, month=SEPTEMBER))
    with pytest.raises(Refused, match="请写明重开的原因"):
        reopen_period(**asked, reason="  ")

    reopened = reopen_period(**asked, reason="甲镇漏报")

    event = AuditEvent.objects.get()
    assert (reopened.is_open, reopened.closed_at) == (True, None)
    assert share_period(county_id=tree.county.pk, month=SEPTEMBER).is_open
    assert (event.action, event.by, event.note) == ("重开月份", county_officer, "甲镇漏报")
    assert (event.before["state"], event.after["state"]) == ("closed", "open")


def in_thread(work: Callable[[], object]) -> tuple[threading.Thread, list[object]]:
    """Run it beside this test, in a transaction of its own."""
    found: list[object] = []

    def run() -> None:
        try:
            with transaction.atomic():
                found.append(work())
        except Refused as refusal:
            found.append(refusal)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread, found


@postgresql
@pytest.mark.django_db(transaction=True)
def test_two_may_share_while_a_close_is_refused_at_once():
    county = make_county().county
    Period.objects.create(county=county, month=SEPTEMBER)
    with transaction.atomic():
        share_period(county_id=county.pk, month=SEPTEMBER)
        sharer, shared = in_thread(lambda: share_period(county_id=county.pk, month=SEPTEMBER))
        closer, closed = in_thread(lambda: hold_periods(counties=[county], month=SEPTEMBER))
        sharer.join(5)
        closer.join(5)

    assert isinstance(shared[0], Period)
    assert "2026年9月正在结账" in str(closed[0])


@postgresql
@pytest.mark.parametrize("is_known", [True, False])
@pytest.mark.django_db(transaction=True)
def test_second_close_is_refused_and_a_submit_waits_for_the_first(is_known):
    county = make_county().county
    if is_known:
        Period.objects.create(county=county, month=SEPTEMBER)
    with transaction.atomic():
        (period,) = hold_periods(counties=[county], month=SEPTEMBER)
        closer, second = in_thread(lambda: hold_periods(counties=[county], month=SEPTEMBER))
        closer.join(5)
        submitter, submitted = in_thread(lambda: share_period(county_id=county.pk, month=SEPTEMBER))
        submitter.join(0.3)
        waited = submitter.is_alive()
        close(period)
    submitter.join(5)

    assert "正在结账" in str(second[0])
    assert waited
    assert "已经结账，不能再改" in str(submitted[0])


@postgresql
@pytest.mark.django_db(transaction=True)
def test_many_may_find_the_month_missing_at_once():
    county = make_county().county

    started = [
        in_thread(lambda: share_period(county_id=county.pk, month=SEPTEMBER)) for _ in range(8)
    ]
    for thread, _found in started:
        thread.join(10)

    assert [found[0] for _thread, found in started] == [Period.objects.get()] * 8
