"""A case's file as the law's lists ask for it."""

from __future__ import annotations

from disputes.enums import AgreementForm, ConfirmationState, DisputeState, RecordKind
from disputes.models import Agreement, Dispute
from disputes.statute import AgreementFacts, FileFacts, FileItem, file_items, missing_items

SITTINGS = frozenset({RecordKind.SITTING, RecordKind.INVESTIGATION, RecordKind.JOINT})


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
    """The catalogue of the case. Five queries."""
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
    )
    return file_items(facts, is_agreed=agreement is not None)
