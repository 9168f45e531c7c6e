"""What units were called, and where they stood, in the month a record is about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from pingan.models import UnitVersion
from pingan.months import Month


class NameBook:
    """Versions of the given units and of their parents; two queries, then none."""

    def __init__(self, unit_ids: Iterable[int]) -> None:
        self._versions: dict[int, list[UnitVersion]] = defaultdict(list)
        self._load(set(unit_ids))
        parents = {row.parent_id for rows in self._versions.values() for row in rows}
        self._load({parent for parent in parents if parent} - self._versions.keys())

    def _load(self, unit_ids: set[int]) -> None:
        for row in UnitVersion.objects.filter(unit_id__in=unit_ids).order_by("valid_from"):
            self._versions[row.unit_id].append(row)

    def version(self, unit_id: int, month: Month) -> UnitVersion | None:
        """The unit as it stood on the month's last day; the nearest version otherwise."""
        rows = self._versions.get(unit_id)
        if not rows:
            return None
        started = [row for row in rows if row.valid_from <= month.last_day]
        return started[-1] if started else rows[0]

    def name(self, unit_id: int, month: Month) -> str:
        version = self.version(unit_id, month)
        return version.name if version else ""

    def parent_name(self, unit_id: int, month: Month) -> str:
        """The name of the unit above, as of that month."""
        version = self.version(unit_id, month)
        return self.name(version.parent_id, month) if version and version.parent_id else ""

    def order(self, unit_id: int, month: Month) -> tuple[int, ...]:
        """A sort key: positions from the parent down, the parent before its own children."""
        version = self.version(unit_id, month)
        if version is None:
            return (1 << 30,)
        parent = self.version(version.parent_id, month) if version.parent_id else None
        if parent is None or parent.parent_id is None:
            return (version.position, version.unit_id)
        return (parent.position, parent.unit_id, version.position, version.unit_id)
