"""The road of a return: submitted, withdrawn, sent back, accepted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from campaigns import policies
from campaigns.checks import Finding
from campaigns.enums import Move
from campaigns.models import MonthlyReturn
from campaigns.selectors.checks import findings_of, is_clean, notes_of
from campaigns.selectors.completeness import Gaps, gaps
from campaigns.services.explanations import ask
from campaigns.services.locking import locked_return
from campaigns.services.moving import (
    finish_move,
    mark_accepted,
    mark_sent_back,
    mark_submitted,
    mark_withdrawn,
)
from campaigns.services.remarks import Remark, settle_remarks, write_remarks
from campaigns.services.sweeps import sign_zeros
from pingan.models import User
from pingan.refusals import Conflict, Refused


class Incomplete(Refused):
    """Something is not filled in, or a check wants a word.

    `gaps` tells what; warnings alone may be confirmed. `questions`: findings that stop, and those
    without an explanation.
    """

    def __init__(self, found: Gaps, questions: Sequence[Finding] = ()) -> None:
        sentences = [finding.text for finding in questions]
        super().__init__("".join((*found.blocking, *sentences, *found.warnings)))
        self.gaps = found
        self.questions = tuple(questions)


def _checked(monthly_return: MonthlyReturn, version: int) -> MonthlyReturn:
    locked = locked_return(monthly_return=monthly_return)
    if locked.version != version:
        raise Conflict(
            f"{locked.unit.name}{locked.month.label}的月报刚刚有变动，请看过最新内容再操作。"
        )
    return locked


@transaction.atomic
def submit(
    *,
    monthly_return: MonthlyReturn,
    version: int,
    by: User,
    confirmed: bool = False,
    said: Mapping[str, str] | None = None,
) -> None:
    """Hand the month in. Late or not is decided once, by the first time it was handed in.

    `said`: explanations by the sentence of the finding.
    """
    locked = _checked(monthly_return, version)
    policies.check_submit(monthly_return=locked, by=by)
    found = gaps(locked)
    questions = ask(locked=locked, said=said or {}, by=by)
    if found.blocking or questions or (found.warnings and not confirmed):
        raise Incomplete(found, questions)
    sign_zeros(locked=locked, by=by)
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
def send_back(
    *,
    monthly_return: MonthlyReturn,
    version: int,
    by: User,
    reason: str,
    remarks: Sequence[Remark] = (),
) -> None:
    """Give it back to be corrected; the reason and the remarks are what the clerk reads."""
    locked = _checked(monthly_return, version)
    policies.check_send_back(monthly_return=locked, by=by)
    if remarks and not reason.strip():
        reason = f"请按标出的{len(remarks)}处意见修改。"
    mark_sent_back(locked=locked, reason=reason, by=by)
    write_remarks(locked=locked, remarks=remarks, by=by)
    note = "；".join([locked.return_reason, *(remark.text for remark in remarks)])
    finish_move(held=monthly_return, locked=locked, move=Move.SEND_BACK, by=by, note=note)


@transaction.atomic
def accept(*, monthly_return: MonthlyReturn, version: int, by: User) -> None:
    """Pass it: from now on it counts."""
    locked = _checked(monthly_return, version)
    policies.check_accept(monthly_return=locked, by=by)
    mark_accepted(locked=locked, by=by)
    settle_remarks(locked=locked)
    finish_move(held=monthly_return, locked=locked, move=Move.ACCEPT, by=by)


@dataclass(frozen=True, slots=True)
class Refusal:
    """One return of many that could not be accepted, and why."""

    monthly_return: MonthlyReturn
    sentence: str


def accept_many(
    *, returns: Iterable[MonthlyReturn], versions: Mapping[int, int], by: User
) -> tuple[int, list[Refusal]]:
    """Accept each in a transaction of its own: how many passed, and what did not.

    Many at once are for returns that ask for no look; the others are opened one by one.
    """
    chosen, accepted, refused = list(returns), 0, []
    findings, notes = findings_of(chosen), notes_of(chosen)
    for each in chosen:
        if not is_clean(findings[each.pk], notes[each.pk]):
            sentence = f"{each.unit.name}{each.month.label}的月报有建议看一看的地方，请打开审核。"
            refused.append(Refusal(each, sentence))
            continue
        try:
            accept(monthly_return=each, version=versions[each.pk], by=by)
        except Refused as error:
            refused.append(Refusal(each, str(error)))
        else:
            accepted += 1
    return accepted, refused
