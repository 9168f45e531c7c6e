"""What is computed from counts and never typed: changes, ratios, and what looks wrong. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from campaigns.enums import IndicatorDirection

NOTHING = "—"
# Against the period before: this many times as much, or down to nothing, wants a word.
LEAP = 3
# Below this a leap is chance: one case becoming three is no finding.
LEAST_FOR_LEAP = 5


def tenths(numerator: int, denominator: int) -> int:
    """Per mille, rounded half away from zero once."""
    sign = -1 if (numerator < 0) != (denominator < 0) else 1
    numerator, denominator = abs(numerator), abs(denominator)
    return sign * ((2000 * numerator + denominator) // (2 * denominator))


def percent(numerator: int | None, denominator: int | None) -> str:
    """370 of 375 is 98.7%; of nothing there is no rate."""
    if numerator is None or not denominator:
        return NOTHING
    found = tenths(numerator, denominator)
    return f"{found // 10}.{found % 10}%"


def change(now: int | None, before: int | None) -> str:
    """42 after 57 is 下降26.3%. From nothing there is no percentage: the numbers are told."""
    if now is None or before is None:
        return NOTHING
    if now == before:
        return "持平"
    if before == 0:
        return f"增加{now}"
    found = tenths(now - before, before)
    size = abs(found)
    return f"{'上升' if found > 0 else '下降'}{size // 10}.{size % 10}%"


def tone(now: int | None, before: int | None, direction: str) -> str:
    """good, bad or nothing: whether the change goes the way the county wants."""
    if now is None or before is None or now == before or direction == IndicatorDirection.NEUTRAL:
        return ""
    return "good" if (now > before) == (direction == IndicatorDirection.RISE) else "bad"


def before_for(now: int, per_mille: int, reach: int = 3) -> list[int]:
    """Whole numbers of the period before from which `now` is a change of `per_mille`.

    199, down 8.5 %, has none: 217 gives 8.3 and 218 gives 8.7.
    """
    if 1000 + per_mille <= 0:
        return []
    middle = now * 1000 // (1000 + per_mille)
    around = range(max(middle - reach, 1), middle + reach + 2)
    return [before for before in around if tenths(now - before, before) == per_mille]


@dataclass(frozen=True, slots=True)
class Limit:
    """What is known of one count before it is answered."""

    code: str
    name: str
    minimum: int = 0
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class Fraction:
    """A ratio of two counts of the same form."""

    name: str
    numerator: str
    denominator: str


@dataclass(frozen=True, slots=True)
class ValueFinding:
    """What looks wrong in one answer. `stops`: it cannot be so; else a word of explanation."""

    code: str
    sentence: str
    stops: bool


def check_values(
    limits: Sequence[Limit],
    fractions: Sequence[Fraction],
    now: Mapping[str, int | None],
    before: Mapping[str, int | None],
) -> list[ValueFinding]:
    """Findings on one report, by indicator code. A missing or 不适用 answer is None."""
    found: list[ValueFinding] = []
    for limit in limits:
        value = now.get(limit.code)
        if value is not None:
            found += _beyond(limit, value)
            found += _leapt(limit, value, before.get(limit.code))
    names = {limit.code: limit.name for limit in limits}
    for fraction in fractions:
        part, whole = now.get(fraction.numerator), now.get(fraction.denominator)
        if part is not None and whole is not None and part > whole:
            sentence = (
                f"{names[fraction.numerator]}{part}多于{names[fraction.denominator]}{whole}，"
                f"{fraction.name}会超过100%。"
            )
            found.append(ValueFinding(fraction.numerator, sentence, stops=True))
    return found


def _beyond(limit: Limit, value: int) -> list[ValueFinding]:
    if value < limit.minimum:
        sentence = f"{limit.name}不能小于{limit.minimum}。"
    elif limit.maximum is not None and value > limit.maximum:
        sentence = f"{limit.name}不能大于{limit.maximum}。"
    else:
        return []
    return [ValueFinding(limit.code, sentence, stops=True)]


def _leapt(limit: Limit, value: int, before: int | None) -> list[ValueFinding]:
    if before is None:
        return []
    if value == 0 and before >= LEAST_FOR_LEAP:
        sentence = f"{limit.name}上期是{before}，本期是0，请说明原因。"
    elif value >= LEAST_FOR_LEAP and value >= LEAP * max(before, 1):
        sentence = f"{limit.name}上期是{before}，本期是{value}，相差较大，请说明原因。"
    else:
        return []
    return [ValueFinding(limit.code, sentence, stops=False)]


def point_change(now: tuple[int, int], before: tuple[int, int]) -> str:
    """The difference of two rates in points: 62.5% after 60.0% is 上升2.5个百分点."""
    if not now[1] or not before[1]:
        return NOTHING
    found = tenths(*now) - tenths(*before)
    if found == 0:
        return "持平"
    size = abs(found)
    return f"{'上升' if found > 0 else '下降'}{size // 10}.{size % 10}个百分点"
