"""Many people and one close at the same moment, on real PostgreSQL."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections, transaction

from assessments.models import Edition, Scorecard
from assessments.services.closing import close_month
from campaigns.enums import ReturnState
from campaigns.models import MonthlyReturn
from campaigns.services.returns import accept
from pingan.enums import PeriodState, Role
from pingan.models import Period, User
from pingan.refusals import Refused
from pingan.services.periods import hold_periods
from tests.assessments.records import MONTH, add_patrols, make_return
from tests.factories import County, make_county, make_user
from tests.workers import ROOT, database_url

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("real_commits")]


def close_when_free(county: County) -> Edition:
    """A close waits for nobody: tried again until nobody is in the middle of something."""
    for _attempt in range(200):
        try:
            return close_month(counties=[county.county], month=MONTH, by=None)[0]
        except Refused:
            time.sleep(0.01)
    raise AssertionError("the close never got its turn")


def in_thread(work: Callable[..., object], *arguments: object) -> object:
    """Run in a thread of the pool, on a connection that ends with it."""
    try:
        return work(*arguments)
    finally:
        connections.close_all()


def accept_one(monthly_return: MonthlyReturn, reviewer: User, started: threading.Event) -> bool:
    try:
        accept(monthly_return=monthly_return, version=1, by=reviewer)
    except Refused:
        return False  # closed meanwhile
    finally:
        started.set()
    return True


def test_nothing_accepted_goes_uncounted():
    tree = make_county(townships=4, villages=10)
    reviewers = {
        township.pk: make_user(Role.TOWNSHIP_REVIEWER, township) for township in tree.townships
    }
    returns = [make_return(village, state=ReturnState.SUBMITTED) for village in tree.villages]
    for monthly_return in returns:
        add_patrols(monthly_return, days=10, nights=10)
    Period.objects.create(county=tree.county, month=MONTH)
    started = threading.Event()

    with ThreadPoolExecutor(max_workers=6) as pool:
        outcomes = [
            pool.submit(in_thread, accept_one, each, reviewers[each.unit.parent_id], started)
            for each in returns
        ]
        assert started.wait(30)
        edition = close_when_free(tree)
        told = {each.unit_id for each, done in zip(returns, outcomes, strict=True) if done.result()}

    accepted = set(
        MonthlyReturn.objects.filter(state=ReturnState.ACCEPTED).values_list("unit_id", flat=True)
    )
    counted = {
        card.unit_id
        for card in Scorecard.objects.filter(edition=edition, level=3)
        if card.facts["returns_received"]
    }
    assert told == accepted == counted
    assert edition.totals["patrol_days_covered"] == 10 * len(counted)


def test_second_close_at_the_same_moment_is_refused():
    tree = make_county()
    Period.objects.create(county=tree.county, month=MONTH)
    held, over = threading.Event(), threading.Event()

    def first() -> None:
        with transaction.atomic():
            hold_periods(counties=[tree.county], month=MONTH)
            held.set()
            over.wait(30)

    with ThreadPoolExecutor(max_workers=1) as pool:
        running = pool.submit(in_thread, first)
        assert held.wait(30)
        try:
            with pytest.raises(Refused, match="正在结账"):
                close_month(counties=[tree.county], month=MONTH, by=None)
        finally:
            over.set()
        running.result()

    assert not Edition.objects.exists()
    assert close_month(counties=[tree.county], month=MONTH, by=None)[0].number == 1


def test_killed_close_leaves_nothing_and_the_next_one_finishes(tmp_path):
    tree = make_county()
    command = [sys.executable, "manage.py", "close_month", "530628", str(MONTH)]
    environment = {**os.environ, "DATABASE_URL": database_url(), "PINGAN_VAR": str(tmp_path)}

    with transaction.atomic(), connection.cursor() as cursor:
        # The close gets as far as writing its cards, and waits there.
        cursor.execute("LOCK TABLE assessments_scorecard IN EXCLUSIVE MODE")
        with subprocess.Popen(command, cwd=ROOT, env=environment) as child:
            try:
                wait_until_blocked(child)
            finally:
                child.kill()
    wait_until_gone()

    assert not Edition.objects.exists()
    assert not Period.objects.filter(state=PeriodState.CLOSED).exists()
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert Edition.objects.get().hash in done.stdout
    assert Scorecard.objects.count() == len(tree.units) - 1


def test_second_close_command_says_so_and_fails(tmp_path):
    tree = make_county()
    Period.objects.create(county=tree.county, month=MONTH)
    environment = {**os.environ, "DATABASE_URL": database_url(), "PINGAN_VAR": str(tmp_path)}

    with transaction.atomic():
        hold_periods(counties=[tree.county], month=MONTH)
        done = subprocess.run(
            [sys.executable, "manage.py", "close_month", "530628", str(MONTH)],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    assert done.returncode != 0
    assert done.stdout == ""
    assert "2026年9月正在结账" in done.stderr


def _count_others(condition: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # inside a transaction it stands still
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            f"AND pid <> pg_backend_pid() AND {condition}"
        )
        return int(cursor.fetchone()[0])


def wait_until_blocked(child: subprocess.Popen[bytes]) -> None:
    for _attempt in range(600):
        if _count_others("wait_event_type = 'Lock' AND query LIKE 'COPY%'"):
            return
        assert child.poll() is None, "the close ended before it could be killed"
        time.sleep(0.05)
    raise AssertionError("the close never came to its cards")


def wait_until_gone() -> None:
    for _attempt in range(600):
        if not _count_others("state <> 'idle'"):
            return
        time.sleep(0.05)
    raise AssertionError("the killed close still holds its transaction")
