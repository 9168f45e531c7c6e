"""What a published month says, as plain values: every document is drawn from `MonthFigures`.

Points are integer hundredths (9850 is 98.50). A rate is never stored: writers divide two counts.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assessments.enums import Colour, Grade
from pingan.months import Month

NOT_APPLICABLE = "—"


@dataclass(frozen=True, slots=True)
class ItemHead:
    """One score item: the head of a column. `points` is its full score in hundredths."""

    code: str
    name: str
    points: int


@dataclass(frozen=True, slots=True)
class RankRow:
    """One unit in its ranking. `points` has one entry an item; None is not applicable."""

    unit_name: str
    unit_code: str
    rank: int
    is_tied: bool
    total: int
    grade: Grade
    colour: Colour
    previous_rank: int | None
    points: tuple[int | None, ...]
    open_matters: int

    @property
    def change(self) -> int | None:
        """Places gained since last month (negative: lost); None where there was no rank."""
        return None if self.previous_rank is None else self.previous_rank - self.rank


@dataclass(frozen=True, slots=True)
class PeerRanking:
    """One ranking among siblings, for example the townships of the county."""

    parent_name: str
    peer_label: str  # 乡镇(街道), 村(社区), 村民小组, or the name of a 口
    items: tuple[ItemHead, ...]
    rows: tuple[RankRow, ...]
    group: str = ""  # 同组: the group of peers that is ranked by itself; empty for all siblings


@dataclass(frozen=True, slots=True)
class ActivityTotals:
    """Counts of the county's month, summed over units that handed in an accepted return."""

    returns_expected: int
    returns_received: int
    returns_on_time: int
    patrol_days_covered: int
    patrol_days_expected: int
    nights_covered: int
    nights_expected: int
    key_days_covered: int  # market days and holidays
    key_days_expected: int
    patrol_heads: int
    education_sessions: int
    education_audience: int
    meetings: int
    matters_found: int
    matters_solved: int
    solved_in_group: int
    solved_in_village: int
    solved_in_township: int
    solved_in_county: int
    survey_slips: int
    order_good: int
    feels_safe: int
    satisfied: int

    @property
    def matters_open(self) -> int:
        return self.matters_found - self.matters_solved


@dataclass(frozen=True, slots=True)
class OfficeNames:
    """Names of the offices on the day of the document, from the county's dated settings."""

    committee: str
    lead_office: str
    township_office: str
    document_prefix: str  # 发文机关代字, for example 彝创安办


@dataclass(frozen=True, slots=True)
class OpenProblem:
    """What hangs on the board: about a place or a thing, open at the end of the month."""

    unit_name: str
    title: str
    months: int  # through how many closes it has stayed


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """Everything a month's documents may say. Comes from one frozen edition."""

    county_name: str
    county_code: str
    month: Month
    edition_number: int
    edition_hash: str  # 64 hexadecimal digits
    closed_on: dt.date
    issued_on: dt.date
    bulletin_number: int  # running number of the year, printed 〔2026〕9号
    is_demo: bool
    offices: OfficeNames
    totals: ActivityTotals
    previous_totals: ActivityTotals | None
    townships: PeerRanking
    sectors: tuple[PeerRanking, ...]  # one ranking a 口
    villages: tuple[PeerRanking, ...]  # one ranking a township
    changes: tuple[str, ...]  # what changed since the previous edition; empty for the first
    problems: tuple[OpenProblem, ...] = ()  # the longest open first
    corrects: int = 0  # the published edition that this one corrects; 0: none was out before
    township_groups: tuple[PeerRanking, ...] = ()  # where townships are ranked in several groups

    @property
    def township_rankings(self) -> tuple[PeerRanking, ...]:
        """The townships as they were ranked: in their groups of peers, or all together."""
        return self.township_groups or (self.townships,)


def points_text(points: int | None) -> str:
    """9850 is "98.50"; None, not applicable, is a dash."""
    if points is None:
        return NOT_APPLICABLE
    sign = "-" if points < 0 else ""
    return f"{sign}{abs(points) // 100}.{abs(points) % 100:02d}"


def percent_text(part: int, whole: int) -> str:
    """Two counts as "98.06%", rounded once, half up. What is not all never prints as 100%."""
    if whole == 0:
        return NOT_APPLICABLE
    if part in (0, whole):
        return "0%" if part == 0 else "100%"
    hundredths = (2 * part * 10_000 + whole) // (2 * whole)
    if part < whole:
        hundredths = min(max(hundredths, 1), 9_999)
    return f"{points_text(hundredths)}%"


def mean_points(points: Sequence[int]) -> int | None:
    """The mean in hundredths, rounded half up; None for no values."""
    return (2 * sum(points) + len(points)) // (2 * len(points)) if points else None


def change_text(change: int | None) -> str:
    """Places gained or lost since last month, short enough for a column."""
    if change is None:
        return NOT_APPLICABLE
    if change == 0:
        return "持平"
    return f"升{change}" if change > 0 else f"降{-change}"


def count_by_grade(rows: Iterable[RankRow]) -> dict[Grade, int]:
    """How many units have each grade, best first, zeros included."""
    found = Counter(row.grade for row in rows)
    return {grade: found[grade] for grade in Grade}


def count_by_colour(rows: Iterable[RankRow]) -> dict[Colour, int]:
    """How many units have each colour, best first, zeros included."""
    found = Counter(row.colour for row in rows)
    return {colour: found[colour] for colour in Colour}
