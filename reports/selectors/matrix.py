"""The matrix of a month: units down, the steps of the cycle across."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Max, Sum
from django.utils import timezone

from assessments.enums import Grade
from assessments.models import Edition, Inspection, Scorecard
from campaigns.enums import ReturnState
from campaigns.models import MonthlyReturn, Survey
from campaigns.selectors.completeness import SURVEY_SLIPS_EXPECTED
from pingan.calendars import Deadline
from pingan.enums import REPORTING_LEVELS, Level, Step
from pingan.models import Period, Unit, UnitVersion, User
from pingan.months import Month
from pingan.scopes import has_records
from reports.tables import points_text

HANDED_IN = frozenset({ReturnState.SUBMITTED, ReturnState.ACCEPTED})


@dataclass(frozen=True, slots=True)
class StepCell:
    """One step of one unit: a coloured word, a note, and the record it opens."""

    text: str = "—"
    tone: str = "none"  # none: no pill at all
    note: str = ""
    return_id: int | None = None
    card_id: int | None = None


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """A unit's month."""

    unit_id: int
    unit_name: str
    has_below: bool
    cells: tuple[StepCell, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Heads and rows; `parent` is the unit whose children are the rows."""

    parent: Unit
    heads: tuple[tuple[str, str], ...]  # name, due
    rows: tuple[MatrixRow, ...]


@dataclass(slots=True)
class _Records:
    """What is known of the month, by unit; filled by a fixed number of queries."""

    returns: dict[int, MonthlyReturn] = field(default_factory=dict)
    inspections: dict[int, Inspection] = field(default_factory=dict)
    surveys: dict[int, tuple[int, dt.date]] = field(default_factory=dict)
    cards: dict[int, Scorecard] = field(default_factory=dict)


def month_matrix(
    parent: Unit,
    month: Month,
    *,
    user: User,
    edition: Edition | None,
    due: Mapping[Step, Deadline],
    today: dt.date,
) -> Matrix:
    """The children of `parent` as they stood that month, as far as the user may see them.

    Five queries, whatever the units.
    """
    versions = _versions(parent, month, user)
    records = _records(parent, month, user=user, edition=edition)
    below: dict[int | None, list[UnitVersion]] = {}
    for version in versions:
        below.setdefault(version.parent_id, []).append(version)
    shown = below.get(parent.pk) or [
        version for version in versions if version.unit_id == parent.pk
    ]
    if not shown:  # lent units only: an inspector's townships
        known = {version.unit_id for version in versions}
        shown = [version for version in versions if version.parent_id not in known]
    is_county = parent.level == Level.COUNTY
    heads = _county_heads(due) if is_county else _inner_heads(due, parent)
    make = _county_cells if is_county else _inner_cells
    rows = tuple(
        MatrixRow(
            version.unit_id,
            version.name if is_county else version.short_name,
            bool(below.get(version.unit_id)),
            make(version, below.get(version.unit_id, []), records, due, today),
        )
        for version in shown
    )
    return Matrix(parent, heads, rows)


def _versions(parent: Unit, month: Month, user: User) -> list[UnitVersion]:
    """Administrators see units, but no records: they get no rows."""
    if not has_records(user):
        return []
    return list(
        UnitVersion.objects.on(month.last_day)
        .within(parent.path)
        .visible_to(user)
        .filter(level__in=[*REPORTING_LEVELS, Level.SECTOR])
        .order_by("level", "position", "code")
    )


def _records(parent: Unit, month: Month, *, user: User, edition: Edition | None) -> _Records:
    records = _Records()
    for each in MonthlyReturn.objects.for_month(month).within(parent).visible_to(user):
        records.returns[each.unit_id] = each
    seen = Inspection.objects.for_month(month).openly().visible_to(user).order_by("on")
    records.inspections = {each.unit_id: each for each in seen}
    surveys = (
        Survey.objects.for_month(month)
        .visible_to(user)
        .order_by()
        .values_list("unit_id")
        .annotate(slips=Sum("slips"), last=Max("on"))
    )
    records.surveys = {unit_id: (slips, last) for unit_id, slips, last in surveys}
    if edition is not None:
        cards = Scorecard.objects.filter(edition=edition).visible_to(user)
        records.cards = {
            card.unit_id: card for card in cards.exclude(level=Level.GROUP).defer("lines", "facts")
        }
    return records


def _county_heads(due: Mapping[Step, Deadline]) -> tuple[tuple[str, str], ...]:
    return (
        ("下级上报", f"村 {_due_text(due[Step.VILLAGE])}"),
        ("下级审核", ""),
        ("本级上报", _due_text(due[Step.TOWNSHIP])),
        ("县级审核", ""),
        ("督导检查", _due_text(due[Step.INSPECTION])),
        ("治安测评", ""),
        ("考评", _due_text(due[Step.BULLETIN])),
    )


def _inner_heads(due: Mapping[Step, Deadline], parent: Unit) -> tuple[tuple[str, str], ...]:
    step = Step.TOWNSHIP if parent.level == Level.SECTOR else Step.VILLAGE
    return (
        ("上报", _due_text(due[step])),
        ("审核", ""),
        ("督导检查", _due_text(due[Step.INSPECTION])),
        ("治安测评", ""),
        ("考评", _due_text(due[Step.BULLETIN])),
    )


def _due_text(deadline: Deadline) -> str:
    return f"{deadline.on.month}月{deadline.on.day}日前"


def _county_cells(
    version: UnitVersion,
    below: Sequence[UnitVersion],
    records: _Records,
    due: Mapping[Step, Deadline],
    today: dt.date,
) -> tuple[StepCell, ...]:
    """A township or a 口: how many of its units, then its own steps."""
    is_sector = version.level == Level.SECTOR
    own = records.returns.get(version.unit_id)
    units = [child for child in below if child.level in REPORTING_LEVELS]
    step = Step.TOWNSHIP if is_sector else Step.VILLAGE
    blank = StepCell()
    return (
        *_share_cells(units, records, is_overdue=today > due[step].on),
        blank if is_sector else handed_in_cell(own, today),
        blank if is_sector else review_cell(own),
        *(
            _sector_cells(units, records, is_overdue=today > due[Step.INSPECTION].on)
            if is_sector
            else _taken_cells(version, records, due, today)
        ),
        _assessed_cell(version, records),
    )


def _inner_cells(
    version: UnitVersion,
    _below: Sequence[UnitVersion],
    records: _Records,
    due: Mapping[Step, Deadline],
    today: dt.date,
) -> tuple[StepCell, ...]:
    own = records.returns.get(version.unit_id)
    taken = _taken_cells(version, records, due, today)
    last = _assessed_cell(version, records)
    return (handed_in_cell(own, today), review_cell(own), *taken, last)


def _share_cells(
    units: Sequence[UnitVersion], records: _Records, *, is_overdue: bool
) -> tuple[StepCell, StepCell]:
    """n of m submitted, n of m accepted."""
    returns = [records.returns.get(unit.unit_id) for unit in units]
    if not units:
        return StepCell(), StepCell()
    handed = sum(each is not None and each.state in HANDED_IN for each in returns)
    accepted = sum(each is not None and each.state == ReturnState.ACCEPTED for each in returns)
    missing = "bad" if is_overdue else "warn"
    return (
        StepCell(f"{handed}/{len(units)}", "good" if handed == len(units) else missing),
        StepCell(f"{accepted}/{len(units)}", "good" if accepted == len(units) else "warn"),
    )


def handed_in_cell(own: MonthlyReturn | None, today: dt.date) -> StepCell:
    """Submitted on time or late, or not at all."""
    if own is None:
        return StepCell("未开启", "plain")
    if own.state in HANDED_IN and own.submitted_at is not None:
        day = _day(own.submitted_at)
        on_time = own.is_on_time is not False
        return StepCell("按时" if on_time else "迟报", "good" if on_time else "warn", day, own.pk)
    if own.state == ReturnState.RETURNED:
        return StepCell("退回待改", "warn", "", own.pk)
    late = today > own.due_on
    return StepCell("逾期未报" if late else "填报中", "bad" if late else "plain", "", own.pk)


def review_cell(own: MonthlyReturn | None) -> StepCell:
    """Accepted, waiting, or sent back."""
    if own is None or own.state == ReturnState.DRAFT:
        return StepCell()
    state = ReturnState(own.state)
    tone = {ReturnState.SUBMITTED: "info", ReturnState.RETURNED: "warn"}.get(state, "good")
    day = _day(own.reviewed_at) if own.reviewed_at and state != ReturnState.SUBMITTED else ""
    return StepCell(state.label, tone, day, own.pk)


def _sector_cells(
    units: Sequence[UnitVersion], records: _Records, *, is_overdue: bool
) -> tuple[StepCell, StepCell]:
    """A 口: how many of its units were inspected and surveyed."""
    if not units:
        return StepCell(), StepCell()
    inspected = sum(unit.unit_id in records.inspections for unit in units)
    surveyed = sum(unit.unit_id in records.surveys for unit in units)
    missing = "bad" if is_overdue else "plain"
    return (
        StepCell(f"{inspected}/{len(units)}", "good" if inspected == len(units) else missing),
        StepCell(f"{surveyed}/{len(units)}", "good" if surveyed == len(units) else "plain"),
    )


def _taken_cells(
    version: UnitVersion,
    records: _Records,
    due: Mapping[Step, Deadline],
    today: dt.date,
) -> tuple[StepCell, StepCell]:
    """What the superior takes of a unit: its inspection and its survey."""
    late = today > due[Step.INSPECTION].on
    inspected = StepCell("未检查", "bad" if late else "plain")
    if inspection := records.inspections.get(version.unit_id):
        given = points_text(10_000 * inspection.points_given // inspection.points_possible)
        inspected = StepCell(f"{given}分", "good", f"{inspection.on.month}/{inspection.on.day}")
    surveyed = StepCell("未测评", "plain")
    if version.unit_id in records.surveys:
        slips, last = records.surveys[version.unit_id]
        tone = "good" if slips >= SURVEY_SLIPS_EXPECTED else "warn"
        surveyed = StepCell(f"{slips}票", tone, f"{last.month}/{last.day}")
    return (inspected, surveyed) if version.is_scored else (StepCell(), StepCell())


def _assessed_cell(version: UnitVersion, records: _Records) -> StepCell:
    """Grade and rank, with the way to the scorecard."""
    card = records.cards.get(version.unit_id)
    if card is None:
        return StepCell("未结账", "plain") if version.is_scored else StepCell()
    grade = Grade(card.grade)
    tone = {Grade.UNQUALIFIED: "bad", Grade.QUALIFIED: "warn"}.get(grade, "good")
    return StepCell(grade.label, tone, f"第{card.rank}名", card_id=card.pk)


def _day(moment: dt.datetime) -> str:
    day = timezone.localdate(moment)
    return f"{day.month}/{day.day}"


def record_months(county: Unit, today: Month) -> tuple[Month, Month]:
    """First month with records, and this month. One query."""
    first = Period.objects.filter(county=county).order_by("month").first()
    return (min(first.month, today) if first else today), today
