"""What a made-up case is about, and which way it goes."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from random import Random

from disputes.deadlines import due_day
from disputes.enums import (
    HandoverState,
    Move,
    Prevented,
    RecordKind,
    TermKind,
)
from disputes.models import (
    Committee,
    Dispute,
    DisputeSettings,
    DisputeTerm,
    Mediator,
)
from disputes.services.registration import place_realm
from pingan.enums import Level
from pingan.models import Unit, User
from pingan.privacy import Sealed, blind_index
from reports.demo import dispute_texts as texts
from reports.demo.dispute_committees import load_settings
from reports.demo.dispute_stories import Story, moment

WEIGHTS = {"neighbours": 22, "housing": 18, "land": 20, "family": 9, "damages": 9}
COURT = "{county}人民法院"
AT_ONCE = frozenset({"hand over", "refused", "offer"})  # offered to a department
OF_VILLAGES = frozenset({"repeat", "left"})
ENDLESS = frozenset({"left", "stuck"})  # under mediation still


@dataclass
class Plot:
    """What the stories of one county are made of."""

    county: Unit
    today: dt.date
    terms: DisputeSettings
    clerks: dict[int, User]
    dice: Random
    units: dict[Level, list[Unit]]
    committees: dict[int, Committee] = field(default_factory=dict)
    mediators: dict[int, list[Mediator]] = field(default_factory=lambda: defaultdict(list))
    lists: dict[tuple[str, str], DisputeTerm] = field(default_factory=dict)
    stories: list[Story] = field(default_factory=list)
    named: int = 0

    def names(self, count: int) -> tuple[str, ...]:
        """The next made-up names."""
        self.named += count
        return tuple(texts.party_name(self.named - count + each) for each in range(count))

    def term(self, kind: TermKind, code: str) -> DisputeTerm:
        return self.lists[kind, code]


def plot_of(county: Unit, today: dt.date, clerks: dict[int, User]) -> Plot:
    units: dict[Level, list[Unit]] = defaultdict(list)
    living = Unit.objects.living().filter(county=county).select_related("parent", "county")
    wanted = (Level.TOWNSHIP, Level.VILLAGE, Level.DEPARTMENT)
    for unit in living.filter(level__in=wanted).order_by("path"):
        if unit.pk in clerks:
            units[Level(unit.level)].append(unit)
    units[Level.COUNTY] = [county]
    return Plot(
        county=county,
        today=today,
        terms=load_settings(county),
        clerks=clerks,
        dice=Random(f"disputes {county.code}"),
        units=units,
        lists={(term.kind, term.code): term for term in DisputeTerm.objects.filter(county=None)},
    )


def read_committees(plot: Plot) -> None:
    own = Committee.objects.filter(unit__path__startswith=plot.county.path)
    for committee in own.exclude(kind__in=("industry", "association")).order_by("pk"):
        plot.committees[committee.unit_id] = committee
    for mediator in Mediator.objects.filter(committee__in=own).order_by("number"):
        plot.mediators[mediator.committee_id].append(mediator)


def tell_story(plot: Plot, day: dt.date, turn: str) -> Story:
    """One case from its registration to where it stands today."""
    unit = _unit(plot, turn)
    dispute, names = _registered(plot, unit, day, turn)
    story = Story(dispute, names, plot.dice, plot.today, plot.terms, plot.clerks)
    story.is_left = turn == "left"
    if turn == "repeat":
        dispute.source = plot.term(TermKind.SOURCE, "sweep")
    _go(plot, story, turn)
    story.pass_time(plot.today)
    return story


def _unit(plot: Plot, turn: str) -> Unit:
    """Most cases are a village's."""
    if turn in OF_VILLAGES or turn in AT_ONCE:
        level = Level.VILLAGE
    elif turn == "stuck":
        level = Level.TOWNSHIP
    else:
        levels = (Level.VILLAGE, Level.TOWNSHIP, Level.DEPARTMENT, Level.COUNTY)
        level = plot.dice.choices(levels, (76, 17, 3, 4))[0]
    units = plot.units[level] or plot.units[Level.COUNTY]
    if turn == "repeat" and plot.stories:
        return _old(plot).dispute.unit
    return plot.dice.choice(units)


def _old(plot: Plot) -> Story:
    """The case that the next repeat repeats: settled, of a village."""
    again = sum(story.dispute.title.startswith("再次") for story in plot.stories)
    settled = [
        story
        for story in plot.stories
        if story.dispute.settled_level and story.dispute.unit.level == Level.VILLAGE
    ]
    return settled[(again + 1) * len(settled) // 5]


def _registered(plot: Plot, unit: Unit, day: dt.date, turn: str) -> tuple[Dispute, tuple[str, ...]]:
    """The case as it was put down, and its parties' names."""
    dice = plot.dice
    codes = list(texts.MATTERS)
    category = dice.choices(codes, [WEIGHTS.get(code, 3) for code in codes])[0]
    if turn in AT_ONCE:
        category = dice.choice(sorted(texts.FOR_DEPARTMENTS))
    title, spot = dice.choice(texts.MATTERS[category])
    people = dice.choices((2, 3, 4, 6, 8, 14, 36), (52, 20, 15, 6, 3, 3, 1))[0]
    names = plot.names(3 if people > 4 else 2)
    villages = plot.units[Level.VILLAGE]
    where = unit if unit.level == Level.VILLAGE or not villages else dice.choice(villages)
    place = f"{where.short_name}{dice.choice('一二三四五六七八')}组{spot}"
    if turn == "repeat" and plot.stories:
        old = _old(plot)
        title, category = f"再次{old.dispute.title}", old.dispute.category.code
        place, names = old.dispute.place, old.names
    is_group = unit.level == Level.VILLAGE and turn != "left" and dice.random() < 0.45
    level = Level.GROUP if is_group else Level(unit.level)
    committee = plot.committees.get(unit.pk)
    has_money = category in ("damages", "wages", "contract", "traffic", "family", "medical")
    is_crime_likely = turn == "crime" or dice.random() < 0.03
    is_told = is_crime_likely and turn != "crime"
    dispute = Dispute(
        unit=unit,
        county=plot.county,
        committee=committee,
        year=day.year,
        title=title,
        category=plot.term(TermKind.CATEGORY, category),
        scale=plot.term(TermKind.SCALE, _scale(people)),
        source=plot.term(TermKind.SOURCE, dice.choice(texts.SOURCES)),
        place=place,
        place_index=blind_index(place, realm=place_realm(plot.county.pk)),
        happened_on=day - dt.timedelta(days=dice.randrange(0, 9)),
        people=max(people, len(names)),
        amount=dice.randrange(2, 90) * 10_000 if has_money else None,
        holder=unit,
        handler=plot.clerks[unit.pk],
        registered_by=plot.clerks[unit.pk],
        mediator=dice.choice(plot.mediators[committee.pk]) if committee else None,
        level=level,
        level_since=day,
        level_due_on=due_day(day, plot.terms.level_days),
        registered_on=day,
        is_crime_likely=is_crime_likely,
        police_told_at=moment(day, 11) if is_told else None,
        police_told_by=plot.clerks[unit.pk] if is_told else None,
        facts=Sealed.of(texts.FACTS.format(one=names[0], two=names[1], title=title)),
    )
    return dispute, names


def _scale(people: int) -> str:
    for least, code in ((30, "major"), (10, "large"), (5, "general")):
        if people >= least:
            return code
    return "individual"


def _go(plot: Plot, story: Story, turn: str) -> None:
    """Accepted, worked on, settled, performed, visited, closed: as far as the days reach."""
    dice = plot.dice
    if turn == "reject":
        if story.move(Move.REJECT, story.day(1), dice.choice(texts.REJECTED)):
            story.move(Move.CLOSE, story.day(6))
        return
    started = dice.randrange(0, 2)
    if not story.move(Move.ACCEPT, story.day(started)):
        return
    if turn in AT_ONCE:
        _offer(plot, story, turn)
        if turn == "offer":
            return
    if not story.move(Move.START, story.day(started + 1)):
        return
    _work(plot, story, turn, started)


def _work(plot: Plot, story: Story, turn: str, started: int) -> None:
    """Records, pauses and levels of a case under mediation, until it ends one way or another."""
    dice = plot.dice
    story.record(RecordKind.RIGHTS, story.day(started + 1), texts.RIGHTS)
    story.record(RecordKind.INVESTIGATION, story.day(started + 1), texts.INVESTIGATION)
    last = 3 + started + dice.randrange(0, 3)
    if turn == "pause":
        days = dice.randrange(6, 15)
        story.pause(story.day(started + 1), days)
        last += days
    elif turn == "long":
        last = dice.choice((11, 13, 18, 24, 27))
        story.record(RecordKind.SITTING, story.day(5), texts.SITTINGS[0])
        story.record(RecordKind.JOINT, story.day(9), texts.JOINT)
    elif turn == "ask up" and story.day(last) <= plot.today:
        story.ask_up(story.day(last))
        last += 4
    if turn in ENDLESS:
        return
    if dice.random() < 0.3:
        story.record(RecordKind.EVIDENCE, story.day(started + 1), texts.EVIDENCE)
    story.record(RecordKind.SITTING, story.day(last), dice.choice(texts.SITTINGS))
    if not _ended_without(story, turn, last):
        _settle(plot, story, last, turn)


def _offer(plot: Plot, story: Story, turn: str) -> None:
    """To a department; an offer that is not answered stops the story."""
    to_unit = plot.dice.choice(plot.units[Level.DEPARTMENT] or plot.units[Level.COUNTY])
    state = {
        "hand over": HandoverState.ACCEPTED,
        "refused": HandoverState.REFUSED,
        "offer": HandoverState.PENDING,
    }[turn]
    story.hand_over(to_unit, story.day(1), state)


def _ended_without(story: Story, turn: str, last: int) -> bool:
    """The few that end without an agreement, and their closing."""
    ends = {
        "fail": (Move.FAIL, texts.FAILED),
        "guide": (Move.GUIDE, texts.GUIDED),
        "withdraw": (Move.WITHDRAW, texts.WITHDRAWN),
    }
    if turn not in ends:
        return False
    move, notes = ends[turn]
    if story.move(move, story.day(last), story.dice.choice(notes)):
        story.move(Move.CLOSE, story.day(last + 12))
    return True


def _settle(plot: Plot, story: Story, last: int, turn: str) -> None:
    dice, is_complete = plot.dice, turn != "draft"
    if not story.agree(story.day(last), is_complete=is_complete):
        return
    row = story.dispute
    if dice.random() < 0.05:
        row.prevented = dice.choice((Prevented.CRIME, Prevented.CRIME, Prevented.GROUP_PETITION))
        row.prevented_people = row.people
    if dice.random() < 0.08:
        court = COURT.format(county=plot.county.name)
        story.confirm(story.day(last + dice.randrange(2, 12)), court)
    if not is_complete:
        return
    done = last + dice.randrange(1, 12)
    visited = done + dice.randrange(7, 20)
    story.perform(story.day(done))
    story.visit(story.day(visited))
    if turn != "visited":
        story.move(Move.CLOSE, story.day(visited + dice.randrange(0, 6)))
