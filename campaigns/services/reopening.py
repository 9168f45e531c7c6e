"""Requests to open a closed month again: asked by the unit, decided by the county."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from campaigns import policies
from campaigns.enums import MOVES, Move, RequestState
from campaigns.models import MonthlyReturn, ReopenRequest
from campaigns.services.locking import locked_return
from campaigns.services.moving import finish_move, mark_sent_back
from pingan import audit
from pingan.models import Period, Unit, User
from pingan.refusals import Refused
from pingan.services.periods import reopen_period

LONGEST_REASON = 200
_AUDITED = ("state", "reason", "decided_by_id", "decision")


@transaction.atomic
def request_reopen(*, monthly_return: MonthlyReturn, reason: str, by: User) -> ReopenRequest:
    """Ask the county to open the month for this unit; one request at a time."""
    policies.check_request_reopen(monthly_return=monthly_return, by=by)
    reason = _checked(reason, "请写明为什么要重开、要改什么")
    unit, month = monthly_return.unit, monthly_return.month
    period = Period.objects.filter(county_id=unit.root_id, month=month).first()
    if period is None or period.is_open:
        raise Refused(f"{month.label}没有结账，不用申请重开。")
    # The unit's row is the lock: two clerks who ask at once do not both find nothing.
    Unit.objects.select_for_update(of=("self",)).get(pk=unit.pk)
    asked = ReopenRequest.objects.filter(unit=unit, month=month, state=RequestState.PENDING)
    if asked.exists():
        raise Refused(f"{unit.name}{month.label}已有一份重开申请，正在等县里决定。")
    request = ReopenRequest.objects.create(unit=unit, month=month, reason=reason, requested_by=by)
    audit.record(
        action="申请重开",
        obj=request,
        by=by,
        unit=unit,
        after=audit.snapshot(request, *_AUDITED),
        note=reason,
    )
    return request


@transaction.atomic
def grant_reopen(*, request: ReopenRequest, by: User, note: str = "") -> None:
    """Open the month, where it is still closed, and give the unit its return back."""
    locked = _held(request, by)
    county = locked.unit.county or locked.unit
    reason = f"{locked.unit.name}申请更正：{locked.reason}"
    if not Period.objects.get(county=county, month=locked.month).is_open:
        reopen_period(county=county, month=locked.month, by=by, reason=reason[:LONGEST_REASON])
    held = MonthlyReturn.objects.select_related("unit__parent").get(
        unit=locked.unit, month=locked.month
    )
    monthly_return = locked_return(monthly_return=held)
    if monthly_return.state in MOVES[Move.SEND_BACK][0]:
        told = f"重开更正：{locked.reason}"
        mark_sent_back(locked=monthly_return, reason=told, by=by)
        finish_move(held=held, locked=monthly_return, move=Move.SEND_BACK, by=by, note=told)
    _decide(request, locked, RequestState.GRANTED, by, note.strip()[:LONGEST_REASON])


@transaction.atomic
def refuse_reopen(*, request: ReopenRequest, by: User, reason: str) -> None:
    """Leave the month closed; the unit reads why."""
    locked = _held(request, by)
    _decide(request, locked, RequestState.REFUSED, by, _checked(reason, "请写明不同意的原因"))


def _checked(reason: str, sentence: str) -> str:
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise Refused(f"{sentence}，不超过{LONGEST_REASON}字。")
    return reason


def _held(request: ReopenRequest, by: User) -> ReopenRequest:
    rows = ReopenRequest.objects.select_for_update(of=("self",)).select_related("unit__county")
    locked = rows.get(pk=request.pk)
    policies.check_decide_reopen(county_id=locked.unit.root_id, by=by)
    if locked.state != RequestState.PENDING:
        raise Refused(f"这份申请{RequestState(locked.state).label}，不用再决定。")
    return locked


def _decide(
    request: ReopenRequest, locked: ReopenRequest, state: RequestState, by: User, decision: str
) -> None:
    before = audit.snapshot(locked, *_AUDITED)
    locked.state, locked.decision = state, decision
    locked.decided_by, locked.decided_at = by, timezone.now()
    locked.save()
    audit.record(
        action="同意重开" if state == RequestState.GRANTED else "不同意重开",
        obj=locked,
        by=by,
        unit=locked.unit,
        before=before,
        after=audit.snapshot(locked, *_AUDITED),
        note=decision,
    )
    request.refresh_from_db()
