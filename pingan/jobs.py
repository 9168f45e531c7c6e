"""Background work: one Celery task code, two runners, progress in a `Job` row.

A task is an ordinary shared task that takes `job_id` first and works inside `running(job_id)`.
Without REDIS_URL one thread of this process runs it, else Celery does. Whatever is lost on the
way (Redis down, a process killed) the sweep finds by the row's heartbeat and sends again; a claim
by compare-and-set makes a second delivery harmless.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import kombu.exceptions
from celery import current_app
from celery.exceptions import Ignore
from django.conf import settings
from django.db import DatabaseError, connection, connections, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from pingan import audit
from pingan.enums import JobState
from pingan.models import Job, Unit, User
from pingan.refusals import Refused

logger = logging.getLogger(__name__)

BEAT_SECONDS = 5
STALE_SECONDS = 30  # so long without a heartbeat: its process is gone
RESEND_SECONDS = 30  # so long in the queue: send it again, in case the first message was lost
SWEEP_SECONDS = 10
SWEEP_TASK = "pingan.tasks.sweep_jobs"
ATTEMPTS = 2  # a job is resumed once
WRITE_SECONDS = 0.5  # progress is written no more often than a page asks for it
NEVER = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)  # beat of a queued job that could not be sent

BROKEN = "出现意外错误，没有完成，也没有留下半截数据。请稍后重试；再次失败请联系系统管理员。"
GIVEN_UP = "运行两次都中途中断，没有完成。请重新提交；再次失败请联系系统管理员。"


class NotMine(Ignore):
    """Another runner has this job, or it is over. Celery takes `Ignore` as nothing to do."""


def start(task: Any, *, title: str, unit: Unit, by: User | None, **arguments: Any) -> Job:
    """Queue `task` (a Celery task or its name); it is sent when the transaction commits."""
    job = Job.objects.create(
        task=task if isinstance(task, str) else task.name,
        title=title,
        unit=unit,
        arguments=audit.plain(arguments),
        created_by=by,
    )
    transaction.on_commit(lambda: send(job))
    return job


def send(job: Job) -> None:
    """Hand the job to the runner. Redis being down is no error: the sweep sends it later."""
    if settings.CELERY_TASK_ALWAYS_EAGER:
        _call(job)
    elif settings.REDIS_URL:
        _send_to_celery(job)
    else:
        _local.submit(job)


def _send_to_celery(job: Job) -> None:
    try:
        current_app.send_task(job.task, kwargs={"job_id": job.pk, **job.arguments}, retry=False)
    except (kombu.exceptions.OperationalError, OSError) as error:
        logger.warning("job %s could not be sent: %s", job.pk, error)
        Job.objects.filter(pk=job.pk, state=JobState.QUEUED).update(beat_at=NEVER)


class _LocalRunner:
    """One thread of this process. A job waits in it at most once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._executor: ThreadPoolExecutor | None = None
        self._waiting: set[int] = set()

    def submit(self, job: Job) -> None:
        with self._lock:
            if job.pk in self._waiting:
                return
            self._waiting.add(job.pk)
            if self._executor is None:  # made late: threads do not survive a fork
                self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="job")
            self._executor.submit(self._run, job)

    def _run(self, job: Job) -> None:
        try:
            _call(job)
        except Exception:
            logger.exception("job %s", job.pk)
        finally:
            with self._lock:
                self._waiting.discard(job.pk)
            connections.close_all()


_local = _LocalRunner()


def _call(job: Job) -> None:
    """Call the task here, as a Celery worker would."""
    autodiscover_modules("tasks")  # as the worker does at its start; the second call is free
    try:
        current_app.tasks[job.task](job_id=job.pk, **job.arguments)
    except NotMine:
        logger.info("job %s is somebody else's", job.pk)


class Progress:
    """How a task tells how far it is. `result` is kept when it ends well: its "url" is linked."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.result: dict[str, Any] = {}
        self._written = 0.0

    def __call__(self, done: int, total: int, message: str = "") -> None:
        """Call it between transactions: what is inside one is seen only when it commits."""
        now = time.monotonic()
        if now - self._written < WRITE_SECONDS and done < total:
            return
        self._written = now
        self._change(done=done, total=total, message=message[:300], beat_at=timezone.now())

    def finish(self, state: JobState, **values: Any) -> None:
        self._change(state=state, finished_at=timezone.now(), **values)

    def _change(self, **values: Any) -> None:
        if not _mine(self.job).update(**values):
            raise NotMine(self.job.pk)
        for name, value in values.items():
            setattr(self.job, name, value)


def _mine(job: Job) -> Any:
    """The row while this very attempt runs it: a run that was taken over changes nothing."""
    return Job.objects.filter(pk=job.pk, state=JobState.RUNNING, attempts=job.attempts)


@contextmanager
def running(job_id: int) -> Iterator[Progress]:
    """Claim the job and run it: the block's end is the job's end, an exception its failure.

    Raises NotMine when there is nothing to do; a `Refused` becomes the sentence on the page.
    """
    progress = Progress(_claim(job_id))
    try:
        with _heartbeat(progress.job):
            yield progress
    except NotMine:
        raise
    except Refused as refusal:
        progress.finish(JobState.FAILED, message=str(refusal)[:300])
    except Exception:
        logger.exception("job %s failed", job_id)
        progress.finish(JobState.FAILED, message=BROKEN)
    else:
        ended = {"done": progress.job.total or 1, "total": progress.job.total or 1}
        progress.finish(JobState.DONE, result=audit.plain(progress.result), **ended)


def _claim(job_id: int) -> Job:
    claimed = Job.objects.filter(pk=job_id, state=JobState.QUEUED).update(
        state=JobState.RUNNING, attempts=F("attempts") + 1, beat_at=timezone.now()
    )
    if not claimed:
        raise NotMine(job_id)
    return Job.objects.get(pk=job_id)


@contextmanager
def _heartbeat(job: Job) -> Iterator[None]:
    """Keep the row fresh from a thread of its own, whatever the task is busy with."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(BEAT_SECONDS):
            try:
                _mine(job).update(beat_at=timezone.now())
            except DatabaseError as error:
                logger.warning("job %s: no heartbeat: %s", job.pk, error)
            finally:
                connections.close_all()

    thread = threading.Thread(target=beat, name=f"job-{job.pk}-beat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()


@transaction.atomic
def sweep() -> int:
    """Resume what was left behind, once, and send what was not sent. Returns how many were sent."""
    now = timezone.now()
    sent = 0
    for job in _idle(JobState.RUNNING, now - dt.timedelta(seconds=STALE_SECONDS)):
        if job.attempts >= ATTEMPTS:
            Progress(job).finish(JobState.FAILED, message=GIVEN_UP)
        elif _mine(job).update(state=JobState.QUEUED, beat_at=now):
            logger.warning("job %s is resumed", job.pk)
            _send_on_commit(job)
            sent += 1
    for job in _idle(JobState.QUEUED, now - dt.timedelta(seconds=RESEND_SECONDS)):
        waiting = Job.objects.filter(pk=job.pk, state=JobState.QUEUED, beat_at=job.beat_at)
        if waiting.update(beat_at=now):
            _send_on_commit(job)
            sent += 1
    return sent


def _idle(state: JobState, since: dt.datetime) -> list[Job]:
    """Jobs without a beat since then. A row that somebody holds is not idle."""
    found = Job.objects.filter(state=state, beat_at__lt=since).order_by("pk")
    if connection.features.has_select_for_update_skip_locked:
        found = found.select_for_update(skip_locked=True, of=("self",))
    return list(found)


def _send_on_commit(job: Job) -> None:
    transaction.on_commit(lambda: send(job))


class Timetable:
    """The beat schedule as this process keeps it where there is no Celery to do so.

    Several processes may keep it side by side: running a task twice changes nothing.
    """

    def __init__(self) -> None:
        self._next: dict[str, float] = {}

    def run_due(self) -> list[str]:
        """Call the tasks whose time has come, the sweep aside; returns their names."""
        if settings.REDIS_URL:
            return []
        autodiscover_modules("tasks")
        called = []
        for name, entry in settings.CELERY_BEAT_SCHEDULE.items():
            now = time.monotonic()
            if entry["task"] == SWEEP_TASK or now < self._next.get(name, now):
                continue
            self._next[name] = now + float(entry["schedule"])
            called.append(name)
            try:
                current_app.tasks[entry["task"]]()
            except Exception:
                logger.exception("scheduled task %s failed", name)
        return called


def watch() -> None:
    """Sweep, and keep the timetable, for as long as this process lives.

    The web server needs nobody else to do it.
    """
    threading.Thread(target=_sweep_for_ever, name="job-sweep", daemon=True).start()


def _sweep_for_ever() -> None:
    timetable = Timetable()
    while True:
        try:
            sweep()
        except DatabaseError as error:
            logger.warning("jobs were not swept: %s", error)
        timetable.run_due()
        connections.close_all()
        time.sleep(SWEEP_SECONDS)
