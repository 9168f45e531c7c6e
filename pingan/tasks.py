"""Doorways for the worker."""

from celery import shared_task

from pingan import jobs


@shared_task
def sweep_jobs() -> None:
    """Resume stale jobs and send those that could not be sent."""
    jobs.sweep()
