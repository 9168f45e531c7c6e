"""What the checks look at, gathered for many returns by a fixed number of queries."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db.models import Q
from django.utils import timezone

from campaigns.checks import (
    Facts,
    Finding,
    GroupLine,
    Lesson,
    MeetingLine,
    PatrolDay,
    Severity,
    Sheet,
    SweepLine,
    Total,
    check,
)
from campaigns.enums import Activity, EducationKind, ReturnState
from campaigns.models import (
    CheckNote,
    Education,
    GroupRecord,
    Meeting,
    MonthlyReturn,
    Patrol,
    Sweep,
    SweepCategory,
)
from campaigns.selectors.history import save_action
from campaigns.selectors.sections import (
    GROUPS,
    MEETING,
    PATROL,
    SWEEP,
    Section,
    categories_of,
    expected_keys,
)
from pingan.calendars import key_dates
from pingan.enums import Level
from pingan.models import AuditEvent, UnitVersion
from pingan.months import Month

_HANDED_IN = (ReturnState.SUBMITTED, ReturnState.ACCEPTED)
_Place = tuple[int, int]  # unit and month
# What was heard by nobody in particular.
_UNHEARD = (EducationKind.COLUMN, EducationKind.MATERIAL)


def patrol_day(key: dt.date, row: Mapping[str, Any]) -> PatrolDay:
    return PatrolDay(
        key, row["day_heads"], row["night_heads"], row["findings"].strip(), row["handled"].strip()
    )


def lesson(key: str, row: Mapping[str, Any]) -> Lesson:
    return Lesson(key, row["kind"], row["topic"], row["audience"], row["kind"] not in _UNHEARD)


def sweep_line(category: SweepCategory, row: Mapping[str, Any]) -> SweepLine:
    names = ("found", *(f"solved_in_{level}" for level in ("group", "village", "township")))
    numbers = [row[name] for name in (*names, "solved_in_county")]
    return SweepLine(category.code, category.name, row["answer"], *numbers)


def meeting_line(key: str, row: Mapping[str, Any]) -> MeetingLine:
    return MeetingLine(key, row["attendance"] or 0, row["items"], row["decisions"])


def group_line(key: int, name: str, row: Mapping[str, Any]) -> GroupLine:
    return GroupLine(str(key), name, row["found"], row["solved"], row["appraisal"])


def facts_of(returns: Sequence[MonthlyReturn], today: dt.date | None = None) -> dict[int, Facts]:
    """Each return with its surroundings, eleven queries. `unit__parent` must be loaded."""
    return _Gathered(returns, today or timezone.localdate()).facts()


def findings_of(
    returns: Sequence[MonthlyReturn], today: dt.date | None = None
) -> dict[int, list[Finding]]:
    """What the checks say of each return."""
    return {pk: check(facts) for pk, facts in facts_of(returns, today).items()}


def notes_of(returns: Iterable[MonthlyReturn]) -> dict[int, dict[str, str]]:
    """The clerks' explanations, by return and by key of the finding."""
    found: dict[int, dict[str, str]] = defaultdict(dict)
    for note in CheckNote.objects.filter(monthly_return__in=[each.pk for each in returns]):
        found[note.monthly_return_id][f"{note.code}:{note.row}"] = note.text
    return found


def is_clean(findings: Iterable[Finding], notes: Mapping[str, str]) -> bool:
    """Whether nothing asks for a look: no stop, no hint, every question answered."""
    return all(
        finding.severity == Severity.EXPLAIN and notes.get(finding.key) for finding in findings
    )


class _Gathered:
    """Rows of the given returns, of the months before, and of the units around them."""

    def __init__(self, returns: Sequence[MonthlyReturn], today: dt.date) -> None:
        self._returns, self._today = returns, today
        self._versions: dict[int, list[UnitVersion]] = defaultdict(list)
        self._children: dict[int, list[UnitVersion]] = defaultdict(list)
        self._load_units()
        self._by_place = self._load_returns()
        self._categories = {each.pk: each for each in SweepCategory.objects.all()}
        self._load_rows()
        self._saves = self._load_saves()

    def _load_units(self) -> None:
        own = {each.unit_id for each in self._returns}
        for version in UnitVersion.objects.filter(unit__in=own):
            self._versions[version.unit_id].append(version)
        parents = {row.parent_id for rows in self._versions.values() for row in rows}
        around = UnitVersion.objects.filter(parent__in=own | {each for each in parents if each})
        for version in around.exclude(level=Level.GROUP):
            self._children[version.parent_id or 0].append(version)

    def _parent_id(self, unit_id: int, month: Month) -> int | None:
        standing = _standing(self._versions.get(unit_id, []), month)
        return standing[0].parent_id if standing else None

    def _below(self, unit_id: int | None, month: Month) -> list[UnitVersion]:
        return _standing(self._children.get(unit_id or 0, []), month)

    def _load_returns(self) -> dict[_Place, MonthlyReturn]:
        places: set[_Place] = set()
        for each in self._returns:
            parent = self._parent_id(each.unit_id, each.month)
            around = [*self._below(each.unit_id, each.month), *self._below(parent, each.month)]
            units = {each.unit_id, parent or 0, *(version.unit_id for version in around)}
            places |= {(unit, int(each.month)) for unit in units}
            places.add((each.unit_id, int(each.month.previous)))
        found = MonthlyReturn.objects.filter(
            unit__in={unit for unit, _month in places}, month__in={month for _unit, month in places}
        )
        by_place = {(row.unit_id, int(row.month)): row for row in found}
        return {place: row for place, row in by_place.items() if place in places}

    def _load_rows(self) -> None:
        every = {row.pk for row in self._by_place.values()}
        own = {each.pk for each in self._returns}
        deep = own | {each.pk for each in map(self._before, self._returns) if each}
        months = {row.month for row in self._by_place.values()}
        self._patrols = _rows(Patrol, deep, months)
        self._lessons = _rows(Education, deep, months)
        self._sweeps = _rows(Sweep, every, months)
        self._meetings = _rows(Meeting, every, months)
        self._groups = _rows(GroupRecord, own, months, "group__name")

    def _load_saves(self) -> dict[int, list[dt.datetime]]:
        events = AuditEvent.objects.filter(
            object_type=str(MonthlyReturn._meta.verbose_name),
            object_id__in=[str(each.pk) for each in self._returns],
            action=save_action(Activity.PATROL),
        )
        found: dict[int, list[dt.datetime]] = defaultdict(list)
        for number, at in events.values_list("object_id", "at"):
            found[int(number)].append(timezone.localtime(at))
        return found

    def _before(self, each: MonthlyReturn) -> MonthlyReturn | None:
        return self._by_place.get((each.unit_id, int(each.month.previous)))

    def facts(self) -> dict[int, Facts]:
        return {each.pk: self._facts(each) for each in self._returns}

    def _facts(self, each: MonthlyReturn) -> Facts:
        before, unit = self._before(each), each.unit
        parent_id = self._parent_id(each.unit_id, each.month)
        markets = unit.market_days or (unit.parent.market_days if unit.parent else "")
        return Facts(
            now=self._sheet(each.pk),
            today=self._today,
            due_on=each.due_on,
            last=self._sheet(before.pk) if before else None,
            children=self._totals(self._below(each.unit_id, each.month), each.month),
            parent=self._above(parent_id, each.month),
            neighbours=self._neighbours(each, parent_id),
            key_days=key_dates(each.month, markets),
            population=unit.population,
            patrol_saves=tuple(self._saves.get(each.pk, ())),
        )

    def _sheet(self, pk: int) -> Sheet:
        return Sheet(
            patrol=tuple(patrol_day(row["on"], row) for row in self._patrols[pk]),
            lessons=tuple(lesson(str(row["id"]), row) for row in self._lessons[pk]),
            sweep=self._lines(pk),
            meetings=tuple(meeting_line(str(row["id"]), row) for row in self._meetings[pk]),
            groups=tuple(
                group_line(row["group_id"], row["group__name"], row) for row in self._groups[pk]
            ),
        )

    def _lines(self, pk: int) -> tuple[SweepLine, ...]:
        return tuple(
            sweep_line(self._categories[row["category_id"]], row) for row in self._sweeps[pk]
        )

    def _totals(self, below: Iterable[UnitVersion], month: Month) -> dict[str, Total]:
        """Sums over the returns below that were handed in."""
        sums: dict[str, list[int]] = {}
        for version in below:
            row = self._by_place.get((version.unit_id, int(month)))
            if row is None or row.state not in _HANDED_IN:
                continue
            for line in self._lines(row.pk):
                total = sums.setdefault(line.key, [0, 0, 0])
                values = (line.found, line.group + line.village, line.township)
                sums[line.key] = [old + new for old, new in zip(total, values, strict=True)]
        return {code: Total(*values) for code, values in sums.items()}

    def _above(self, parent_id: int | None, month: Month) -> dict[str, SweepLine]:
        row = self._by_place.get((parent_id or 0, int(month)))
        if row is None or row.state not in _HANDED_IN:
            return {}
        return {line.key: line for line in self._lines(row.pk)}

    def _neighbours(
        self, each: MonthlyReturn, parent_id: int | None
    ) -> tuple[tuple[str, str], ...]:
        found = []
        for version in self._below(parent_id, each.month):
            row = self._by_place.get((version.unit_id, int(each.month)))
            if row is not None and row.pk != each.pk:
                lines = [meeting_line("", meeting) for meeting in self._meetings[row.pk]]
                found += [(version.name, line.text) for line in lines]
        return tuple(found)


def _standing(versions: Iterable[UnitVersion], month: Month) -> list[UnitVersion]:
    """Those that stood on the month's last day."""
    day = month.last_day
    return [
        row
        for row in versions
        if row.valid_from <= day and (row.valid_to is None or row.valid_to > day)
    ]


def _rows(
    model: type[Any], pks: set[int], months: set[Month], *more: str
) -> Mapping[int, list[dict[str, Any]]]:
    names = [field.attname for field in model._meta.concrete_fields]
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    rows = model.objects.filter(Q(month__in=months), monthly_return__in=pks)
    for row in rows.order_by(*model._meta.ordering).values(*names, *more):
        found[row["monthly_return_id"]].append(row)
    return found


def findings_of_typed(
    monthly_return: MonthlyReturn,
    section: Section,
    rows: Iterable[tuple[Any, Mapping[str, Any]]],
) -> list[Finding]:
    """Findings about the return with one table as it is typed; rows come with their keys."""
    facts = facts_of([monthly_return])[monthly_return.pk]
    sheet = _typed_sheet(monthly_return, section, rows)
    return check(replace(facts, now=replace(facts.now, **sheet)))


def _typed_sheet(
    monthly_return: MonthlyReturn,
    section: Section,
    rows: Iterable[tuple[Any, Mapping[str, Any]]],
) -> dict[str, Any]:
    """The part of a `Sheet` that one typed table replaces."""
    labels = expected_keys(section, monthly_return)
    if section is PATROL:
        return {"patrol": tuple(patrol_day(key, row) for key, row in rows)}
    if section is SWEEP:
        known = {each.pk: each for each in categories_of(monthly_return.unit.root_id)}
        return {"sweep": tuple(sweep_line(known[key], row) for key, row in rows)}
    if section is GROUPS:
        lines = (group_line(key, labels.get(key, ""), row) for key, row in rows)
        return {"groups": tuple(lines)}
    if section is MEETING:
        return {"meetings": tuple(meeting_line(key, row) for key, row in rows)}
    return {"lessons": tuple(lesson(key, row) for key, row in rows)}
