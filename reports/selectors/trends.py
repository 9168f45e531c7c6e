"""How a unit's total and place went over the last months: a small drawing beside its name."""

from __future__ import annotations

from collections.abc import Collection

from assessments.models import Edition, Scorecard
from pingan.models import User
from reports.charts import Spark, sparkline
from reports.selectors.editions import shown_editions
from reports.tables import points_text

SPANS = (6, 12)


def trends(
    edition: Edition, user: User, units: Collection[int], months: int = SPANS[0]
) -> dict[int, Spark]:
    """Place and total of these units up to the edition's month, each month in the edition that
    this person is shown. Two queries."""
    first = edition.month.shift(1 - months)
    editions = shown_editions(user, first, edition.month)
    editions[edition.month] = edition
    span = list(first.until(edition.month))
    rows = (
        Scorecard.objects.filter(
            edition__in=[shown.pk for shown in editions.values()], unit__in=units
        )
        .order_by("month", "pk")
        .values_list("unit_id", "month", "total", "rank", "peers")
    )
    found: dict[int, dict[object, tuple[int, int, int]]] = {unit: {} for unit in units}
    for unit, month, total, rank, peers in rows:
        found[unit][month] = (total, rank, peers)
    return {
        unit: sparkline(
            [
                (f"{month.number}月", *own[month][:2], own[month][2]) if month in own else None
                for month in span
            ],
            points_text,
        )
        for unit, own in found.items()
    }
