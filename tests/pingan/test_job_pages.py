"""The page of a job: who sees it, how it goes on, with and without scripts."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from pingan.enums import JobState, Role
from pingan.middleware import SEEN
from pingan.models import Job
from tests.factories import make_user


def make_job(unit, **fields) -> Job:
    return Job.objects.create(unit=unit, task="any", title="2026年9月结账", **fields)


def test_running_job_asks_again_and_works_without_scripts(county_officer, tree, client_of):
    job = make_job(tree.county, state=JobState.RUNNING, done=3, total=4, message="正在排名")

    text = client_of(county_officer).get(reverse("pingan:job-detail", args=[job.pk])).text

    assert f'hx-get="{reverse("pingan:job-progress", args=[job.pk])}"' in text
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in text
    assert 'value="3" max="4"' in text
    assert "3 / 4（75%）" in text
    assert "正在排名" in text


def test_job_that_is_done_leads_to_its_result_and_asks_no_more(county_officer, tree, client_of):
    job = make_job(
        tree.county,
        state=JobState.DONE,
        finished_at=timezone.now(),
        result={"url": "/ranking/2026-09/"},
    )
    client = client_of(county_officer)

    page = client.get(reverse("pingan:job-detail", args=[job.pk])).text
    part = client.get(reverse("pingan:job-progress", args=[job.pk])).text

    assert '<a class="btn btn-primary" href="/ranking/2026-09/">查看结果</a>' in part
    assert "hx-get" not in page
    assert "refresh" not in page
    assert "<html" not in part


def test_failed_job_says_why(county_officer, tree, client_of):
    job = make_job(
        tree.county, state=JobState.FAILED, finished_at=timezone.now(), message="本月已经结账。"
    )

    text = client_of(county_officer).get(reverse("pingan:job-detail", args=[job.pk])).text

    assert "未成功" in text
    assert "本月已经结账。" in text
    assert "查看结果" not in text


@pytest.mark.parametrize("view", ["job-detail", "job-progress"])
def test_job_is_seen_in_its_own_tree_alone(tree, township_clerk, other_clerk, client_of, view):
    address = reverse(f"pingan:{view}", args=[make_job(tree.villages[0]).pk])
    auditor = make_user(Role.AUDITOR, tree.county)

    statuses = [
        client_of(person).get(address).status_code
        for person in (township_clerk, other_clerk, auditor)
    ]

    assert statuses == [200, 404, 404]


def test_page_that_asks_by_itself_does_not_keep_the_session_alive(county_officer, tree, client_of):
    job = make_job(tree.county, state=JobState.RUNNING)
    client = client_of(county_officer)
    with time_machine.travel(dt.datetime(2026, 9, 1, 4, 0, tzinfo=dt.UTC), tick=False) as clock:
        client.get(reverse("pingan:job-detail", args=[job.pk]))
        seen = client.session[SEEN]
        clock.shift(dt.timedelta(minutes=50))
        client.get(reverse("pingan:job-progress", args=[job.pk]))
        clock.shift(dt.timedelta(minutes=20))
        late = client.get(
            reverse("pingan:job-progress", args=[job.pk]), headers={"HX-Request": "true"}
        )

    assert client.session.get(SEEN) != seen
    assert late.status_code == 204
    assert late["HX-Redirect"].startswith("/sign-in")
