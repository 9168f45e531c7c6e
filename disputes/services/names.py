"""Looking at names: need to know, with a purpose, every look in the trail. And their erasure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from disputes import policies
from disputes.models import Dispute, MediationRecord, Party, Performance
from disputes.selectors.cases import LOOK
from disputes.services.locking import locked
from disputes.services.plain import check_nameless
from disputes.services.registration import party_realm
from pingan import audit
from pingan.models import StoredFile, User
from pingan.privacy import Sealed, blind_index
from pingan.refusals import Refused

ERASED = "已销毁"


@dataclass(frozen=True, slots=True)
class Known:
    """One party in plain text, for one answer to one request."""

    role: str
    kind: str
    name: str
    contact: str
    address: str


@transaction.atomic
def note_look(*, dispute: Dispute, purpose: str, by: User) -> None:
    """Put down a look before a page or a paper opens what is sealed."""
    policies.check_handle(dispute=dispute, by=by)
    if not purpose.strip():
        raise Refused("请写明查看姓名的用途。")
    check_nameless(dispute, {"用途": purpose})  # the trail is read by people who may not know it
    audit.record(action=LOOK, obj=dispute, by=by, unit=dispute.unit, note=purpose)


@transaction.atomic
def look_at_names(*, dispute: Dispute, purpose: str, by: User) -> list[Known]:
    """The parties in plain text. Refused to whoever does not handle the case; logged first."""
    note_look(dispute=dispute, purpose=purpose, by=by)
    return [
        Known(
            party.get_role_display(),
            party.get_kind_display(),
            party.name.reveal(),
            party.contact.reveal(),
            party.address.reveal(),
        )
        for party in dispute.parties.all()
    ]


@transaction.atomic
def look_at_case(*, dispute: Dispute, purpose: str, by: User) -> tuple[list[Known], str]:
    """The parties and the facts in plain text; one look."""
    known = look_at_names(dispute=dispute, purpose=purpose, by=by)
    return known, dispute.facts.reveal()


def erase_due(*, today: dt.date | None = None) -> int:
    """Erase names and papers of cases whose time of keeping is over; how many."""
    day = today or timezone.localdate()
    due = Dispute.objects.filter(erase_on__lte=day, erased_at=None)
    return sum(_erase(pk) for pk in list(due.values_list("pk", flat=True)))


@transaction.atomic
def _erase(pk: int) -> int:
    row = locked(Dispute(pk=pk))
    if row.erased_at is not None:
        return 0
    gone = Sealed.of(ERASED)
    Party.objects.filter(dispute=row).update(
        name=gone, name_index="", contact=Sealed(), address=Sealed()
    )
    _delete_papers(row)
    MediationRecord.objects.filter(dispute=row).update(text=Sealed())
    agreement = getattr(row, "agreement", None)
    if agreement is not None:
        agreement.facts = agreement.content = Sealed()
        agreement.save(update_fields=["facts", "content"])
    row.visits.update(text=Sealed())
    row.facts = Sealed()
    row.place_index = ""
    row.erased_at = timezone.now()
    row.version += 1
    row.save()
    audit.record(
        action="销毁当事人姓名", obj=row, by=None, unit=row.unit, note="保存期满，依规定销毁"
    )
    return 1


def _delete_papers(row: Dispute) -> None:
    """Scans show names and signatures: they go with the names."""
    records = MediationRecord.objects.filter(dispute=row)
    acts = Performance.objects.filter(agreement__dispute=row)
    papers = [pk for rows in (records, acts) for pk in rows.values_list("file", flat=True) if pk]
    records.update(file=None)
    acts.update(file=None)
    StoredFile.objects.filter(pk__in=papers).delete()


@transaction.atomic
def find_by_name(*, name: str, purpose: str, by: User) -> list[Dispute]:
    """Cases in hand of which a party bears this whole name. The search itself is put down."""
    policies.check_desk(by=by)
    if not purpose.strip():
        raise Refused("请写明查找的用途。")
    if name in purpose:
        raise Refused("“用途”记入操作日志，请不要写姓名。")
    index = blind_index(name, realm=party_realm(by.unit.root_id))
    found = list(
        Dispute.objects.handled_by(by)
        .filter(parties__name_index=index)
        .select_related("unit", "holder", "category", "mediator")
        .distinct()
    )
    # The name itself is not put down: the trail is read by people who may not know it.
    audit.record(
        action="按姓名查找纠纷",
        obj=by,
        by=by,
        unit=by.unit,
        note=f"{purpose}（找到{len(found)}件）",
    )
    return found
