"""The figures of a period, by whatever they are asked by: three queries, whatever the cases."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from disputes.enums import ConfirmationState, Move, Satisfaction
from disputes.figures import LEVELS, Figures
from disputes.models import Agreement, Dispute, DisputeMove, FollowVisit, Party
from disputes.selectors.repeats import KEPT_IN_MIND
from disputes.spans import Span
from pingan import scopes
from pingan.models import Unit, User


def cases_of(user: User, unit: Unit | None = None) -> QuerySet[Dispute]:
    """Cases registered in the tree of a unit (the own one): each counts once, where it began."""
    tree = scopes.within((unit or user.unit).path, "unit__path")
    return Dispute.objects.visible_to(user).filter(tree)


def figures_by(user: User, span: Span, key: str, unit: Unit | None = None) -> dict[Any, Figures]:
    """Figures by a field of the case (`unit_id`, `category_id`, `channel`, `mediator_id`)."""
    cases = cases_of(user, unit).order_by()
    found: dict[Any, Figures] = defaultdict(Figures)
    for part in (_begun(cases, span, key), _ended(cases, span, key), _visited(cases, span, key)):
        for name, figures in part.items():
            found[name] += figures
    return dict(found)


def figures_of(user: User, span: Span, unit: Unit | None = None) -> Figures:
    """Figures over all cases of the tree."""
    return sum(figures_by(user, span, "county_id", unit).values(), start=Figures())


def _begun(cases: QuerySet[Dispute], span: Span, key: str) -> dict[Any, Figures]:
    """Cases registered in the span, and those over their term at its end."""
    received = Q(registered_on__range=span.days)
    late = unsettled(span.last)
    rows = (
        cases.filter(received | late)
        .annotate(is_repeat=_repeats())
        .values(key)
        .annotate(
            received_cases=Count("pk", filter=received),
            repeated=Count("pk", filter=received & Q(is_repeat=True)),
            late=Count("pk", filter=late),
        )
    )
    return {
        row[key]: Figures(
            received=row["received_cases"], repeated=row["repeated"], unsettled=row["late"]
        )
        for row in rows
    }


def unsettled(day: dt.date) -> Q:
    """Cases over their term at the end of this day (of today, where it is still to come)."""
    is_late = Q(registered_on__lte=day) & overdue(min(day, timezone.localdate()))
    return is_late & (Q(settled_on=None) | Q(settled_on__gt=day))


def overdue(day: dt.date) -> Q:
    """Over the term of mediation; what was never accepted, over the term of its level."""
    return Q(due_on__lt=day) | Q(due_on=None, level_due_on__lt=day)


def _repeats() -> Q:
    """An earlier case of the last three years: of a party of the same name, or of the place."""
    place = Dispute.objects.filter(
        _earlier("", ""), unit=OuterRef("unit"), place_index=OuterRef("place_index")
    ).exclude(place_index="")
    again = Party.objects.filter(
        _earlier("dispute__", "dispute__"),
        name_index=OuterRef("name_index"),
        dispute__county=OuterRef("dispute__county"),
    )
    parties = Party.objects.filter(Exists(again), dispute=OuterRef("pk")).exclude(name_index="")
    return Q(Exists(place)) | Q(Exists(parties))


def _earlier(own: str, outer: str) -> Q:
    """Registered before the outer case, by no more than three years."""
    day = OuterRef(f"{outer}registered_on")
    before = Q(**{f"{own}registered_on__lt": day}) | Q(
        **{f"{own}registered_on": day, f"{own}pk__lt": OuterRef(f"{outer}pk")}
    )
    return before & Q(**{f"{own}registered_on__gte": day - KEPT_IN_MIND})


def _ended(cases: QuerySet[Dispute], span: Span, key: str) -> dict[Any, Figures]:
    """Cases whose mediation ended in the span."""
    agreed = Q(settled_level__isnull=False)
    mediated = agreed | Q(is_failed=True)
    agreement = Agreement.objects.filter(dispute=OuterRef("pk"))
    resumed = DisputeMove.objects.filter(
        dispute=OuterRef("dispute"), move=Move.RESUME, pk__gt=OuterRef("pk")
    )
    failed = DisputeMove.objects.filter(~Exists(resumed), dispute=OuterRef("pk"), move=Move.FAIL)
    rows = (
        cases.filter(settled_on__range=span.days)
        .annotate(
            is_failed=Exists(failed),
            is_confirmed=Exists(agreement.filter(confirmation=ConfirmationState.CONFIRMED)),
            is_performed=Exists(agreement.filter(performed_on__isnull=False)),
        )
        .values(key)
        .annotate(
            agreed=Count("pk", filter=agreed),
            failed=Count("pk", filter=~agreed & Q(is_failed=True)),
            in_time=Count(
                "pk", filter=mediated & (Q(due_on=None) | Q(settled_on__lte=F("due_on")))
            ),
            performed=Count("pk", filter=agreed & Q(is_performed=True)),
            confirmed=Count("pk", filter=agreed & Q(is_confirmed=True)),
            prevented_cases=Count("pk", filter=~Q(prevented="")),
            people_kept=Coalesce(Sum("prevented_people"), 0),
            **{f"at_{level}": Count("pk", filter=Q(settled_level=level)) for level in LEVELS},
        )
    )
    same = ("agreed", "failed", "in_time", "performed", "confirmed")
    return {
        row[key]: Figures(
            **{name: row[name] for name in same},
            prevented=row["prevented_cases"],
            prevented_people=row["people_kept"],
            by_level=tuple(row[f"at_{level}"] for level in LEVELS),
        )
        for row in rows
    }


def _visited(cases: QuerySet[Dispute], span: Span, key: str) -> dict[Any, Figures]:
    """Visits of the span, and those where people were content."""
    content = Q(satisfaction__in=[Satisfaction.SATISFIED, Satisfaction.FAIR])
    rows = (
        FollowVisit.objects.filter(dispute__in=cases, on__range=span.days)
        .order_by()
        .values_list(f"dispute__{key}")
        .annotate(all_visits=Count("pk"), content_visits=Count("pk", filter=content))
    )
    return {name: Figures(visits=count, satisfied=good) for name, count, good in rows}
