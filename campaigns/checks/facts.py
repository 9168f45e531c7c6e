"""The plain values that the checks look at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class PatrolDay:
    on: dt.date
    day: int | None = None
    night: int | None = None
    findings: str = ""
    handled: str = ""

    @property
    def key(self) -> str:
        return self.on.isoformat()

    @property
    def heads(self) -> int:
        return (self.day or 0) + (self.night or 0)

    @property
    def label(self) -> str:
        return f"{self.on.month}月{self.on.day}日"


@dataclass(frozen=True, slots=True)
class Lesson:
    key: str
    kind: str
    topic: str
    audience: int = 0
    needs_audience: bool = True


@dataclass(frozen=True, slots=True)
class SweepLine:
    """One category; `key` is its code."""

    key: str
    name: str
    answer: str = "counted"
    found: int = 0
    group: int = 0
    village: int = 0
    township: int = 0
    county: int = 0

    @property
    def solved(self) -> int:
        return self.group + self.village + self.township + self.county


@dataclass(frozen=True, slots=True)
class MeetingLine:
    key: str
    attendance: int
    items: str = ""
    decisions: str = ""

    @property
    def text(self) -> str:
        return f"{self.items}\n{self.decisions}".strip()


@dataclass(frozen=True, slots=True)
class GroupLine:
    key: str
    name: str
    found: int = 0
    solved: int = 0
    appraisal: int | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of one return."""

    patrol: tuple[PatrolDay, ...] = ()
    lessons: tuple[Lesson, ...] = ()
    sweep: tuple[SweepLine, ...] = ()
    meetings: tuple[MeetingLine, ...] = ()
    groups: tuple[GroupLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Total:
    """Sums of one sweep category over many returns."""

    found: int = 0
    low: int = 0  # solved in groups and villages
    township: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """One return with what stands around it.

    `children` are sums of the handed-in returns below by category code; `parent` the lines of the
    unit above; `neighbours` its siblings' meetings of the month, by name.
    """

    now: Sheet
    today: dt.date
    due_on: dt.date
    last: Sheet | None = None
    children: Mapping[str, Total] = field(default_factory=dict)
    parent: Mapping[str, SweepLine] = field(default_factory=dict)
    neighbours: tuple[tuple[str, str], ...] = ()
    key_days: tuple[dt.date, ...] = ()
    population: int | None = None
    patrol_saves: tuple[dt.datetime, ...] = ()  # local moments at which patrols were saved
