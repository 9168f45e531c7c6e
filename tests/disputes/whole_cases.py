"""A case from the registration to the closed file. Names are made up."""

from __future__ import annotations

from typing import Any

from disputes.enums import Move, PartyKind, PartyRole, RecordKind, Satisfaction
from disputes.models import Dispute
from disputes.services.agreements import add_performance, record_agreement
from disputes.services.records import add_record, add_visit
from disputes.services.registration import PartyEntry
from pingan.models import Unit, User
from pingan.privacy import Sealed
from tests.disputes.file_makers import day, make_terms, scan
from tests.disputes.makers import make_committee, make_dispute, make_mediator, move

NAMES = ("演示砚台", "演示灯笼")
CONTACT, ADDRESS, FACTS = "演示电话九九", "演示门牌七七", "演示砚台推倒了演示灯笼的墙"
MEDIATOR = "演示罗盘"
SECRETS = (*NAMES, CONTACT, ADDRESS, "推倒了", MEDIATOR)
PARTIES = (
    PartyEntry(PartyRole.APPLICANT, NAMES[0], PartyKind.PERSON, CONTACT, ADDRESS),
    PartyEntry(PartyRole.RESPONDENT, NAMES[1], PartyKind.PERSON, CONTACT, ADDRESS),
)


def working_case(unit: Unit, by: User, **fields: Any) -> Dispute:
    """Under mediation, with everything that may name somebody."""
    committee = unit.committees.first() or make_committee(unit)
    mediator = committee.mediators.first() or make_mediator(committee, name=Sealed.of(MEDIATOR))
    values: dict[str, Any] = {
        "parties": PARTIES,
        "facts": FACTS,
        "committee": committee,
        "mediator": mediator,
        **fields,
    }
    dispute = make_dispute(unit, by, **values)
    move(dispute, Move.ACCEPT, by, day(2))
    move(dispute, Move.START, by, day(3))
    for kind in (RecordKind.RIGHTS, RecordKind.SITTING, RecordKind.EVIDENCE):
        add_record(dispute=dispute, kind=kind, on=day(4), text=FACTS, by=by)
    dispute.refresh_from_db()
    return dispute


def agreed_case(unit: Unit, by: User, **fields: Any) -> Dispute:
    """With an agreement that lacks nothing."""
    dispute = working_case(unit, by, **fields)
    terms = make_terms(facts=FACTS, content=f"{NAMES[0]}重砌院墙")
    record_agreement(dispute=dispute, terms=terms, by=by)
    dispute.refresh_from_db()
    return dispute


def closed_case(unit: Unit, by: User, **fields: Any) -> Dispute:
    """Performed, visited and closed: the file is complete."""
    dispute = agreed_case(unit, by, **fields)
    agreement = dispute.agreement
    add_performance(
        agreement=agreement,
        on=day(10),
        what="院墙已砌好",
        upload=scan(content=f"%PDF-1.7\n{FACTS}\n%%EOF\n".encode()),
        is_all=True,
        by=by,
    )
    add_visit(
        dispute=dispute,
        on=day(12),
        is_performed=True,
        satisfaction=Satisfaction.SATISFIED,
        text=FACTS,
        by=by,
    )
    return move(dispute, Move.CLOSE, by, day(13))
