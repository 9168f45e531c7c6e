"""The road of a return: submitted, withdrawn, sent back, accepted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction

from campaigns import policies
from campaigns.enums import Move
from campaigns.models import MonthlyReturn
from campaigns.selectors.completeness import Gaps, gaps
from campaigns.services.locking import locked_return
from campaigns.services.moving import (
    finish_move,
    mark_accepted,
    mark_sent_back,
    mark_submitted,
    mark_withdrawn,
)
from pingan.models import User
from pingan.refusals import Conflict, Refused


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
    mark_submitted(locked=locked, due_on=locked.due_on, by=by)
    note = "".join(found.warnings)
    finish_move(held=monthly_return, locked=locked, move=Move.SUBMIT, by=by, note=note)


@transaction.atomic
def withdraw(*, monthly_return: MonthlyReturn, version: int, by: User) -> None:
    """Take it back while nobody has reviewed it."""
    locked = _checked(monthly_return, version)
    policies.check_withdraw(monthly_return=locked, by=by)
    mark_withdrawn(locked=locked)
    finish_move(held=monthly_return, locked=locked, move=Move.WITHDRAW, by=by)


@transaction.atomic
def send_back(*, monthly_return: MonthlyReturn, version: int, by: User, reason: str) -> None:
    """Give it back to be corrected; the reason is what the clerk reads."""
    locked = _checked(monthly_return, version)
    policies.check_send_back(monthly_return=locked, by=by)
    mark_sent_back(locked=locked, reason=reason, by=by)
    note = locked.return_reason
    finish_move(held=monthly_return, locked=locked, move=Move.SEND_BACK, by=by, note=note)


@transaction.atomic
def accept(*, monthly_return: MonthlyReturn, version: int, by: User) -> None:
    """Pass it: from now on it counts."""
    locked = _checked(monthly_return, version)
    policies.check_accept(monthly_return=locked, by=by)
    mark_accepted(locked=locked, by=by)
    finish_move(held=monthly_return, locked=locked, move=Move.ACCEPT, by=by)


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
