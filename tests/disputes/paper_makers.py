"""Makers of cases whose papers are printed, and readers of what was printed. Names are made up."""

from __future__ import annotations

import io
import struct
import zlib

import pdfplumber
from django.core.files.uploadedfile import SimpleUploadedFile
from docx import Document

from disputes.enums import Move, RecordKind, Satisfaction
from disputes.models import Dispute
from disputes.services.agreements import add_performance, record_agreement
from disputes.services.documents import print_paper
from disputes.services.records import add_record, add_visit
from disputes.services.registration import PartyEntry
from pingan.typesetting import typeset
from tests.disputes.file_makers import day, make_terms, make_working
from tests.disputes.makers import PARTIES, make_committee, make_mediator, move

NAMES = ("演示甲", "演示乙")
CONTACT, ADDRESS, FACTS = "演示电话九九", "演示门牌七七", "演示甲推倒了演示乙的院墙"
SECRETS = (*NAMES, CONTACT, ADDRESS, "推倒了", "演示调解员")
ENTRIES = [PartyEntry(party.role, party.name, party.kind, CONTACT, ADDRESS) for party in PARTIES]


def picture(width: int = 40, height: int = 30) -> bytes:
    """A small PNG."""
    rows = b"".join(b"\0" + b"\x80\xa0\xc0" * width for _ in range(height))

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def two_pages(folder) -> bytes:
    """A PDF of two pages."""
    template = folder / "two.typ"
    template.write_text('#set document(title: "two")\n= A\n#pagebreak()\nSECOND')
    return typeset(template, {}, issued_on=day(1))


def worked_case(tree, clerk, **fields) -> Dispute:
    """Under mediation, with records, and everything in it that may name somebody."""
    committee = make_committee(tree.villages[0])
    values = {
        "parties": ENTRIES,
        "facts": FACTS,
        "committee": committee,
        "mediator": make_mediator(committee),
    }
    dispute = make_working(tree.villages[0], clerk, **(values | fields))
    for kind in (RecordKind.RIGHTS, RecordKind.INVESTIGATION, RecordKind.SITTING):
        add_record(dispute=dispute, kind=kind, on=day(4), text=FACTS, by=clerk)
    return dispute


def settled_case(tree, clerk, **fields) -> Dispute:
    dispute = worked_case(tree, clerk)
    terms = make_terms(facts=FACTS, content="演示甲重砌院墙", **fields)
    record_agreement(dispute=dispute, terms=terms, by=clerk)
    dispute.refresh_from_db()
    return dispute


def closed_case(tree, clerk) -> Dispute:
    dispute = settled_case(tree, clerk)
    agreement = dispute.agreement
    add_performance(
        agreement=agreement, on=day(10), what="院墙已砌好", amount=50_000, by=clerk, is_all=True
    )
    add_visit(
        dispute=dispute,
        on=day(12),
        is_performed=True,
        satisfaction=Satisfaction.SATISFIED,
        text=FACTS,
        by=clerk,
    )
    move(dispute, Move.CLOSE, clerk, day(13))
    dispute.refresh_from_db()
    return dispute


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def printed(dispute, key, by, suffix="pdf", *, is_final=True, purpose="当事人签署"):
    return print_paper(
        dispute=dispute, key=key, suffix=suffix, is_final=is_final, purpose=purpose, by=by
    )


def pdf_text(content: bytes) -> str:
    with pdfplumber.open(io.BytesIO(content)) as document:
        return "".join("".join((page.extract_text() or "").split()) for page in document.pages)


def docx_text(content: bytes) -> str:
    document = Document(io.BytesIO(content))
    lines = [paragraph.text for paragraph in document.paragraphs]
    for table in document.tables:
        for row in table.rows:
            lines += [cell.text for cell in row.cells]
    return "".join("".join(lines).split())
