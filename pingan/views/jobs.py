"""How far a background job is."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from pingan.enums import JobState
from pingan.middleware import SignedInRequest, poll
from pingan.models import Job

TONES = {JobState.DONE: "good", JobState.FAILED: "bad", JobState.RUNNING: "info"}


@never_cache
@require_GET
def job_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    return render(request, "pingan/job_detail.html", _page(request, pk))


@poll
@never_cache
@require_GET
def job_progress(request: SignedInRequest, pk: int) -> HttpResponse:
    """The part of the page that asks again by itself until the job is over."""
    return render(request, "pingan/_job.html", _page(request, pk))


def _page(request: SignedInRequest, pk: int) -> dict[str, object]:
    job = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
    return {"job": job, "tone": TONES.get(JobState(job.state), "plain")}
