"""Later deadlines for one unit's month: granted, changed, withdrawn.

The return carries its deadline, so every page and the count of late returns follow at once; the
extension keeps who allowed it and why.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from campaigns import policies
from campaigns.models import Extension, MonthlyReturn
from campaigns.selectors.deadlines import extension_of, rule_deadline
from campaigns.services.locking import locked_return
from pingan import audit
from pingan.models import User
from pingan.refusals import Refused

LONGEST_REASON = 200


@transaction.atomic
def grant_extension(
    *, monthly_return: MonthlyReturn, until: dt.date, reason: str, by: User
) -> Extension:
    """Let the unit hand in until `until`. Granted after it handed in, it decides lateness anew."""
    locked = locked_return(monthly_return=monthly_return)
    policies.check_extend(monthly_return=locked, by=by)
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise Refused(f"请写明延期的原因，不超过{LONGEST_REASON}字。")
    rule = rule_deadline(locked).on
    if until <= rule:
        raise Refused(f"延期须晚于原定的{rule.month}月{rule.day}日。")
    latest = locked.month.next.last_day
    if until > latest:
        raise Refused(f"延期不能晚于{latest.month}月{latest.day}日。")
    extension, _made = Extension.objects.update_or_create(
        unit=locked.unit,
        month=locked.month,
        defaults={"until": until, "reason": reason, "by": by},
    )
    _move_deadline("批准延期", monthly_return, locked, until, by, reason)
    return extension


@transaction.atomic
def withdraw_extension(*, monthly_return: MonthlyReturn, by: User) -> None:
    """Back to the rule's deadline; not once the unit has relied on the later one."""
    locked = locked_return(monthly_return=monthly_return)
    policies.check_extend(monthly_return=locked, by=by)
    extension = extension_of(locked)
    if extension is None:
        raise Refused(f"{locked.unit.name}{locked.month.label}没有延期。")
    rule = rule_deadline(locked).on
    handed_in = locked.first_submitted_at
    if handed_in is not None and timezone.localdate(handed_in) > rule:
        raise Refused(f"{locked.unit.name}已按延期上报，不能再收回。")
    reason = extension.reason
    extension.delete()
    _move_deadline("收回延期", monthly_return, locked, rule, by, reason)


def _move_deadline(
    action: str, held: MonthlyReturn, locked: MonthlyReturn, due_on: dt.date, by: User, note: str
) -> None:
    names = ("due_on", "is_on_time")
    before = audit.snapshot(locked, *names)
    locked.due_on = due_on
    if locked.first_submitted_at is not None:
        locked.is_on_time = timezone.localdate(locked.first_submitted_at) <= due_on
    locked.save(update_fields=names)
    audit.record(
        action=action,
        obj=locked,
        by=by,
        unit=locked.unit,
        before=before,
        after=audit.snapshot(locked, *names),
        note=note,
    )
    held.refresh_from_db()
