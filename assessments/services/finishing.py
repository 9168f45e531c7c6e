"""The end of a step on a locked row: one version more, saved, and put into the trail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from assessments.models import KeyPlace, Problem, RectificationNotice
from pingan import audit
from pingan.models import User

Row = TypeVar("Row", KeyPlace, Problem, RectificationNotice)


def finish(
    *,
    row: Row,
    before: Mapping[str, Any],
    fields: Sequence[str],
    action: str,
    note: str,
    by: User | None,
) -> Row:
    """Save the locked row; `before` and `fields` say what of it the trail compares."""
    row.version += 1
    row.save()
    audit.record(
        action=action,
        obj=row,
        by=by,
        unit=row.unit,
        before=before,
        after=audit.snapshot(row, *fields),
        note=note,
    )
    return row
