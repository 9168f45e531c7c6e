"""A line of a scorecard as a Chinese sentence. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from assessments.enums import RuleShape
from assessments.scoring import FULL, Item, Line, applicable, bonus, total
from assessments.shapes import COMPARING, change_gap, change_scale, mean_gap, mean_scale
from assessments.tables import Fact, fact, is_hundredths

DOES_NOT_APPLY = "本项不适用，不计入总分"


def points_text(points: int) -> str:
    """950 is "9.5", 1000 is "10", -50 is "-0.5"."""
    whole, rest = divmod(abs(points), 100)
    text = f"{whole}.{rest:02d}".rstrip("0").rstrip(".")
    return f"-{text}" if points < 0 else text


def count_text(name: str, value: int) -> str:
    """A count as it is printed: inspection points are kept in hundredths."""
    return points_text(value) if is_hundredths(name) else str(value)


def rate_text(numerator: int, denominator: int) -> str:
    """One decimal, rounded once, half up; what is not all never prints as 100%."""
    tenths = _tenths(100 * numerator, denominator)
    if numerator < denominator:
        tenths = min(tenths, 999)
    return f"{_decimal(tenths)}%"


def explain(line: Line, item: Item) -> str:
    """What was counted, what it is out of or compared with, and the points that makes."""
    if line.points is None:
        return _not_applicable(line, item)
    if item.shape == RuleShape.VETO:
        return _veto(line, item)
    if item.shape == RuleShape.BONUS:
        return _bonus(line, item)
    result = _result(line)
    if _lacks(line, item):
        return f"没有{_fact(item, item.needs).label}，{result}"
    return f"{_counted(line, item)}，{result}"


def explain_total(lines: Sequence[Line]) -> str:
    """How the points of the lines make the total: scaled where items do not apply, with bonus."""
    earned, possible = applicable(lines)
    extra = bonus(lines)
    if not possible:
        text = "没有适用的考核项，得 0 分"
    elif possible == FULL:
        text = f"各项共得 {points_text(earned)} 分"
    else:
        text = (
            f"适用的考核项满分共 {points_text(possible)} 分，得 {points_text(earned)} 分，"
            f"折算为百分制 {points_text(total(lines) - extra)} 分"
        )
    if not extra:
        return text
    return f"{text}，另加 {points_text(extra)} 分，总分 {points_text(total(lines))} 分"


def _fact(item: Item, name: str) -> Fact:
    return fact(name, item.labels)


def _result(line: Line) -> str:
    back = f"，申诉补回 {points_text(line.restored)} 分" if line.restored else ""
    return f"满分 {points_text(line.maximum)}{back}，得 {points_text(line.points or 0)}"


def _not_applicable(line: Line, item: Item) -> str:
    name = item.denominator if isinstance(item.denominator, str) else item.numerator
    if 0 < line.denominator < item.minimum:
        found = f"{_fact(item, name).label} {_count(item, name, line.denominator)}"
        return f"{found}，不足 {_count(item, name, item.minimum)}，{DOES_NOT_APPLY}"
    if item.shape == RuleShape.LAST_YEAR and line.denominator:
        return f"没有上年同月的{_fact(item, item.numerator).label}可比，{DOES_NOT_APPLY}"
    return f"本月没有可计的{_fact(item, name).label}，{DOES_NOT_APPLY}"


def _lacks(line: Line, item: Item) -> bool:
    """What the item needs is not there: the counts alone would have earned something."""
    if not item.needs or line.points != line.restored:
        return False
    if item.formula is None:
        return line.base_denominator == 0
    return line.denominator == 0 or item.formula(item, line.numerator, line.denominator) != 0


def _veto(line: Line, item: Item) -> str:
    found = f"{_fact(item, item.numerator).label} {_count(item, item.numerator, line.numerator)}"
    if line.numerator <= 0 or item.grade is None:
        return f"{found}，不影响等次"
    return f"{found}，等次最高为{item.grade.label}"


def _bonus(line: Line, item: Item) -> str:
    own = _fact(item, item.numerator)
    found = f"{own.label} {_count(item, item.numerator, line.numerator)}"
    if _lacks(line, item):
        return f"没有{_fact(item, item.needs).label}，不加分"
    each = f"每{own.unit_word}加 {points_text(item.each)} 分，最多加 {points_text(item.points)} 分"
    back = f"，申诉补回 {points_text(line.restored)} 分" if line.restored else ""
    return f"{found}，{each}{back}，加 {points_text(line.points or 0)}"


def _counted(line: Line, item: Item) -> str:
    own = _fact(item, item.numerator)
    actual = f"{own.label} {_count(item, item.numerator, line.numerator)}"
    if item.shape == RuleShape.EVENTS:
        return f"{actual}，每{own.unit_word}扣 {points_text(item.each)} 分{_limit(line, item)}"
    if item.shape in COMPARING:
        return f"{_rate(line, item, actual)}，{_compared(line, item)}"
    if item.bands and item.counted:
        return f"{actual}{_band(line, item)}"
    if item.shape == RuleShape.MISSING:
        missing = max(0, line.denominator - line.numerator)
        missed = f"，缺 {missing} {own.unit_word}" if missing else ""
        return f"{actual} / 应有 {_expected(line, item)}{missed}"
    text = _rate(line, item, actual)
    if item.bands:
        return f"{text}{_band(line, item)}"
    return text if item.target == 100 else f"{text}（{item.target}% 得满分）"


def _limit(line: Line, item: Item) -> str:
    if item.cap is None:
        return "，扣分不封顶"
    return f"，最多扣 {points_text(item.cap)} 分" if item.each * line.numerator > item.cap else ""


def _rate(line: Line, item: Item, actual: str) -> str:
    if isinstance(item.denominator, int) and item.shape in COMPARING:
        return actual
    text = f"{actual} / {_expected(line, item)}"
    return f"{text} = {rate_text(line.numerator, line.denominator)}" if line.denominator else text


def _expected(line: Line, item: Item) -> str:
    if isinstance(item.denominator, int):
        return f"{line.denominator} {_fact(item, item.numerator).unit_word}"
    return _count(item, item.denominator, line.denominator)


def _band(line: Line, item: Item) -> str:
    """The band that was reached, or the lowest that was not."""
    unit = f" {_fact(item, item.numerator).unit_word}" if item.counted else "%"
    reached = line.numerator if item.counted else 100 * line.numerator
    for lowest, _points in item.bands:
        if reached >= (lowest if item.counted else lowest * line.denominator):
            return f"（达到 {lowest}{unit} 一档）"
    return f"（没有达到最低一档 {item.bands[-1][0]}{unit}）"


def _compared(line: Line, item: Item) -> str:
    base = (line.base_numerator, line.base_denominator)
    if item.shape == RuleShape.MEAN:
        return _against_mean(line, item, base)
    return _against_last_year(line, item, base)


def _against_mean(line: Line, item: Item, base: tuple[int, int]) -> str:
    whose = "同组平均" if item.of == "peers" else "全县平均"
    is_count = isinstance(item.denominator, int)
    word = "%" if is_count else " 个百分点"
    mean = (
        f"{_decimal(_tenths(base[0], base[1]))} {_fact(item, item.numerator).unit_word}"
        if is_count
        else rate_text(*base)
    )
    gap = mean_gap(item, line.numerator, line.denominator, base)
    if gap <= 0:
        return f"{whose} {mean}，不差于平均"
    side = "低于" if item.rises else "高于"
    by = _decimal(_tenths(gap, mean_scale(item, line.denominator, base)))
    text = f"{whose} {mean}，{side}平均 {by}{word}"
    if item.steps:
        return text
    free = f"（{item.within}{word}以内不扣）" if item.within else ""
    return f"{text}{free}，每{'1%' if is_count else '个百分点'}扣 {points_text(item.each)} 分"


def _against_last_year(line: Line, item: Item, base: tuple[int, int]) -> str:
    is_count = isinstance(item.denominator, int)
    before = _count(item, item.numerator, base[0]) if is_count else f"{rate_text(base[0], base[1])}"
    scale = change_scale(line.denominator, base[0])
    gap = change_gap(item, line.numerator, line.denominator, base)
    gained = _tenths(item.change * scale - gap, scale)
    if not item.rises:
        gained = -gained
    change = (
        f"{'上升' if gained > 0 else '下降'} {_decimal(abs(gained))}%" if gained else "没有升降"
    )
    text = f"上年同月 {before}，{change}"
    if base[0] == 0 and line.numerator > 0:
        text += "（上年同月为 0，按 1 计算升降幅度）"
    if item.change:
        text += f"（{'上升' if item.rises else '下降'} {item.change}% 得满分）"
    if gap <= 0 or item.steps:
        return text
    return f"{text}，每差 1% 扣 {points_text(item.each)} 分"


def _tenths(value: int, scale: int) -> int:
    """value / scale in tenths, rounded half up."""
    return (20 * value + scale) // (2 * scale)


def _decimal(tenths: int) -> str:
    return f"{tenths // 10}.{tenths % 10}"


def _count(item: Item, name: str, value: int) -> str:
    return f"{count_text(name, value)} {_fact(item, name).unit_word}".rstrip()
