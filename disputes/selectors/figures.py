"""The figures of a period, by whatever they are asked by: three queries, whatever the cases."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum, Window
from django.db.models.functions import Coalesce, Lag
from django.utils import timezone

from disputes.enums import ConfirmationState, Move, Satisfaction
from disputes.figures import LEVELS, Figures, summed
from disputes.models import Agreement, Dispute, DisputeMove, Party
from disputes.selectors.repeats import KEPT_IN_MIND
from disputes.spans import Span
from pingan import scopes
from pingan.models import Unit, User

# Columns of the queries below, in the order of the fields of `Figures`.
COLUMNS = (
    *("received_cases", "repeated_cases", "agreed_cases", "failed_cases", "in_time_cases"),
    *("late_cases", "performed_cases", "confirmed_cases", "prevented_cases", "people_kept"),
    *("visits_made", "visits_content"),
)


def cases_of(user: User, unit: Unit | None = None) -> QuerySet[Dispute]:
    """Cases registered in the tree of a unit (the own one): each counts once, where it began."""
    tree = scopes.within((unit or user.unit).path, "unit__path")
    return Dispute.objects.visible_to(user).filter(tree)


def figures_table(
    user: User, span: Span, keys: Sequence[str], unit: Unit | None = None
) -> dict[tuple[Any, ...], Figures]:
    """Figures by several fields of the case at once; `totals_by` sums them up by one of them."""
    cases = cases_of(user, unit).order_by()
    counts: dict[tuple[Any, ...], dict[str, int]] = defaultdict(dict)
    repeats = _repeats((unit or user.unit).root_id, span)
    begun = _begun(cases, span, keys, repeats)
    for row in chain(begun, _ended(cases, span, keys), _visited(cases, span, keys)):
        counts[tuple(row.pop(key) for key in keys)].update(row)
    return {name: _figures(row) for name, row in counts.items()}


def figures_by(user: User, span: Span, key: str, unit: Unit | None = None) -> dict[Any, Figures]:
    """Figures by a field of the case (`unit_id`, `category_id`, `channel`, `mediator_id`)."""
    return {name: each for (name,), each in figures_table(user, span, [key], unit).items()}


def figures_of(user: User, span: Span, unit: Unit | None = None) -> Figures:
    """Figures over all cases of the tree."""
    return summed(figures_by(user, span, "county_id", unit).values())


def _figures(row: dict[str, int]) -> Figures:
    """The columns of the three queries; what one of them did not find is none."""
    by_level = tuple(row.get(f"at_{level}", 0) for level in LEVELS)
    return Figures(by_level, *(row.get(name, 0) for name in COLUMNS))


def _begun(
    cases: QuerySet[Dispute], span: Span, keys: Sequence[str], repeats: Q
) -> Iterable[dict[str, Any]]:
    """Cases registered in the span, and those over their term at its end."""
    received = Q(registered_on__range=span.days)
    late = unsettled(span.last)
    return (
        cases.filter(received | late)
        .values(*keys)
        .annotate(
            received_cases=Count("pk", filter=received),
            repeated_cases=Count("pk", filter=received & repeats),
            late_cases=Count("pk", filter=late),
        )
    )


def unsettled(day: dt.date) -> Q:
    """Cases over their term at the end of this day (of today, where it is still to come)."""
    is_late = Q(registered_on__lte=day) & overdue(min(day, timezone.localdate()))
    return is_late & (Q(settled_on=None) | Q(settled_on__gt=day))


def overdue(day: dt.date) -> Q:
    """Over the term of mediation; what was never accepted, over the term of its level."""
    return Q(due_on__lt=day) | Q(due_on=None, level_due_on__lt=day)


def _repeats(county_id: int, span: Span) -> Q:
    """An earlier case of the last three years: of a party of the same name, or of the place.

    Each row looks at the one before it alone, so that thousands of cases are one sorting.
    """
    days = (span.first - KEPT_IN_MIND, span.last)
    parties = _after_another(
        Party.objects.filter(dispute__county=county_id, dispute__registered_on__range=days),
        index="name_index",
        case="dispute_id",
        day="dispute__registered_on",
    )
    places = _after_another(
        Dispute.objects.filter(county=county_id, registered_on__range=days),
        index="place_index",
        case="pk",
        day="registered_on",
        place="unit_id",
    )
    return Q(pk__in=parties) | Q(pk__in=places)


def _after_another(
    rows: QuerySet[Any], *, index: str, case: str, day: str, **place: str
) -> QuerySet[Any]:
    """Cases that follow another of the same digest within three years."""
    group = [index, *place.values()]
    before, other = (
        Window(Lag(each), partition_by=group, order_by=[day, case]) for each in (day, case)
    )
    return (
        rows.exclude(**{index: ""})
        .order_by()
        .annotate(before=before, other=other)
        .filter(before__gte=F(day) - KEPT_IN_MIND)
        .exclude(other=F(case))
        .values(case)
    )


def _ended(cases: QuerySet[Dispute], span: Span, keys: Sequence[str]) -> Iterable[dict[str, Any]]:
    """Cases whose mediation ended in the span."""
    agreed = Q(settled_level__isnull=False)
    mediated = agreed | Q(is_failed=True)
    agreement = Agreement.objects.filter(dispute=OuterRef("pk"))
    resumed = DisputeMove.objects.filter(
        dispute=OuterRef("dispute"), move=Move.RESUME, pk__gt=OuterRef("pk")
    )
    failed = DisputeMove.objects.filter(~Exists(resumed), dispute=OuterRef("pk"), move=Move.FAIL)
    return (
        cases.filter(settled_on__range=span.days)
        .annotate(
            is_failed=Exists(failed),
            is_confirmed=Exists(agreement.filter(confirmation=ConfirmationState.CONFIRMED)),
            is_performed=Exists(agreement.filter(performed_on__isnull=False)),
        )
        .values(*keys)
        .annotate(
            agreed_cases=Count("pk", filter=agreed),
            failed_cases=Count("pk", filter=~agreed & Q(is_failed=True)),
            in_time_cases=Count(
                "pk", filter=mediated & (Q(due_on=None) | Q(settled_on__lte=F("due_on")))
            ),
            performed_cases=Count("pk", filter=agreed & Q(is_performed=True)),
            confirmed_cases=Count("pk", filter=agreed & Q(is_confirmed=True)),
            prevented_cases=Count("pk", filter=~Q(prevented="")),
            people_kept=Coalesce(Sum("prevented_people"), 0),
            **{f"at_{level}": Count("pk", filter=Q(settled_level=level)) for level in LEVELS},
        )
    )


def _visited(cases: QuerySet[Dispute], span: Span, keys: Sequence[str]) -> Iterable[dict[str, Any]]:
    """Visits of the span, and those where people were content."""
    content = Q(visits__satisfaction__in=[Satisfaction.SATISFIED, Satisfaction.FAIR])
    return (
        cases.filter(visits__on__range=span.days)
        .values(*keys)
        .annotate(
            visits_made=Count("visits"),
            visits_content=Count("visits", filter=content),
        )
    )
