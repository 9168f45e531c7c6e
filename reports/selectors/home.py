"""What is due, for whom, by when: the first page of every duty, in a fixed number of queries."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from django.db.models import Count, Exists, OuterRef, Q

from assessments.models import Edition, Inspection, Scorecard
from campaigns.enums import Activity, ReturnState
from campaigns.models import ANSWERS_TO_COUNTY, MonthlyReturn
from campaigns.selectors.completeness import Mark, marks
from pingan import calendars
from pingan.calendars import Deadline
from pingan.enums import Level, PeriodState, Step
from pingan.models import Period, User
from pingan.months import Month
from reports.models import Bulletin
from reports.selectors.matrix import HANDED_IN

STATE_TONES = {
    ReturnState.DRAFT: "plain",
    ReturnState.SUBMITTED: "info",
    ReturnState.RETURNED: "bad",
    ReturnState.ACCEPTED: "good",
}


@dataclass(frozen=True, slots=True)
class Due:
    """A day by which something is due, as a person reads it on `today`."""

    deadline: Deadline
    today: dt.date

    @property
    def on(self) -> dt.date:
        return self.deadline.on

    @property
    def days_left(self) -> int:
        return (self.deadline.on - self.today).days

    @property
    def is_overdue(self) -> bool:
        return self.days_left < 0

    @property
    def sentence(self) -> str:
        """The day, and why it is not the usual one."""
        day = f"{calendars.describe(self.on)}截止。"
        is_plain = not self.deadline.is_shifted and self.deadline.holidays_known
        return day if is_plain else f"{day}{self.deadline.explanation}"

    @property
    def text(self) -> str:
        if self.is_overdue:
            return f"已逾期{-self.days_left}天"
        return "今天截止" if self.days_left == 0 else f"还有{self.days_left}天"

    @property
    def tone(self) -> str:
        return "bad" if self.is_overdue else "warn" if self.days_left <= WARN_DAYS else "plain"


WARN_DAYS = 3


@dataclass(frozen=True, slots=True)
class OwnReturn:
    """The return a clerk fills in, with how much of it is there."""

    record: MonthlyReturn
    marks: tuple[Mark, ...]
    due: Due
    tone: str

    @property
    def is_open(self) -> bool:
        """Whether it still waits for its clerk."""
        return self.record.state in (ReturnState.DRAFT, ReturnState.RETURNED)

    @property
    def is_late(self) -> bool:
        return self.is_open and self.due.is_overdue


@dataclass(frozen=True, slots=True)
class Unfinished:
    """An earlier month in which something still waits. `return_id` where it is one's own."""

    month: Month
    text: str
    is_closed: bool
    return_id: int | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """n of m units of one kind have done a step."""

    name: str
    done: int
    total: int
    due: Due

    @property
    def missing(self) -> int:
        return self.total - self.done

    @property
    def text(self) -> str:
        return f"{self.done}/{self.total}"

    @property
    def tone(self) -> str:
        if not self.missing:
            return "good"
        return "bad" if self.due.is_overdue else "warn"


@dataclass(frozen=True, slots=True)
class UnitState:
    """A unit that still has to do something, or waits for a review."""

    unit_name: str
    state: str
    tone: str
    return_id: int


@dataclass(frozen=True, slots=True)
class LastMonth:
    """Where the month before stands: inspected, closed, issued."""

    month: Month
    inspected: Share
    is_closed: bool
    edition: Edition | None
    bulletin: Bulletin | None
    due: Due  # of the bulletin

    @property
    def is_done(self) -> bool:
        return self.bulletin is not None


@dataclass(frozen=True, slots=True)
class Visit:
    """A unit to inspect."""

    unit_id: int
    unit_name: str
    on: dt.date | None


@dataclass(frozen=True, slots=True)
class InspectionRound:
    """An inspector's units of one month."""

    month: Month
    visits: tuple[Visit, ...]
    share: Share


def own_return(
    user: User, month: Month, due: dict[Step, Deadline], today: dt.date
) -> OwnReturn | None:
    """The return of the person's own unit, marked activity by activity."""
    record = (
        MonthlyReturn.objects.for_month(month)
        .visible_to(user)
        .filter(unit_id=user.unit_id)
        .select_related("unit", "reviewed_by")
        .first()
    )
    if record is None:
        return None
    deadline = due[calendars.STEP_OF_LEVEL[Level(record.unit.level)]]
    if record.due_on != deadline.on:  # extended, or the rule was changed after the month began
        deadline = replace(deadline, nominal=record.due_on, on=record.due_on)
    found = marks([record])[record.pk]
    filled = tuple(mark for activity, mark in found.items() if activity != Activity.SURVEY)
    tone = STATE_TONES[ReturnState(record.state)]
    return OwnReturn(record, filled, Due(deadline, today), tone)


def unfinished(user: User, before: Month) -> list[Unfinished]:
    """Earlier months with returns that were never accepted: nothing overdue disappears.

    One's own return by itself, the returns below by count. Two queries.
    """
    waiting = (
        MonthlyReturn.objects.visible_to(user)
        .filter(month__lt=before)
        .exclude(state=ReturnState.ACCEPTED)
        .order_by("-month")
    )
    closed = closed_months(user.unit.root_id)
    own = [
        Unfinished(month, _own_text(ReturnState(state)), month in closed, pk)
        for month, pk, state in waiting.filter(unit_id=user.unit_id).values_list(
            "month", "pk", "state"
        )
    ]
    counts = (
        waiting.exclude(unit_id=user.unit_id)
        .values_list("month")
        .annotate(
            missing=Count("pk", filter=~Q(state=ReturnState.SUBMITTED)),
            waiting=Count("pk", filter=Q(state=ReturnState.SUBMITTED)),
        )
    )
    below = [
        Unfinished(month, _below_text(missing, submitted), month in closed)
        for month, missing, submitted in counts
    ]
    return sorted([*own, *below], key=lambda each: each.month, reverse=True)


def _own_text(state: ReturnState) -> str:
    return {
        ReturnState.RETURNED: "本单位月报被退回，还没有改好重报",
        ReturnState.SUBMITTED: "本单位月报等待审核",
    }.get(state, "本单位月报没有上报")


def _below_text(missing: int, waiting: int) -> str:
    parts = [
        f"{missing}个单位没有完成上报" if missing else "",
        f"{waiting}份等待审核" if waiting else "",
    ]
    return "，".join(part for part in parts if part)


def closed_months(county_id: int) -> set[Month]:
    """Months of the county that are closed."""
    closed = Period.objects.filter(county_id=county_id, state=PeriodState.CLOSED)
    return set(closed.values_list("month", flat=True))


def review_count(user: User) -> int:
    """How many returns wait for this person's office, whatever their month."""
    waiting = MonthlyReturn.objects.reviewed_by(user).filter(state=ReturnState.SUBMITTED)
    return waiting.exclude(submitted_by=user).count()


def shares(
    user: User, month: Month, due: dict[Step, Deadline], today: dt.date
) -> tuple[Share, ...]:
    """How far the units below have come with the month's returns. One query."""
    rows = (
        MonthlyReturn.objects.for_month(month)
        .visible_to(user)
        .exclude(unit_id=user.unit_id)
        .order_by()
        .values_list("unit__level")
        .annotate(total=Count("pk"), done=Count("pk", filter=Q(state__in=HANDED_IN)))
    )
    names = {Level.VILLAGE: "村(社区)", Level.TOWNSHIP: "乡镇", Level.DEPARTMENT: "部门和单位"}
    found = {Level(level): (total, done) for level, total, done in rows}
    return tuple(
        Share(name, found[level][1], found[level][0], _due(level, due, today))
        for level, name in names.items()
        if level in found
    )


def _due(level: Level, due: dict[Step, Deadline], today: dt.date) -> Due:
    return Due(due[calendars.STEP_OF_LEVEL[level]], today)


def waiting_units(user: User, month: Month) -> list[UnitState]:
    """Units below that have not handed in, and those that wait for a review. One query."""
    found = (
        MonthlyReturn.objects.for_month(month)
        .visible_to(user)
        .exclude(unit_id=user.unit_id)
        .exclude(state=ReturnState.ACCEPTED)
        .select_related("unit")
        .order_by("unit__level", "unit__position", "unit__code")
    )
    return [
        UnitState(
            each.unit.short_name,
            "未上报" if each.state == ReturnState.DRAFT else each.get_state_display(),
            STATE_TONES[ReturnState(each.state)],
            each.pk,
        )
        for each in found
    ]


def last_month(user: User, month: Month, due: dict[Step, Deadline], today: dt.date) -> LastMonth:
    """The county's own steps of the month before: inspect, close, issue. Four queries."""
    county_id = user.unit.root_id
    taken = Inspection.objects.for_month(month).openly().filter(unit=OuterRef("unit"))
    inspected = (
        MonthlyReturn.objects.for_month(month)
        .visible_to(user)
        .filter(ANSWERS_TO_COUNTY)
        .aggregate(total=Count("pk"), done=Count("pk", filter=Exists(taken)))
    )
    period = Period.objects.filter(county_id=county_id, month=month).first()
    edition = Edition.objects.visible_to(user).current().filter(month=month).defer("rules").first()
    return LastMonth(
        month=month,
        inspected=Share(
            "督导检查", inspected["done"], inspected["total"], Due(due[Step.INSPECTION], today)
        ),
        is_closed=period is not None and not period.is_open,
        edition=edition,
        bulletin=Bulletin.objects.filter(edition=edition).first() if edition else None,
        due=Due(due[Step.BULLETIN], today),
    )


def unsettled(user: User, before: Month) -> list[tuple[Month, str]]:
    """Earlier months that were never closed, reopened, or closed without a bulletin."""
    county_id = user.unit.root_id
    open_months = Period.objects.filter(
        county_id=county_id, month__lt=before, state=PeriodState.OPEN
    ).values_list("month", flat=True)
    silent = Edition.objects.current().filter(county_id=county_id, month__lt=before, bulletin=None)
    found = dict.fromkeys(silent.values_list("month", flat=True), "已结账，通报还没有签发")
    found |= dict.fromkeys(open_months, "还没有结账")
    return sorted(found.items(), reverse=True)


def visits(user: User, month: Month) -> list[Visit]:
    """The units this person inspects, those still to do first. Two queries."""
    units = (
        MonthlyReturn.objects.for_month(month)
        .visible_to(user)
        .filter(ANSWERS_TO_COUNTY)
        .exclude(unit_id=user.unit_id)
        .order_by("unit__level", "unit__position", "unit__code")
        .values_list("unit_id", "unit__name")
    )
    visits = Inspection.objects.for_month(month).openly().visible_to(user)
    done = dict(visits.values_list("unit_id", "on"))
    found = [Visit(unit_id, name, done.get(unit_id)) for unit_id, name in units]
    return sorted(found, key=lambda visit: visit.on is not None)


def inspection_round(
    month: Month, found: list[Visit], due: dict[Step, Deadline], today: dt.date
) -> InspectionRound:
    """The visits of a month with how many are done."""
    done = sum(visit.on is not None for visit in found)
    share = Share("督导检查", done, len(found), Due(due[Step.INSPECTION], today))
    return InspectionRound(month, tuple(found), share)


def own_card(user: User) -> Scorecard | None:
    """The newest scorecard of the person's own unit that he may see. One query."""
    return (
        Scorecard.objects.visible_to(user)
        .filter(unit_id=user.unit_id, edition__in=Edition.objects.visible_to(user))
        .select_related("edition")
        .defer("lines", "facts")
        .order_by("-month", "-edition__number")
        .first()
    )
