"""Handing a case to another unit (D2): offered, then accepted or refused with a reason."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone

from disputes import policies
from disputes.deadlines import due_day
from disputes.enums import Channel, HandoverState
from disputes.models import Dispute, Handover
from disputes.selectors.terms import settings_of
from disputes.services.locking import locked
from disputes.services.plain import check_nameless
from pingan import audit
from pingan.enums import Level
from pingan.models import Unit, User
from pingan.refusals import Refused


@transaction.atomic
def offer_dispute(
    *, dispute: Dispute, to_unit: Unit, channel: Channel, reason: str, version: int, by: User
) -> Handover:
    """Offer the case; it stays where it is until the other unit has accepted it."""
    row = locked(dispute, version)
    policies.check_offer(dispute=row, to_unit=to_unit, by=by)
    if not reason.strip():
        raise Refused("请写明移交理由。")
    check_nameless(row, {"移交理由": reason})
    try:
        with transaction.atomic():
            handover = Handover.objects.create(
                dispute=row,
                from_unit=row.holder,
                to_unit=to_unit,
                channel=channel,
                reason=reason,
                asked_at=timezone.now(),
                asked_by=by,
            )
    except IntegrityError as error:
        raise Refused("这件纠纷已经在移交，等对方答复或先收回那一次移交。") from error
    row.version += 1
    row.save(update_fields=["version"])
    audit.record(
        action="移交纠纷",
        obj=row,
        by=by,
        unit=row.unit,
        after={"to": to_unit.name, "channel": channel},
        note=reason,
    )
    return handover


@transaction.atomic
def accept_handover(*, handover: Handover, by: User, note: str = "") -> Dispute:
    """Take the case over: holder, handler and level are the new unit's."""
    row, offer = _held(handover)
    policies.check_answer(handover=offer, by=by)
    before = audit.snapshot(row, "holder_id", "handler_id", "level", "channel")
    today = timezone.localdate()
    row.holder = offer.to_unit
    row.handler = by
    row.mediator = None
    row.channel = offer.channel
    if offer.to_unit.level not in (row.level, Level.DEPARTMENT):
        row.level = offer.to_unit.level
        row.level_since = today
        row.level_due_on = due_day(today, settings_of(row.county_id).level_days)
    row.version += 1
    row.save()
    _answer(offer, HandoverState.ACCEPTED, note, by)
    audit.record(
        action="接收移交纠纷",
        obj=row,
        by=by,
        unit=offer.to_unit,
        before=before,
        after=audit.snapshot(row, *before),
        note=note,
    )
    return row


@transaction.atomic
def refuse_handover(*, handover: Handover, reason: str, by: User) -> Dispute:
    """Send it back with a reason; the case stays with whoever offered it."""
    row, offer = _held(handover)
    policies.check_answer(handover=offer, by=by)
    if not reason.strip():
        raise Refused("退回移交请写明理由。")
    _answer(offer, HandoverState.REFUSED, reason, by)
    audit.record(action="退回移交纠纷", obj=row, by=by, unit=row.unit, note=reason)
    return row


@transaction.atomic
def withdraw_handover(*, handover: Handover, by: User) -> Dispute:
    """Take an offer back while it is not answered."""
    row, offer = _held(handover)
    policies.check_handle(dispute=row, by=by)
    if offer.state != HandoverState.PENDING:
        raise Refused(f"这次移交{offer.get_state_display()}，不能收回。")
    _answer(offer, HandoverState.WITHDRAWN, "", by)
    audit.record(action="收回移交纠纷", obj=row, by=by, unit=row.unit)
    return row


def _held(handover: Handover) -> tuple[Dispute, Handover]:
    """The case and the offer, locked in this order by everybody."""
    row = locked(Dispute(pk=handover.dispute_id))
    offer = (
        Handover.objects.select_for_update(of=("self",))
        .select_related("to_unit", "from_unit")
        .get(pk=handover.pk)
    )
    return row, offer


def _answer(offer: Handover, state: HandoverState, note: str, by: User) -> None:
    offer.state = state
    offer.answer = note
    offer.answered_at = timezone.now()
    offer.answered_by = by
    offer.save()
