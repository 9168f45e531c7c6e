"""Doorways for the worker."""

from __future__ import annotations

from celery import shared_task

from disputes.services.escalations import escalate_due
from disputes.services.names import erase_due


@shared_task
def keep_clocks() -> None:
    """Send up what is over its days, erase what is over its years; again changes nothing."""
    escalate_due()
    erase_due()
