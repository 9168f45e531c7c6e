"""The clocks of a case, each with the article that sets it. Pure.

Terms are counted in days, the first day not among them; a term that ends on a day off ends on the
next workday (Civil Code §201, §203). Days of a pause do not count.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from pingan.calendars import describe, holidays_known, shift
from pingan.enums import Level, ShiftRule

SETTLE_LAW = "《人民调解工作若干规定》（司法部令第75号）第三十三条：一般应当在一个月内调结"
CONFIRM_LAW = (
    "《人民调解法》第三十三条：双方认为有必要的，自调解协议生效之日起三十日内共同申请司法确认"
)
FOLLOW_LAW = "《人民调解法》第三十一条：调解委员会应当监督履行，督促当事人履行约定的义务"
POLICE_LAW = (
    "《人民调解法》第二十五条：有可能引起治安案件、刑事案件的，"
    "应当及时向当地公安机关或者其他有关部门报告"
)
LEVEL_RULE = "四级七天：小组、村、乡镇、县每级七天，期满未化解的自动上报一级"
CONFIRM_DAYS = 30
SOON_DAYS = 3

# 小事不出村组，大事不出乡镇: where a case goes when its level's days are over.
NEXT_LEVEL: dict[Level, Level] = {
    Level.GROUP: Level.VILLAGE,
    Level.VILLAGE: Level.TOWNSHIP,
    Level.TOWNSHIP: Level.COUNTY,
}


@dataclass(frozen=True, slots=True)
class Pause:
    """Days that do not count: from `starts_on` until the day before `ends_on` (None: goes on)."""

    starts_on: dt.date
    ends_on: dt.date | None


@dataclass(frozen=True, slots=True)
class Clock:
    """One term: when it began, when it is over, and why."""

    name: str
    law: str
    starts_on: dt.date
    due_on: dt.date
    explanation: str
    done_on: dt.date | None = None
    is_paused: bool = False

    def days_left(self, today: dt.date) -> int:
        """Negative where it is over."""
        return (self.due_on - today).days

    def tone(self, today: dt.date) -> str:
        """ "done", "late", "soon", "paused" or "running"."""
        if self.done_on is not None:
            return "done" if self.done_on <= self.due_on else "late"
        if self.is_paused:
            return "paused"
        left = self.days_left(today)
        return "late" if left < 0 else "soon" if left <= SOON_DAYS else "running"


def paused_days(pauses: Iterable[Pause], since: dt.date, today: dt.date) -> int:
    """Days of these pauses that fell after `since`; one that goes on counts until today."""
    found = 0
    for pause in pauses:
        first = max(pause.starts_on, since)
        last = max(pause.ends_on or today, first)
        found += (last - first).days
    return found


def due_day(start: dt.date, days: int, paused: int = 0) -> dt.date:
    """The last day of a term of `days` that began on `start`."""
    return shift(start + dt.timedelta(days=days + paused), ShiftRule.NEXT_WORKDAY)


def explain(start: dt.date, days: int, paused: int = 0) -> str:
    """How the last day comes about, as a sentence."""
    plain = start + dt.timedelta(days=days + paused)
    last = due_day(start, days, paused)
    text = f"自{describe(start)}次日起算{days}天"
    if paused:
        text += f"，中止{paused}天不计"
    if last != plain:
        text += f"，原到{describe(plain)}，逢节假日顺延"
    text += f"，{describe(last)}期满。"
    if not (holidays_known(plain) and holidays_known(last)):
        text += f"{last.year}年的法定节假日安排尚未收录，暂只按周末推算。"
    return text


@dataclass(frozen=True, slots=True)
class Dates:
    """What the clocks of a case are read from."""

    today: dt.date
    level: Level
    level_since: dt.date
    accepted_on: dt.date | None = None
    settled_on: dt.date | None = None
    agreed_on: dt.date | None = None
    effective_on: dt.date | None = None
    confirmation_asked_on: dt.date | None = None
    perform_by: dt.date | None = None
    visited_on: dt.date | None = None
    crime_noted_on: dt.date | None = None
    police_told_on: dt.date | None = None
    is_open: bool = True
    pauses: tuple[Pause, ...] = ()


def clocks(dates: Dates, *, settle_days: int, level_days: int, follow_days: int) -> list[Clock]:
    """Every clock of the case that has begun, the most pressing law first."""
    found = []
    if dates.crime_noted_on:
        found.append(
            Clock(
                "报告公安机关",
                POLICE_LAW,
                dates.crime_noted_on,
                dates.crime_noted_on,
                "发现可能引发治安或刑事案件的，当天报告。",
                dates.police_told_on,
            )
        )
    paused = any(pause.ends_on is None for pause in dates.pauses)
    if dates.is_open:
        found.append(
            _term("本级办理期限", LEVEL_RULE, dates.level_since, level_days, dates, paused)
        )
    if dates.accepted_on:
        found.append(
            _term(
                "调解期限",
                SETTLE_LAW,
                dates.accepted_on,
                settle_days,
                dates,
                paused,
                dates.settled_on,
            )
        )
    if dates.effective_on:
        found.append(
            Clock(
                "申请司法确认",
                CONFIRM_LAW,
                dates.effective_on,
                due_day(dates.effective_on, CONFIRM_DAYS),
                explain(dates.effective_on, CONFIRM_DAYS) + "不申请的，协议同样有效。",
                dates.confirmation_asked_on,
            )
        )
    if dates.agreed_on:
        start = max(dates.agreed_on, dates.perform_by or dates.agreed_on)
        found.append(
            Clock(
                "协议回访",
                FOLLOW_LAW,
                start,
                due_day(start, follow_days),
                explain(start, follow_days),
                dates.visited_on,
            )
        )
    return found


def _term(
    name: str,
    law: str,
    start: dt.date,
    days: int,
    dates: Dates,
    is_paused: bool,
    done_on: dt.date | None = None,
) -> Clock:
    paused = paused_days(dates.pauses, start, done_on or dates.today)
    return Clock(
        name,
        law,
        start,
        due_day(start, days, paused),
        explain(start, days, paused),
        done_on,
        is_paused and done_on is None,
    )
