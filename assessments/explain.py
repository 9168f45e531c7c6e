"""A line of a scorecard as a Chinese sentence. Pure."""

from __future__ import annotations

from assessments.enums import RuleShape
from assessments.scoring import Item, Line
from assessments.tables import FACTS, HUNDREDTHS


def points_text(points: int) -> str:
    """950 is "9.5", 1000 is "10"."""
    whole, rest = divmod(points, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".")


def count_text(name: str, value: int) -> str:
    """A count as it is printed: inspection points are kept in hundredths."""
    return points_text(value) if name in HUNDREDTHS else str(value)


def rate_text(numerator: int, denominator: int) -> str:
    """One decimal, rounded once, half up; what is not all never prints as 100%."""
    tenths = (2000 * numerator + denominator) // (2 * denominator)
    if numerator < denominator:
        tenths = min(tenths, 999)
    return f"{tenths // 10}.{tenths % 10}%"


def explain(line: Line, item: Item) -> str:
    """What was counted, what it is out of, and the points that makes."""
    if line.points is None:
        return f"本月没有可计的{_label(item)}，本项不适用，不计入总分"
    result = f"满分 {points_text(line.maximum)}，得 {points_text(line.points)}"
    if item.needs and line.points == 0 and line.denominator == 0:
        return f"没有{FACTS[item.needs].label}，{result}"
    return f"{_counted(line, item)}，{result}"


def _label(item: Item) -> str:
    name = item.denominator if isinstance(item.denominator, str) else item.numerator
    return FACTS[name].label


def _counted(line: Line, item: Item) -> str:
    fact = FACTS[item.numerator]
    actual = _count(item.numerator, line.numerator)
    if item.shape == RuleShape.EVENTS:
        return f"{fact.label} {actual}，每{fact.unit_word}扣 {points_text(item.each)} 分"
    expected = (
        f"{line.denominator} {fact.unit_word}"
        if isinstance(item.denominator, int)
        else _count(item.denominator, line.denominator)
    )
    if item.shape == RuleShape.MISSING:
        missing = max(0, line.denominator - line.numerator)
        missed = f"，缺 {missing} {fact.unit_word}" if missing else ""
        return f"{fact.label} {actual} / 应有 {expected}{missed}"
    text = f"{fact.label} {actual} / {expected}"
    if line.denominator:
        text += f" = {rate_text(line.numerator, line.denominator)}"
    return text if item.target == 100 else f"{text}（{item.target}% 得满分）"


def _count(name: str, value: int) -> str:
    return f"{count_text(name, value)} {FACTS[name].unit_word}"
