"""Jobs: claimed once, seen while they run, resumed once, never lost."""

import datetime as dt
import time

import pytest
from django.utils import timezone

from pingan import jobs
from pingan.enums import JobState
from pingan.models import Job
from tests.factories import make_county
from tests.pingan import jobs_for_tests as tasks
from tests.pingan.jobs_for_tests import broker_at, wait_for


def make_job(unit, task=tasks.count, **fields) -> Job:
    fields.setdefault("arguments", {"upto": 3} if task is tasks.count else {})
    beat_at = fields.pop("beat_at", None)
    job = Job.objects.create(task=task.name, title="试跑", unit=unit, **fields)
    if beat_at:
        Job.objects.filter(pk=job.pk).update(beat_at=beat_at)
        job.refresh_from_db()
    return job


def ago(seconds: float) -> dt.datetime:
    return timezone.now() - dt.timedelta(seconds=seconds)


def test_start_sends_only_after_the_commit(
    tree, county_officer, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks() as callbacks:
        job = jobs.start(tasks.count, title="试跑", unit=tree.county, by=county_officer, upto=3)
    before = Job.objects.get(pk=job.pk)
    callbacks[0]()

    after = Job.objects.get(pk=job.pk)
    assert (before.state, before.attempts) == (JobState.QUEUED, 0)
    assert (after.state, after.attempts, after.done, after.total) == (JobState.DONE, 1, 3, 3)
    assert after.result == {"url": "/done/", "upto": 3}
    assert after.percent == 100
    assert after.created_by == county_officer


def test_a_second_delivery_does_nothing(tree):
    job = make_job(tree.county)
    tasks.count(job.pk, upto=3)
    finished = Job.objects.values().get(pk=job.pk)

    with pytest.raises(jobs.NotMine):
        tasks.count(job.pk, upto=99)

    assert Job.objects.values().get(pk=job.pk) == finished


def test_refusal_is_the_sentence_on_the_page(tree):
    job = make_job(tree.county, tasks.refuse)

    tasks.refuse(job.pk)

    job.refresh_from_db()
    assert (job.state, job.message) == (JobState.FAILED, "本月已经结账。")
    assert job.finished_at


def test_unexpected_error_is_logged_and_told_plainly(tree, caplog):
    job = make_job(tree.county, tasks.collapse)

    tasks.collapse(job.pk)

    job.refresh_from_db()
    assert (job.state, job.message) == (JobState.FAILED, jobs.BROKEN)
    assert "ZeroDivisionError" in caplog.text


def test_stale_job_is_resumed_once(tree, django_capture_on_commit_callbacks):
    stale = ago(jobs.STALE_SECONDS + 1)
    job = make_job(tree.county, state=JobState.RUNNING, attempts=1, beat_at=stale)
    fresh = make_job(tree.county, state=JobState.RUNNING, attempts=1)

    with django_capture_on_commit_callbacks(execute=True):
        sent = jobs.sweep()

    job.refresh_from_db()
    fresh.refresh_from_db()
    assert (sent, job.state, job.attempts) == (1, JobState.DONE, 2)
    assert (fresh.state, fresh.attempts) == (JobState.RUNNING, 1)


def test_job_that_stopped_twice_is_given_up(tree, django_capture_on_commit_callbacks):
    stale = ago(jobs.STALE_SECONDS + 1)
    job = make_job(tree.county, state=JobState.RUNNING, attempts=2, beat_at=stale)

    with django_capture_on_commit_callbacks(execute=True):
        sent = jobs.sweep()

    job.refresh_from_db()
    assert (sent, job.state, job.attempts) == (0, JobState.FAILED, 2)
    assert job.message == jobs.GIVEN_UP


def run_while_another_takes_over(job: Job) -> None:
    with jobs.running(job.pk) as progress:
        Job.objects.filter(pk=job.pk).update(attempts=2)
        progress(1, 1, "迟到")


def test_a_run_that_was_taken_over_can_change_nothing(tree):
    job = make_job(tree.county)

    with pytest.raises(jobs.NotMine):
        run_while_another_takes_over(job)

    job.refresh_from_db()
    assert (job.state, job.done, job.message) == (JobState.RUNNING, 0, "")


def test_queued_job_that_was_never_sent_is_sent_by_the_sweep(
    tree, django_capture_on_commit_callbacks
):
    lost = make_job(tree.county, beat_at=jobs.NEVER)
    waiting = make_job(tree.county)

    with django_capture_on_commit_callbacks(execute=True):
        sent = jobs.sweep()

    lost.refresh_from_db()
    waiting.refresh_from_db()
    assert (sent, lost.state, waiting.state) == (1, JobState.DONE, JobState.QUEUED)


def test_redis_down_delays_a_job_and_never_loses_it(tree, settings, monkeypatch):
    settings.CELERY_TASK_ALWAYS_EAGER = False
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    broker_at(settings.REDIS_URL, monkeypatch)
    job = make_job(tree.county)

    began = time.monotonic()
    jobs.send(job)
    took = time.monotonic() - began

    job.refresh_from_db()
    assert took < 1
    assert (job.state, job.beat_at) == (JobState.QUEUED, jobs.NEVER)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_in_process_runner_shows_progress_and_ends(settings):
    settings.CELERY_TASK_ALWAYS_EAGER = False
    settings.REDIS_URL = ""
    job = make_job(make_county().county, tasks.wait)
    tasks.may_go_on.clear()

    jobs.send(job)
    jobs.send(job)  # it waits already
    seen = wait_for(lambda row: row.done == 1, job)
    tasks.may_go_on.set()
    ended = wait_for(lambda row: row.is_over, job)

    assert (seen.state, seen.percent, seen.message) == (JobState.RUNNING, 50, "等待")
    assert (ended.state, ended.attempts, ended.done) == (JobState.DONE, 1, 2)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_heart_beats_while_the_task_is_busy(settings, monkeypatch):
    settings.CELERY_TASK_ALWAYS_EAGER = False
    settings.REDIS_URL = ""
    monkeypatch.setattr(jobs, "BEAT_SECONDS", 0.05)
    job = make_job(make_county().county, tasks.wait)
    tasks.may_go_on.clear()

    jobs.send(job)
    first = wait_for(lambda row: row.done == 1, job).beat_at
    later = wait_for(lambda row: row.beat_at > first, job)
    tasks.may_go_on.set()
    wait_for(lambda row: row.is_over, job)

    assert later.state == JobState.RUNNING
