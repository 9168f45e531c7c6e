"""Names leave the system: for a purpose, under a password, every case and the file in the trail."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from disputes import policies
from disputes.enums import PartyKind, PartyRole
from disputes.excel.ledgers import locked_book
from disputes.models import Dispute
from disputes.selectors.cases import Filters
from disputes.selectors.ledgers import (
    CATEGORY,
    CODE,
    LEDGER,
    PLACE,
    REGISTERED_ON,
    SETTLED_ON,
    STATE,
    TITLE,
    UNIT,
    in_hand,
    with_terms,
)
from disputes.services.names import note_look
from pingan import audit
from pingan.models import User
from pingan.refusals import Refused
from pingan.workbooks.sheets import Head

MOST_NAMED = 500
SHORTEST_PASSWORD = 10
_BEFORE = tuple(
    column
    for column in LEDGER
    if column.label in (CODE, UNIT, REGISTERED_ON, TITLE, CATEGORY, PLACE)
)
_AFTER = tuple(column for column in LEDGER if column.label in (STATE, SETTLED_ON))


@transaction.atomic
def export_names(*, filters: Filters, purpose: str, password: str, by: User) -> bytes:
    """The cases in hand with their parties' names, encrypted. Nothing else knows the password."""
    policies.check_desk(by=by)
    if not purpose.strip():
        raise Refused("请写明导出姓名的用途。")
    if len(password) < SHORTEST_PASSWORD:
        raise Refused(f"密码至少{SHORTEST_PASSWORD}位。")
    rows = in_hand(by, filters, timezone.localdate())
    found = list(with_terms(rows).prefetch_related("parties"))
    if not found:
        raise Refused("这个范围里没有您经办的纠纷，没有可以导出的姓名。")
    if len(found) > MOST_NAMED:
        raise Refused(f"共{len(found)}件，一次最多导出{MOST_NAMED}件，请缩小范围。")
    _check_nameless(found, purpose)
    for dispute in found:
        note_look(dispute=dispute, purpose=f"导出含姓名台账：{purpose}", by=by)
    now = timezone.localtime()
    notes = [
        f"用途：{purpose}",
        f"导出人：{by.display_name}（{by.unit.name}）　时间：{now:%Y-%m-%d %H:%M}",
        "含个人信息：只用于上述用途，不得转发，用完删除。",
    ]
    content = locked_book(heads=_heads(), rows=_rows(found), notes=notes, password=password)
    audit.record(
        action="导出含姓名台账",
        obj=by,
        by=by,
        unit=by.unit,
        after={"cases": len(found), "sha256": hashlib.sha256(content).hexdigest()},
        note=purpose,
    )
    return content


def _check_nameless(found: Sequence[Dispute], purpose: str) -> None:
    """The purpose stands in the trail, which others read."""
    people = (
        party.name.reveal()
        for dispute in found
        for party in dispute.parties.all()
        if party.kind == PartyKind.PERSON
    )
    if any(len(name) > 1 and name in purpose for name in people):
        raise Refused("用途里写了当事人的姓名，请改成不写姓名的说法。")


def _heads() -> list[Head]:
    return [
        *(Head(column.label, column.width, column.kind) for column in _BEFORE),
        *(Head(str(role.label), 24) for role in PartyRole),
        *(Head(column.label, column.width, column.kind) for column in _AFTER),
    ]


def _rows(found: Sequence[Dispute]) -> list[list[object]]:
    return [
        [
            *(column.value(dispute) for column in _BEFORE),
            *(_names(dispute, role) for role in PartyRole),
            *(column.value(dispute) for column in _AFTER),
        ]
        for dispute in found
    ]


def _names(dispute: Dispute, role: PartyRole) -> str:
    """Opened after every look was put down."""
    return "、".join(party.name.reveal() for party in dispute.parties.all() if party.role == role)
