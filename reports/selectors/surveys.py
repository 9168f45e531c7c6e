"""The three indexes of the survey by unit, with what they are worth (F5, S3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Sum

from assessments.intervals import Interval, Share, tenths, tiers, wilson
from campaigns.models import Survey
from pingan.enums import Level
from pingan.models import UnitVersion, User
from pingan.months import Month
from pingan.selectors.calendars import county_settings
from reports.charts import Whisker, WhiskerChart, whisker_chart
from reports.selectors.editions import county_of

INDEXES = (
    ("order_good", "治安状况"),
    ("feels_safe", "公众安全感"),
    ("satisfied", "治安满意度"),
)
TIER_NAMES = "一二三四五六七八九十"
TICKS = ((0, "0%"), (200, "20%"), (400, "40%"), (600, "60%"), (800, "80%"), (1000, "100%"))


@dataclass(frozen=True, slots=True)
class Index:
    """One index of one unit; `tier` None where there are too few slips to compare."""

    share: Share
    interval: Interval
    tier: int | None

    @property
    def text(self) -> str:
        return percent(self.share.value)

    @property
    def range_text(self) -> str:
        return f"{percent(self.interval.low)}–{percent(self.interval.high)}"

    @property
    def tier_text(self) -> str:
        return tier_name(self.tier) if self.tier else "样本不足"


@dataclass(frozen=True, slots=True)
class SurveyRow:
    """One unit; no indexes where nobody was asked."""

    unit_id: int
    name: str
    code: str
    slips: int
    indexes: tuple[Index, ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """Which units the page compares: the townships, or the villages of one of them."""

    key: str
    label: str
    parent_id: int | None
    level: Level


@dataclass(frozen=True, slots=True)
class SurveyPage:
    """Everything of the page."""

    rows: tuple[SurveyRow, ...]  # by the index shown, then those too few, then those not asked
    minimum: int
    chart: WhiskerChart | None
    summary: tuple[str, ...]

    @property
    def has_slips(self) -> bool:
        return any(row.slips for row in self.rows)


def percent(value: float) -> str:
    """0.9 is "90.0%"."""
    return f"{tenths(value) // 10}.{tenths(value) % 10}%"


def tier_name(tier: int) -> str:
    return f"第{TIER_NAMES[tier - 1] if tier <= len(TIER_NAMES) else tier}档"


def months_of(month: Month, *, is_quarter: bool) -> tuple[Month, ...]:
    """The month alone, or the quarter that it lies in."""
    if not is_quarter:
        return (month,)
    first = Month(month.year, (month.number - 1) // 3 * 3 + 1)
    return tuple(first.until(first.shift(2)))


def survey_span(user: User) -> tuple[Month, Month] | None:
    """First and last month with a survey that this person may see. One query."""
    found = Survey.objects.visible_to(user).order_by("month")
    months = list(found.values_list("month", flat=True).distinct())
    return (months[0], months[-1]) if months else None


def scopes_of(user: User, month: Month) -> list[Scope]:
    """What this person may compare, as the tree stood on the month's last day. One query."""
    townships = (
        UnitVersion.objects.visible_to(user)
        .on(month.last_day)
        .filter(county_id=county_of(user).pk, level=Level.TOWNSHIP)
        .order_by("position", "code")
    )
    below = [
        Scope(str(row.unit_id), f"{row.name}各村（社区）", row.unit_id, Level.VILLAGE)
        for row in townships
    ]
    if user.unit.level == Level.TOWNSHIP:
        return below
    return [Scope("townships", "各乡镇", None, Level.TOWNSHIP), *below]


def survey_page(user: User, months: Sequence[Month], scope: Scope, index: str) -> SurveyPage:
    """The table and the chart of one index. Three queries, whatever the units.

    Slips of several months and places are added up before anything is divided.
    """
    versions = (
        UnitVersion.objects.visible_to(user)
        .on(months[-1].last_day)
        .filter(county_id=county_of(user).pk, level=scope.level, is_scored=True)
        .order_by("position", "code")
    )
    if scope.parent_id is not None:
        versions = versions.filter(parent=scope.parent_id)
    names = [(row.unit_id, row.name, row.code) for row in versions]
    names_of_counts = [name for name, _label in INDEXES]
    asked = {
        unit: (slips, counts)
        for unit, slips, *counts in Survey.objects.visible_to(user)
        .filter(month__in=months, unit__in=[unit for unit, _name, _code in names])
        .order_by()
        .values_list("unit_id")
        .annotate(Sum("slips"), *(Sum(name) for name in names_of_counts))
    }
    minimum = county_settings(county_of(user)).survey_minimum
    rows = _rows(names, asked, minimum)
    at = names_of_counts.index(index)
    rows.sort(key=lambda row: _order(row, at))
    return SurveyPage(tuple(rows), minimum, _chart(rows, at), _summary(rows, at))


def _rows(
    names: Sequence[tuple[int, str, str]],
    asked: dict[int, tuple[int, list[int]]],
    minimum: int,
) -> list[SurveyRow]:
    found = []
    for at in range(len(INDEXES)):
        found.append(
            tiers(
                {
                    unit: Share(counts[at], slips)
                    for unit, (slips, counts) in asked.items()
                    if slips >= minimum
                }
            )
        )
    rows = []
    for unit, name, code in names:
        slips, counts = asked.get(unit, (0, []))
        indexes = tuple(
            Index(Share(count, slips), wilson(Share(count, slips)), found[at].get(unit))
            for at, count in enumerate(counts)
        )
        rows.append(SurveyRow(unit, name, code, slips, indexes))
    return rows


def _order(row: SurveyRow, at: int) -> tuple[float, ...]:
    """Tiers from the best, within them the higher share; sorting keeps the county's order."""
    if not row.indexes:
        return (2,)
    one = row.indexes[at]
    return (0, one.tier, -one.share.value) if one.tier else (1, -one.share.value)


def _chart(rows: Sequence[SurveyRow], at: int) -> WhiskerChart | None:
    drawn = []
    before = 0
    for row in rows:
        if not row.indexes:
            continue
        one = row.indexes[at]
        tier = one.tier or 0
        drawn.append(
            Whisker(
                name=row.name,
                value=tenths(one.share.value),
                low=tenths(one.interval.low),
                high=tenths(one.interval.high),
                mark=("不足" if not tier else TIER_NAMES[tier - 1] + "档")
                if tier != before
                else "",
                title=f"{row.name}{one.text}（{one.range_text}），{row.slips}票，{one.tier_text}",
                band=tier,
            )
        )
        before = tier
    return whisker_chart(drawn, TICKS)


def _summary(rows: Sequence[SurveyRow], at: int) -> tuple[str, ...]:
    """Each tier in a sentence."""
    by_tier: dict[int, list[str]] = {}
    for row in rows:
        if row.indexes and row.indexes[at].tier:
            by_tier.setdefault(row.indexes[at].tier or 0, []).append(row.name)
    sentences = []
    for tier, members in by_tier.items():
        names = "、".join(members)
        tied = (
            f"：{names}，共{len(members)}个单位，分不出高低。"
            if len(members) > 1
            else f"：{names}。"
        )
        sentences.append(f"{tier_name(tier)}{tied}")
    few = [row.name for row in rows if row.indexes and row.indexes[at].tier is None]
    if few:
        sentences.append(f"样本不足，不分档：{'、'.join(few)}。")
    absent = [row.name for row in rows if not row.indexes]
    if absent:
        sentences.append(f"没有测评：{'、'.join(absent)}。")
    return tuple(sentences)
