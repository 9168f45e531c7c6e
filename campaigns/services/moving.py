"""What a move writes, whether it is of a monthly return or of an indicator report."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from campaigns.enums import MOVES, Move
from campaigns.policies import Reported
from pingan import audit
from pingan.models import User
from pingan.refusals import Refused

REASON_LENGTH = 300
_AUDITED = (
    "state",
    "version",
    "submitted_at",
    "submitted_by_id",
    "reviewed_at",
    "reviewed_by_id",
    "return_reason",
    "first_submitted_at",
    "is_on_time",
)


def mark_submitted(*, locked: Reported, due_on: dt.date, by: User) -> None:
    """Handed in. Late or not is decided once, by the first time it was handed in."""
    now = timezone.now()
    if locked.first_submitted_at is None:
        locked.first_submitted_at = now
        locked.is_on_time = timezone.localdate(now) <= due_on
    locked.submitted_at, locked.submitted_by = now, by
    locked.reviewed_at = locked.reviewed_by = None


def mark_withdrawn(*, locked: Reported) -> None:
    locked.submitted_at = locked.submitted_by = None


def mark_sent_back(*, locked: Reported, reason: str, by: User) -> None:
    """Given back to be corrected; the reason is what the clerk reads."""
    reason = reason.strip()
    if not reason:
        raise Refused("请写明退回的原因，让填报人知道改什么。")
    if len(reason) > REASON_LENGTH:
        raise Refused(f"退回原因请写在{REASON_LENGTH}字以内。")
    locked.return_reason = reason
    locked.reviewed_at, locked.reviewed_by = timezone.now(), by


def mark_accepted(*, locked: Reported, by: User) -> None:
    locked.return_reason = ""
    locked.reviewed_at, locked.reviewed_by = timezone.now(), by


def finish_move(*, held: Reported, locked: Reported, move: Move, by: User, note: str = "") -> None:
    """Move the locked row, save it and leave the audit row; refresh what the caller holds."""
    before = audit.snapshot(type(locked)._default_manager.get(pk=locked.pk), *_AUDITED)
    locked.state = MOVES[move][1] or locked.state
    locked.version += 1
    locked.save()
    audit.record(
        action=move.label,
        obj=locked,
        by=by,
        unit=locked.unit,
        before=before,
        after=audit.snapshot(locked, *_AUDITED),
        note=note,
    )
    held.refresh_from_db()
