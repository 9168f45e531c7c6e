"""四级七天 (D3): a case whose days at a level are over goes up by itself; pauses stop the clock."""

from __future__ import annotations

import datetime as dt
import logging

from django.db import connection, transaction
from django.utils import timezone

from disputes import policies
from disputes.deadlines import NEXT_LEVEL, due_day
from disputes.enums import OPEN_STATES, EscalationCause, HandoverState
from disputes.models import ClockPause, Dispute, Escalation, Handover
from disputes.selectors.terms import settings_of
from disputes.services.locking import locked
from disputes.services.plain import check_nameless
from pingan import audit
from pingan.enums import Level
from pingan.models import Unit, User
from pingan.refusals import Refused

logger = logging.getLogger(__name__)
FIELDS = ("holder_id", "handler_id", "level", "level_since", "level_due_on")


def escalate_due(*, today: dt.date | None = None) -> int:
    """Send up every case whose level's days are over; how many. Again changes nothing."""
    day = today or timezone.localdate()
    return sum(_tried(pk, day) for pk in _due(day))


def _due(day: dt.date) -> list[int]:
    found = (
        Dispute.objects.filter(state__in=OPEN_STATES, level_due_on__lt=day)
        .exclude(level=Level.COUNTY)
        .exclude(pauses__ends_on=None, pauses__isnull=False)
        .order_by("pk")
    )
    return list(found.values_list("pk", flat=True))


def _tried(pk: int, day: dt.date) -> int:
    """A faulty case is put into the log and does not hold up the others."""
    try:
        return _escalate_one(pk, day)
    except Exception:
        logger.exception("dispute %s did not go up", pk)
        return 0


@transaction.atomic
def _escalate_one(pk: int, day: dt.date) -> int:
    """One case in a transaction of its own."""
    rows = Dispute.objects.filter(pk=pk, state__in=OPEN_STATES, level_due_on__lt=day)
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True, of=("self",))
    row = rows.select_related("unit", "holder__parent", "county").first()
    if row is None:
        return 0
    _send_up(row, cause=EscalationCause.EXPIRED, on=day, by=None, note="")
    return 1


@transaction.atomic
def escalate_dispute(*, dispute: Dispute, reason: str, version: int, by: User) -> Dispute:
    """Ask the level above to take over before the days are over."""
    row = locked(dispute, version)
    policies.check_handle(dispute=row, by=by)
    if row.state not in OPEN_STATES:
        raise Refused(f"“{row.get_state_display()}”的纠纷不能上报。")
    if row.level == Level.COUNTY:
        raise Refused("已经在县级，没有再上一级。")
    if not reason.strip():
        raise Refused("请写明上报理由。")
    check_nameless(row, {"理由": reason})
    _send_up(row, cause=EscalationCause.ASKED, on=timezone.localdate(), by=by, note=reason)
    return row


@transaction.atomic
def pause_clock(*, dispute: Dispute, starts_on: dt.date, reason: str, by: User) -> ClockPause:
    """Stop the days from counting, with a reason (鉴定、当事人外出 …)."""
    row = locked(dispute)
    policies.check_handle(dispute=row, by=by)
    if row.state not in OPEN_STATES:
        raise Refused("只有办理中的纠纷可以中止期限。")
    if not reason.strip():
        raise Refused("请写明中止理由。")
    check_nameless(row, {"中止理由": reason})
    if not row.level_since <= starts_on <= timezone.localdate():
        raise Refused("中止日期应在到本级之后，且不晚于今天。")
    if row.pauses.filter(ends_on=None).exists():
        raise Refused("期限已经中止，请先恢复。")
    pause = ClockPause.objects.create(dispute=row, starts_on=starts_on, reason=reason, by=by)
    _touch(row)
    audit.record(action="中止纠纷期限", obj=row, by=by, unit=row.unit, note=reason)
    return pause


@transaction.atomic
def resume_clock(*, dispute: Dispute, ends_on: dt.date, by: User) -> Dispute:
    """Let the days count again; the level's last day moves by the days of the pause."""
    row = locked(dispute)
    policies.check_handle(dispute=row, by=by)
    pause = row.pauses.filter(ends_on=None).first()
    if pause is None:
        raise Refused("期限没有中止。")
    if not pause.starts_on <= ends_on <= timezone.localdate():
        raise Refused("恢复日期应在中止日期之后，且不晚于今天。")
    pause.ends_on = ends_on
    pause.save(update_fields=["ends_on"])
    _set_days(row, ends_on)
    _touch(row)
    audit.record(
        action="恢复纠纷期限",
        obj=row,
        by=by,
        unit=row.unit,
        after={"ends_on": ends_on, "level_due_on": row.level_due_on, "due_on": row.due_on},
    )
    return row


def _set_days(row: Dispute, today: dt.date) -> None:
    """The last days again, without the days of all pauses."""
    terms = settings_of(row.county_id)
    pauses = list(row.pauses.all())
    at_level = sum(p.days_until(today) for p in pauses if p.starts_on >= row.level_since)
    row.level_due_on = due_day(row.level_since, terms.level_days, at_level)
    if row.accepted_on:
        since = row.accepted_on
        whole = sum(p.days_until(today) for p in pauses if p.starts_on >= since)
        row.due_on = due_day(since, terms.settle_days, whole)


def _touch(row: Dispute) -> None:
    row.version += 1
    row.save(update_fields=["version", "level_due_on", "due_on"])


def _send_up(
    row: Dispute, *, cause: EscalationCause, on: dt.date, by: User | None, note: str
) -> None:
    """The level above holds it from today; an open offer to somebody else is taken back."""
    before = audit.snapshot(row, *FIELDS)
    from_unit, from_level = row.holder, Level(row.level)
    to_level, to_unit = _above(row)
    Handover.objects.filter(dispute=row, state=HandoverState.PENDING).update(
        state=HandoverState.WITHDRAWN, answered_at=timezone.now(), answer="期满上报，移交收回"
    )
    row.level = to_level
    row.level_since = on
    row.level_due_on = due_day(on, settings_of(row.county_id).level_days)
    if to_unit.pk != row.holder_id:
        row.holder, row.handler, row.mediator = to_unit, None, None
    row.version += 1
    row.save()
    Escalation.objects.create(
        dispute=row,
        from_unit=from_unit,
        to_unit=to_unit,
        from_level=from_level,
        to_level=to_level,
        cause=cause,
        note=note,
        on=on,
        by=by,
    )
    audit.record(
        action="纠纷逐级上报",
        obj=row,
        by=by,
        unit=row.unit,
        before=before,
        after=audit.snapshot(row, *FIELDS),
        note=note or cause.label,
    )


def _above(row: Dispute) -> tuple[Level, Unit]:
    """The next level and the unit that holds cases there."""
    level = Level(row.level)
    if level == Level.GROUP:  # a village works for its groups
        return Level.VILLAGE, row.holder
    unit = row.holder.parent or row.county
    if unit.level in (Level.SECTOR, Level.DEPARTMENT):
        unit = row.county
    return NEXT_LEVEL.get(level, Level(unit.level)), unit
