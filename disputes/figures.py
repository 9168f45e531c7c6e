"""Figures of disputes (D5, D7): counts that were counted, rates that were computed. Pure.

Every count is of an event whose day lies in the period: a case is received on the day it was
registered, mediated on the day its mediation ended in an agreement or without one, settled on the
day of its agreement. Withdrawn, rejected and guided cases were not mediated.
"""

from __future__ import annotations

from dataclasses import dataclass

from pingan.enums import Level

LEVELS = (Level.GROUP, Level.VILLAGE, Level.TOWNSHIP, Level.COUNTY)
# 小事不出村组, 大事不出乡镇 (document E).
WITHIN_VILLAGE = (Level.GROUP, Level.VILLAGE)
WITHIN_TOWNSHIP = (*WITHIN_VILLAGE, Level.TOWNSHIP)


@dataclass(frozen=True, slots=True)
class Figures:
    """The counts of one unit, category or channel in a period."""

    received: int = 0
    agreed: int = 0
    failed: int = 0
    in_time: int = 0
    performed: int = 0
    confirmed: int = 0
    prevented: int = 0
    prevented_people: int = 0
    by_level: tuple[int, ...] = (0, 0, 0, 0)

    @property
    def mediated(self) -> int:
        """Mediations that ended: with an agreement or without."""
        return self.agreed + self.failed

    @property
    def settled(self) -> int:
        return self.agreed

    def at_levels(self, levels: tuple[Level, ...]) -> int:
        """Settled at one of these levels."""
        return sum(
            count for level, count in zip(LEVELS, self.by_level, strict=True) if level in levels
        )

    @property
    def within_village(self) -> int:
        return self.at_levels(WITHIN_VILLAGE)

    @property
    def within_township(self) -> int:
        return self.at_levels(WITHIN_TOWNSHIP)

    def __add__(self, other: Figures) -> Figures:
        return Figures(
            self.received + other.received,
            self.agreed + other.agreed,
            self.failed + other.failed,
            self.in_time + other.in_time,
            self.performed + other.performed,
            self.confirmed + other.confirmed,
            self.prevented + other.prevented,
            self.prevented_people + other.prevented_people,
            tuple(a + b for a, b in zip(self.by_level, other.by_level, strict=True)),
        )


@dataclass(frozen=True, slots=True)
class Definition:
    """What a figure counts, in the words that stand beside it."""

    name: str
    text: str


DEFINITIONS = (
    Definition("受理", "登记日期在本期内的纠纷"),
    Definition(
        "调解", "调解在本期内终结的纠纷：达成协议的和调解不成的；撤回、不予受理、引导的不算"
    ),
    Definition("调解成功", "本期内达成协议的纠纷"),
    Definition("成功率", "调解成功 ÷ 调解"),
    Definition("按期", "在调解期限内终结的，占调解数"),
    Definition("不出村", "在小组、村(社区)达成协议的，占调解成功数"),
    Definition("不出乡镇", "在小组、村(社区)、乡镇达成协议的，占调解成功数"),
    Definition("防止激化", "本期内终结、登记为防止了民转刑、群体性上访等的纠纷，及涉及人数"),
)
