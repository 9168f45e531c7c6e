"""Problems and what follows from them: each stands on a number, none is said without one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from assessments.enums import Colour, Grade
from reports.content.rankings import NAMED, trailers
from reports.tables import MonthFigures, RankRow, percent_text, points_text


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem with its demand, both named by the same short heading."""

    name: str
    finding: str
    demand_name: str
    demand: str


def problems(figures: MonthFigures, unit_word: str) -> list[Problem]:
    """The problems of the month that the figures show, in the order of the document."""
    found = [
        _missing_returns(figures),
        _uncovered_patrols(figures),
        _open_matters(figures, unit_word),
        _weak_item(figures, unit_word),
        _weak_units(figures, unit_word),
    ]
    return [problem for problem in found if problem is not None]


def _missing_returns(figures: MonthFigures) -> Problem | None:
    totals = figures.totals
    missing = totals.returns_expected - totals.returns_received
    late = totals.returns_received - totals.returns_on_time
    if not missing and not late:
        return None
    parts = []
    if missing:
        share = percent_text(missing, totals.returns_expected)
        parts.append(f"未报送月报或月报未通过审核的单位{missing}个，占应报送数的{share}")
    if late:
        parts.append(f"逾期报送的单位{late}个")
    demand = "各单位要按规定时限如实报送月报。"
    if missing:
        demand += f"本月未报送或未通过审核的{missing}个单位要尽快补报，说明原因。"
    return Problem("报送不够及时完整", "；".join(parts) + "。", "按时如实报送", demand)


def _uncovered_patrols(figures: MonthFigures) -> Problem | None:
    totals = figures.totals
    gaps = (
        ("日常巡逻", totals.patrol_days_expected - totals.patrol_days_covered, "天次"),
        ("夜间巡逻", totals.nights_expected - totals.nights_covered, "夜次"),
        ("逢场天和节假日巡逻", totals.key_days_expected - totals.key_days_covered, "天次"),
    )
    parts = [f"{name}空缺{count}{measure}" for name, count, measure in gaps if count > 0]
    if not parts:
        return None
    nights = gaps[1][1] > 0
    where = "夜间、逢场天和节假日" if nights else "逢场天和节假日"
    demand = f"合理排定巡逻班次，优先补上{where}的空缺，做到有安排、有人员、有记录。"
    return Problem("巡逻仍有空档", "，".join(parts) + "。", "补齐巡逻空档", demand)


def _open_matters(figures: MonthFigures, unit_word: str) -> Problem | None:
    open_matters = figures.totals.matters_open
    if open_matters <= 0:
        return None
    rows = [row for row in figures.townships.rows if row.open_matters]
    rows.sort(key=lambda row: (-row.open_matters, row.rank))
    text = f"本月排查出的问题尚有{open_matters}件未办结"
    if rows:
        most = [row for row in rows if row.open_matters >= rows[:NAMED][-1].open_matters]
        if len(most) > 2 * NAMED:
            most = [row for row in rows if row.open_matters == rows[0].open_matters]
        named = "、".join(f"{row.unit_name}（{row.open_matters}件）" for row in most[: 2 * NAMED])
        tail = "等" if len(most) > 2 * NAMED else ""
        verb = "涉及" if len(most) == len(rows) and not tail else "未办结事项较多的是"
        text += f"，{verb}{named}{tail}"
        if len(rows) > len(most):
            text += f"，共有{len(rows)}个{unit_word}存在未办结事项"
    demand = (
        f"对尚未办结的{open_matters}件问题，要逐件明确责任岗位、措施和时限，办结前在公示栏持续公示；"
        "连续两个月仍未解决的，按规定发出整改通知书，限期整改并组织复查。"
    )
    return Problem("部分问题尚未办结", text + "。", "抓紧化解遗留问题", demand)


def _weak_item(figures: MonthFigures, unit_word: str) -> Problem | None:
    rates: list[tuple[Fraction, str, int, int]] = []
    for index, item in enumerate(figures.townships.items):
        values = [row.points[index] for row in figures.townships.rows]
        scored = [value for value in values if value is not None]
        if scored and item.points:
            full = item.points * len(scored)
            rates.append((Fraction(sum(scored), full), item.name, sum(scored), full))
    lowest = min(rates, default=None)
    if lowest is None or lowest[0] >= 1 or len(rates) < 2:
        return None
    _, name, points, full = lowest
    text = (
        f"从各考核项看，{unit_word}得分率最低的是“{name}”，平均得分率{percent_text(points, full)}"
    )
    index = [item.name for item in figures.townships.items].index(name)
    weakest = _lowest_in(figures.townships.rows, index)
    if weakest:
        names = "、".join(row.unit_name for row in weakest)
        text += f"；该项得分最低的是{names}（{points_text(weakest[0].points[index])}分）"
    demand = f"对照计分卡逐项查找“{name}”的失分原因，针对具体扣分记录改进。"
    return Problem("个别考核项得分偏低", text + "。", "补强薄弱环节", demand)


def _lowest_in(rows: Sequence[RankRow], index: int) -> list[RankRow]:
    """The units with the fewest points in one item; none where too many share them."""
    scored = [(value, row) for row in rows if (value := row.points[index]) is not None]
    if not scored:
        return []
    lowest = min(value for value, _ in scored)
    found = [row for value, row in scored if value == lowest]
    return found if len(found) <= NAMED else []


def _weak_units(figures: MonthFigures, unit_word: str) -> Problem | None:
    rows = figures.townships.rows
    unqualified = _names(rows, lambda row: row.grade is Grade.UNQUALIFIED)
    unstable = _names(rows, lambda row: row.colour is Colour.RED)
    parts = []
    if unqualified:
        parts.append(f"{'、'.join(unqualified)}考评等次为不合格")
    if unstable == unqualified and unstable:
        parts[-1] += "，公示评价为不稳定（红色）"
    elif unstable:
        parts.append(f"{'、'.join(unstable)}公示评价为不稳定（红色）")
    last = [row for row in trailers(rows) if row.rank == rows[-1].rank] if rows else []
    if not parts and len(rows) > NAMED and 0 < len(last) <= NAMED:
        names = "、".join(row.unit_name for row in last)
        tied = "并列" if len(last) > 1 else ""
        parts.append(f"{names}得分{points_text(last[0].total)}分，{tied}居{unit_word}末位")
    if not parts:
        return None
    named = unqualified + [name for name in unstable if name not in unqualified]
    named = named or [row.unit_name for row in last]
    demand = f"{'、'.join(named)}要认真查找原因，制定措施，在下月考评前见到实效。"
    return Problem("工作进展不够平衡", "；".join(parts) + "。", "促进平衡发展", demand)


def _names(rows: Sequence[RankRow], wanted: Callable[[RankRow], bool]) -> list[str]:
    return [row.unit_name for row in rows if wanted(row)]
