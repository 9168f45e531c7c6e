"""Saving the 六排查, and signing for its zeros: 零报告 is somebody's word, not an empty box."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from campaigns.enums import Activity, SweepAnswer
from campaigns.models import MonthlyReturn, Sweep
from campaigns.services.locking import locked_return
from campaigns.services.sections import Row, save_section
from pingan import audit
from pingan.models import User


@transaction.atomic
def save_sweep(
    *,
    monthly_return: MonthlyReturn,
    rows: Sequence[Row],
    version: int,
    by: User,
    zero_signed: bool,
) -> bool:
    """`save_section` of the sweep; with `zero_signed`, `by` also answers for its zeros.

    A change of the zeros takes an earlier signature away.
    """
    changed = save_section(
        monthly_return=monthly_return, activity=Activity.SWEEP, rows=rows, version=version, by=by
    )
    if zero_signed:
        locked = locked_return(monthly_return=monthly_return)
        changed |= sign_zeros(locked=locked, by=by)
        monthly_return.refresh_from_db()
    return changed


def sign_zeros(*, locked: MonthlyReturn, by: User) -> bool:
    """Sign for the zeros of a return that the caller holds; False where there is nothing to sign.

    Who may fill it in has been asked before.
    """
    if locked.zero_signed_at is not None:
        return False
    zeros = Sweep.objects.filter(
        month=locked.month, monthly_return=locked, answer=SweepAnswer.ZERO
    ).select_related("category")
    names = [row.category.name for row in zeros.order_by("category__position")]
    if not names:
        return False
    locked.zero_signed_at, locked.zero_signed_by = timezone.now(), by
    locked.save(update_fields=["zero_signed_at", "zero_signed_by"])
    audit.record(
        action="签认零报告",
        obj=locked,
        by=by,
        unit=locked.unit,
        after={"零报告": names},
        note="、".join(names),
    )
    return True
