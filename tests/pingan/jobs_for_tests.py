"""Real Celery tasks that the tests of jobs run (they count, wait, refuse, break), and helpers."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from celery import Celery, shared_task

from pingan import jobs
from pingan.models import Job
from pingan.refusals import Refused

may_go_on = threading.Event()


@shared_task
def count(job_id: int, upto: int) -> None:
    with jobs.running(job_id) as progress:
        for number in range(1, upto + 1):
            progress(number, upto, f"第 {number} 步")
        progress.result = {"url": "/done/", "upto": upto}


@shared_task
def wait(job_id: int) -> None:
    with jobs.running(job_id) as progress:
        progress(1, 2, "等待")
        may_go_on.wait(10)
        progress(2, 2, "继续")


@shared_task
def refuse(job_id: int) -> None:
    with jobs.running(job_id):
        raise Refused("本月已经结账。")


@shared_task
def collapse(job_id: int) -> None:
    with jobs.running(job_id):
        raise ZeroDivisionError


@shared_task
def leave_trace(job_id: int, folder: str, hang_first: bool = False) -> None:
    """Writes a file an attempt; the first attempt may hang until its worker is killed."""
    with jobs.running(job_id) as progress:
        trace = Path(folder) / f"attempt-{progress.job.attempts}"
        trace.write_text("here", encoding="ascii")
        if hang_first and progress.job.attempts == 1:
            threading.Event().wait()
        progress(1, 1, "完成")


def wait_for(wanted: Callable[[Job], bool], job: Job, seconds: float = 10) -> Job:
    """The row as soon as it is so."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        row = Job.objects.get(pk=job.pk)
        if wanted(row):
            return row
        time.sleep(0.02)
    raise AssertionError(f"still {row.state} {row.done}/{row.total} {row.message}")


def broker_at(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Send through a broker at this address, by the product's own settings."""
    app = Celery("pingan", set_as_current=False)
    app.config_from_object("django.conf:settings", namespace="CELERY")
    app.conf.broker_url = url
    monkeypatch.setattr(jobs, "current_app", app)
