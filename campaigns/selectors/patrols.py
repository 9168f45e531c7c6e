"""How a unit usually patrols: what one tap of the calendar fills in."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from campaigns.enums import Team
from campaigns.models import MonthlyReturn, Patrol


@dataclass(frozen=True, slots=True)
class UsualPatrol:
    """The team and the heads that most days have; None where nothing is known yet."""

    team: str = Team.VOLUNTEER
    day_heads: int | None = None
    night_heads: int | None = None


def usual_patrol(monthly_return: MonthlyReturn) -> UsualPatrol:
    """The commonest day of this month, else of the month before; one query."""
    month = monthly_return.month
    rows = Patrol.objects.filter(
        month__in=(month, month.previous), monthly_return__unit_id=monthly_return.unit_id
    ).values_list("month", "team", "day_heads", "night_heads")
    found = [row for row in rows if row[2] or row[3]]
    latest = max((row[0] for row in found), default=None)
    common = Counter(row[1:] for row in found if row[0] == latest).most_common(1)
    return UsualPatrol(*common[0][0]) if common else UsualPatrol()
