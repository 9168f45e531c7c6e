"""How much of a return is filled in: one mark an activity, whatever the number of returns."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, Sum
from django.utils import timezone

from campaigns.enums import Activity, SweepAnswer
from campaigns.models import (
    ActivityRecord,
    Education,
    GroupRecord,
    Meeting,
    MonthlyReturn,
    Patrol,
    Survey,
    Sweep,
    SweepCategory,
)
from campaigns.selectors.followups import asks
from pingan.enums import Level
from pingan.models import UnitVersion

# Document E: the township broadcasts once a month, the village twice.
EDUCATION_EXPECTED = {Level.TOWNSHIP: 1, Level.VILLAGE: 2, Level.DEPARTMENT: 1}
SURVEY_SLIPS_EXPECTED = 20
_WORDS = {
    Activity.PATROL: "天",
    Activity.EDUCATION: "次",
    Activity.SWEEP: "类",
    Activity.MEETING: "次",
    Activity.SURVEY: "票",
    Activity.GROUPS: "组",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """Done out of expected, of one activity of one return."""

    activity: Activity
    done: int
    total: int

    @property
    def is_empty(self) -> bool:
        return self.done == 0

    @property
    def is_full(self) -> bool:
        return self.done >= self.total

    @property
    def measure(self) -> str:
        """The measure word: 天, 次, 类."""
        return _WORDS[self.activity]

    @property
    def shown(self) -> int:
        """`done` as a bar can show it."""
        return min(self.done, self.total)

    @property
    def text(self) -> str:
        return f"{self.done}/{self.total}{self.measure}"

    @property
    def tone(self) -> str:
        if self.is_full:
            return "good"
        return "plain" if self.is_empty else "warn"

    @property
    def word(self) -> str:
        if self.is_full:
            return "已填"
        return "未填" if self.is_empty else "未填完"


def marks(
    returns: Sequence[MonthlyReturn], today: dt.date | None = None
) -> dict[int, dict[Activity, Mark]]:
    """Marks by return, eight queries. `unit` must be loaded.

    In the running month patrols are expected up to yesterday, not for days that are to come.
    """
    counts = _Counts(returns, today or timezone.localdate())
    return {each.pk: counts.of(each) for each in returns}


class _Counts:
    """Counts of many returns at once."""

    def __init__(self, returns: Sequence[MonthlyReturn], today: dt.date) -> None:
        self._returns, self._today = returns, today
        filled = Q(day_heads__isnull=False) | Q(night_heads__isnull=False)
        self._by_activity = {
            Activity.PATROL: self._count(Patrol, filled),
            Activity.EDUCATION: self._count(Education),
            Activity.SWEEP: self._count(Sweep),
            Activity.MEETING: self._count(Meeting),
            Activity.GROUPS: self._count(GroupRecord),
        }
        self._slips = self._surveyed()
        self._groups = self._group_versions()
        self._categories = _category_counts()

    def _count(self, model: type[ActivityRecord], where: Q | None = None) -> dict[int, int]:
        rows = model.objects.filter(
            where or Q(),
            month__in={each.month for each in self._returns},
            monthly_return__in=[each.pk for each in self._returns],
        )
        return dict(rows.order_by().values_list("monthly_return_id").annotate(rows=Count("pk")))

    def _surveyed(self) -> dict[tuple[int, int], int]:
        rows = (
            Survey.objects.filter(
                month__in={each.month for each in self._returns},
                unit__in={each.unit_id for each in self._returns},
            )
            .order_by()
            .values_list("unit_id", "month")
            .annotate(sum=Sum("slips"))
        )
        return {(unit_id, int(month)): slips for unit_id, month, slips in rows}

    def _group_versions(self) -> dict[int, list[UnitVersion]]:
        villages = {each.unit_id for each in self._returns if each.unit.level == Level.VILLAGE}
        found: dict[int, list[UnitVersion]] = defaultdict(list)
        for version in UnitVersion.objects.filter(parent__in=villages, level=Level.GROUP):
            found[version.parent_id or 0].append(version)
        return found

    def _group_count(self, monthly_return: MonthlyReturn) -> int:
        day = monthly_return.month.last_day
        return sum(
            version.valid_from <= day and (version.valid_to is None or version.valid_to > day)
            for version in self._groups.get(monthly_return.unit_id, [])
        )

    def _days_expected(self, monthly_return: MonthlyReturn) -> int:
        month = monthly_return.month
        return max(1, min(month.days, (self._today - month.first_day).days))

    def of(self, monthly_return: MonthlyReturn) -> dict[Activity, Mark]:
        """The marks of one return."""
        level = Level(monthly_return.unit.level)
        county_id = monthly_return.unit.root_id
        totals = {
            Activity.PATROL: self._days_expected(monthly_return),
            Activity.EDUCATION: EDUCATION_EXPECTED.get(level, 1),
            Activity.SWEEP: self._categories.get(county_id, self._categories[None]),
            Activity.MEETING: 1,
        }
        groups = self._group_count(monthly_return)
        if groups:
            totals[Activity.GROUPS] = groups
        found = {
            activity: Mark(activity, self._by_activity[activity].get(monthly_return.pk, 0), total)
            for activity, total in totals.items()
        }
        slips = self._slips.get((monthly_return.unit_id, int(monthly_return.month)), 0)
        found[Activity.SURVEY] = Mark(Activity.SURVEY, slips, SURVEY_SLIPS_EXPECTED)
        return found


def _category_counts() -> dict[int | None, int]:
    """Active categories by county; None: where a county has no copy of its own."""
    rows: list[Any] = list(SweepCategory.objects.values_list("county_id", "code", "is_active"))
    common = {code for county_id, code, is_active in rows if county_id is None and is_active}
    counts: dict[int | None, int] = {None: len(common)}
    for county in {county_id for county_id, _code, _active in rows if county_id}:
        own = Counter(
            {code: int(active) for county_id, code, active in rows if county_id == county}
        )
        counts[county] = sum(own.values()) + len(common - own.keys())
    return counts


@dataclass(frozen=True, slots=True)
class Gaps:
    """What stands between a return and its submission."""

    blocking: tuple[str, ...]
    warnings: tuple[str, ...]


def gaps(monthly_return: MonthlyReturn) -> Gaps:
    """What is missing: an unanswered sweep stops a submission, the rest wants a confirmation.

    空 is not 零报告: whoever found nothing says so, category by category or with one button.
    """
    found = marks([monthly_return])[monthly_return.pk]
    own = {name: mark for name, mark in found.items() if name != Activity.SURVEY}
    blocking: list[str] = []
    warnings: list[str] = []
    for activity, mark in own.items():
        if mark.is_full:
            continue
        sentence = _sentence(activity, mark)
        (blocking if activity == Activity.SWEEP else warnings).append(sentence)
    warnings += _sweep_warnings(monthly_return)
    if all(mark.is_empty for mark in own.values()):
        blocking = ["五个活动都还没有填写。"]
    return Gaps(tuple(blocking), tuple(warnings))


def _sweep_warnings(monthly_return: MonthlyReturn) -> list[str]:
    """Zeros that nobody has signed for, and open matters without a post and a deadline."""
    found: list[str] = []
    zeros = Sweep.objects.filter(
        month=monthly_return.month, monthly_return=monthly_return, answer=SweepAnswer.ZERO
    )
    if monthly_return.zero_signed_at is None and (count := zeros.count()):
        found.append(f"六排查有{count}类零报告还没有签认，上报即为签认。")
    found += [
        f"{ask.name}有{ask.missing}件没有化解的事项还没有登记责任岗位和期限。"
        for ask in asks(monthly_return)
    ]
    return found


def _sentence(activity: Activity, mark: Mark) -> str:
    word = _WORDS[activity]
    if activity == Activity.SWEEP:
        missing = mark.total - mark.done
        return f"六排查还有{missing}类没有答复；确实没有的，请选“零报告”。"
    if mark.is_empty:
        return f"本月没有填写{activity.label}。"
    return f"{activity.label}只填了{mark.done}{word}，应有{mark.total}{word}。"
