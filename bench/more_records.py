"""What a full scheme is scored on besides the returns: a month of it for every unit."""

from __future__ import annotations

import datetime as dt
import itertools
import random
from collections.abc import Sequence

from django.utils import timezone

from assessments.enums import (
    AppealState,
    LadderKind,
    NoticeState,
    ProblemSource,
    VetoState,
    VisitKind,
)
from assessments.models import (
    Appeal,
    Inspection,
    LeaderRating,
    Problem,
    RectificationNotice,
    Scorecard,
    Veto,
    VetoCondition,
)
from bench.records import Made, write_rows
from campaigns.enums import (
    IndicatorAnswer,
    IndicatorDirection,
    IndicatorKind,
    PeriodKind,
    ReturnState,
)
from campaigns.models import Indicator, IndicatorForm, IndicatorReport, IndicatorValue
from pingan.enums import Level
from pingan.months import Month


class MoreWriter:
    """Ratings, secret visits, problems, notices and indicators, one month after another."""

    def __init__(self, units: Sequence[Made], seed: int = 20260907) -> None:
        self.units = [
            unit for unit in units if unit.level not in (Level.COUNTY, Level.GROUP) and unit.county
        ]
        self.counties = [unit.pk for unit in units if unit.county is None]
        self.random = random.Random(seed)
        self.reports = itertools.count(1)
        self.notices = itertools.count(1)
        self.indicator = Indicator.objects.create(
            code="crimes",
            name="刑事案件",
            kind=IndicatorKind.COUNT,
            measure="起",
            direction=IndicatorDirection.FALL,
        )
        self.forms = {
            county: IndicatorForm.objects.create(
                county_id=county, code="T1", name="月报", period=PeriodKind.MONTH, basis="通知"
            ).pk
            for county in self.counties
        }

    def write(self, month: Month) -> None:
        bits, number, last = self.random.getrandbits, int(month), month.last_day.isoformat()
        now = timezone.now().isoformat()
        write_rows(
            Inspection,
            ("unit_id", "month", "on", "kind", "points_given"),
            (
                (unit.pk, number, last, VisitKind.SECRET.value, 6000 + 100 * bits(5))
                for unit in self.units
                if not bits(2)
            ),
        )
        write_rows(
            LeaderRating,
            ("unit_id", "month", "rater_post", "points_given", "recorded_at"),
            (
                (unit.pk, number, post, 8000 + 10 * bits(7), now)
                for unit in self.units
                for post in ("书记", "县长")
                if bits(3)
            ),
        )
        self._problems(month, now)
        self._notices(month, now)
        self._indicators(month)

    def _problems(self, month: Month, now: str) -> None:
        """Some from the month before, some solved within the month."""
        bits, number = self.random.getrandbits, int(month)
        first, last = month.first_day.isoformat(), month.last_day.isoformat()
        before = month.previous.first_day.isoformat()
        names = ("unit_id", "month", "source", "title", "found_on", "due_on", "solved_on")
        source = ProblemSource.INSPECTION.value
        write_rows(
            Problem,
            (*names, "recorded_at"),
            (
                (
                    *(unit.pk, number, source, "护栏松动", first if bits(1) else before, last),
                    *(last if bits(1) else None, now),
                )
                for unit in self.units
                if not bits(3)
            ),
        )

    def _notices(self, month: Month, now: str) -> None:
        bits, number = self.random.getrandbits, int(month)
        first, last = month.first_day.isoformat(), month.last_day.isoformat()
        names = ("county_id", "unit_id", "kind", "month", "year", "number", "state", "demand")
        rows = []
        for unit in self.units:
            if bits(3):
                continue
            is_closed = bool(bits(1))
            state = NoticeState.CLOSED if is_closed else NoticeState.SIGNED
            head = (unit.county, unit.pk, LadderKind.NOTICE.value, number, month.year)
            rows.append(
                (
                    *(*head, next(self.notices) % 30_000, state.value, "修好护栏"),
                    *(last, last, first, last if is_closed else None, now),
                )
            )
        write_rows(
            RectificationNotice,
            (*names, "due_on", "recheck_on", "signed_on", "closed_on", "drafted_at"),
            rows,
        )

    def _indicators(self, month: Month) -> None:
        bits, first, last = (
            self.random.getrandbits,
            month.first_day.isoformat(),
            month.last_day.isoformat(),
        )
        made = [(next(self.reports), unit) for unit in self.units if bits(4)]
        write_rows(
            IndicatorReport,
            ("id", "form_id", "unit_id", "starts_on", "ends_on", "due_on", "state"),
            (
                (pk, self.forms[unit.county or 0], unit.pk, first, last, last,
                 ReturnState.ACCEPTED.value)
                for pk, unit in made
            ),
        )  # fmt: skip
        write_rows(
            IndicatorValue,
            ("report_id", "indicator_id", "answer", "number"),
            ((pk, self.indicator.pk, IndicatorAnswer.COUNTED.value, bits(4)) for pk, _ in made),
        )

    def decide(self, month: Month) -> None:
        """Vetoes in force and appeals upheld in the month; appeals need a card to hang on."""
        now = timezone.now()
        condition = VetoCondition.objects.create(
            position=99, code="bench", name="情形", basis="条例", months=6
        )
        Veto.objects.bulk_create(
            Veto(
                unit_id=unit.pk,
                condition=condition,
                facts="事故",
                happened_on=month.first_day,
                state=VetoState.DECIDED,
                proposing_unit_id=unit.county or unit.pk,
                proposed_at=now,
                decided_at=now,
                decision="决定",
                document="文件",
                starts_on=month.first_day,
                ends_on=month.last_day + dt.timedelta(days=90),
            )
            for unit in self.units[::97]
        )
        cards = Scorecard.objects.filter(month=month.previous).values_list("pk", "unit_id")
        by_unit = {unit_id: pk for pk, unit_id in cards.iterator()}
        Appeal.objects.bulk_create(
            Appeal(
                scorecard_id=by_unit[unit.pk],
                unit_id=unit.pk,
                month=month,
                item_code="days",
                item_name="白天巡逻",
                lost=100,
                reason="漏计",
                filed_at=now,
                state=AppealState.UPHELD,
                restored=50,
                decision="属实",
                decided_at=now,
            )
            for unit in self.units[::53]
            if unit.pk in by_unit
        )
