"""Doorways for the worker."""

from __future__ import annotations

from celery import shared_task
from django.urls import reverse

from disputes.models import Dispute
from disputes.services.documents import delete_old_files, make_file
from disputes.services.escalations import escalate_due
from disputes.services.imports import drop_stale
from disputes.services.names import erase_due
from pingan import jobs
from pingan.models import User


@shared_task
def keep_clocks() -> None:
    """Send up what is over its days, erase what is over its years; again changes nothing."""
    escalate_due()
    erase_due()
    delete_old_files()
    drop_stale()


@shared_task
def make_case_file(*, job_id: int, dispute_id: int, user_id: int) -> None:
    """The whole file of a case, kept sealed for an hour for who ordered it."""
    with jobs.running(job_id) as progress:
        dispute = Dispute.objects.select_related("unit", "holder", "committee", "mediator").get(
            pk=dispute_id
        )
        by = User.objects.select_related("unit").get(pk=user_id)
        made = make_file(dispute=dispute, by=by, tell=progress)
        progress.result = {"url": reverse("disputes:dispute-casefile", args=[dispute_id, made.pk])}
