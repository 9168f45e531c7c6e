"""How a case ends without an agreement, and how its file is closed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from disputes import policies
from disputes.enums import Move
from disputes.models import Dispute
from disputes.selectors.files import closing_gaps
from disputes.services.locking import locked
from disputes.services.moves import move_dispute
from pingan.models import User
from pingan.refusals import Refused

ROUTES_LAW = "《人民调解法》第二十六条"


@transaction.atomic
def end_without_agreement(
    *,
    dispute: Dispute,
    move: Move,
    on: dt.date,
    routes: Sequence[str],
    reason: str,
    by: User,
    version: int | None = None,
) -> Dispute:
    """调解不成 or 引导其他途径: the parties are told of the other ways (Law §26)."""
    if move not in (Move.FAIL, Move.GUIDE):
        raise ValueError(f"{move} does not end a mediation without an agreement")
    policies.check_handle(dispute=dispute, by=by)
    if not routes:
        raise Refused("请勾选已经告知当事人的途径。")
    if not reason.strip():
        raise Refused("请写明理由。")
    verb = "引导到" if move == Move.GUIDE else "已告知可以通过"
    note = f"{reason.strip().rstrip('。')}。{verb}：{'、'.join(routes)}（{ROUTES_LAW}）"
    return move_dispute(dispute=dispute, move=move, on=on, note=note, version=version, by=by)


@transaction.atomic
def close_dispute(
    *,
    dispute: Dispute,
    on: dt.date,
    by: User,
    reason: str = "",
    is_gap_accepted: bool = False,
    version: int | None = None,
) -> Dispute:
    """Close the file. What must be in it and is not is named; then only with a reason."""
    row = locked(dispute, version)
    policies.check_move(dispute=row, move=Move.CLOSE, by=by)
    gaps = closing_gaps(row)
    note = reason.strip()
    if gaps:
        listed = "、".join(gaps)
        if not is_gap_accepted or not note:
            raise Refused(
                f"卷宗还缺：{listed}。请先补齐；确实补不齐的，勾选“缺少材料仍然结案”并写明原因。"
            )
        note = f"缺{listed}仍然结案：{note}"
    return move_dispute(dispute=row, move=Move.CLOSE, on=on, note=note, by=by)
