"""The county dashboard of one month: key figures, distributions, trend, both ends of the list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from django.db.models import Avg, Count, Max, Min

from assessments.enums import Colour, Grade
from assessments.models import Edition, Scorecard
from disputes.figures import Figures
from disputes.selectors.figures import figures_of
from disputes.spans import Span
from pingan.enums import Level
from pingan.models import User
from pingan.scopes import may_see
from reports.charts import LineChart, Segment, Series, bar_segments, line_chart
from reports.selectors.editions import previous_edition, shown_editions
from reports.selectors.figures import OTHERS, activity_totals
from reports.selectors.rankings import Moved, moved
from reports.tables import ActivityTotals, percent_text, points_text

TREND_MONTHS = 12
ENDS = 5
GRADE_STYLES = {
    Grade.EXCELLENT: "bar",
    Grade.GOOD: "bar-2",
    Grade.QUALIFIED: "bar-3",
    Grade.UNQUALIFIED: "bar-4",
}
SOLVED_STYLES = ("bar", "bar-2", "bar-3", "bar-4")

Counted = Callable[[ActivityTotals], int]
# name, part, whole, unit word: a rate is printed with the two counts it comes from
RATES: tuple[tuple[str, Counted, Counted, str], ...] = (
    ("月报报送", lambda t: t.returns_received, lambda t: t.returns_expected, "份"),
    ("按时报送", lambda t: t.returns_on_time, lambda t: t.returns_expected, "份"),
    ("白天巡逻覆盖", lambda t: t.patrol_days_covered, lambda t: t.patrol_days_expected, "天次"),
    ("夜间巡逻覆盖", lambda t: t.nights_covered, lambda t: t.nights_expected, "夜次"),
    ("逢场节假日巡逻", lambda t: t.key_days_covered, lambda t: t.key_days_expected, "天次"),
    ("排查事项化解", lambda t: t.matters_solved, lambda t: t.matters_found, "件"),
    ("治安状况好", lambda t: t.order_good, lambda t: t.survey_slips, "票"),
    ("有安全感", lambda t: t.feels_safe, lambda t: t.survey_slips, "票"),
    ("群众满意", lambda t: t.satisfied, lambda t: t.survey_slips, "票"),
)
COUNTS: tuple[tuple[str, Counted, str], ...] = (
    ("巡逻出动", lambda t: t.patrol_heads, "人次"),
    ("法制宣教", lambda t: t.education_sessions, "场次"),
    ("综治例会", lambda t: t.meetings, "次"),
)


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """One figure against last month; `change` is empty where there is nothing to compare."""

    name: str
    value: str
    detail: str
    change: str
    tone: str  # up, down, same


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A unit with its total, for the lists of both ends and of the red ones."""

    rank: int
    unit_name: str
    parent_name: str
    total: str
    grade: Grade
    colour: Colour
    change: int | None
    open_matters: int
    card_id: int | None

    @property
    def moved(self) -> Moved:
        return moved(self.change)


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Everything the page shows of one month."""

    figures: tuple[KeyFigure, ...]
    grades: tuple[tuple[str, tuple[Segment, ...], int], ...]  # level, parts, units
    solved: tuple[Segment, ...]
    totals: ActivityTotals
    trend: LineChart | None
    matters: LineChart | None
    top: tuple[UnitLine, ...]
    bottom: tuple[UnitLine, ...]
    red: tuple[UnitLine, ...]
    disputes: Figures | None = None  # of the desk of disputes as it stands now; the county's own


def dashboard(edition: Edition, user: User) -> Dashboard:
    """Nine queries at most, whatever the units and months."""
    totals = activity_totals(edition.totals)
    before = previous_edition(edition)
    lines = _unit_lines(edition, user)
    townships = [line for level, line in lines if level == Level.TOWNSHIP]
    trend, matters = _trends(edition, user)
    return Dashboard(
        figures=key_figures(totals, activity_totals(before.totals) if before else None),
        grades=_grades(edition),
        solved=bar_segments(solved_levels(totals)),
        totals=totals,
        trend=trend,
        matters=matters,
        top=tuple(townships[:ENDS]),
        bottom=tuple(townships[max(ENDS, len(townships) - ENDS) :]),
        red=tuple(line for _, line in lines if line.colour is Colour.RED),
        disputes=_disputes(edition, user),
    )


def _disputes(edition: Edition, user: User) -> Figures | None:
    """The month of the county's desk of disputes; who sees less than the county is told none."""
    if user.unit_id != edition.county_id:
        return None
    return figures_of(user, Span(edition.month.first_day, edition.month.last_day))


def key_figures(now: ActivityTotals, before: ActivityTotals | None) -> tuple[KeyFigure, ...]:
    """Rates with their two counts and counts alone, each against last month."""
    rates = [_rate(name, part, whole, word, now, before) for name, part, whole, word in RATES]
    counts = [_count(name, count, word, now, before) for name, count, word in COUNTS]
    return (*rates, *counts)


def solved_levels(totals: ActivityTotals) -> list[tuple[str, str, int]]:
    """小事不出村组, 大事不出乡镇, 难事不出县: who solved how many."""
    counts = (
        ("组内", totals.solved_in_group),
        ("村(社区)", totals.solved_in_village),
        ("乡镇", totals.solved_in_township),
        ("县级", totals.solved_in_county),
    )
    return [(name, style, n) for (name, n), style in zip(counts, SOLVED_STYLES, strict=True)]


def _rate(
    name: str,
    part: Counted,
    whole: Counted,
    word: str,
    now: ActivityTotals,
    before: ActivityTotals | None,
) -> KeyFigure:
    detail = f"{part(now)} / {whole(now)} {word}"
    value = percent_text(part(now), whole(now))
    if before is None or not whole(now) or not whole(before):
        return KeyFigure(name, value, detail, "", "same")
    shift = Fraction(part(now), whole(now)) - Fraction(part(before), whole(before))
    hundredths = round_half_up(abs(shift) * 10_000)
    if hundredths == 0:
        return KeyFigure(name, value, detail, "持平", "same")
    mark, tone = ("▲", "up") if shift > 0 else ("▼", "down")
    return KeyFigure(name, value, detail, f"{mark}{points_text(hundredths)}个百分点", tone)


def _count(
    name: str, count: Counted, word: str, now: ActivityTotals, before: ActivityTotals | None
) -> KeyFigure:
    value = f"{count(now)}"
    if before is None:
        return KeyFigure(name, value, word, "", "same")
    shift = count(now) - count(before)
    if shift == 0:
        return KeyFigure(name, value, word, "持平", "same")
    mark, tone = ("▲", "up") if shift > 0 else ("▼", "down")
    return KeyFigure(name, value, word, f"{mark}{abs(shift)}", tone)


def round_half_up(value: Fraction) -> int:
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def _unit_lines(edition: Edition, user: User) -> list[tuple[Level, UnitLine]]:
    """Townships in order of rank, then the red units of the other levels; two queries."""
    cards = Scorecard.objects.filter(edition=edition).select_related("unit").defer("lines")
    townships = list(cards.filter(level=Level.TOWNSHIP).order_by("rank", "position"))
    others = cards.filter(colour=Colour.RED).exclude(level__in=[Level.TOWNSHIP, Level.GROUP])
    found = [*townships, *others.order_by("level", "parent_id", "rank")]
    is_grouped = any(card.peer_group for card in townships)

    def where(card: Scorecard) -> str:
        """The parent; for a township the group that it is ranked in, where there are groups."""
        if card.level == Level.TOWNSHIP and is_grouped:
            return f"{card.peer_group or OTHERS}组"
        return "" if card.parent_id == edition.county_id else card.parent_name

    return [
        (
            Level(card.level),
            UnitLine(
                rank=card.rank,
                unit_name=card.unit_name,
                parent_name=where(card),
                total=points_text(card.total),
                grade=Grade(card.grade),
                colour=Colour(card.colour),
                change=None if card.previous_rank is None else card.previous_rank - card.rank,
                open_matters=card.facts.get("open_matters", 0),
                card_id=card.pk if may_see(user, card.unit.path) else None,
            ),
        )
        for card in found
    ]


def _grades(edition: Edition) -> tuple[tuple[str, tuple[Segment, ...], int], ...]:
    """How many units of each level have each grade; one query."""
    found = (
        Scorecard.objects.filter(edition=edition)
        .order_by()
        .values_list("level", "grade")
        .annotate(count=Count("pk"))
    )
    counts = {(level, grade): count for level, grade, count in found}
    names = (
        (Level.TOWNSHIP, "乡镇"),
        (Level.SECTOR, "各口"),
        (Level.DEPARTMENT, "单位"),
        (Level.VILLAGE, "村(社区)"),
        (Level.GROUP, "小组"),
    )
    rows = []
    for level, name in names:
        parts = [
            (grade.label, GRADE_STYLES[grade], counts.get((level, grade.value), 0))
            for grade in Grade
        ]
        if total := sum(count for _, _, count in parts):
            rows.append((name, bar_segments(parts), total))
    return tuple(rows)


def _trends(edition: Edition, user: User) -> tuple[LineChart | None, LineChart | None]:
    """Totals of the townships, and matters found and solved, over twelve months; two queries."""
    first = edition.month.shift(1 - TREND_MONTHS)
    editions = shown_editions(user, first, edition.month)
    editions[edition.month] = edition
    spread = {
        row[0]: row
        for row in Scorecard.objects.filter(
            edition_id__in=[shown.pk for shown in editions.values()], level=Level.TOWNSHIP
        )
        .order_by()
        .values_list("edition_id")
        .annotate(Avg("total"), Max("total"), Min("total"))
    }
    months = list(first.until(edition.month))
    labels = [f"{month.number}月" for month in months]
    shown = [editions.get(month) for month in months]

    def spread_of(column: int) -> tuple[int | None, ...]:
        rows = [spread.get(one.pk) if one else None for one in shown]
        return tuple(round(row[column]) if row else None for row in rows)

    def totals_of(count: Counted) -> tuple[int | None, ...]:
        return tuple(count(activity_totals(one.totals)) if one else None for one in shown)

    scores = [
        Series("平均", spread_of(1)),
        Series("最高", spread_of(2)),
        Series("最低", spread_of(3)),
    ]
    counts = [
        Series("排查", totals_of(lambda t: t.matters_found)),
        Series("化解", totals_of(lambda t: t.matters_solved)),
    ]
    return (
        line_chart(labels, scores, unit="分", least=1000),
        line_chart(labels, counts, unit="件", hundredths=False),
    )
