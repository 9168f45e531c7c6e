"""Taking in a ledger: proposed and sealed, looked at, then all or nothing; undone as one step."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils import timezone

from disputes import policies
from disputes.deadlines import due_day
from disputes.enums import (
    OPEN_STATES,
    AgreementForm,
    Channel,
    DisputeState,
    Move,
    PartyKind,
    PartyRole,
)
from disputes.models import (
    Agreement,
    Committee,
    Dispute,
    DisputeImport,
    DisputeMove,
    DisputeTerm,
    ImportedCase,
    Mediator,
    Party,
)
from disputes.selectors.ledgers import Key, taken_keys
from disputes.selectors.terms import settings_of
from disputes.services.agreements import Terms, record_agreement
from disputes.services.moves import move_dispute
from disputes.services.registration import FIELDS, Entry, PartyEntry, register_dispute
from pingan import audit
from pingan.models import Unit, User
from pingan.privacy import Sealed
from pingan.refusals import Forbidden, Refused

UNDO_DAYS = 7
WAIT_DAYS = 2  # a proposal that nobody takes in goes away
MOST_ERRORS = 200
# What an import itself writes; anything else that hangs on a case is somebody's work.
OWN = (Party, DisputeMove, Agreement, ImportedCase)
ENDINGS = {
    DisputeState.FAILED: Move.FAIL,
    DisputeState.GUIDED: Move.GUIDE,
    DisputeState.WITHDRAWN: Move.WITHDRAW,
}


@dataclass(frozen=True, slots=True)
class CellError:
    """One cell that cannot be taken in. The sentence never repeats what stands in the cell."""

    cell: str
    sentence: str


@dataclass(frozen=True, slots=True)
class ProposedCase:
    """One row of the ledger as it will be registered; terms and units by their keys."""

    row: int
    unit: int
    title: str
    category: int
    source: int
    registered_on: dt.date
    parties: Sequence[PartyEntry]
    scale: int | None = None
    place: str = ""
    happened_on: dt.date | None = None
    people: int = 2
    amount: int | None = None
    facts: str = ""
    channel: Channel = Channel.PEOPLE
    committee: int | None = None
    mediator: int | None = None
    accepted_on: dt.date | None = None
    state: DisputeState = DisputeState.REGISTERED
    settled_on: dt.date | None = None
    form: AgreementForm | None = None
    note: str = ""

    @property
    def key(self) -> Key:
        return self.unit, self.registered_on, self.place, self.title


@dataclass(slots=True)
class Proposal:
    """What a ledger would do."""

    errors: list[CellError] = field(default_factory=list)
    cases: list[ProposedCase] = field(default_factory=list)
    same: int = 0  # lines that stand in the system just so


@transaction.atomic
def receive_ledger(*, file_hash: str, proposal: Proposal, by: User) -> DisputeImport:
    """Keep what the ledger would do, sealed. What this person proposed before goes."""
    policies.check_desk(by=by)
    DisputeImport.objects.filter(by=by, applied_at=None).delete()
    drop_stale()
    cases = [] if proposal.errors else proposal.cases
    return DisputeImport.objects.create(
        unit=by.unit,
        file_hash=file_hash,
        proposal=_sealed(cases),
        errors=[[error.cell, error.sentence] for error in proposal.errors[:MOST_ERRORS]],
        error_count=len(proposal.errors),
        new_count=len(cases),
        same_count=proposal.same,
        by=by,
    )


def drop_stale() -> int:
    """Proposals that nobody took in hold names: after some days they go."""
    old = timezone.now() - dt.timedelta(days=WAIT_DAYS)
    return DisputeImport.objects.filter(applied_at=None, received_at__lt=old).delete()[0]


def proposed_cases(*, run: DisputeImport, by: User) -> list[ProposedCase]:
    """What waits, opened for who brought it; empty once it is taken in."""
    if run.by_id != by.pk:
        raise Forbidden("只有上传的人可以查看待导入的台账。")
    return _opened(run.proposal)


def _sealed(cases: Sequence[ProposedCase]) -> Sealed:
    rows = [audit.plain(asdict(case)) for case in cases]
    return Sealed.of(json.dumps(rows, ensure_ascii=False)) if rows else Sealed()


def _opened(proposal: Sealed) -> list[ProposedCase]:
    rows: list[dict[str, Any]] = json.loads(proposal.reveal()) if proposal else []
    return [_typed(row) for row in rows]


def _typed(row: dict[str, Any]) -> ProposedCase:
    """A row as it was before JSON."""
    days = ("registered_on", "happened_on", "accepted_on", "settled_on")
    parties = [
        PartyEntry(**{**party, "role": PartyRole(party["role"]), "kind": PartyKind(party["kind"])})
        for party in row["parties"]
    ]
    case = ProposedCase(**{**row, "parties": parties})
    typed: dict[str, Any] = {name: dt.date.fromisoformat(row[name]) for name in days if row[name]}
    return replace(
        case,
        **typed,
        state=DisputeState(row["state"]),
        channel=Channel(row["channel"]),
        form=AgreementForm(row["form"]) if row["form"] else None,
    )


@dataclass(frozen=True, slots=True)
class _Named:
    """What the rows point at, by key."""

    units: Mapping[int, Unit]
    terms: Mapping[int, DisputeTerm]
    committees: Mapping[int, Committee]
    mediators: Mapping[int, Mediator]


@transaction.atomic
def apply_ledger(*, run: DisputeImport, by: User) -> int:
    """Take in what was shown, all or nothing; how many cases."""
    policies.check_desk(by=by)
    held = DisputeImport.objects.select_for_update(of=("self",)).filter(pk=run.pk).first()
    if held is None:
        raise Refused("这份台账已经不在了，请重新上传。")
    if held.by_id != by.pk:
        raise Forbidden("请由上传台账的人确认导入。")
    if held.applied_at is not None:
        raise Refused("这份台账已经导入过了，不必再导入一次。")
    cases = _opened(held.proposal)
    if held.error_count or not cases:
        raise Refused("没有可以导入的纠纷，请改正后重新上传。")
    named = _named(cases)
    _check_not_taken(cases)
    made = [_take_in(case, named, by) for case in cases]
    rows = Dispute.objects.in_bulk([dispute.pk for dispute in made])
    _start_levels(list(rows.values()), by)
    ImportedCase.objects.bulk_create(
        ImportedCase(
            run=held,
            dispute=row,
            dispute_version=row.version,
            unit_id=row.unit_id,
            committee_id=row.committee_id,
            year=row.year,
            number=row.number,
            code=row.code,
        )
        for row in (rows[dispute.pk] for dispute in made)
    )
    held.applied_at = timezone.now()
    held.proposal = Sealed()
    held.save(update_fields=["applied_at", "proposal"])
    _record("导入纠纷台账", held, by, {"cases": len(made), "level_since": timezone.localdate()})
    run.refresh_from_db()
    return len(made)


def _named(cases: Sequence[ProposedCase]) -> _Named:
    """Everything the rows point at. Whoever numbers cases is held, always in the same order."""
    terms = {pk for case in cases for pk in (case.category, case.source, case.scale) if pk}
    units = Unit.objects.select_for_update(of=("self",)).order_by("pk")
    committees = Committee.objects.select_for_update(of=("self",)).order_by("pk")
    committees = committees.select_related("unit")
    found = _Named(
        units.in_bulk({case.unit for case in cases}),
        DisputeTerm.objects.in_bulk(terms),
        committees.in_bulk({case.committee for case in cases if case.committee}),
        Mediator.objects.select_related("committee").in_bulk(
            {case.mediator for case in cases if case.mediator}
        ),
    )
    wanted = [
        ({case.unit for case in cases}, found.units),
        (terms, found.terms),
        ({case.committee for case in cases if case.committee}, found.committees),
        ({case.mediator for case in cases if case.mediator}, found.mediators),
    ]
    if any(keys - known.keys() for keys, known in wanted):
        raise Refused("上传以后单位、字典或调解组织有变动，请重新上传核对。")
    return found


def _check_not_taken(cases: Sequence[ProposedCase]) -> None:
    """Registered by somebody since the upload."""
    taken = taken_keys((case.unit for case in cases), (case.registered_on for case in cases))
    for case in cases:
        if case.key in taken:
            raise Refused(f"第{case.row}行的纠纷在上传以后已经有人登记，请重新上传核对。")


def _take_in(case: ProposedCase, named: _Named, by: User) -> Dispute:
    entry = Entry(
        title=case.title,
        category=named.terms[case.category],
        source=named.terms[case.source],
        registered_on=case.registered_on,
        parties=case.parties,
        scale=named.terms[case.scale] if case.scale else None,
        source_note="台账导入",
        place=case.place,
        happened_on=case.happened_on,
        people=case.people,
        amount=case.amount,
        facts=case.facts,
        channel=case.channel,
        committee=named.committees[case.committee] if case.committee else None,
        mediator=named.mediators[case.mediator] if case.mediator else None,
    )
    try:
        dispute = register_dispute(unit=named.units[case.unit], entry=entry, by=by)
        _bring_to(dispute, case, by)
    except Refused as error:
        raise Refused(f"第{case.row}行：{error}整份台账都没有写入。") from error
    return dispute


def _bring_to(dispute: Dispute, case: ProposedCase, by: User) -> None:
    """The moves that lead to the state of the row, each on its day."""
    accepted_on = case.accepted_on or case.registered_on
    ended_on = case.settled_on or accepted_on

    def step(move: Move, on: dt.date, note: str = "") -> None:
        move_dispute(dispute=dispute, move=move, on=on, by=by, note=note)

    if case.state == DisputeState.REGISTERED:
        return
    step(Move.ACCEPT, accepted_on)
    if case.state == DisputeState.ACCEPTED:
        return
    step(Move.START, accepted_on)
    if case.state == DisputeState.AGREED and case.form is not None:
        terms = Terms(form=case.form, agreed_on=ended_on, facts="", content="")
        record_agreement(dispute=dispute, terms=terms, by=by)
    elif case.state in ENDINGS:
        step(ENDINGS[case.state], ended_on, case.note)


def _start_levels(rows: Sequence[Dispute], by: User) -> None:
    """The days of the level of what is still open begin today: else an old ledger would go up
    by itself as a whole within the hour, before anybody has looked at it."""
    today = timezone.localdate()
    last = due_day(today, settings_of(by.unit.root_id).level_days)
    still_open = [row for row in rows if row.state in OPEN_STATES]
    for row in still_open:
        row.level_since, row.level_due_on = today, last
    Dispute.objects.bulk_update(still_open, ["level_since", "level_due_on"])


def undo_until(run: DisputeImport) -> dt.datetime | None:
    """Until when it may be undone; None where it was not taken in, or was undone."""
    if run.applied_at is None or run.undone_at is not None:
        return None
    return run.applied_at + dt.timedelta(days=UNDO_DAYS)


@transaction.atomic
def undo_ledger(*, run: DisputeImport, by: User) -> tuple[list[str], list[str]]:
    """Take back the cases that nobody has worked on since: numbers removed, numbers kept.

    A number that was given is not given again.
    """
    policies.check_desk(by=by)
    held = DisputeImport.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if held.by_id != by.pk:
        raise Forbidden("请由导入的人撤销。")
    until = undo_until(held)
    if until is None:
        raise Refused(
            "这次导入已经撤销过了。" if held.undone_at else "这份台账没有导入，不用撤销。"
        )
    if timezone.now() > until:
        raise Refused(f"导入已经超过{UNDO_DAYS}天，不能整批撤销。")
    cases = list(held.cases.exclude(dispute=None))
    rows = Dispute.objects.select_for_update(of=("self",)).select_related("unit").order_by("pk")
    disputes = rows.in_bulk([case.dispute_id for case in cases])
    touched = _touched(disputes, cases)
    gone = [each for pk, each in disputes.items() if pk not in touched]
    kept = [each.code for pk, each in disputes.items() if pk in touched]
    audit.record_all(
        audit.event(
            action="撤销导入的纠纷",
            obj=each,
            by=by,
            unit=each.unit,
            before=audit.snapshot(each, "code", "state", "registered_on", *FIELDS),
        )
        for each in gone
    )
    Dispute.objects.filter(pk__in=[each.pk for each in gone]).delete()
    held.undone_at = timezone.now()
    held.save(update_fields=["undone_at"])
    _record("撤销台账导入", held, by, {"removed": len(gone), "kept": len(kept)})
    run.refresh_from_db()
    return [each.code for each in gone], kept


def _touched(disputes: Mapping[int, Dispute], cases: Sequence[ImportedCase]) -> set[int]:
    """Cases that changed since, or on which anything hangs that the import did not write."""
    found = {
        case.dispute_id
        for case in cases
        if case.dispute_id is not None and disputes[case.dispute_id].version != case.dispute_version
    }
    for name, rows in _foreign(Dispute, disputes):
        found |= set(rows.values_list(name, flat=True))
    agreements = Agreement.objects.filter(dispute__in=disputes)
    found |= set(agreements.exclude(version=1).values_list("dispute", flat=True))
    by_agreement = dict(agreements.values_list("pk", "dispute"))
    for name, rows in _foreign(Agreement, by_agreement):
        found |= {by_agreement[pk] for pk in rows.values_list(name, flat=True)}
    return found


def _foreign(model: type[Model], keys: Mapping[int, Any]) -> list[tuple[str, QuerySet[Any]]]:
    """Rows of other kinds that point at these, whichever part of the system keeps them."""
    return [
        (
            relation.field.name,
            relation.related_model._base_manager.filter(**{f"{relation.field.name}__in": keys}),
        )
        for relation in model._meta.related_objects
        if relation.related_model not in OWN
    ]


def _record(action: str, run: DisputeImport, by: User, after: dict[str, Any]) -> None:
    audit.record(
        action=action,
        obj=run,
        by=by,
        unit=run.unit,
        after={"file_hash": run.file_hash, **after},
    )
