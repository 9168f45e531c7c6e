"""The ledger of rewards and penalties, and its sums by fund, year and unit."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from assessments.enums import RewardKind
from assessments.models import Reward
from pingan.enums import Level
from pingan.models import Unit, User

MOST_UNITS = 200  # of the sums by unit
_STATES = {
    "open": Q(paid_on=None, cancelled_on=None, amount__gt=0),
    "paid": Q(paid_on__isnull=False, cancelled_on=None),
    "cancelled": Q(cancelled_on__isnull=False),
}
STATES = {"open": "待兑现", "paid": "已兑现", "cancelled": "已撤销"}


def state_of(reward: Reward) -> tuple[str, str]:
    """Its word and its tone."""
    if reward.cancelled_on is not None:
        return STATES["cancelled"], "plain"
    if reward.paid_on is not None:
        return STATES["paid"], "good"
    return (STATES["open"], "warn") if reward.amount else ("已决定", "info")


def rewards(user: User, chosen: Mapping[str, Any]) -> QuerySet[Reward]:
    """What this person may see of the ledger, narrowed by year, kind, fund, state and unit."""
    rows = Reward.objects.visible_to(user).select_related("unit__parent")
    if chosen.get("year"):
        rows = rows.filter(year=chosen["year"])
    if chosen.get("kind"):
        rows = rows.filter(kind=chosen["kind"])
    if chosen.get("fund"):
        rows = rows.filter(fund__icontains=chosen["fund"])
    if chosen.get("state"):
        rows = rows.filter(_STATES[chosen["state"]])
    if chosen.get("text"):
        text = chosen["text"]
        rows = rows.filter(Q(unit__name__icontains=text) | Q(unit__parent__name__icontains=text))
    return rows


@dataclass(frozen=True, slots=True)
class RewardSum:
    """One line of the sums, money in 分; what was cancelled does not count."""

    label: str
    rewards: int
    penalties: int
    rewarded: int
    paid: int
    penalised: int

    @property
    def unpaid(self) -> int:
        return self.rewarded - self.paid


@dataclass(frozen=True, slots=True)
class RewardSums:
    total: RewardSum
    funds: list[RewardSum]
    years: list[RewardSum]
    units: list[RewardSum]


_REWARD, _PENALTY = Q(kind=RewardKind.REWARD), Q(kind=RewardKind.PENALTY)
_COUNTED: dict[str, Any] = {
    "rewards": Count("pk", filter=_REWARD),
    "penalties": Count("pk", filter=_PENALTY),
    "rewarded": Sum("amount", filter=_REWARD, default=0),
    "paid": Sum("amount", filter=_REWARD & Q(paid_on__isnull=False), default=0),
    "penalised": Sum("amount", filter=_PENALTY, default=0),
}


def reward_sums(rows: QuerySet[Reward]) -> RewardSums:
    """Of the chosen rows, by fund, by year and by unit. Four queries."""
    standing = rows.filter(cancelled_on=None).order_by()
    total = RewardSum(label="合计", **standing.aggregate(**_COUNTED))
    funds = standing.exclude(fund="").values("fund").annotate(**_COUNTED).order_by("fund")
    years = standing.values("year").annotate(**_COUNTED).order_by("-year")
    units: Any = standing.values("unit__name", "unit__parent__short_name", "unit__path")
    units = units.annotate(**_COUNTED).order_by("-rewarded", "unit__path")
    return RewardSums(
        total=total,
        funds=[_line(row, row["fund"]) for row in funds],
        years=[_line(row, f"{row['year']}年") for row in years],
        units=[_line(row, _unit_label(row)) for row in units[:MOST_UNITS]],
    )


def _line(row: Mapping[str, Any], label: str) -> RewardSum:
    return RewardSum(label=label, **{name: row[name] for name in _COUNTED})


def _unit_label(row: Mapping[str, Any]) -> str:
    parent = row["unit__parent__short_name"]
    return f"{row['unit__name']}（{parent}）" if parent else row["unit__name"]


def unit_names(user: User, levels: Collection[int]) -> list[str]:
    """Units to suggest: 海子镇, and a village with its township: 民主村（海子镇）. One query."""
    units = Unit.objects.visible_to(user).living().filter(level__in=levels)
    found = units.order_by("level", "parent__position", "position", "code")
    return [
        f"{name}（{parent}）" if level == Level.VILLAGE else name
        for name, level, parent in found.values_list("name", "level", "parent__short_name")
    ]


def known_funds(user: User) -> list[str]:
    """Funds that have been used before. One query."""
    found = Reward.objects.visible_to(user).exclude(fund="").order_by("fund")
    return list(found.values_list("fund", flat=True).distinct())
