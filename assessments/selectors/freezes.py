"""Which units may be neither named nor rewarded: listed ones (挂牌督办) and vetoed ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from assessments.enums import LadderKind, NoticeState
from assessments.models import RectificationNotice, Veto
from pingan.models import Unit

_IN_FORCE = (NoticeState.SIGNED, NoticeState.REPLIED, NoticeState.CLOSED, NoticeState.AGAIN)


@dataclass(frozen=True, slots=True)
class Freeze:
    """One reason, and the first day on which it no longer holds."""

    unit_id: int
    reason: str
    until: dt.date

    @property
    def sentence(self) -> str:
        return f"{self.reason}，{self.until:%Y-%m-%d}前不得评先评优。"


def frozen_units(on: dt.date, *, units: Iterable[Unit] | None = None) -> dict[int, list[Freeze]]:
    """By unit, what freezes it on that day, the longest first. Two queries for any number."""
    wanted = None if units is None else [unit.pk for unit in units]
    found: dict[int, list[Freeze]] = {}
    for freeze in (*_listed(on, wanted), *_vetoed(on, wanted)):
        found.setdefault(freeze.unit_id, []).append(freeze)
    for freezes in found.values():
        freezes.sort(key=lambda freeze: freeze.until, reverse=True)
    return found


def freezes_of(unit: Unit, on: dt.date) -> list[Freeze]:
    """What freezes this unit on that day, the longest first."""
    return frozen_units(on, units=[unit]).get(unit.pk, [])


def freeze_of(unit: Unit, on: dt.date) -> Freeze | None:
    """The longest freeze of this unit on that day, if there is one."""
    return next(iter(freezes_of(unit, on)), None)


def _listed(on: dt.date, wanted: Collection[int] | None) -> Iterable[Freeze]:
    """A withdrawn notice freezes nothing; one that is closed keeps its months."""
    rows = RectificationNotice.objects.filter(
        kind=LadderKind.LISTED, state__in=_IN_FORCE, signed_on__lte=on, frozen_until__gt=on
    )
    if wanted is not None:
        rows = rows.filter(unit__in=wanted)
    for notice in rows.order_by("pk"):
        assert notice.frozen_until is not None
        reason = f"{notice.get_kind_display()}〔{notice.year}〕{notice.number}号"
        yield Freeze(notice.unit_id, reason, notice.frozen_until)


def _vetoed(on: dt.date, wanted: Collection[int] | None) -> Iterable[Freeze]:
    rows = Veto.objects.in_force(on=on).select_related("condition")
    if wanted is not None:
        rows = rows.filter(unit__in=wanted)
    for veto in rows.order_by("pk"):
        # In force and lifted later: its end is the day of the lifting.
        until = veto.lifted_on or veto.ends_on
        assert until is not None
        yield Freeze(veto.unit_id, f"一票否决（{veto.condition.name}）", until)
