"""Opening a case's file: for who handles the case, every opening in the trail."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from disputes import policies
from disputes.models import Agreement, Dispute, FollowVisit, MediationRecord, Performance
from disputes.selectors.files import OPENED, agreement_of
from pingan import audit
from pingan.models import StoredFile, User
from pingan.refusals import Refused
from pingan.services.files import store_sealed_file


@dataclass(frozen=True, slots=True)
class OpenFile:
    """The texts of a case in plain, for one answer to one request."""

    facts: str
    records: list[tuple[MediationRecord, str]]
    agreement: Agreement | None
    agreement_facts: str
    agreement_content: str
    performances: list[Performance]
    visits: list[tuple[FollowVisit, str]]


@transaction.atomic
def note_opening(*, dispute: Dispute, what: str, by: User) -> None:
    """Put down that the file is opened, before anything sealed is. `what` names no person."""
    policies.check_handle(dispute=dispute, by=by)
    audit.record(action=OPENED, obj=dispute, by=by, unit=dispute.unit, note=what)


@transaction.atomic
def read_file(*, dispute: Dispute, by: User) -> OpenFile:
    """Every text of the file; one row of the trail for the whole opening."""
    note_opening(dispute=dispute, what="阅卷", by=by)
    agreement = agreement_of(dispute)
    records = dispute.records.select_related("recorded_by", "file").defer("file__content")
    performances = Performance.objects.filter(agreement__dispute=dispute)
    return OpenFile(
        facts=dispute.facts.reveal(),
        records=[(record, record.text.reveal()) for record in records],
        agreement=agreement,
        agreement_facts=agreement.facts.reveal() if agreement else "",
        agreement_content=agreement.content.reveal() if agreement else "",
        performances=list(performances.select_related("file").defer("file__content")),
        visits=[(visit, visit.text.reveal()) for visit in dispute.visits.all()],
    )


@transaction.atomic
def open_attachment(
    *, dispute: Dispute, paper: MediationRecord | Performance, by: User
) -> StoredFile:
    """The file that hangs on a record or an act of performance."""
    if paper.file is None:
        raise Refused("这份记录没有附件。")
    note_opening(dispute=dispute, what=f"下载{paper.file.name}", by=by)
    return paper.file


def keep_upload(
    *, dispute: Dispute, upload: UploadedFile | None, name: str, by: User
) -> StoredFile | None:
    """An upload into the file of the case, sealed. For the services of this app, which have
    checked that `by` handles the case and run in a transaction."""
    if upload is None:
        return None
    return store_sealed_file(upload=upload, name=name, unit=dispute.unit, by=by)
