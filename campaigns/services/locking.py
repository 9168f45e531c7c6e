"""The two locks of every write to a return, always in this order: the period, then the row."""

from __future__ import annotations

from collections.abc import Iterable

from campaigns.models import MonthlyReturn
from pingan.months import Month
from pingan.services.periods import share_period


def locked_return(*, monthly_return: MonthlyReturn) -> MonthlyReturn:
    """The return as it is now, held until the transaction ends. Refused in a closed month."""
    share_period(county_id=monthly_return.unit.root_id, month=monthly_return.month)
    return (
        MonthlyReturn.objects.select_for_update(of=("self",))
        .select_related("unit__parent")
        .get(pk=monthly_return.pk)
    )


def locked_returns(*, county_id: int, month: Month, pks: Iterable[int]) -> list[MonthlyReturn]:
    """`locked_return` for many of one county and month; always in the same order."""
    share_period(county_id=county_id, month=month)
    return list(
        MonthlyReturn.objects.select_for_update(of=("self",))
        .select_related("unit__parent")
        .filter(pk__in=pks, month=month, unit__county_id=county_id)
        .order_by("pk")
    )
