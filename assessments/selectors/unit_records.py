"""Everything a unit has to its name: vetoes, notices, namings, rewards. One query each."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from assessments.models import Naming, RectificationNotice, Reward, Veto
from assessments.selectors.freezes import Freeze, freezes_of
from assessments.selectors.namings import NamingRow, naming_row
from assessments.selectors.vetoes import VetoRow, veto_row
from pingan.models import Unit, User


@dataclass(frozen=True, slots=True)
class UnitRecord:
    """The page of one unit."""

    freezes: list[Freeze]
    vetoes: list[VetoRow]
    notices: list[RectificationNotice]
    namings: list[NamingRow]
    rewards: list[Reward]


def unit_record(unit: Unit, user: User, today: dt.date) -> UnitRecord:
    """All of it, the latest first, as far as this person may see it."""
    vetoes = Veto.objects.visible_to(user).filter(unit=unit).select_related("unit", "condition")
    notices = RectificationNotice.objects.visible_to(user).filter(unit=unit)
    namings = Naming.objects.visible_to(user).filter(unit=unit).select_related("unit", "kind")
    rewards = Reward.objects.visible_to(user).filter(unit=unit)
    return UnitRecord(
        freezes=freezes_of(unit, today),
        vetoes=[veto_row(veto, today) for veto in vetoes],
        notices=list(notices),
        namings=[naming_row(naming, today) for naming in namings.prefetch_related("rechecks")],
        rewards=list(rewards),
    )
