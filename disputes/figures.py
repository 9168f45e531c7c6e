"""Figures of disputes (D5, D7): counts that were counted, rates that were computed. Pure.

Every count is of an event whose day lies in the period: a case is received on the day it was
registered, mediated on the day its mediation ended in an agreement or without one, settled on the
day of its agreement. Withdrawn, rejected and guided cases were not mediated. The one count of a
state is `unsettled`: cases over their term at the end of the period.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from operator import attrgetter
from statistics import median
from typing import Any

from pingan.enums import Level

LEVELS = (Level.GROUP, Level.VILLAGE, Level.TOWNSHIP, Level.COUNTY)
# 小事不出村组, 大事不出乡镇 (document E).
WITHIN_VILLAGE = (Level.GROUP, Level.VILLAGE)
WITHIN_TOWNSHIP = (*WITHIN_VILLAGE, Level.TOWNSHIP)


@dataclass(frozen=True, slots=True)
class Figures:
    """The counts of one unit, category or channel in a period."""

    by_level: tuple[int, ...] = (0, 0, 0, 0)  # settled, as LEVELS
    received: int = 0
    repeated: int = 0
    agreed: int = 0
    failed: int = 0
    in_time: int = 0
    unsettled: int = 0
    performed: int = 0
    confirmed: int = 0
    prevented: int = 0
    prevented_people: int = 0
    visits: int = 0
    satisfied: int = 0

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

    @property
    def elsewhere(self) -> int:
        """Settled by departments and offices, which stand at no level of 四级七天."""
        return self.settled - sum(self.by_level)


_COUNTS = attrgetter(*(each.name for each in fields(Figures) if each.name != "by_level"))


def summed(figures: Iterable[Figures]) -> Figures:
    """All of them together."""
    every = list(figures)
    if not every:
        return Figures()
    levels = tuple(map(sum, zip(*(each.by_level for each in every), strict=True)))
    return Figures(levels, *map(sum, zip(*map(_COUNTS, every), strict=True)))


def totals_by(
    table: Mapping[tuple[Any, ...], Figures], name_of: Callable[[tuple[Any, ...]], Any]
) -> dict[Any, Figures]:
    """A table by several fields, summed up by what `name_of` makes of them."""
    groups: dict[Any, list[Figures]] = defaultdict(list)
    for key, figures in table.items():
        groups[name_of(key)].append(figures)
    return {name: summed(group) for name, group in groups.items()}


@dataclass(frozen=True, slots=True)
class Definition:
    """What a figure counts, in the words that stand beside it."""

    name: str
    text: str


DEFINITIONS = (
    Definition("受理", "登记日期在本期内的纠纷，记在登记单位名下"),
    Definition(
        "调解", "调解在本期内终结的纠纷：达成协议的和调解不成的；撤回、不予受理、引导的不算"
    ),
    Definition("成功", "本期内达成协议的纠纷"),
    Definition("成功率", "成功 ÷ 调解"),
    Definition("按期率", "在调解期限内终结的 ÷ 调解"),
    Definition(
        "超期未结", "到本期末（本期未完的到今天）超过调解期限仍未终结的纠纷；没有受理的，按本级期限"
    ),
    Definition("不出村", "在小组、村(社区)达成协议的 ÷ 成功"),
    Definition("不出乡镇", "在小组、村(社区)、乡镇达成协议的 ÷ 成功"),
    Definition("防止激化", "本期内终结、登记为防止了民转刑、群体性上访等的纠纷，及涉及人数"),
    Definition("已履行", "本期内达成的协议，到今天履行完毕的"),
    Definition("司法确认", "本期内达成的协议，到今天经法院确认的"),
    Definition(
        "重复率",
        "受理的纠纷中，三年内同一登记单位同一地点、或本县同一当事人已有过纠纷的 ÷ 受理；"
        "按密文比对，不读取姓名，同名的也会算入",
    ),
    Definition("满意率", "本期回访中满意和基本满意的 ÷ 回访"),
)

SHADES = 4


def shade(count: int, most: int) -> int:
    """How dark a tile of the map is, from 0 (nothing) to SHADES."""
    return -(-count * SHADES // most) if count and most else 0


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a bar of 100 units; `style` is a class of the stylesheet."""

    name: str
    style: str
    count: int
    x: int
    width: int


def level_bar(figures: Figures) -> tuple[Segment, ...]:
    """Who settled how many: the village, the township, the county and its offices."""
    village, township = figures.within_village, figures.within_township
    parts = (
        ("不出村", "bar", village),
        ("乡镇", "bar-2", township - village),
        ("县级和部门", "bar-4", figures.settled - township),
    )
    segments, done = [], 0
    for name, style, count in parts:
        start, done = done, done + count
        x, end = (100 * each // (figures.settled or 1) for each in (start, done))
        segments.append(Segment(name, style, count, x, end - x))
    return tuple(segments)


def median_text(days: Sequence[int]) -> str:
    """12, 12.5; without a case a dash."""
    if not days:
        return "—"
    middle = median(days)
    return f"{middle:.1f}".removesuffix(".0")
