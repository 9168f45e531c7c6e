"""One made-up month of records for every unit of a county. The same seed gives the same month."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils import timezone

from assessments.models import Inspection, InspectionEntry, InspectionGroup
from assessments.selectors.sheets import SheetLine
from campaigns.enums import (
    EducationKind,
    MeetingKind,
    ReturnState,
    SweepAnswer,
    Team,
)
from campaigns.models import (
    Education,
    FollowUp,
    GroupRecord,
    Meeting,
    MonthlyReturn,
    Patrol,
    Survey,
    Sweep,
    SweepCategory,
)
from pingan.calendars import key_dates
from pingan.enums import Level
from pingan.models import Unit, User
from pingan.months import Month
from reports.demo import texts
from reports.demo.sheets import filled_sheet

PLACES = {Level.TOWNSHIP: ("场镇", "集贸市场"), Level.VILLAGE: ("村委会驻地",)}
# The usual number of matters a village finds a month, by category code.
USUAL_FINDS = {
    "dispute": 1.8,
    "order": 0.7,
    "key_persons": 0.5,
    "petition": 0.25,
    "mass_incident": 0.04,
    "cult": 0.02,
    "hazard": 1.1,
}


@dataclass
class Batch:
    """Rows of one month, written together at the end."""

    patrols: list[Patrol] = field(default_factory=list)
    education: list[Education] = field(default_factory=list)
    sweeps: list[Sweep] = field(default_factory=list)
    meetings: list[Meeting] = field(default_factory=list)
    groups: list[GroupRecord] = field(default_factory=list)
    surveys: list[Survey] = field(default_factory=list)
    inspections: list[Inspection] = field(default_factory=list)
    entries: list[InspectionEntry] = field(default_factory=list)
    follow_ups: list[FollowUp] = field(default_factory=list)

    def write(self) -> int:
        """Insert everything; the number of rows."""
        rows = 0
        for name in self.__dataclass_fields__:
            batch = getattr(self, name)
            if batch:
                type(batch[0])._base_manager.bulk_create(batch, batch_size=5000)
            rows += len(batch)
        return rows


def diligence(unit: Unit, month: Month) -> float:
    """How well a unit works, 0.2 to 1: its own habit, its township's, the month, and luck."""
    home = unit.code if unit.level == Level.TOWNSHIP else unit.parent.code if unit.parent else ""
    own = random.Random(f"unit {unit.code}").betavariate(4, 1.6)
    around = random.Random(f"around {home}").betavariate(3, 1.3)
    season = random.Random(f"{home} {month}").gauss(0, 0.09)
    luck = random.Random(f"{unit.code} {month}").gauss(0, 0.08)
    return min(1.0, max(0.2, 0.12 + 0.4 * own + 0.5 * around + season + luck))


def _count(rng: random.Random, mean: float) -> int:
    """A Poisson number; means here are small."""
    limit, product, count = 2.718281828**-mean, rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count


def fill_return(
    batch: Batch,
    monthly_return: MonthlyReturn,
    categories: Sequence[SweepCategory],
    groups: Sequence[Unit],
    until: dt.date,
) -> None:
    """Records of one unit's month, up to and including `until`."""
    unit, month = monthly_return.unit, monthly_return.month
    rng = random.Random(f"{unit.code} {month} records")
    keen = diligence(unit, month)
    _patrols(batch, monthly_return, rng, keen, until)
    _education(batch, monthly_return, rng, keen, until)
    _sweep(batch, monthly_return, rng, keen, categories)
    _meetings(batch, monthly_return, rng, keen, until)
    for group in groups:
        _group(batch, monthly_return, group, rng, keen)


def _patrols(
    batch: Batch, monthly_return: MonthlyReturn, rng: random.Random, keen: float, until: dt.date
) -> None:
    unit, month = monthly_return.unit, monthly_return.month
    market = unit.market_days or (unit.parent.market_days if unit.parent else "")
    key_days = set(key_dates(month, market))
    team = {
        Level.TOWNSHIP: Team.BRIGADE,
        Level.VILLAGE: Team.TEN_HOUSEHOLDS,
    }.get(Level(unit.level), Team.GUARD)
    size = 6 if unit.level == Level.TOWNSHIP else 3
    for day in month.dates():
        if day > until:
            break
        is_key = day in key_days
        by_day = rng.random() < (0.99 if is_key else 0.78 + 0.22 * keen)
        by_night = rng.random() < 0.35 + 0.65 * keen
        if not (by_day or by_night):
            continue
        found = rng.choice(texts.FINDINGS) if rng.random() < 0.03 else ("", "")
        batch.patrols.append(
            Patrol(
                monthly_return=monthly_return,
                month=month,
                on=day,
                team=team,
                day_heads=size + rng.randrange(3) + 2 * is_key if by_day else 0,
                night_heads=size - 1 + rng.randrange(2) if by_night else 0,
                is_key_day=is_key,
                findings=found[0],
                handled=found[1],
            )
        )


def _education(
    batch: Batch, monthly_return: MonthlyReturn, rng: random.Random, keen: float, until: dt.date
) -> None:
    month = monthly_return.month
    law = texts.LAWS[(month.year * 12 + month.number) % len(texts.LAWS)]
    people = monthly_return.unit.population or 800
    plans: list[tuple[int, EducationKind, str, str]] = [
        (8, EducationKind.BROADCAST, law, "分管领导"),
        (21, EducationKind.BROADCAST, law, "驻村民警"),
        (5, EducationKind.COLUMN, rng.choice(texts.SAFETY_TIPS), ""),
        (15, EducationKind.CLASS, law, "司法所工作人员"),
    ]
    for day, kind, topic, host in plans:
        on = month.first_day + dt.timedelta(days=day - 1 + rng.randrange(3))
        optional = kind == EducationKind.CLASS
        if on > until or rng.random() > (keen * 0.6 if optional else keen + 0.08):
            continue
        batch.education.append(
            Education(
                monthly_return=monthly_return,
                month=month,
                on=on,
                kind=kind,
                topic=topic,
                host_post=host,
                audience=0
                if kind == EducationKind.COLUMN
                else rng.randint(20, 60)
                if optional
                else min(people // 3, rng.randint(150, 400)),
            )
        )


def _sweep(
    batch: Batch,
    monthly_return: MonthlyReturn,
    rng: random.Random,
    keen: float,
    categories: Sequence[SweepCategory],
) -> None:
    level = Level(monthly_return.unit.level)
    scale = {Level.TOWNSHIP: 2.2, Level.VILLAGE: 1.0}.get(level, 0.25)
    for category in categories:
        if rng.random() > keen + 0.3:
            continue
        found = _count(rng, USUAL_FINDS.get(category.code, 0.5) * scale)
        shares = {"group": 0, "village": 0, "township": 0, "county": 0}
        for _matter in range(found):
            if rng.random() < 0.62 + 0.36 * keen:
                shares[_solver(rng, level)] += 1
        batch.sweeps.append(
            Sweep(
                monthly_return=monthly_return,
                month=monthly_return.month,
                category=category,
                answer=SweepAnswer.COUNTED if found else SweepAnswer.ZERO,
                found=found,
                **{f"solved_in_{name}": count for name, count in shares.items()},
            )
        )


def _solver(rng: random.Random, level: Level) -> str:
    """小事不出村组, 大事不出乡镇: most matters are solved low."""
    if level == Level.VILLAGE:
        return rng.choices(["group", "village", "township", "county"], [34, 50, 14, 2])[0]
    return rng.choices(["township", "county"], [88, 12])[0]


def _local_matter(monthly_return: MonthlyReturn, turn: int) -> str:
    """Neighbours do not write the same minutes; no dice, so that all else stays as it was."""
    number = monthly_return.unit_id * 7 + int(monthly_return.month) * 3 + turn * 5
    return texts.MEETING_LOCAL[number % len(texts.MEETING_LOCAL)]


def _meetings(
    batch: Batch, monthly_return: MonthlyReturn, rng: random.Random, keen: float, until: dt.date
) -> None:
    month, level = monthly_return.month, monthly_return.unit.level
    kinds = [MeetingKind.WORK]
    if level == Level.VILLAGE:
        kinds.append(MeetingKind.APPRAISAL)
    for turn, kind in enumerate(kinds):
        on = month.first_day + dt.timedelta(days=rng.randint(17, 22))
        if on > until or rng.random() > keen + 0.1:
            continue
        batch.meetings.append(
            Meeting(
                monthly_return=monthly_return,
                month=month,
                on=on,
                kind=kind,
                chair_post="综治委办分管领导" if level != Level.VILLAGE else "村党组织书记",
                attendance=rng.randint(12, 38),
                items=rng.choice(texts.MEETING_ITEMS) + _local_matter(monthly_return, turn),
                decisions=rng.choice(texts.MEETING_DECISIONS),
            )
        )


def _group(
    batch: Batch, monthly_return: MonthlyReturn, group: Unit, rng: random.Random, keen: float
) -> None:
    found = _count(rng, 0.12)
    batch.groups.append(
        GroupRecord(
            monthly_return=monthly_return,
            month=monthly_return.month,
            group=group,
            patrol_nights=min(
                monthly_return.month.days,
                max(0, round(rng.gauss(monthly_return.month.days * (0.35 + 0.5 * keen), 4))),
            ),
            briefs=1 if rng.random() < keen + 0.05 else 0,
            found=found,
            solved=sum(rng.random() < 0.85 for _ in range(found)),
            appraisal=max(50, min(100, round(rng.gauss(60 + 34 * keen, 4)))),
        )
    )


def survey_and_inspect(
    batch: Batch,
    units: Iterable[Unit],
    month: Month,
    group_of: Callable[[Unit], InspectionGroup | None],
    sheets: Mapping[Level, Sequence[SheetLine]],
) -> None:
    """The superior's own look: slips asked, and one inspection a unit, on a sheet if there is."""
    for unit in units:
        rng = random.Random(f"{unit.code} {month} survey")
        keen = diligence(unit, month)
        level = Level(unit.level)
        for place in PLACES.get(level, ()):
            slips = 10
            yes = [sum(rng.random() < 0.55 + 0.44 * keen for _ in range(slips)) for _ in range(3)]
            batch.surveys.append(
                Survey(
                    unit=unit,
                    month=month,
                    on=month.last_day - dt.timedelta(days=rng.randrange(4)),
                    place=place,
                    slips=slips,
                    order_good=yes[0],
                    feels_safe=yes[1],
                    satisfied=yes[2],
                )
            )
        batch.inspections.append(_visit(unit, month, rng, keen, group_of(unit)))
        if level in sheets:
            share = min(0.985, max(0.45, 0.52 + 0.46 * keen))
            batch.entries += filled_sheet(batch.inspections[-1], sheets[level], share, rng)


def _visit(
    unit: Unit, month: Month, rng: random.Random, keen: float, group: InspectionGroup | None
) -> Inspection:
    """One inspection, scored as a whole."""
    points = min(9850, max(4500, round(rng.gauss(52 + 46 * keen, 3) * 100)))
    if unit.level == Level.VILLAGE:
        on = month.first_day + dt.timedelta(days=25 + rng.randrange(2))
    else:
        on = month.next.first_day + dt.timedelta(days=rng.randrange(5))
    return Inspection(
        unit=unit,
        month=month,
        on=on,
        group=group,
        points_given=points - points % 50,
        findings=texts.INSPECTION_FINDINGS[4]
        if points > 9400
        else rng.choice(texts.INSPECTION_FINDINGS),
    )


def settle_state(
    monthly_return: MonthlyReturn,
    clerks: dict[int, User],
    reviewers: dict[int, User],
    now: dt.datetime,
) -> None:
    """Submitted on time or late, accepted, or (the current month) still on its way."""
    unit = monthly_return.unit
    rng = random.Random(f"{unit.code} {monthly_return.month} state")
    keen = diligence(unit, monthly_return.month)
    is_late = rng.random() > keen + 0.2
    day = monthly_return.due_on + dt.timedelta(
        days=rng.randint(1, 2) if is_late else -min(rng.randrange(9), rng.randrange(9))
    )
    moment = timezone.make_aware(
        dt.datetime.combine(day, dt.time(8 + rng.randrange(9), rng.randrange(60)))
    )
    monthly_return.saved_at = min(moment, now)
    monthly_return.saved_by = clerks.get(unit.pk)
    if moment > now or (is_late and rng.random() < 0.06):
        return
    monthly_return.state = ReturnState.SUBMITTED
    monthly_return.submitted_at = monthly_return.first_submitted_at = moment
    monthly_return.submitted_by = clerks.get(unit.pk)
    monthly_return.zero_signed_at = moment
    monthly_return.zero_signed_by = clerks.get(unit.pk)
    monthly_return.is_on_time = not is_late
    reviewed = moment + dt.timedelta(hours=rng.randint(2, 30))
    if reviewed > now:
        return
    monthly_return.state = ReturnState.ACCEPTED
    monthly_return.reviewed_at = reviewed
    monthly_return.reviewed_by = reviewers.get(unit.parent_id or 0) or reviewers.get(unit.root_id)
