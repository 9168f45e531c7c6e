"""The lines of a sheet: of the catalogue, or of a visit as it was scored."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from assessments.enums import VisitKind
from assessments.models import Inspection, SheetItem
from pingan.enums import Level

# The sheets there are: who is visited, and how. A village is visited by its township, openly.
SHEETS: tuple[tuple[Level, VisitKind], ...] = (
    (Level.TOWNSHIP, VisitKind.OPEN),
    (Level.SECTOR, VisitKind.OPEN),
    (Level.DEPARTMENT, VisitKind.OPEN),
    (Level.VILLAGE, VisitKind.OPEN),
    (Level.TOWNSHIP, VisitKind.SECRET),
    (Level.SECTOR, VisitKind.SECRET),
    (Level.DEPARTMENT, VisitKind.SECRET),
)


@dataclass(frozen=True, slots=True)
class SheetLine:
    """What is looked at, and the most it can be given; points in hundredths."""

    code: str
    name: str
    points: int
    standard: str = ""


def own_items(county_id: int, level: int, kind: str) -> QuerySet[SheetItem]:
    """The county's own sheet, the lines out of use included."""
    return SheetItem.objects.filter(county=county_id, level=level, kind=kind).order_by(
        "position", "pk"
    )


def common_items(level: int, kind: str) -> QuerySet[SheetItem]:
    return SheetItem.objects.filter(county=None, level=level, kind=kind).order_by("position")


def items_of(county_id: int, level: int, kind: str) -> list[SheetItem]:
    """The lines in use: the county's own sheet, else the common one. Two queries at most."""
    own = list(own_items(county_id, level, kind)) or list(common_items(level, kind))
    return [item for item in own if item.is_active]


def sheet_lines(county_id: int, level: int, kind: str) -> list[SheetLine]:
    return [
        SheetLine(item.code, item.name, item.points, item.standard)
        for item in items_of(county_id, level, kind)
    ]


def lines_of(inspection: Inspection) -> list[SheetLine]:
    """The sheet that a visit was scored on; the standards are those of today, where there are."""
    entries = list(inspection.entries.all())
    if not entries:
        return []
    standards = {
        item.code: item.standard
        for item in items_of(inspection.unit.root_id, inspection.unit.level, inspection.kind)
    }
    return [
        SheetLine(each.code, each.name, each.points_possible, standards.get(each.code, ""))
        for each in entries
    ]


def fingerprint(items: Iterable[SheetItem]) -> str:
    """Tells whether a sheet is still what somebody opened."""
    rows = [[item.pk, item.name, item.standard, item.points, item.is_active] for item in items]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()[:16]
