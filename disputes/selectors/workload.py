"""Mediators' workload by number: their names are sealed, and stay so. Three queries."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Count

from disputes.enums import OPEN_STATES
from disputes.figures import median_text
from disputes.models import Mediator
from disputes.selectors.figures import cases_of, overdue
from disputes.spans import Span
from pingan.models import Unit, User


@dataclass(frozen=True, slots=True)
class Workload:
    """One mediator: what is in hand today, what was settled in the period."""

    number: str
    committee: str
    unit: str
    in_hand: int
    late: int
    settled: int
    median_days: str


def workloads(user: User, span: Span, today: dt.date, unit: Unit | None = None) -> list[Workload]:
    """Mediators with a case in hand or settled, the busiest first. Days from registration on."""
    cases = cases_of(user, unit).exclude(mediator=None).order_by()
    hands = {
        row["mediator"]: (row["open_cases"], row["late_cases"])
        for row in cases.filter(state__in=OPEN_STATES)
        .values("mediator")
        .annotate(open_cases=Count("pk"), late_cases=Count("pk", filter=overdue(today)))
    }
    days: dict[int, list[int]] = defaultdict(list)
    settled = cases.filter(settled_level__isnull=False, settled_on__range=span.days)
    for mediator, begun, ended in settled.values_list("mediator", "registered_on", "settled_on"):
        assert mediator is not None
        assert ended is not None
        days[mediator].append((ended - begun).days)
    mediators = Mediator.objects.filter(pk__in={*hands, *days})
    found = [
        Workload(
            number, committee, name, *hands.get(pk, (0, 0)), len(days[pk]), median_text(days[pk])
        )
        for pk, number, committee, name in mediators.values_list(
            "pk", "number", "committee__name", "committee__unit__name"
        )
    ]
    return sorted(found, key=lambda row: (-row.in_hand - row.settled, row.committee, row.number))
