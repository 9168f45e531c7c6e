"""Every address of the disputes, filled with what a case has. A new kind is added here."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import pdfplumber
from django.http import HttpResponseBase
from django.urls import reverse
from pdfplumber.utils.exceptions import PdfminerException

from disputes.enums import AgreementForm, Channel, RecordKind
from disputes.models import Dispute, DisputeImport, SubsidyRate, Training
from disputes.services.handovers import offer_dispute
from disputes.services.records import add_record
from disputes.services.subsidies import claim_subsidy
from disputes.urls import urlpatterns
from pingan.models import StoredFile, User
from pingan.privacy import Sealed, seal_bytes
from tests.disputes.file_makers import day, scan
from tests.disputes.whole_cases import FACTS, agreed_case, closed_case, working_case
from tests.factories import County

PAPER = f"%PDF-1.7\n{FACTS}\n%%EOF\n".encode()
OPEN_TITLE, CLOSED_TITLE = "辘轳井台的争执", "碾盘搬走的争执"


@dataclass(frozen=True)
class Cases:
    """Cases of one village in the hands of `by`, and what belongs to them."""

    working: Dispute
    agreed: Dispute
    closed: Dispute
    offered: Dispute
    keys: dict[str, int]

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(case.code for case in (self.working, self.agreed, self.closed, self.offered))


def make_cases(tree: County, by: User) -> Cases:
    """One case under mediation, one agreed, one closed with its claim, one that is offered."""
    village = tree.villages[0]
    for form in AgreementForm:
        SubsidyRate.objects.create(county=tree.county, form=form, amount=5000, document="演示")
    rate = SubsidyRate.objects.latest("pk")
    training = Training.objects.create(
        unit=village, on=day(1), topic="辘轳井台的培训", hours=4, attendance=9, recorded_by=by
    )
    working = working_case(village, by, title=OPEN_TITLE)
    agreed = agreed_case(village, by, title=OPEN_TITLE)
    closed = closed_case(village, by, title=CLOSED_TITLE)
    offered = working_case(village, by, title=OPEN_TITLE)
    handover = offer_dispute(
        dispute=offered,
        to_unit=tree.townships[0],
        channel=Channel.ADMINISTRATIVE,
        reason="请乡镇牵头",
        version=offered.version,
        by=by,
    )
    claim = claim_subsidy(dispute=closed, by=by)
    record = add_record(
        dispute=working,
        kind=RecordKind.EVIDENCE,
        on=day(4),
        upload=scan(content=PAPER),
        by=by,
    )
    performance = closed.agreement.performances.get()
    assert record.file is not None
    assert performance.file is not None
    run = DisputeImport.objects.create(
        unit=village, file_hash="0" * 64, proposal=Sealed.of("[]"), by=by
    )
    mediator = working.mediator
    assert mediator is not None
    keys = {
        "disputes/": working.pk,
        "disputes/handovers/": handover.pk,
        "committees/": mediator.committee_id,
        "mediators/": mediator.pk,
        "trainings/": training.pk,
        "subsidies/": claim.pk,
        "subsidy-rates/": rate.pk,
        "disputes/records/": record.pk,
        "disputes/performances/": performance.pk,
        "disputes/imports/": run.pk,
        "file_pk": _whole_file(working, by).pk,
        "papers": record.file.pk,
        "receipts": performance.file.pk,
    }
    return Cases(working, agreed, closed, offered, keys)


def _whole_file(dispute: Dispute, by: User) -> StoredFile:
    """A printed file that waits to be fetched."""
    return StoredFile.objects.create(
        unit=dispute.unit,
        name=f"整卷打印件-{dispute.pk}.pdf",
        media_type="application/pdf",
        size=len(PAPER),
        sha256="0" * 64,
        content=seal_bytes(PAPER),
        is_sealed=True,
        stored_by=by,
    )


# What fills the other parts of an address.
WORDS: dict[str, str | int] = {"move": "accept", "code": "neighbours", "pk": 0, "file_pk": 0}
PART = re.compile(r"<(?:(\w+):)?(\w+)>")


def routes() -> list[tuple[str, str]]:
    """Name and pattern of each address."""
    return [(f"disputes:{each.name}", str(each.pattern)) for each in urlpatterns]


def general() -> list[str]:
    """Addresses that are of no record: lists, boards, forms, settings, downloads."""
    return [reverse(name, kwargs=words) for name, words, _prefix in _filled() if "pk" not in words]


def of_records(cases: Cases) -> list[tuple[str, str]]:
    """Name and address of everything that belongs to a record, the bare files behind it too."""
    found = []
    for name, words, prefix in _filled():
        if "pk" in words:
            known = {**words, "pk": cases.keys[prefix]}
            if "file_pk" in words:
                known["file_pk"] = cases.keys["file_pk"]
            found.append((name, reverse(name, kwargs=known)))
    papers = [cases.keys[what] for what in ("papers", "receipts", "file_pk")]
    return [*found, *(("files", reverse("pingan:file-download", args=[pk])) for pk in papers)]


def _filled() -> Iterator[tuple[str, dict[str, str | int], str]]:
    """Each address's name, its parts with a word each (0: a key), and what stands before them."""
    for name, route in routes():
        kind = "category" if route.startswith("dispute-settings") else "sitting"
        known: dict[str, str | int] = {**WORDS, "kind": kind}
        parts = [part for _kind, part in PART.findall(route)]
        yield name, {part: known[part] for part in parts}, route.partition("<")[0]


def text_of(answer: HttpResponseBase) -> str:
    """What a person can read in an answer: pages, sheets, papers, and its headers."""
    body = b"".join(answer) if answer.streaming else getattr(answer, "content", b"")
    heads = " ".join(f"{name}: {value}" for name, value in answer.items())
    return heads + _text(body)


def _text(body: bytes) -> str:
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as box:
            return " ".join(_text(box.read(name)) for name in box.namelist())
    if body.startswith(b"%PDF"):
        pages = []
        with suppress(PdfminerException), pdfplumber.open(io.BytesIO(body)) as paper:
            pages = [page.extract_text() or "" for page in paper.pages]
        return " ".join([*pages, body.decode("utf-8", "replace")])
    return body.decode("utf-8", "replace")
