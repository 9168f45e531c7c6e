"""Jobs through a real Redis and a real worker, killed and brought back."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection

from pingan import jobs
from pingan.enums import JobState
from pingan.models import Job
from tests.factories import make_county
from tests.pingan import jobs_for_tests as tasks
from tests.pingan.jobs_for_tests import broker_at, wait_for
from tests.servers import RedisServer

ROOT = Path(__file__).resolve().parents[2]
# The slowest step is the worker's start on a busy machine.
PATIENCE = 40

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


@contextmanager
def worker(redis_url: str, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A worker as in production, on the tests' own database."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    database = urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}"))
    options = ["-c", "1", "-I", "tests.pingan.jobs_for_tests", "--loglevel=INFO"]
    with log.open("ab") as output:
        child = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "pingan", "worker", *options],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": database, "REDIS_URL": redis_url},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield child
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()


@pytest.fixture
def start_worker(
    redis_server: RedisServer, tmp_path: Path, settings, monkeypatch
) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Starts one more worker on the test's own Redis; all end with the test."""
    settings.CELERY_TASK_ALWAYS_EAGER = False
    settings.REDIS_URL = redis_server.url
    broker_at(redis_server.url, monkeypatch)
    with ExitStack() as stack:
        yield lambda: stack.enter_context(worker(redis_server.url, tmp_path / "worker.log"))


def start(task, **arguments) -> Job:
    county = make_county().county
    return jobs.start(task, title="试跑", unit=county, by=None, **arguments)


def test_worker_runs_the_same_task(start_worker):
    start_worker()

    job = start(tasks.count, upto=3)

    ended = wait_for(lambda row: row.is_over, job, PATIENCE)
    assert (ended.state, ended.attempts, ended.done) == (JobState.DONE, 1, 3)
    assert ended.result == {"url": "/done/", "upto": 3}


def test_job_started_while_redis_is_down_is_sent_when_it_is_back(
    start_worker, redis_server: RedisServer
):
    redis_server.stop()
    began = time.monotonic()
    job = start(tasks.count, upto=3)
    took = time.monotonic() - began
    waiting = Job.objects.get(pk=job.pk)
    jobs.sweep()  # still down: nothing is lost
    redis_server.start()
    start_worker()

    sent = jobs.sweep()

    ended = wait_for(lambda row: row.is_over, job, PATIENCE)
    assert took < 1
    assert (waiting.state, waiting.beat_at) == (JobState.QUEUED, jobs.NEVER)
    assert (sent, ended.state, ended.attempts) == (1, JobState.DONE, 1)


def test_job_of_a_killed_worker_is_resumed_once(start_worker, tmp_path: Path, monkeypatch):
    first = start_worker()
    job = start(tasks.leave_trace, folder=str(tmp_path), hang_first=True)
    wait_for(lambda row: row.state == JobState.RUNNING, job, PATIENCE)
    while not (tmp_path / "attempt-1").exists():
        time.sleep(0.05)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    monkeypatch.setattr(jobs, "STALE_SECONDS", 0.5)
    time.sleep(0.6)
    start_worker()

    sent = [jobs.sweep(), jobs.sweep()]

    ended = wait_for(lambda row: row.is_over, job, PATIENCE)
    assert sent == [1, 0]
    assert (ended.state, ended.attempts) == (JobState.DONE, 2)
    assert sorted(path.name for path in tmp_path.glob("attempt-*")) == ["attempt-1", "attempt-2"]
