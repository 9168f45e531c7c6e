"""Which items decide a ranking, and which decide nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt

from assessments.fairness.sheets import Sheet
from assessments.scoring import losses


@dataclass(frozen=True, slots=True)
class Deciding:
    """How much one item decides. `share`: its part of the differences between the totals."""

    code: str
    units: int  # to which it applies
    lowest: int
    highest: int
    deviation: float  # of the points, in hundredths
    share: float
    correlation: float | None  # with the total; None where it is the same for everybody
    separates: int  # neighbours between whom it makes the largest difference

    @property
    def is_idle(self) -> bool:
        """Everybody has the same points: the item decides nothing."""
        return self.units > 1 and self.lowest == self.highest


def deciding(sheets: Sequence[Sheet], codes: Sequence[str]) -> list[Deciding]:
    """What every item has to do with the differences between the totals; shares add up to 1."""
    totals = [sheet.total for sheet in sheets]
    lost = [dict(zip([x.code for x in s.lines], losses(s.lines), strict=True)) for s in sheets]
    points = [{line.code: line.points for line in sheet.lines} for sheet in sheets]
    spread = _covariance(totals, totals)
    separators = _separators(sheets, lost)
    found = []
    for code in codes:
        gains = [-own.get(code, 0) for own in lost]
        applying = [
            (value, points_total)
            for own, points_total in zip(points, totals, strict=True)
            if (value := own.get(code)) is not None
        ]
        values = [value for value, _total in applying]
        variance = _covariance(values, values)
        found.append(
            Deciding(
                code,
                len(values),
                min(values, default=0),
                max(values, default=0),
                sqrt(variance),
                _covariance(gains, totals) / spread if spread else 0.0,
                _correlation(values, [each for _value, each in applying]),
                separators.get(code, 0),
            )
        )
    return found


def _separators(sheets: Sequence[Sheet], lost: Sequence[Mapping[str, int]]) -> dict[str, int]:
    """Of neighbours with different totals, the item with the largest part in the difference."""
    order = sorted(range(len(sheets)), key=lambda index: -sheets[index].total)
    found: dict[str, int] = {}
    for upper, lower in pairwise(order):
        if sheets[upper].total == sheets[lower].total:
            continue
        gaps = {code: lost[lower].get(code, 0) - own for code, own in lost[upper].items()}
        code = max(gaps, key=lambda code: gaps[code])
        found[code] = found.get(code, 0) + 1
    return found


def _covariance(ones: Sequence[int], others: Sequence[int]) -> float:
    count = len(ones)
    if count < 2:
        return 0.0
    mean, other_mean = sum(ones) / count, sum(others) / count
    return sum((a - mean) * (b - other_mean) for a, b in zip(ones, others, strict=True)) / count


def _correlation(ones: Sequence[int], others: Sequence[int]) -> float | None:
    """None where there is nothing to compare: two values always lie on a line."""
    if len(ones) < 3:
        return None
    spread = sqrt(_covariance(ones, ones) * _covariance(others, others))
    return _covariance(ones, others) / spread if spread else None
