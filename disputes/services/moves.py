"""The moves of a case, by the one table `disputes.enums.MOVES`."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone

from disputes import policies
from disputes.deadlines import due_day
from disputes.enums import MOVES, DisputeState, Move, Prevented
from disputes.models import Dispute, DisputeMove
from disputes.selectors.terms import settings_of
from disputes.services.locking import locked
from disputes.services.plain import check_nameless
from pingan import audit
from pingan.models import User
from pingan.refusals import Refused

# Moves that end the mediation: its clock stops, and the level that did it is kept.
SETTLING = frozenset({Move.AGREE, Move.FAIL, Move.WITHDRAW, Move.GUIDE, Move.REJECT})
NEED_REASON = frozenset({Move.REJECT, Move.FAIL, Move.WITHDRAW, Move.GUIDE, Move.RESUME})


@transaction.atomic
def move_dispute(
    *,
    dispute: Dispute,
    move: Move,
    on: dt.date,
    by: User,
    note: str = "",
    version: int | None = None,
) -> Dispute:
    """One move; Refused where the table, the day or a missing reason forbids it."""
    row = locked(dispute, version)
    policies.check_move(dispute=row, move=move, by=by)
    _check_day(row, move, on)
    if move in NEED_REASON and not note.strip():
        raise Refused(f"“{move.label}”请写明理由。")
    check_nameless(row, {"理由": note})
    return make_move(row=row, move=move, on=on, by=by, note=note)


def make_move(*, row: Dispute, move: Move, on: dt.date, by: User | None, note: str = "") -> Dispute:
    """Write a move that was checked, on a locked row. For the services of this app."""
    before = audit.snapshot(row, "state", "accepted_on", "due_on", "settled_on", "closed_on")
    old = DisputeState(row.state)
    _states, after = MOVES[move]
    row.state = after or old
    _set_days(row, move, on)
    row.version += 1
    row.save()
    DisputeMove.objects.create(
        dispute=row, move=move, before=old, after=row.state, on=on, note=note, by=by
    )
    audit.record(
        action=f"纠纷{move.label}",
        obj=row,
        by=by,
        unit=row.unit,
        before=before,
        after=audit.snapshot(row, *before),
        note=note,
    )
    return row


def _set_days(row: Dispute, move: Move, on: dt.date) -> None:
    terms = settings_of(row.county_id)
    if move == Move.ACCEPT:
        row.accepted_on = on
        row.due_on = due_day(on, terms.settle_days)
    if move in SETTLING:
        row.settled_on = on
        row.settled_level = row.level if move == Move.AGREE else None
        row.level_due_on = None
    if move == Move.RESUME:
        row.settled_on = row.settled_level = None
        row.level_since = on
        row.level_due_on = due_day(on, terms.level_days)
    if move == Move.CLOSE:
        row.closed_on = on
        row.erase_on = _years_later(on, terms.keep_years)


def _years_later(day: dt.date, years: int) -> dt.date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)


def _check_day(row: Dispute, move: Move, on: dt.date) -> None:
    if on > timezone.localdate():
        raise Refused("日期不能晚于今天。")
    if on < row.registered_on:
        raise Refused(f"“{move.label}”的日期不能早于登记日期（{row.registered_on:%Y-%m-%d}）。")
    if row.accepted_on and on < row.accepted_on:
        raise Refused(f"“{move.label}”的日期不能早于受理日期（{row.accepted_on:%Y-%m-%d}）。")
    if row.settled_on and move not in SETTLING and on < row.settled_on:
        raise Refused(f"日期不能早于调解终结日期（{row.settled_on:%Y-%m-%d}）。")


def prevent(row: Dispute, kind: Prevented | None, people: int) -> dict[str, Any]:
    """The fields of what was prevented; both or neither."""
    return {"prevented": kind.value if kind else "", "prevented_people": people if kind else 0}
