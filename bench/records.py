"""Fills the tables by bulk writes: a tree of units, and months of seeded records."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils import timezone

from assessments.models import Inspection
from assessments.services.bulk import insert_rows
from bench.tree import Place
from campaigns.enums import EducationKind, MeetingKind, ReturnState, SweepAnswer, Team
from campaigns.models import (
    Education,
    GroupRecord,
    Meeting,
    MonthlyReturn,
    Patrol,
    Survey,
    Sweep,
    SweepCategory,
)
from pingan.calendars import key_dates
from pingan.enums import REPORTING_LEVELS, Level, PeriodState
from pingan.fields import path_segment
from pingan.models import Period, Unit, UnitVersion
from pingan.months import Month

STARTED = dt.date(2015, 1, 1)
MARKETS = ("1,6", "2,7", "3,8", "4,9", "0,5")


@dataclass(slots=True)
class Made:
    """A unit as it was written."""

    pk: int
    level: Level
    parent: int | None
    county: int | None
    path: str
    market_days: str
    groups: list[int]


def write_rows(
    model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Rows of the named columns; every other column gets the default of its field."""
    rest = [
        field
        for field in model._meta.concrete_fields
        if field.column not in names and not field.primary_key and not field.null
    ]
    constants = tuple(_plain(field.get_default()) for field in rest)
    columns = (*names, *(str(field.column) for field in rest))
    insert_rows(model, columns, ((*row, *constants) for row in rows))


def _plain(value: Any) -> Any:
    return "{}" if value == {} else value


def write_tree(places: Iterable[Place]) -> list[Made]:
    """Units and their versions."""
    made: dict[str, Made] = {}
    rows: list[tuple[Any, ...]] = []
    for pk, place in enumerate(places, start=1):
        parent = made.get(place.parent_code)
        above = parent.pk if parent else None
        county = (parent.county or parent.pk) if parent else None
        path = (parent.path if parent else "") + path_segment(pk)
        market = MARKETS[pk % 5] if place.level == Level.TOWNSHIP else ""
        made[place.code] = Made(pk, place.level, above, county, path, market, [])
        if place.level == Level.GROUP and parent:
            parent.groups.append(pk)
        names = (place.code, place.name, place.name[:40], place.kind.value)
        rows.append((path, above, county, *names, int(place.level), pk))
        rows[-1] = (*rows[-1], place.is_scored, STARTED.isoformat())
    _write_units(rows, [unit.market_days for unit in made.values()])
    return list(made.values())


def _write_units(rows: Sequence[tuple[Any, ...]], markets: Sequence[str]) -> None:
    shared = (
        *("path", "parent_id", "county_id", "code", "name", "short_name", "kind", "level"),
        *("position", "is_scored", "valid_from"),
    )
    write_rows(
        Unit,
        ("id", "market_days", *shared),
        ((pk, markets[pk - 1], *row) for pk, row in enumerate(rows, start=1)),
    )
    write_rows(
        UnitVersion, ("unit_id", *shared), ((pk, *row) for pk, row in enumerate(rows, start=1))
    )


class MonthWriter:
    """Writes one month after another; ids of returns go on."""

    def __init__(self, units: Sequence[Made], seed: int = 20260901) -> None:
        self.reporting = [unit for unit in units if unit.level in REPORTING_LEVELS]
        self.looked_at = [
            unit for unit in units if unit.level in (Level.TOWNSHIP, Level.VILLAGE, Level.SECTOR)
        ]
        self.markets = {unit.pk: unit.market_days for unit in units}
        self.counties = [unit.pk for unit in units if unit.county is None]
        self.categories = list(
            SweepCategory.objects.filter(county=None).values_list("pk", flat=True)
        )
        self.random = random.Random(seed)
        self.last_id = 0

    def write(self, month: Month) -> None:
        """A month of records: most returns accepted, some still submitted."""
        self.month = int(month)
        returns = self._returns(month)
        head = ("monthly_return_id", "month")
        write_rows(
            Patrol,
            (*head, "on", "team", "day_heads", "night_heads", "is_key_day"),
            self._patrols(returns, month),
        )
        write_rows(
            Education, (*head, "on", "kind", "topic", "audience"), self._education(returns, month)
        )
        write_rows(
            Meeting,
            (*head, "on", "kind", "chair_post", "attendance", "items"),
            self._meetings(returns, month),
        )
        solved = ("solved_in_group", "solved_in_village", "solved_in_township", "solved_in_county")
        write_rows(Sweep, (*head, "category_id", "answer", "found", *solved), self._sweeps(returns))
        write_rows(
            GroupRecord,
            (*head, "group_id", "patrol_nights", "briefs", "found", "solved", "appraisal"),
            self._groups(returns),
        )
        self._look(month)
        Period.objects.bulk_create(
            Period(county_id=county, month=month, state=PeriodState.OPEN)
            for county in self.counties
        )

    def _returns(self, month: Month) -> list[tuple[int, Made]]:
        moment = timezone.make_aware(dt.datetime.combine(month.last_day, dt.time(9))).isoformat()
        names = ("id", "unit_id", "month", "state", "due_on", "is_on_time", "first_submitted_at")
        returns = [
            (self.last_id + place, unit) for place, unit in enumerate(self.reporting, start=1)
        ]
        self.last_id += len(returns)
        chance = self.random.random
        write_rows(
            MonthlyReturn,
            (*names, "submitted_at"),
            (
                (
                    pk,
                    unit.pk,
                    self.month,
                    ReturnState.ACCEPTED.value if chance() < 0.95 else ReturnState.SUBMITTED.value,
                    month.last_day.isoformat(),
                    chance() < 0.85,
                    moment,
                    moment,
                )
                for pk, unit in returns
            ),
        )
        return returns

    def _patrols(
        self, returns: Sequence[tuple[int, Made]], month: Month
    ) -> Iterator[tuple[Any, ...]]:
        bits = self.random.getrandbits
        dates = [(day, day.isoformat()) for day in month.dates()]
        team = Team.VOLUNTEER.value
        for pk, unit in returns:
            market = unit.market_days or self.markets.get(unit.parent or 0, "")
            keys = set(key_dates(month, market))
            for day, text in dates:
                luck = bits(8)
                by_day = 3 if luck & 15 else 0
                by_night = 2 if luck & 48 else None
                if by_day or by_night:
                    yield pk, self.month, text, team, by_day, by_night, day in keys

    def _education(
        self, returns: Sequence[tuple[int, Made]], month: Month
    ) -> Iterator[tuple[Any, ...]]:
        day, bits = month.first_day.isoformat(), self.random.getrandbits
        kinds = (EducationKind.BROADCAST, EducationKind.BROADCAST, EducationKind.COLUMN)
        for pk, _unit in returns:
            for kind in kinds:
                if bits(3):
                    audience = 0 if kind == EducationKind.COLUMN else 50 + bits(8)
                    yield pk, self.month, day, kind.value, "反诈宣传", audience

    def _meetings(
        self, returns: Sequence[tuple[int, Made]], month: Month
    ) -> Iterator[tuple[Any, ...]]:
        day, bits = month.first_day.isoformat(), self.random.getrandbits
        for pk, unit in returns:
            is_village = unit.level == Level.VILLAGE
            kinds = [MeetingKind.WORK, *([MeetingKind.APPRAISAL] if is_village else [])]
            for kind in kinds:
                if bits(4):
                    yield pk, self.month, day, kind.value, "分管领导", 12 + bits(4), "研判"

    def _sweeps(self, returns: Sequence[tuple[int, Made]]) -> Iterator[tuple[Any, ...]]:
        bits = self.random.getrandbits
        counted, zero = SweepAnswer.COUNTED.value, SweepAnswer.ZERO.value
        for pk, _unit in returns:
            for category in self.categories:
                if not bits(5):
                    continue
                found = bits(2) if bits(2) == 0 else 0
                parts = [0, 0, 0, 0]
                for _matter in range(found):
                    if bits(3):
                        parts[bits(2)] += 1
                yield (pk, self.month, category, counted if found else zero, found, *parts)

    def _groups(self, returns: Sequence[tuple[int, Made]]) -> Iterator[tuple[Any, ...]]:
        bits = self.random.getrandbits
        for pk, unit in returns:
            for group in unit.groups:
                found = bits(1)
                solved = found and bits(1)
                yield pk, self.month, group, 15 + bits(4), bits(1), found, solved, 60 + bits(5)

    def _look(self, month: Month) -> None:
        """Surveys and inspections by the superiors."""
        bits, day = self.random.getrandbits, month.last_day.isoformat()
        write_rows(
            Survey,
            ("unit_id", "month", "on", "place", "slips", "order_good", "feels_safe", "satisfied"),
            (
                (unit.pk, self.month, day, "集市", 20, *(12 + bits(3) for _ in range(3)))
                for unit in self.looked_at
                if bits(4)
            ),
        )
        write_rows(
            Inspection,
            ("unit_id", "month", "on", "points_given"),
            ((unit.pk, self.month, day, 7000 + 50 * bits(5)) for unit in self.looked_at if bits(4)),
        )
