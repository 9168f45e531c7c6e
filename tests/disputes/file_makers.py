"""Makers of what lies in a case's file. Names are made up."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.urls import reverse

from disputes.enums import AgreementForm, Move, RecordKind
from disputes.models import Agreement, Dispute
from disputes.services.agreements import Terms, add_performance, record_agreement
from disputes.services.records import add_record
from pingan.models import AuditEvent, Unit, User
from tests.disputes.makers import make_dispute, move

PDF = b"%PDF-1.7\n%SCAN-OF-A-PAPER\n%%EOF\n"
NAME = "演示甲"  # the first party of every made case
SECRET = "演示甲占了演示乙的地"


def day(number: int) -> dt.date:
    """A day of September 2026."""
    return dt.date(2026, 9, number)


def scan(name: str = "演示甲的收条.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "application/pdf")


def make_working(unit: Unit, by: User, **fields: Any) -> Dispute:
    """A case under mediation since the 3rd."""
    dispute = make_dispute(unit, by, **fields)
    move(dispute, Move.ACCEPT, by, day(2))
    return move(dispute, Move.START, by, day(3))


def make_terms(**fields: Any) -> Terms:
    """A written agreement that lacks nothing."""
    values: dict[str, Any] = {
        "form": AgreementForm.WRITTEN,
        "agreed_on": day(7),
        "facts": SECRET,
        "content": "演示甲退还两垄地",
        "manner": "当场交付",
        "place": "村委会",
        "amount": 50_000,
        "perform_by": day(20),
        "is_signed_by_parties": True,
        "is_signed_by_mediator": True,
        "is_sealed": True,
        "effective_on": day(7),
        **fields,
    }
    return Terms(**values)


def make_agreed(unit: Unit, by: User, **fields: Any) -> Agreement:
    """A case that was settled on the 7th."""
    dispute = make_working(unit, by)
    return record_agreement(dispute=dispute, terms=make_terms(**fields), by=by)


def fill_file(dispute: Dispute, by: User) -> None:
    """The notice of rights and one sitting."""
    add_record(dispute=dispute, kind=RecordKind.RIGHTS, on=day(3), by=by)
    add_record(dispute=dispute, kind=RecordKind.SITTING, on=day(5), text=SECRET, by=by)


def make_performed(unit: Unit, by: User) -> Agreement:
    """A settled case of which everything was performed on the 10th."""
    agreement = make_agreed(unit, by)
    add_performance(agreement=agreement, on=day(10), what="退还两垄地", by=by, is_all=True)
    agreement.refresh_from_db()
    return agreement


def address(name: str, *args: object) -> str:
    """Of a page of the disputes."""
    return reverse(f"disputes:{name}", args=args)


def shown(answer: HttpResponse) -> str:
    """The page as text."""
    return answer.content.decode()


def openings() -> list[str]:
    """What the trail says of opened files."""
    rows = AuditEvent.objects.filter(action="查看卷宗内容").order_by("pk")
    return list(rows.values_list("note", flat=True))
