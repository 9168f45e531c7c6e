"""Doorways for the worker."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from typing import IO

from celery import shared_task
from django.urls import reverse

from campaigns.enums import Activity
from campaigns.forms.imports import read_workbook
from campaigns.forms.workbook import book_units
from campaigns.models import ImportRun
from campaigns.services.imports import apply_import, note_proposal
from campaigns.services.notices import remind
from pingan import jobs
from pingan.models import User
from pingan.workbooks import read_book

Tell = Callable[[int, int, str], None]


def check_file(run: ImportRun, file: IO[bytes], by: User, tell: Tell) -> None:
    """Read a workbook and keep with the run what it would do."""
    steps = len(Activity) + 2
    tell(0, steps, "正在读取工作簿")
    book = read_book(file)
    units = book_units(by, run.month)
    proposal = read_workbook(
        book,
        month=run.month,
        unit=run.unit,
        units=units,
        tell=lambda done: tell(done, steps, "正在逐行核对"),
    )
    note_proposal(run=run, proposal=proposal)


@shared_task
def check_workbook(*, job_id: int, run_id: int, user_id: int) -> None:
    """The dry run of a large workbook. Run twice it finds the same."""
    with jobs.running(job_id) as progress:
        run = ImportRun.objects.select_related("unit").get(pk=run_id)
        by = User.objects.select_related("unit").get(pk=user_id)
        if "file" in run.changes:
            check_file(run, io.BytesIO(base64.b64decode(run.changes["file"])), by, progress)
        progress.result = {"url": reverse("campaigns:workbook-run", args=[run.pk])}


@shared_task
def take_in_workbook(*, job_id: int, run_id: int, user_id: int) -> None:
    """The import of a large workbook. Run twice it is taken in once."""
    with jobs.running(job_id) as progress:
        run = ImportRun.objects.select_related("unit").get(pk=run_id)
        progress(0, 1, "正在写入，有一处不成就全部不写")
        if not run.is_applied:
            apply_import(run=run, by=User.objects.get(pk=user_id))
        progress.result = {"url": reverse("campaigns:workbook-run", args=[run.pk])}


@shared_task
def send_reminders() -> None:
    """Write and mail what is due soon, overdue or sent back; again changes nothing."""
    remind()
