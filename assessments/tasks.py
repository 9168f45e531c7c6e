"""Doorways for the worker."""

from __future__ import annotations

from celery import shared_task
from django.urls import reverse

from assessments.services import closing
from assessments.services.notice_drafts import draft_notices, settle_follow_ups
from pingan import jobs
from pingan.models import Unit, User
from pingan.months import Month


@shared_task
def close_month(*, job_id: int, county_id: int, month: str, user_id: int) -> None:
    """Close one county's month. Run twice it gives the same edition."""
    with jobs.running(job_id) as progress:
        county = Unit.objects.get(pk=county_id)
        closed = Month.parse(month)
        progress(0, 1, "正在汇总已通过的月报并计分")
        closing.close_month(counties=[county], month=closed, by=User.objects.get(pk=user_id))
        drafts = draft_notices(county=county, month=closed)
        words = f"已结账，拟出整改通知书{len(drafts)}份，等待签发" if drafts else "已结账"
        progress(1, 1, words)
        progress.result = {"url": reverse("assessments:month-detail", args=[closed])}


@shared_task
def settle_problems() -> None:
    """Take problems off the board whose follow-up was solved; again changes nothing."""
    settle_follow_ups()
