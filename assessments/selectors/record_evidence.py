"""What a return's own records say about the items that count them: gaps and what was done.

Of sweeps only counts are said; what touches persons is not even named.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from assessments.models import Scorecard
from campaigns.enums import EducationKind, MeetingKind, SweepAnswer
from campaigns.models import (
    Education,
    GroupRecord,
    Meeting,
    MonthlyReturn,
    Patrol,
    Sweep,
    SweepCategory,
)
from pingan.calendars import key_dates
from pingan.enums import Level
from pingan.models import User
from pingan.months import Month

DISPUTE = "dispute"


@dataclass(frozen=True, slots=True)
class Note:
    """One sentence of evidence; `is_gap`: it says what is missing. `address` leads further."""

    text: str
    is_gap: bool = False
    address: str = ""


@dataclass(frozen=True, slots=True)
class Behind:
    """Whose records are looked at: the card, its return, and who looks."""

    card: Scorecard
    monthly_return: MonthlyReturn | None
    user: User

    @property
    def month(self) -> Month:
        return self.card.month


Notes = list[Note]


def days_text(days: Sequence[dt.date]) -> str:
    """9月1日至3日、7日: runs are joined."""
    runs: list[list[dt.date]] = []
    for day in days:
        if runs and (day - runs[-1][-1]).days == 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    parts = [f"{run[0].day}日" + (f"至{run[-1].day}日" if len(run) > 1 else "") for run in runs]
    return f"{days[0].month}月" + "、".join(parts) if days else ""


def day_text(day: dt.date) -> str:
    return f"{day.month}月{day.day}日"


def patrol(behind: Behind) -> dict[str, Notes]:
    rows = {
        on: (day_heads or 0, night_heads or 0, is_key)
        for on, day_heads, night_heads, is_key in Patrol.objects.filter(
            monthly_return=behind.monthly_return, month=behind.month
        ).values_list("on", "day_heads", "night_heads", "is_key_day")
    }
    none = (0, 0, False)
    month = behind.month
    unit = behind.card.unit
    market_days = unit.market_days or (unit.parent.market_days if unit.parent else "")
    keys = sorted(key_dates(month, market_days))
    return {
        "patrol_days_covered": _gap(
            "没有白天巡逻记录", [day for day in month.dates() if not rows.get(day, none)[0]]
        ),
        "nights_covered": _gap(
            "没有夜间巡逻记录", [day for day in month.dates() if not rows.get(day, none)[1]]
        ),
        "key_days_covered": _gap(
            "逢场日、节假日没有巡逻记录", [day for day in keys if not any(rows.get(day, none)[:2])]
        ),
    }


def _gap(what: str, days: Sequence[dt.date]) -> Notes:
    return [Note(f"{what}的有{len(days)}天：{days_text(days)}。", is_gap=True)] if days else []


def education(behind: Behind) -> dict[str, Notes]:
    rows = list(Education.objects.filter(monthly_return=behind.monthly_return).order_by("on"))

    def held(*kinds: EducationKind) -> Notes:
        found = [row for row in rows if not kinds or row.kind in kinds]
        if not found:
            names = "、".join(kind.label for kind in kinds) or "法制宣教"
            return [Note(f"本月没有{names}的记录。", is_gap=True)]
        return [Note(f"{day_text(row.on)} {row.get_kind_display()}：{row.topic}") for row in found]

    return {
        "broadcasts": held(EducationKind.BROADCAST),
        "columns": held(EducationKind.COLUMN),
        "education_sessions": held(),
        "education_audience": held(),
    }


def meeting(behind: Behind) -> dict[str, Notes]:
    rows = list(Meeting.objects.filter(monthly_return=behind.monthly_return).order_by("on"))

    def held(*kinds: MeetingKind) -> Notes:
        found = [row for row in rows if not kinds or row.kind in kinds]
        if not found:
            names = "、".join(kind.label for kind in kinds) or "会议"
            return [Note(f"本月没有{names}的记录。", is_gap=True)]
        return [
            Note(f"{day_text(row.on)} {row.get_kind_display()}，{row.attendance}人到会")
            for row in found
        ]

    return {
        "work_meetings": held(MeetingKind.WORK),
        "appraisal_meetings": held(MeetingKind.APPRAISAL),
        "meetings": held(),
    }


def sweep(behind: Behind) -> dict[str, Notes]:
    rows = list(
        Sweep.objects.filter(monthly_return=behind.monthly_return).select_related("category")
    )
    categories = SweepCategory.objects.filter(
        county=behind.card.edition.county_id, is_active=True
    ) or SweepCategory.objects.filter(county=None, is_active=True)
    answered = {row.category_id for row in rows}
    unanswered = [each.name for each in categories if each.pk not in answered]
    gaps = [Note(f"没有填的排查类别：{'、'.join(unanswered)}。", is_gap=True)] if unanswered else []
    matters = {
        row.category.code: Note(
            f"{row.category.name}：排查{row.found}件，已化解{row.solved}件"
            + (f"，未结{row.found - row.solved}件" if row.found > row.solved else ""),
            is_gap=row.found > row.solved,
        )
        for row in rows
        if row.answer == SweepAnswer.COUNTED and not row.category.touches_persons
    }
    every = list(matters.values())
    return {
        "categories_answered": gaps,
        "matters_solved": every,
        "disputes_solved": [note for code, note in matters.items() if code == DISPUTE],
        "open_matters": every,
    }


def groups(behind: Behind) -> dict[str, Notes]:
    rows = GroupRecord.objects.filter(monthly_return=behind.monthly_return).select_related("group")
    if behind.card.level == Level.GROUP:
        rows = rows.filter(group=behind.card.unit_id)
    notes = [
        Note(
            f"{row.group.name}：轮班巡逻{row.patrol_nights}夜，碰头会{row.briefs}次，"
            f"排查{row.found}件、化解{row.solved}件，评议"
            + ("没有打分" if row.appraisal is None else f"{row.appraisal}分"),
            is_gap=row.appraisal is None,
        )
        for row in rows
    ]
    notes = notes or [Note("本月没有小组评议记录。", is_gap=True)]
    return dict.fromkeys(("briefs", "appraisal_given", "nights_covered"), notes)
