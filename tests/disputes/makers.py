"""Makers of cases. Names are made up."""

from __future__ import annotations

import datetime as dt
from typing import Any

from disputes.enums import CommitteeKind, Move, PartyRole, TermKind
from disputes.models import Committee, Dispute, DisputeTerm, Mediator
from disputes.services.moves import move_dispute
from disputes.services.registration import Entry, PartyEntry, register_dispute
from pingan.models import Unit, User
from pingan.privacy import Sealed, blind_index

REGISTERED_ON = dt.date(2026, 9, 1)
PARTIES = (
    PartyEntry(PartyRole.APPLICANT, "演示甲"),
    PartyEntry(PartyRole.RESPONDENT, "演示乙"),
)


def term(kind: TermKind, code: str) -> DisputeTerm:
    """An entry of the common lists."""
    return DisputeTerm.objects.get(county=None, kind=kind, code=code)


def make_entry(**fields: Any) -> Entry:
    """A neighbours' dispute of two made-up people."""
    values: dict[str, Any] = {
        "title": "宅基地边界争执",
        "category": term(TermKind.CATEGORY, "neighbours"),
        "source": term(TermKind.SOURCE, "application"),
        "registered_on": REGISTERED_ON,
        "parties": PARTIES,
        "place": "三组晒坝",
        **fields,
    }
    return Entry(**values)


def make_dispute(unit: Unit, by: User, **fields: Any) -> Dispute:
    """A registered case in the hands of `by`."""
    return register_dispute(unit=unit, entry=make_entry(**fields), by=by)


def move(dispute: Dispute, step: Move, by: User, on: dt.date, note: str = "") -> Dispute:
    """One move."""
    return move_dispute(dispute=dispute, move=step, on=on, by=by, note=note or "演示理由")


def make_committee(unit: Unit, **fields: Any) -> Committee:
    """A village's committee of five, two of them women, in its term."""
    values: dict[str, Any] = {
        "kind": CommitteeKind.VILLAGE,
        "name": f"{unit.name}人民调解委员会",
        "code": "演人调",
        "members": 5,
        "women": 2,
        "founded_on": dt.date(2020, 1, 1),
        "term_starts_on": dt.date(2025, 1, 1),
        "term_ends_on": dt.date(2028, 1, 1),
        **fields,
    }
    return Committee.objects.create(unit=unit, **values)


def make_mediator(committee: Committee, number: str = "01", **fields: Any) -> Mediator:
    """A mediator with a made-up name."""
    values: dict[str, Any] = {
        "name": Sealed.of("演示调解员"),
        "name_index": blind_index("演示调解员", realm=f"mediator {committee.unit.root_id}"),
        "starts_on": dt.date(2025, 1, 1),
        **fields,
    }
    return Mediator.objects.create(committee=committee, number=number, **values)
