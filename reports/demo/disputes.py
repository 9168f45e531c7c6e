"""Made-up disputes of the demonstration: a year of cases in every state, with their files.

Parties are 演示甲子一 and the like; names, contacts and texts are sealed as in real cases.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from random import Random

from django.db import models
from django.db.models import DateTimeField, F, OuterRef, Subquery
from django.db.models.functions import Cast
from django.utils import timezone

from disputes.enums import (
    ClaimState,
    DisputeState,
    PartyRole,
)
from disputes.models import (
    Agreement,
    Dispute,
    DisputeMove,
    Escalation,
    MediationRecord,
    Party,
    Performance,
    SubsidyClaim,
    SubsidyRate,
)
from disputes.services.names import note_look
from disputes.services.registration import party_realm
from pingan.enums import Level
from pingan.models import Unit, User
from pingan.months import Month
from pingan.privacy import Sealed, blind_index
from reports.demo import dispute_texts as texts
from reports.demo.dispute_committees import load_committees, load_trainings
from reports.demo.dispute_plots import Plot, plot_of, read_committees, tell_story
from reports.demo.dispute_stories import Story, moment

A_MONTH = 29
# What happens to a case now and then: every so many cases, at which place.
TURNS = (
    (53, 29, "fail"),
    (41, 11, "withdraw"),
    (47, 7, "reject"),
    (43, 19, "guide"),
    (27, 5, "hand over"),
    (61, 13, "refused"),
    (23, 17, "pause"),
    (11, 3, "long"),
    (67, 31, "ask up"),
)
# Cases of the last days, so that every state and every clock can be looked at: days ago, what.
LATEST = (
    *((9, "fail"), (8, "guide"), (8, "withdraw"), (4, "reject"), (9, "pause"), (4, "offer")),
    *((3, "offer"), (10, "long"), (17, "long"), (24, "long"), (16, "draft"), (12, "draft")),
    *((3, "repeat"), (2, "repeat"), (1, "repeat"), (6, "ask up"), (7, "hand over")),
    *((38, "stuck"), (10, "left"), (45, "visited"), (0, "crime")),
)


def load_disputes(
    county: Unit,
    first: dt.date,
    clerks: dict[int, User],
    reviewers: dict[int, User],
    officer: User,
) -> None:
    """Settings, committees and the cases from `first` until today."""
    today = timezone.localdate()
    plot = plot_of(county, today, {**clerks, county.pk: officer})
    townships, villages = plot.units[Level.TOWNSHIP], plot.units[Level.VILLAGE]
    load_committees(county, [*townships, *villages], clerks, today)
    load_trainings(county, townships, plot.clerks, first, today)
    read_committees(plot)
    for day, turn in _days(first, today, plot.dice):
        plot.stories.append(tell_story(plot, day, turn))
    _number(plot.stories)
    _write(plot)
    _claim(plot, reviewers)
    _look(plot)


def _days(first: dt.date, today: dt.date, dice: Random) -> list[tuple[dt.date, str]]:
    """When the cases came, in order, and what is told of each."""
    found = []
    for month in Month.of(first).until(Month.of(today)):
        days = [day for day in month.dates() if day <= today]
        for _number in range(A_MONTH * len(days) // month.days):
            found.append(dice.choice(days))
    told = [(day, _turn(place)) for place, day in enumerate(sorted(found), start=1)]
    told += [(today - dt.timedelta(days=ago), turn) for ago, turn in LATEST]
    return sorted(told, key=lambda each: each[0])


def _turn(place: int) -> str:
    return next((turn for every, at, turn in TURNS if place % every == at), "")


def _number(stories: list[Story]) -> None:
    """In the order of their days, by committee or by unit, and by year."""
    last: dict[tuple[str, int, int], int] = defaultdict(int)
    for story in stories:
        row = story.dispute
        committee = row.committee
        owner = ("committee", committee.pk) if committee else ("unit", row.unit_id)
        last[*owner, row.year] += 1
        row.number = last[*owner, row.year]
        mark = f"{committee.code}字" if committee else f"{row.unit.short_name}登字"
        row.code = f"（{row.year}）{mark}第{row.number}号"


def _write(plot: Plot) -> None:
    stories = plot.stories
    Dispute.objects.bulk_create([story.dispute for story in stories])
    Party.objects.bulk_create(party for story in stories for party in _parties(plot, story))
    Agreement.objects.bulk_create(story.agreement for story in stories if story.agreement)
    by_model: dict[type[models.Model], list[models.Model]] = defaultdict(list)
    for story in stories:
        for row in story.rows:
            by_model[type(row)].append(row)
    by_model[Performance] = by_model.pop(Performance, [])
    for model, rows in by_model.items():
        model._default_manager.bulk_create(rows)
    own = {"dispute__county": plot.county}
    for model, day, at in (
        (DisputeMove, "on", "at"),
        (Escalation, "on", "at"),
        (MediationRecord, "on", "recorded_at"),
    ):
        # As if each had been put down on its own day.
        model._default_manager.filter(**own).update(**{at: _at(F(day))})
    Dispute.objects.filter(county=plot.county).update(registered_at=_at(F("registered_on")))


def _at(day: F | Subquery) -> Cast:
    return Cast(day, DateTimeField())


def _parties(plot: Plot, story: Story) -> list[Party]:
    realm = party_realm(plot.county.pk)
    roles = (PartyRole.APPLICANT, PartyRole.RESPONDENT, PartyRole.RESPONDENT)
    pairs = list(zip(roles, story.names, strict=False))
    return [
        Party(
            dispute=story.dispute,
            position=position,
            role=role,
            name=Sealed.of(name),
            name_index=blind_index(name, realm=realm),
            contact=Sealed.of(f"演示电话{position:02d}"),
            address=Sealed.of(f"{story.dispute.unit.name}（演示住址）"),
        )
        for position, (role, name) in enumerate(pairs, start=1)
    ]


def _claim(plot: Plot, reviewers: dict[int, User]) -> None:
    """以案定补 of what is closed with an agreement: the old are paid, the newest wait."""
    rates = {(r.form, r.scale_id): r.amount for r in SubsidyRate.objects.filter(county=plot.county)}
    claims: list[SubsidyClaim] = []
    for story in plot.stories:
        row, found = story.dispute, story.agreement
        if row.state != DisputeState.CLOSED or row.closed_on is None or found is None:
            continue
        if row.mediator is None or (len(claims) % 17 == 16 and row.pk % 2):
            continue  # not claimed yet
        age = (plot.today - row.closed_on).days
        amount = rates.get((found.form, row.scale_id)) or rates[found.form, None]
        claim = SubsidyClaim(
            dispute=row,
            mediator=row.mediator,
            month=Month.of(row.closed_on),
            amount=amount,
            claimed_by=row.handler,
        )
        if age > 12:
            _decide(claim, row.closed_on, age, reviewers, is_refused=len(claims) % 40 == 39)
        claims.append(claim)
    SubsidyClaim.objects.bulk_create(claims)
    closed_on = Dispute.objects.filter(pk=OuterRef("dispute_id")).values("closed_on")
    own = SubsidyClaim.objects.filter(dispute__county=plot.county)
    own.update(claimed_at=_at(Subquery(closed_on)))


def _decide(
    claim: SubsidyClaim,
    closed_on: dt.date,
    age: int,
    reviewers: dict[int, User],
    *,
    is_refused: bool,
) -> None:
    unit = claim.dispute.unit
    above = unit.parent_id if unit.level == Level.VILLAGE else unit.pk
    claim.decided_by = reviewers.get(above or 0) or reviewers.get(claim.dispute.county_id)
    claim.decided_at = moment(closed_on + dt.timedelta(days=10), 16)
    if is_refused:
        claim.state, claim.reason = ClaimState.REFUSED, texts.CLAIM_REFUSED
    elif age > 50:
        claim.state, claim.paid_on = ClaimState.PAID, closed_on + dt.timedelta(days=40)
    else:
        claim.state = ClaimState.APPROVED


def _look(plot: Plot) -> None:
    """A few looks at names, so that the trail shows what one looks like."""
    working = [s.dispute for s in plot.stories if s.dispute.state == DisputeState.WORKING]
    for row in working[:3]:
        if row.handler is not None:
            note_look(dispute=row, purpose="联系当事人到场调解（演示）", by=row.handler)
