"""Registering a case (统一登记): one short form, a number, sealed names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from disputes import policies
from disputes.deadlines import due_day
from disputes.enums import Channel, DisputeState, Move, PartyKind, PartyRole
from disputes.models import Committee, Dispute, DisputeTerm, ImportedCase, Mediator, Party
from disputes.selectors.terms import scale_by_people, settings_of
from disputes.services.locking import locked
from disputes.services.plain import check_nameless
from pingan import audit
from pingan.enums import Level
from pingan.models import Unit, User
from pingan.privacy import Sealed, blind_index
from pingan.refusals import Refused

MOST_PARTIES = 20
SENT_TWICE = dt.timedelta(minutes=2)
FIELDS = (
    *("title", "category_id", "scale_id", "source_id", "source_note", "place", "happened_on"),
    *("people", "amount", "channel", "is_crime_likely"),
)


@dataclass(frozen=True, slots=True)
class PartyEntry:
    """Who is in dispute, in plain text: sealed before it is stored."""

    role: PartyRole
    name: str
    kind: PartyKind = PartyKind.PERSON
    contact: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """The short form. `amount` in 分; `level` is where the matter begins."""

    title: str
    category: DisputeTerm
    source: DisputeTerm
    registered_on: dt.date
    parties: Sequence[PartyEntry]
    scale: DisputeTerm | None = None
    source_note: str = ""
    place: str = ""
    happened_on: dt.date | None = None
    people: int = 2
    amount: int | None = None
    facts: str = ""
    channel: Channel = Channel.PEOPLE
    is_crime_likely: bool = False
    committee: Committee | None = None
    mediator: Mediator | None = None
    level: Level | None = None
    extra: dict[str, str] = field(default_factory=dict)


def party_realm(county_id: int) -> str:
    """Equal names meet within one county alone."""
    return f"party {county_id}"


def place_realm(county_id: int) -> str:
    return f"place {county_id}"


@transaction.atomic
def register_dispute(*, unit: Unit, entry: Entry, by: User) -> Dispute:
    """A new case with its number; whoever registers it holds it in hand."""
    policies.check_register(unit=unit, by=by)
    _check_entry(entry, unit, holder=unit)
    today = timezone.localdate()
    level = entry.level or _own_level(unit)
    year = entry.registered_on.year
    number = _next_number(unit, entry.committee, year)
    terms = settings_of(unit.root_id)
    dispute = Dispute(
        unit=unit,
        county_id=unit.root_id,
        committee=entry.committee,
        year=year,
        number=number,
        code=_code(unit, entry.committee, year, number),
        holder=unit,
        handler=by,
        mediator=entry.mediator,
        level=level,
        level_since=entry.registered_on,
        level_due_on=due_day(entry.registered_on, terms.level_days),
        registered_on=entry.registered_on,
        registered_by=by,
    )
    _fill(dispute, entry)
    if entry.registered_on > today:
        raise Refused("登记日期不能晚于今天。")
    dispute.save()
    _write_parties(dispute, entry.parties)
    check_nameless(dispute, _plain(entry))
    audit.record(
        action="登记纠纷",
        obj=dispute,
        by=by,
        unit=unit,
        after={**audit.snapshot(dispute, *FIELDS), "parties": len(entry.parties)},
    )
    return dispute


@transaction.atomic
def register_once(*, unit: Unit, entry: Entry, by: User) -> tuple[Dispute, bool]:
    """Register what was sent; the same again within moments is the same case, not a second one.

    Returns the case and whether it is new.
    """
    User.objects.select_for_update(of=("self",)).get(pk=by.pk)
    twins = Dispute.objects.filter(
        registered_by=by,
        registered_at__gte=timezone.now() - SENT_TWICE,
        unit=unit,
        title=entry.title,
        category=entry.category,
        registered_on=entry.registered_on,
        people=entry.people,
    )
    names = _digests(entry.parties, unit.root_id)
    for twin in twins:
        if list(twin.parties.values_list("name_index", flat=True)) == names:
            return twin, False
    return register_dispute(unit=unit, entry=entry, by=by), True


def _digests(parties: Sequence[PartyEntry], county_id: int) -> list[str]:
    return [blind_index(party.name, realm=party_realm(county_id)) for party in parties]


@transaction.atomic
def change_dispute(*, dispute: Dispute, entry: Entry, version: int, by: User) -> Dispute:
    """Correct the registration; parties are replaced by those of the form."""
    row = locked(dispute, version)
    policies.check_move(dispute=row, move=Move.EDIT, by=by)
    _check_entry(entry, row.unit, holder=row.holder)
    before = audit.snapshot(row, *FIELDS)
    known = row.parties.count()
    _fill(row, entry)
    row.mediator = entry.mediator
    row.version += 1
    row.save()
    row.parties.all().delete()
    _write_parties(row, entry.parties)
    check_nameless(row, _plain(entry))
    audit.record(
        action="修改纠纷登记",
        obj=row,
        by=by,
        unit=row.unit,
        before={**before, "parties": known},
        after={**audit.snapshot(row, *FIELDS), "parties": len(entry.parties)},
    )
    return row


@transaction.atomic
def take_dispute(*, dispute: Dispute, by: User) -> Dispute:
    """Take a case in hand: from now on its names are this person's to know."""
    row = locked(dispute)
    policies.check_take(dispute=row, by=by)
    if row.handler_id == by.pk:
        return row
    before = audit.snapshot(row, "handler_id")
    row.handler = by
    row.version += 1
    row.save(update_fields=["handler", "version"])
    audit.record(
        action="接手纠纷",
        obj=row,
        by=by,
        unit=row.unit,
        before=before,
        after=audit.snapshot(row, "handler_id"),
    )
    return row


def _fill(dispute: Dispute, entry: Entry) -> None:
    dispute.title = entry.title
    dispute.category = entry.category
    dispute.scale = entry.scale or scale_by_people(dispute.county_id, entry.people)
    dispute.source = entry.source
    dispute.source_note = entry.source_note
    dispute.place = entry.place
    dispute.place_index = blind_index(entry.place, realm=place_realm(dispute.county_id))
    dispute.happened_on = entry.happened_on
    dispute.people = entry.people
    dispute.amount = entry.amount
    dispute.facts = Sealed.of(entry.facts)
    dispute.channel = entry.channel
    dispute.is_crime_likely = entry.is_crime_likely


def _write_parties(dispute: Dispute, parties: Sequence[PartyEntry]) -> None:
    realm = party_realm(dispute.county_id)
    Party.objects.bulk_create(
        Party(
            dispute=dispute,
            position=position,
            role=party.role,
            kind=party.kind,
            name=Sealed.of(party.name),
            name_index=blind_index(party.name, realm=realm),
            contact=Sealed.of(party.contact),
            address=Sealed.of(party.address),
        )
        for position, party in enumerate(parties, start=1)
    )


def _plain(entry: Entry) -> dict[str, str]:
    """What everybody reads who sees the case."""
    return {"事由": entry.title, "发生地点": entry.place, "来源说明": entry.source_note}


def _check_entry(entry: Entry, unit: Unit, *, holder: Unit) -> None:
    if entry.happened_on and entry.happened_on > entry.registered_on:
        raise Refused("发生日期不能晚于登记日期。")
    roles = {party.role for party in entry.parties}
    if PartyRole.APPLICANT not in roles or PartyRole.RESPONDENT not in roles:
        raise Refused("至少要有一名申请人和一名被申请人。")
    if len(entry.parties) > MOST_PARTIES:
        raise Refused(f"当事人最多登记{MOST_PARTIES}名，其余请用“涉及人数”说明。")
    if entry.people < len(entry.parties):
        raise Refused("涉及人数不能少于登记的当事人数。")
    if entry.committee is not None and entry.committee.unit.root_id != unit.root_id:
        raise Refused("请选择本县的调解委员会。")
    mediator, committee = entry.mediator, entry.committee
    # A case that was handed on keeps its number; the new unit's own mediators work on it.
    if mediator is not None and mediator.committee != committee:
        is_new_holders = holder.pk != unit.pk and mediator.committee.unit_id == holder.pk
        if not is_new_holders:
            raise Refused("请选择本调解委员会的调解员。")


def _own_level(unit: Unit) -> Level:
    return Level(unit.level) if unit.level != Level.DEPARTMENT else Level.DEPARTMENT


def _next_number(unit: Unit, committee: Committee | None, year: int) -> int:
    """The next number of the committee's year, or of the unit's; the owner's row is held.

    Numbers of imported cases stay used when the import is undone.
    """
    owner = Q(committee=committee)
    if committee is not None:
        Committee.objects.select_for_update(of=("self",)).get(pk=committee.pk)
    else:
        Unit.objects.select_for_update(of=("self",)).get(pk=unit.pk)
        owner &= Q(unit=unit)
    used = (
        rows.aggregate(last=Max("number"))["last"] or 0
        for rows in (
            Dispute.objects.filter(owner, year=year),
            ImportedCase.objects.filter(owner, year=year),
        )
    )
    return int(max(used)) + 1


def _code(unit: Unit, committee: Committee | None, year: int, number: int) -> str:
    """（2026）角人调字第12号; without a committee the unit's own 登字."""
    mark = f"{committee.code}字" if committee is not None else f"{unit.short_name}登字"
    return f"（{year}）{mark}第{number}号"


def is_open(dispute: Dispute) -> bool:
    """Whether it is still somebody's work."""
    return DisputeState(dispute.state) in (
        DisputeState.REGISTERED,
        DisputeState.ACCEPTED,
        DisputeState.WORKING,
    )
