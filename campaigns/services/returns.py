"""The road of a return: submitted, withdrawn, sent back, accepted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from campaigns import policies
from campaigns.enums import MOVES, Move
from campaigns.models import MonthlyReturn
from campaigns.selectors.completeness import Gaps, gaps
from campaigns.services.locking import locked_return
from pingan import audit
from pingan.models import User
from pingan.refusals import Conflict, Refused

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


class Incomplete(Refused):
    """Something is not filled in. `gaps` tells what; warnings alone may be confirmed."""

    def __init__(self, found: Gaps) -> None:
        super().__init__("".join((*found.blocking, *found.warnings)))
        self.gaps = found


def _checked(monthly_return: MonthlyReturn, version: int) -> MonthlyReturn:
    locked = locked_return(monthly_return=monthly_return)
    if locked.version != version:
        raise Conflict(
            f"{locked.unit.name}{locked.month.label}的月报刚刚有变动，请看过最新内容再操作。"
        )
    return locked


def _finish(
    monthly_return: MonthlyReturn, locked: MonthlyReturn, move: Move, by: User, note: str = ""
) -> None:
    """Move the locked row, save it and leave the audit row; refresh what the caller holds."""
    before = audit.snapshot(MonthlyReturn.objects.get(pk=locked.pk), *_AUDITED)
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
    monthly_return.refresh_from_db()


@transaction.atomic
def submit(
    *, monthly_return: MonthlyReturn, version: int, by: User, confirmed: bool = False
) -> None:
    """Hand the month in. Late or not is decided once, by the first time it was handed in."""
    locked = _checked(monthly_return, version)
    policies.check_submit(monthly_return=locked, by=by)
    found = gaps(locked)
    if found.blocking or (found.warnings and not confirmed):
        raise Incomplete(found)
    now = timezone.now()
    if locked.first_submitted_at is None:
        locked.first_submitted_at = now
        locked.is_on_time = timezone.localdate(now) <= locked.due_on
    locked.submitted_at, locked.submitted_by = now, by
    locked.reviewed_at = locked.reviewed_by = None
    _finish(monthly_return, locked, Move.SUBMIT, by, note="".join(found.warnings))


@transaction.atomic
def withdraw(*, monthly_return: MonthlyReturn, version: int, by: User) -> None:
    """Take it back while nobody has reviewed it."""
    locked = _checked(monthly_return, version)
    policies.check_withdraw(monthly_return=locked, by=by)
    locked.submitted_at = locked.submitted_by = None
    _finish(monthly_return, locked, Move.WITHDRAW, by)


@transaction.atomic
def send_back(*, monthly_return: MonthlyReturn, version: int, by: User, reason: str) -> None:
    """Give it back to be corrected; the reason is what the clerk reads."""
    locked = _checked(monthly_return, version)
    policies.check_send_back(monthly_return=locked, by=by)
    reason = reason.strip()
    if not reason:
        raise Refused("请写明退回的原因，让填报人知道改什么。")
    if len(reason) > REASON_LENGTH:
        raise Refused(f"退回原因请写在{REASON_LENGTH}字以内。")
    locked.return_reason = reason
    locked.reviewed_at, locked.reviewed_by = timezone.now(), by
    _finish(monthly_return, locked, Move.SEND_BACK, by, note=reason)


@transaction.atomic
def accept(*, monthly_return: MonthlyReturn, version: int, by: User) -> None:
    """Pass it: from now on it counts."""
    locked = _checked(monthly_return, version)
    policies.check_accept(monthly_return=locked, by=by)
    locked.return_reason = ""
    locked.reviewed_at, locked.reviewed_by = timezone.now(), by
    _finish(monthly_return, locked, Move.ACCEPT, by)


@dataclass(frozen=True, slots=True)
class Refusal:
    """One return of many that could not be accepted, and why."""

    monthly_return: MonthlyReturn
    sentence: str


def accept_many(
    *, returns: Iterable[MonthlyReturn], versions: Mapping[int, int], by: User
) -> tuple[int, list[Refusal]]:
    """Accept each in a transaction of its own: how many passed, and what did not."""
    accepted, refused = 0, []
    for each in returns:
        try:
            accept(monthly_return=each, version=versions[each.pk], by=by)
        except Refused as error:
            refused.append(Refusal(each, str(error)))
        else:
            accepted += 1
    return accepted, refused
