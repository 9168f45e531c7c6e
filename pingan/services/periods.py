"""The lock of a month: submitting shares it, closing holds it alone.

On PostgreSQL these are row locks (FOR SHARE, FOR UPDATE). On SQLite a transaction is
IMMEDIATE: it is the only writer from its first statement, so reading the row is enough.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import OperationalError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from pingan import audit
from pingan.enums import PeriodState
from pingan.models import Period, Unit, User
from pingan.months import Month
from pingan.refusals import Refused

LOCK_NOT_AVAILABLE = "55P03"
WAIT = "2s"


def share_period(*, county_id: int, month: Month) -> Period:
    """The month, held open until the transaction ends. Refused when it is closed.

    Anybody who changes what a close counts calls this first, in the transaction of the change.
    """
    _require_transaction()
    period = _shared(county_id, month)
    if period is None:
        _make([county_id], month)
        period = _shared(county_id, month)
    assert period is not None
    if not period.is_open:
        raise Refused(
            f"{month.label}已经结账，不能再改（{_closed(period)}）。"
            "确需更正，请在月报页申请重开，由县级经办员决定。"
        )
    return period


def _closed(period: Period) -> str:
    """Who set the lock, and when."""
    assert period.closed_at is not None
    at = timezone.localtime(period.closed_at)
    by = period.closed_by.display_name if period.closed_by else "系统"
    return f"{by}于{at.month}月{at.day}日{at:%H:%M}结账"


def hold_periods(*, counties: Iterable[Unit], month: Month) -> list[Period]:
    """The month of these counties, held alone until the transaction ends, open or closed.

    Lets submits that are under way finish, for two seconds at most; longer is a close: Refused.
    """
    _require_transaction()
    ids = sorted(county.pk for county in counties)
    rows = Period.objects.filter(county_id__in=ids, month=month).order_by("county_id")
    held: QuerySet[Period] = rows.select_related("county")
    if connection.features.has_select_for_update_of:
        held = held.select_for_update(of=("self",))
    try:
        _wait_at_most(WAIT)
        if missing := _missing(ids, month):
            _make(missing, month)
        return list(held)
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", "") != LOCK_NOT_AVAILABLE:
            raise
        raise Refused(f"{month.label}正在结账，或有单位正在上报、审核，请稍等片刻再试。") from error


@transaction.atomic
def reopen_period(*, county: Unit, month: Month, by: User, reason: str) -> Period:
    """Open a closed month again, so that a mistake can be corrected and a new edition made."""
    reason = reason.strip()
    if not reason:
        raise Refused("请写明重开的原因，它会留在操作日志里。")
    (period,) = hold_periods(counties=[county], month=month)
    if period.is_open:
        raise Refused(f"{month.label}没有结账，不必重开。")
    before = audit.snapshot(period, "state", "closed_at", "closed_by_id", "reopen_reason")
    period.state = PeriodState.OPEN
    period.closed_at = None
    period.closed_by = None
    period.reopen_reason = reason[:200]
    period.save()
    audit.record(
        action="重开月份",
        obj=period,
        by=by,
        unit=county,
        before=before,
        after=audit.snapshot(period, *before),
        note=reason,
    )
    return period


def _require_transaction() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("a period is locked inside the transaction of the change")


def _wait_at_most(time: str) -> None:
    """Until the transaction ends no lock is waited for longer; submits queue behind the wait."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = %s", [time])


def _missing(county_ids: list[int], month: Month) -> list[int]:
    known = Period.objects.filter(county_id__in=county_ids, month=month)
    return sorted(set(county_ids) - set(known.values_list("county_id", flat=True)))


def _make(county_ids: list[int], month: Month) -> None:
    """Two at once may both find a row missing: the second insert does nothing."""
    Period.objects.bulk_create(
        [Period(county_id=county_id, month=month) for county_id in county_ids],
        ignore_conflicts=True,
    )


def _shared(county_id: int, month: Month) -> Period | None:
    columns = ", ".join(str(field.column) for field in Period._meta.concrete_fields)
    # The ORM knows FOR UPDATE and FOR NO KEY UPDATE; sharing is what lets many submit at once.
    lock = " FOR SHARE" if connection.vendor == "postgresql" else ""
    statement = (
        f"SELECT {columns} FROM {Period._meta.db_table} "  # noqa: S608 - names of our own table
        f"WHERE county_id = %s AND month = %s{lock}"
    )
    rows = list(Period.objects.raw(statement, [county_id, int(month)]))
    return rows[0] if rows else None
