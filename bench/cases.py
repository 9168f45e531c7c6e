"""A county with thousands of cases, written in bulk: every state, parties, moves, agreements."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from bench.records import write_tree
from bench.tree import county
from disputes.enums import (
    AgreementForm,
    Channel,
    CommitteeKind,
    ConfirmationState,
    DisputeState,
    Move,
    PartyRole,
    Prevented,
    Satisfaction,
    TermKind,
)
from disputes.models import (
    Agreement,
    Committee,
    Dispute,
    DisputeMove,
    DisputeTerm,
    FollowVisit,
    Mediator,
    Party,
)
from disputes.services.registration import party_realm, place_realm
from pingan.enums import Level, Role
from pingan.models import CountySettings, Unit, User
from pingan.privacy import Sealed, blind_index

DAYS = 365
NAMES, PLACES = 4_000, 30  # people of the county; places of a village
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
SETTLED = (DisputeState.AGREED, DisputeState.PERFORMED, DisputeState.FOLLOWED, DisputeState.CLOSED)
ONE_DAY = dt.timedelta(days=1)


@dataclass(slots=True)
class Desks:
    """Who measures: the county's officer, a township's clerk, a village's clerk."""

    officer: User
    township: User
    village: User


class CaseWriter:
    """Writes cases in blocks; the same seed gives the same county."""

    def __init__(self, seed: int = 20260901) -> None:
        self.random = random.Random(seed)
        write_tree(county(0))
        self.county = Unit.objects.counties().get()
        CountySettings.objects.create(county=self.county)
        levels = (Level.VILLAGE, Level.TOWNSHIP, Level.DEPARTMENT)
        self.units = list(Unit.objects.filter(level__in=levels).order_by("path"))
        self.desks = self._people()
        self.mediators = self._mediators()
        self.categories = self._terms(TermKind.CATEGORY)
        self.sources = self._terms(TermKind.SOURCE)
        self.today = timezone.localdate()
        self.written = 0
        self.people = [
            (Sealed.of(name), blind_index(name, realm=party_realm(self.county.pk)))
            for name in (self._name(number) for number in range(NAMES))
        ]

    @staticmethod
    def name(number: int) -> str:
        """A made-up name; it is in no directory."""
        return f"{SURNAMES[number % len(SURNAMES)]}演示{number}"

    _name = name

    def write(self, count: int) -> None:
        """So many more cases with what belongs to them."""
        cases = [self._case(number) for number in range(self.written, self.written + count)]
        self.written += count
        Dispute.objects.bulk_create(cases, batch_size=500)
        Party.objects.bulk_create((p for c in cases for p in self._parties(c)), batch_size=1000)
        moves = (move for case in cases for move in self._moves(case))
        DisputeMove.objects.bulk_create(moves, batch_size=1000)
        settled = [case for case in cases if case.settled_level is not None]
        Agreement.objects.bulk_create(map(self._agreement, settled), batch_size=500)
        visited = [c for c in settled if c.state in (DisputeState.FOLLOWED, DisputeState.CLOSED)]
        FollowVisit.objects.bulk_create(map(self._visit, visited), batch_size=500)

    def _terms(self, kind: TermKind) -> Sequence[DisputeTerm]:
        return list(DisputeTerm.objects.filter(kind=kind, county=None))

    def _people(self) -> Desks:
        places = {unit.level: unit for unit in reversed(self.units)}
        made = (
            (Role.COUNTY_OFFICER, self.county),
            (Role.TOWNSHIP_CLERK, places[Level.TOWNSHIP]),
            (Role.VILLAGE_CLERK, places[Level.VILLAGE]),
        )
        return Desks(
            *(
                User.objects.create(username=role, display_name=role.label, role=role, unit=unit)
                for role, unit in made
            )
        )

    def _mediators(self) -> dict[int, list[Mediator]]:
        """A committee for every place, with two mediators."""
        start, end = dt.date(2024, 1, 1), dt.date(2027, 1, 1)
        committees = Committee.objects.bulk_create(
            Committee(
                unit=unit,
                kind=CommitteeKind.VILLAGE,
                name=f"{unit.name}调解委员会",
                code=f"演{unit.pk}",
                members=3,
                women=1,
                founded_on=start,
                term_starts_on=start,
                term_ends_on=end,
            )
            for unit in self.units
            if unit.level != Level.DEPARTMENT
        )
        made = Mediator.objects.bulk_create(
            Mediator(
                committee=committee,
                number=f"{number:02d}",
                name=Sealed.of(f"演示调解员{number}"),
                starts_on=start,
            )
            for committee in committees
            for number in (1, 2)
        )
        found: dict[int, list[Mediator]] = {unit.pk: [] for unit in self.units}
        for mediator in made:
            found[mediator.committee.unit_id].append(mediator)
        return found

    def _case(self, number: int) -> Dispute:
        dice = self.random
        unit = dice.choice(self.units) if number else self.desks.village.unit
        age = dice.randrange(DAYS)
        begun = self.today - age * ONE_DAY
        state = self._state(age)
        is_open = state in (DisputeState.REGISTERED, DisputeState.WORKING)
        ended = None if is_open else min(begun + dice.randrange(1, 45) * ONE_DAY, self.today)
        is_agreed = state in SETTLED
        level = Level(unit.level)
        mediators = self.mediators[unit.pk]
        place = f"演示{dice.randrange(PLACES)}号"
        prevented = Prevented.CRIME if is_agreed and dice.random() < 0.03 else ""
        return Dispute(
            unit=unit,
            county=self.county,
            year=begun.year,
            number=number + 1,
            code=f"（{begun.year}）演登字第{number + 1}号",
            title=f"演示纠纷{number}",
            category=dice.choice(self.categories),
            source=dice.choice(self.sources),
            place=place,
            place_index=blind_index(f"{unit.pk} {place}", realm=place_realm(self.county.pk)),
            channel=dice.choices(list(Channel), (90, 5, 2, 3))[0],
            facts=self.people[0][0],
            state=state,
            holder=unit,
            handler=self._handler(unit),
            mediator=dice.choice(mediators) if mediators else None,
            level=level,
            level_since=begun,
            level_due_on=begun + 7 * ONE_DAY if is_open else None,
            registered_on=begun,
            accepted_on=None if state == DisputeState.REGISTERED else begun,
            due_on=None if state == DisputeState.REGISTERED else begun + 31 * ONE_DAY,
            settled_on=ended,
            settled_level=level if is_agreed else None,
            closed_on=self.today if state == DisputeState.CLOSED else None,
            prevented=prevented,
            prevented_people=12 if prevented else 0,
        )

    def _state(self, age: int) -> DisputeState:
        """Old cases are closed, young ones are open."""
        if self.random.random() < 0.02:
            return DisputeState.FAILED
        if age < 20:
            return self.random.choice((DisputeState.REGISTERED, DisputeState.WORKING))
        return self.random.choice(SETTLED) if age < 90 else DisputeState.CLOSED

    def _handler(self, unit: Unit) -> User:
        for user in (self.desks.village, self.desks.township):
            if user.unit_id == unit.pk:
                return user
        return self.desks.officer

    def _parties(self, case: Dispute) -> list[Party]:
        chosen = self.random.sample(range(NAMES), 2)
        roles = (PartyRole.APPLICANT, PartyRole.RESPONDENT)
        return [
            Party(dispute=case, position=place, role=role, name=name, name_index=index)
            for place, (role, (name, index)) in enumerate(
                zip(roles, (self.people[number] for number in chosen), strict=True), start=1
            )
        ]

    def _moves(self, case: Dispute) -> list[DisputeMove]:
        if case.state == DisputeState.REGISTERED:
            return []
        steps = [(Move.ACCEPT, case.registered_on), (Move.START, case.registered_on)]
        if case.settled_on:
            step = Move.AGREE if case.settled_level is not None else Move.FAIL
            steps.append((step, case.settled_on))
        return [
            DisputeMove(dispute=case, move=step, before=case.state, after=case.state, on=day)
            for step, day in steps
        ]

    def _agreement(self, case: Dispute) -> Agreement:
        assert case.settled_on is not None
        is_confirmed = self.random.random() < 0.1
        return Agreement(
            dispute=case,
            form=AgreementForm.WRITTEN,
            agreed_on=case.settled_on,
            performed_on=None if case.state == DisputeState.AGREED else case.settled_on,
            confirmation=ConfirmationState.CONFIRMED if is_confirmed else ConfirmationState.NONE,
            confirmation_asked_on=case.settled_on if is_confirmed else None,
        )

    def _visit(self, case: Dispute) -> FollowVisit:
        assert case.settled_on is not None
        word = Satisfaction.FAIR if self.random.random() < 0.9 else Satisfaction.UNSATISFIED
        return FollowVisit(dispute=case, on=case.settled_on, is_performed=True, satisfaction=word)
