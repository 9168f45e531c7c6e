"""The figures of a period, by whatever they are asked by: two queries, whatever the cases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable
from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from disputes.enums import ConfirmationState, Move
from disputes.figures import LEVELS, Figures
from disputes.models import Agreement, Dispute, DisputeMove
from pingan.models import User


@dataclass(frozen=True, slots=True)
class Span:
    """A period, both days included."""

    first: dt.date
    last: dt.date

    @property
    def days(self) -> tuple[dt.date, dt.date]:
        return self.first, self.last


def figures_by(user: User, span: Span, key: str) -> dict[Hashable, Figures]:
    """Figures by a field of the case (`unit_id`, `category_id`, `channel`, `mediator_id`)."""
    return _figures(Dispute.objects.visible_to(user), span, key)


def figures_of(user: User, span: Span) -> Figures:
    """Figures over all cases that this person may see."""
    return sum(figures_by(user, span, "county_id").values(), start=Figures())


def _figures(cases: QuerySet[Dispute], span: Span, key: str) -> dict[Hashable, Figures]:
    """Cases registered in the span, and cases whose mediation ended in it."""
    received = dict(
        cases.filter(registered_on__range=span.days)
        .order_by()
        .values_list(key)
        .annotate(Count("pk"))
    )
    agreed = Q(settled_level__isnull=False)
    failed = Exists(DisputeMove.objects.filter(dispute=OuterRef("pk"), move=Move.FAIL))
    agreement = Agreement.objects.filter(dispute=OuterRef("pk"))
    mediated = agreed | Q(is_failed=True)
    sums = {
        "agreed": Count("pk", filter=agreed),
        "failed": Count("pk", filter=~agreed & Q(is_failed=True)),
        "in_time": Count("pk", filter=mediated & (Q(due_on=None) | Q(settled_on__lte=F("due_on")))),
        "performed": Count("pk", filter=agreed & Q(is_performed=True)),
        "confirmed": Count("pk", filter=agreed & Q(is_confirmed=True)),
        "prevented_cases": Count("pk", filter=~Q(prevented="")),
        "people_kept": Coalesce(Sum("prevented_people"), 0),
        **{f"at_{level}": Count("pk", filter=Q(settled_level=level)) for level in LEVELS},
    }
    ended = (
        cases.filter(settled_on__range=span.days)
        .annotate(
            is_failed=failed,
            is_confirmed=Exists(agreement.filter(confirmation=ConfirmationState.CONFIRMED)),
            is_performed=Exists(agreement.filter(performed_on__isnull=False)),
        )
        .order_by()
        .values(key)
        .annotate(**sums)
        .values_list(key, *sums)
    )
    found = {name: Figures(received=count) for name, count in received.items()}
    for name, yes, no, in_time, performed, confirmed, prevented, people, *levels in ended:
        found[name] = found.get(name, Figures()) + Figures(
            agreed=yes,
            failed=no,
            in_time=in_time,
            performed=performed,
            confirmed=confirmed,
            prevented=prevented,
            prevented_people=people,
            by_level=tuple(levels),
        )
    return found
