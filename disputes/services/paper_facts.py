"""One case as its papers need it: in plain for whoever has just put down a look, else masked."""

from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone

from disputes.content.facts import (
    AgreementText,
    CaseFacts,
    EndFacts,
    HandoverFacts,
    PartyFacts,
    PerformanceFacts,
    RecordFacts,
    VisitFacts,
)
from disputes.enums import (
    AgreementForm,
    Channel,
    ConfirmationState,
    DisputeState,
    Move,
    PartyRole,
    RecordKind,
)
from disputes.models import Agreement, Dispute
from disputes.selectors.files import agreement_missing, agreement_of, file_of
from disputes.selectors.terms import settings_of
from disputes.services.moves import SETTLING
from pingan.enums import Level
from pingan.models import User
from pingan.privacy import Sealed
from pingan.selectors.offices import is_demo_county

APPLICATION = "application"  # the code of the source 当事人申请
Opener = Callable[[Sealed], str]


def facts_of(dispute: Dispute, *, is_plain: bool) -> CaseFacts:
    """The case's facts. A fixed number of queries.

    `is_plain`: after `note_look` alone. Masked, they tell which papers there are, and no more.
    """
    opened: Opener = Sealed.reveal if is_plain else str
    parties = tuple(
        PartyFacts(
            PartyRole(party.role),
            party.get_kind_display(),
            opened(party.name),
            opened(party.contact),
            opened(party.address),
        )
        for party in dispute.parties.all()
    )
    agreement, end = agreement_of(dispute), _end(dispute)
    is_current = end is not None and end.move == Move.AGREE
    mediator = dispute.mediator
    people = f"，涉及{dispute.prevented_people}人" if dispute.prevented_people else ""
    return CaseFacts(
        code=dispute.code,
        title=dispute.title,
        category=dispute.category.name,
        scale=dispute.scale.name if dispute.scale else "",
        source=dispute.source.name,
        is_applied_for=dispute.source.code == APPLICATION,
        place=dispute.place,
        happened_on=dispute.happened_on,
        people=dispute.people,
        amount=dispute.amount,
        facts=opened(dispute.facts),
        channel=Channel(dispute.channel),
        state=DisputeState(dispute.state),
        body=dispute.committee.name if dispute.committee else dispute.holder.name,
        holder=dispute.holder.name,
        mediator=opened(mediator.name) if mediator else "",
        handler=_post(dispute.handler),
        level=_level(dispute.level),
        settled_level=_level(dispute.settled_level),
        registered_on=dispute.registered_on,
        accepted_on=dispute.accepted_on,
        due_on=dispute.due_on,
        settled_on=dispute.settled_on,
        closed_on=dispute.closed_on,
        erase_on=dispute.erase_on,
        keep_years=settings_of(dispute.county_id).keep_years,
        prevented=f"{dispute.get_prevented_display()}{people}" if dispute.prevented else "",
        parties=parties,
        records=_records(dispute, opened),
        agreement=_agreement(agreement, len(parties), is_current, opened) if agreement else None,
        performances=_performances(agreement) if agreement else (),
        visits=_visits(dispute, opened),
        handovers=_handovers(dispute),
        end=end,
        items=tuple(file_of(dispute)),
        today=timezone.localdate(),
        demo_mark="（演示数据）" if is_demo_county(dispute.county_id) else "",
    )


def _post(user: User | None) -> str:
    return user.display_name if user else ""


def _level(level: int | None) -> str:
    if level is None:
        return ""
    return "县级" if level == Level.COUNTY else Level(level).label


def _records(dispute: Dispute, opened: Opener) -> tuple[RecordFacts, ...]:
    rows = dispute.records.select_related("recorded_by__unit", "file").defer("file__content")
    return tuple(
        RecordFacts(
            row.pk,
            RecordKind(row.kind),
            row.on,
            row.place,
            row.attending,
            opened(row.text),
            _post(row.recorded_by),
            row.file_id,
            row.file.name if row.file else "",
        )
        for row in rows.order_by("on", "pk")
    )


def _agreement(row: Agreement, party_count: int, is_current: bool, opened: Opener) -> AgreementText:
    return AgreementText(
        form=AgreementForm(row.form),
        on=row.agreed_on,
        facts=opened(row.facts),
        content=opened(row.content),
        manner=row.manner,
        place=row.place,
        amount=row.amount,
        perform_by=row.perform_by,
        effective_on=row.effective_on,
        confirmation=ConfirmationState(row.confirmation),
        asked_on=row.confirmation_asked_on,
        court=row.court,
        missing=tuple(agreement_missing(row, party_count)),
        is_current=is_current,
    )


def _performances(agreement: Agreement) -> tuple[PerformanceFacts, ...]:
    rows = agreement.performances.select_related("file").defer("file__content")
    return tuple(
        PerformanceFacts(
            row.pk, row.on, row.what, row.amount, row.file_id, row.file.name if row.file else ""
        )
        for row in rows.order_by("on", "pk")
    )


def _visits(dispute: Dispute, opened: Opener) -> tuple[VisitFacts, ...]:
    return tuple(
        VisitFacts(
            row.pk,
            row.on,
            row.is_performed,
            row.get_satisfaction_display(),
            row.is_flaring_up,
            opened(row.text),
            _post(row.recorded_by),
        )
        for row in dispute.visits.select_related("recorded_by__unit").order_by("on", "pk")
    )


def _handovers(dispute: Dispute) -> tuple[HandoverFacts, ...]:
    return tuple(
        HandoverFacts(
            row.pk,
            row.from_unit.name,
            row.to_unit.name,
            row.get_channel_display(),
            row.reason,
            timezone.localdate(row.asked_at),
            row.get_state_display(),
            row.answer,
            timezone.localdate(row.answered_at) if row.answered_at else None,
        )
        for row in dispute.handovers.select_related("from_unit", "to_unit")
    )


def _end(dispute: Dispute) -> EndFacts | None:
    """The last move that ended the mediation, unless it was taken up again."""
    found = None
    for row in dispute.moves.order_by("pk"):
        if row.move in SETTLING:
            found = EndFacts(Move(row.move), row.on, row.note)
        elif row.move == Move.RESUME:
            found = None
    return found
