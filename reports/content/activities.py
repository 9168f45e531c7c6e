"""What the text says of the month's records: reporting and the five activities."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from reports.content.document import Paragraph
from reports.tables import ActivityTotals, MonthFigures, percent_text, points_text

Count = Callable[[ActivityTotals], int]


def county_word(figures: MonthFigures) -> str:
    """县, 区, 市 or 旗: the county's own word for itself."""
    last = figures.county_name[-1:]
    return last if last and last in "县区市旗" else "县"


def reporting(figures: MonthFigures, whole: str) -> Paragraph:
    """How many returns came, and how many of them in time."""
    totals = figures.totals
    expected, received, on_time = (
        totals.returns_expected,
        totals.returns_received,
        totals.returns_on_time,
    )
    if expected == 0:
        return Paragraph(f"本月{whole}没有应报送月报的单位。")
    text = f"本月{whole}应报送月报的单位{expected}个"
    if received == 0:
        return Paragraph(text + "，均未报送。")
    if received == expected:
        text += "，已全部报送"
    else:
        text += f"，已报送并审核通过{received}个，报送率{percent_text(received, expected)}"
    text += _rate_change(figures, lambda t: t.returns_received, lambda t: t.returns_expected)
    if on_time == received:
        text += "；已报送的单位均在规定时限内报送。"
    elif on_time == 0:
        text += "；已报送的单位均超过规定时限。"
    else:
        text += (
            f"；其中按时报送{on_time}个，占应报送数的{percent_text(on_time, expected)}，"
            f"逾期报送{received - on_time}个。"
        )
    return Paragraph(text)


def activities(figures: MonthFigures) -> list[tuple[str, str]]:
    """The five activities as (name, text)."""
    return [
        ("治安巡逻", _patrol(figures)),
        ("法制宣教", _education(figures)),
        ("六排查", _sweep(figures)),
        ("综治例会", _meetings(figures)),
        ("治安测评", _survey(figures)),
    ]


def _patrol(figures: MonthFigures) -> str:
    totals = figures.totals
    if totals.patrol_days_expected == 0:
        return "本月没有巡逻记录。"
    clauses = [
        f"应安排日常巡逻{totals.patrol_days_expected}天次，实际巡逻{totals.patrol_days_covered}天次，"
        f"覆盖率{percent_text(totals.patrol_days_covered, totals.patrol_days_expected)}"
        + _rate_change(figures, lambda t: t.patrol_days_covered, lambda t: t.patrol_days_expected)
    ]
    if totals.nights_expected:
        clauses.append(
            f"应安排夜间巡逻{totals.nights_expected}夜次，实际巡逻{totals.nights_covered}夜次，"
            f"覆盖率{percent_text(totals.nights_covered, totals.nights_expected)}"
        )
    if totals.key_days_expected:
        clauses.append(
            f"逢场天和节假日应巡逻{totals.key_days_expected}天次，"
            f"实际巡逻{totals.key_days_covered}天次，"
            f"覆盖率{percent_text(totals.key_days_covered, totals.key_days_expected)}"
        )
    heads = f"共出动巡逻力量{totals.patrol_heads}人次"
    return (
        "；".join(clauses)
        + f"。{heads}{_count_change(figures, lambda t: t.patrol_heads, '人次')}。"
    )


def _education(figures: MonthFigures) -> str:
    totals = figures.totals
    if totals.education_sessions == 0:
        return "本月没有法制宣教记录。"
    mean = Fraction(totals.education_audience, totals.education_sessions)
    return (
        f"开展法制宣传教育{totals.education_sessions}场次"
        + _count_change(figures, lambda t: t.education_sessions, "场次")
        + f"；受教育{totals.education_audience}人次，平均每场{_round(mean)}人次。"
    )


def _sweep(figures: MonthFigures) -> str:
    totals = figures.totals
    if totals.matters_found == 0:
        return "本月未排查出矛盾纠纷和治安、安全问题。"
    text = (
        f"排查出矛盾纠纷和治安、安全问题{totals.matters_found}件"
        + _count_change(figures, lambda t: t.matters_found, "件")
        + "；"
    )
    if totals.matters_solved == 0:
        return text + "均未办结。"
    if totals.matters_open == 0:
        text += "已全部办结"
    else:
        rate = percent_text(totals.matters_solved, totals.matters_found)
        text += f"已办结{totals.matters_solved}件，办结率{rate}"
    text += _rate_change(figures, lambda t: t.matters_solved, lambda t: t.matters_found)
    if totals.matters_open:
        text += f"，尚未办结{totals.matters_open}件"
    return text + "。" + _levels(totals, county_word(figures))


def _levels(totals: ActivityTotals, place: str) -> str:
    levels = (
        ("村民小组", totals.solved_in_group),
        ("村（社区）", totals.solved_in_village),
        ("乡镇", totals.solved_in_township),
        (f"{place}级", totals.solved_in_county),
    )
    parts = [
        f"在{name}解决{count}件、占{percent_text(count, totals.matters_solved)}"
        for name, count in levels
        if count
    ]
    return f"办结事项中，{'，'.join(parts)}。" if parts else ""


def _meetings(figures: MonthFigures) -> str:
    totals = figures.totals
    if totals.meetings == 0:
        return "本月没有召开综治例会的记录。"
    text = f"召开综治例会{totals.meetings}次" + _count_change(figures, lambda t: t.meetings, "次")
    if totals.returns_received:
        mean = Fraction(totals.meetings, totals.returns_received)
        text += f"，平均每个已报送单位{_round(mean)}次"
    return text + "。"


def _survey(figures: MonthFigures) -> str:
    totals = figures.totals
    slips = totals.survey_slips
    if slips == 0:
        return "本月没有回收治安测评表。"
    answers = (
        ("对治安状况评价好的", totals.order_good, lambda t: t.order_good),
        ("感到安全的", totals.feels_safe, lambda t: t.feels_safe),
        ("对治安工作满意的", totals.satisfied, lambda t: t.satisfied),
    )
    parts = [
        f"{name}{count}份，占{percent_text(count, slips)}"
        + _rate_change(figures, part, lambda t: t.survey_slips)
        for name, count, part in answers
    ]
    return f"回收治安测评表{slips}份，其中{'；'.join(parts)}。"


def _rate_change(figures: MonthFigures, part: Count, whole: Count) -> str:
    """ "，比上月提高1.20个百分点", or nothing where there is no rate to compare with."""
    now, before = figures.totals, figures.previous_totals
    if before is None or not whole(now) or not whole(before):
        return ""
    change = Fraction(part(now), whole(now)) - Fraction(part(before), whole(before))
    if change == 0:
        return "，与上月持平"
    hundredths = _round_half_up(abs(change) * 10_000)
    if hundredths == 0:
        return "，与上月基本持平"
    verb = "提高" if change > 0 else "下降"
    return f"，比上月{verb}{points_text(hundredths)}个百分点"


def _count_change(figures: MonthFigures, count: Count, measure: str) -> str:
    """ "，比上月增加12件、增长8.00%", or nothing in the first month."""
    if figures.previous_totals is None:
        return ""
    now, before = count(figures.totals), count(figures.previous_totals)
    if now == before:
        return "，与上月持平"
    verb, share = ("增加", "增长") if now > before else ("减少", "下降")
    if before == 0:
        return "，上月没有"
    rate = points_text(_round_half_up(Fraction(abs(now - before), before) * 10_000))
    return f"，比上月{verb}{abs(now - before)}{measure}、{share}{rate}%"


def _round(value: Fraction) -> str:
    """One decimal, without a useless zero."""
    tenths = _round_half_up(value * 10)
    return f"{tenths // 10}.{tenths % 10}".removesuffix(".0")


def _round_half_up(value: Fraction) -> int:
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)
