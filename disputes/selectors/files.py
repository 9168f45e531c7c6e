"""A case's file as the law's lists ask for it, and as the page of the case shows it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from disputes.deadlines import CONFIRM_DAYS, due_day
from disputes.enums import AgreementForm, ConfirmationState, DisputeState, Move, RecordKind
from disputes.models import Agreement, Dispute, FollowVisit, MediationRecord, Performance
from disputes.statute import (
    AGREED_STATES,
    AgreementFacts,
    FileFacts,
    FileItem,
    file_items,
    missing_items,
)
from pingan import money
from pingan.models import AuditEvent

SITTINGS = frozenset({RecordKind.SITTING, RecordKind.INVESTIGATION, RecordKind.JOINT})
OPENED = "查看卷宗内容"
POLICE = "报告公安机关"
LOOKS = 20  # openings shown on the page; the trail keeps them all
SOON_DAYS = 7  # the window for confirmation is nearly over


def agreement_of(dispute: Dispute) -> Agreement | None:
    """The agreement, where there is one."""
    return Agreement.objects.filter(dispute=dispute).first()


def agreement_missing(agreement: Agreement, party_count: int) -> list[str]:
    """The statutory items that it does not have yet."""
    return missing_items(
        AgreementFacts(
            form=AgreementForm(agreement.form),
            party_count=party_count,
            has_facts=bool(agreement.facts),
            has_content=bool(agreement.content),
            manner=agreement.manner,
            place=agreement.place,
            perform_by=agreement.perform_by,
            is_signed_by_parties=agreement.is_signed_by_parties,
            is_signed_by_mediator=agreement.is_signed_by_mediator,
            is_sealed=agreement.is_sealed,
        )
    )


def file_of(dispute: Dispute) -> list[FileItem]:
    """The catalogue of the case. Seven queries.

    The agreement and what follows it must be there where the case was settled by it: one that was
    mediated again and failed has an agreement that no longer counts.
    """
    kinds = list(dispute.records.values_list("kind", flat=True))
    agreement = agreement_of(dispute)
    missing = agreement_missing(agreement, dispute.parties.count()) if agreement else []
    facts = FileFacts(
        state=DisputeState(dispute.state),
        is_accepted=dispute.accepted_on is not None,
        has_rights_notice=RecordKind.RIGHTS in kinds,
        sittings=sum(kind in SITTINGS for kind in kinds),
        evidence=kinds.count(RecordKind.EVIDENCE),
        has_agreement=agreement is not None,
        agreement_missing=len(missing),
        performances=agreement.performances.count() if agreement else 0,
        visits=dispute.visits.count(),
        is_confirmed=bool(agreement and agreement.confirmation == ConfirmationState.CONFIRMED),
        is_worked_on=dispute.moves.filter(move=Move.START).exists(),
    )
    return file_items(facts, is_agreed=dispute.settled_level is not None)


def closing_gaps(dispute: Dispute) -> list[str]:
    """What must be in the file and is not, the closing form aside: it comes with the closing."""
    gaps = [
        item.name
        for item in file_of(dispute)
        if item.is_required and not item.is_there and item.code != "closing"
    ]
    agreement = agreement_of(dispute)
    if agreement is not None and agreement.confirmation == ConfirmationState.ASKED:
        gaps.append("司法确认的裁定结果")
    if dispute.is_crime_likely and dispute.police_told_at is None:
        gaps.append("报告公安机关的记录")
    return gaps


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Judicial confirmation as it stands: until when it may be asked for."""

    word: str
    tone: str
    note: str
    may_ask: bool
    may_decide: bool


@dataclass(frozen=True, slots=True)
class CaseFile:
    """The file on the page of the case; texts stay sealed."""

    items: list[FileItem]
    records: list[MediationRecord]
    agreement: Agreement | None
    missing: list[str]
    confirmation: Confirmation | None
    performances: list[tuple[Performance, str]]
    amount: str
    paid: str
    visits: list[FollowVisit]
    police_note: str
    openings: list[AuditEvent]
    is_told: bool
    is_agreed: bool
    is_flaring_up: bool
    may_record: bool


def case_file(dispute: Dispute, today: dt.date) -> CaseFile:
    """A fixed number of queries, whatever the file holds."""
    records = list(
        dispute.records.select_related("recorded_by", "file").defer("text", "file__content")
    )
    agreement = agreement_of(dispute)
    performances = list(
        Performance.objects.filter(agreement__dispute=dispute)
        .select_related("file")
        .defer("file__content")
    )
    visits = list(dispute.visits.select_related("recorded_by").defer("text"))
    told = dispute.police_told_at is not None
    is_agreed = dispute.state in AGREED_STATES
    return CaseFile(
        items=file_of(dispute),
        records=records,
        agreement=agreement,
        missing=agreement_missing(agreement, dispute.parties.count()) if agreement else [],
        confirmation=_confirmation(agreement, today, is_open=is_agreed) if agreement else None,
        performances=[(each, yuan_text(each.amount)) for each in performances],
        amount=yuan_text(agreement.amount if agreement else None),
        paid=yuan_text(sum(each.amount or 0 for each in performances) or None),
        visits=visits,
        police_note=_police_note(dispute) if told else "",
        openings=_openings(dispute),
        is_told=any(record.kind == RecordKind.RIGHTS for record in records),
        is_agreed=is_agreed,
        is_flaring_up=bool(is_agreed and visits and visits[-1].is_flaring_up),
        may_record=dispute.state not in (DisputeState.CLOSED, DisputeState.REJECTED),
    )


def yuan_text(amount: int | None) -> str:
    """分 as yuan to read; nothing where there is none."""
    return "" if amount is None else f"{money.yuan_text(amount)}元"


def confirmation_of(agreement: Agreement, dispute: Dispute) -> Confirmation:
    """Whether it may be asked for now, and how long still."""
    is_open = dispute.state in AGREED_STATES
    return _confirmation(agreement, timezone.localdate(), is_open=is_open)


def _confirmation(agreement: Agreement, today: dt.date, *, is_open: bool) -> Confirmation:
    state = ConfirmationState(agreement.confirmation)
    if state == ConfirmationState.ASKED:
        note = f"{agreement.confirmation_asked_on}向{agreement.court}申请，等待裁定。"
        return Confirmation(state.label, "info", note, may_ask=False, may_decide=is_open)
    if state == ConfirmationState.CONFIRMED:
        note = f"{agreement.court}{agreement.confirmed_on}裁定确认，可以申请强制执行。"
        return Confirmation(state.label, "good", note, may_ask=False, may_decide=False)
    if agreement.effective_on is None:
        note = "协议生效后三十日内，双方可以共同申请。"
        return Confirmation(state.label, "plain", note, may_ask=False, may_decide=False)
    last = due_day(agreement.effective_on, CONFIRM_DAYS)
    left = (last - today).days
    before = (
        f"{agreement.court}{agreement.confirmed_on}未予确认；" if agreement.confirmed_on else ""
    )
    if left < 0:
        note = f"{before}{last}已经期满，协议同样有效。"
        return Confirmation("已过期限", "plain", note, may_ask=False, may_decide=False)
    word = "今天到期" if left == 0 else f"还有{left}天"
    note = f"{before}双方认为有必要的，{last}以前可以共同申请。"
    tone = "warn" if left <= SOON_DAYS else "info"
    return Confirmation(word, tone, note, may_ask=is_open, may_decide=False)


def _police_note(dispute: Dispute) -> str:
    """Who was told and how: it stands in the trail alone."""
    row = AuditEvent.objects.filter(
        object_type="纠纷", object_id=str(dispute.pk), action=POLICE
    ).first()
    return row.note if row else ""


def _openings(dispute: Dispute) -> list[AuditEvent]:
    rows = AuditEvent.objects.filter(
        object_type="纠纷", object_id=str(dispute.pk), action=OPENED
    ).order_by("-pk")
    return list(rows[:LOOKS])
