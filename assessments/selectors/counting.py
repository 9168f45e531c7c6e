"""Counts of many kinds in rows of one shape: (unit, kind, six numbers)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection
from django.db.models import F, IntegerField, QuerySet, Value

CHUNK = 5000
NUMBERS = 6


def plain_rows(values: QuerySet[Any]) -> Iterator[Sequence[Any]]:
    """Rows as the driver gives them: the ORM would convert a million integers to integers."""
    statement, parameters = values.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        while rows := cursor.fetchmany(CHUNK):
            yield from rows


def sum_rows(records: QuerySet[Any], unit: str, kind: Any, *numbers: Any) -> QuerySet[Any]:
    """Sums by unit and kind, filled up with zeros to six numbers."""
    names = [f"number{place}" for place in range(NUMBERS)]
    padded = [*numbers, *[Value(0, IntegerField())] * (NUMBERS - len(numbers))]
    return (
        records.order_by()
        .values(owner=F(unit), sort=kind)
        .annotate(**dict(zip(names, padded, strict=True)))
        .values_list("owner", "sort", *names)
    )
