"""One case in plain text, for one paper: made where the look is logged, never kept."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from disputes.enums import (
    AgreementForm,
    Channel,
    ConfirmationState,
    DisputeState,
    Move,
    PartyRole,
    RecordKind,
)
from disputes.statute import FileItem


@dataclass(frozen=True, slots=True)
class PartyFacts:
    role: PartyRole
    kind: str
    name: str
    contact: str
    address: str


@dataclass(frozen=True, slots=True)
class RecordFacts:
    pk: int
    kind: RecordKind
    on: dt.date
    place: str
    attending: str
    text: str
    recorder: str
    file: int | None
    file_name: str


@dataclass(frozen=True, slots=True)
class AgreementText:
    form: AgreementForm
    on: dt.date
    facts: str
    content: str
    manner: str
    place: str
    amount: int | None
    perform_by: dt.date | None
    effective_on: dt.date | None
    confirmation: ConfirmationState
    asked_on: dt.date | None
    court: str
    missing: tuple[str, ...]
    is_current: bool


@dataclass(frozen=True, slots=True)
class PerformanceFacts:
    pk: int
    on: dt.date
    what: str
    amount: int | None
    file: int | None
    file_name: str


@dataclass(frozen=True, slots=True)
class VisitFacts:
    pk: int
    on: dt.date
    is_performed: bool
    satisfaction: str
    is_flaring_up: bool
    text: str
    visitor: str


@dataclass(frozen=True, slots=True)
class HandoverFacts:
    pk: int
    from_unit: str
    to_unit: str
    channel: str
    reason: str
    on: dt.date
    state: str
    answer: str
    answered_on: dt.date | None


@dataclass(frozen=True, slots=True)
class EndFacts:
    """The move that ended the mediation."""

    move: Move
    on: dt.date
    note: str


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """Everything that the papers of a case draw on."""

    code: str
    title: str
    category: str
    scale: str
    source: str
    is_applied_for: bool
    place: str
    happened_on: dt.date | None
    people: int
    amount: int | None
    facts: str
    channel: Channel
    state: DisputeState
    body: str  # the committee, else the unit that works on it
    holder: str
    mediator: str
    handler: str
    level: str
    settled_level: str
    registered_on: dt.date
    accepted_on: dt.date | None
    due_on: dt.date | None
    settled_on: dt.date | None
    closed_on: dt.date | None
    erase_on: dt.date | None
    keep_years: int
    prevented: str
    parties: tuple[PartyFacts, ...]
    records: tuple[RecordFacts, ...]
    agreement: AgreementText | None
    performances: tuple[PerformanceFacts, ...]
    visits: tuple[VisitFacts, ...]
    handovers: tuple[HandoverFacts, ...]
    end: EndFacts | None
    items: tuple[FileItem, ...]
    today: dt.date
    demo_mark: str

    def of(self, role: PartyRole) -> list[PartyFacts]:
        return [party for party in self.parties if party.role == role]

    def names(self, role: PartyRole) -> str:
        return "、".join(party.name for party in self.of(role))

    @property
    def is_peoples(self) -> bool:
        """People's mediation: committees of places and of trades alike."""
        return self.channel in (Channel.PEOPLE, Channel.INDUSTRY)

    @property
    def prefix(self) -> str:
        """What stands before 调解 in the titles of its papers."""
        if self.is_peoples:
            return "人民"
        return "行政" if self.channel == Channel.ADMINISTRATIVE else ""
