"""How sure a share of few slips is: Wilson's interval, and who can be told apart. Pure."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import NamedTuple, TypeVar

Z95 = 1.959963984540054  # of a two-sided 95 %

Key = TypeVar("Key", bound=Hashable)


class Share(NamedTuple):
    """So many of so many."""

    part: int
    whole: int

    @property
    def value(self) -> float:
        return self.part / self.whole


class Interval(NamedTuple):
    """Between which shares the true one lies, as fractions of 1."""

    low: float
    high: float


def wilson(share: Share, z: float = Z95) -> Interval:
    """The score interval: honest for few slips and for 0 % and 100 %, where others fail."""
    part, whole = share
    if whole < 1 or not 0 <= part <= whole:
        raise ValueError(f"no share: {part} of {whole}")
    square = z * z
    centre = (part + square / 2) / (whole + square)
    spread = z / (whole + square) * math.sqrt(part * (whole - part) / whole + square / 4)
    low = 0.0 if part == 0 else max(0.0, centre - spread)
    high = 1.0 if part == whole else min(1.0, centre + spread)
    return Interval(low, high)


def difference(one: Share, other: Share, z: float = Z95) -> Interval:
    """The interval of `one` minus `other`, from both Wilson intervals (Newcombe's method 10)."""
    here, there = wilson(one, z), wilson(other, z)
    gap = one.value - other.value
    below = math.hypot(one.value - here.low, there.high - other.value)
    above = math.hypot(here.high - one.value, other.value - there.low)
    return Interval(gap - below, gap + above)


def can_be_told_apart(one: Share, other: Share, z: float = Z95) -> bool:
    """Whether the difference is more than chance: its interval leaves 0 out."""
    low, high = difference(one, other, z)
    return low > 0 or high < 0


def tiers(shares: Mapping[Key, Share], z: float = Z95) -> dict[Key, int]:
    """The tier of each, 1 the best, in falling order of shares.

    A tier is opened by the best that is left; whoever cannot be told apart from that one is in
    its tier, until the first that can, who opens the next. Equal shares are never parted.
    """
    found: dict[Key, int] = {}
    tier, first, before = 0, None, None
    for key in sorted(shares, key=lambda key: (-shares[key].value, -shares[key].whole)):
        share = shares[key]
        is_equal = before is not None and share.value == before.value
        if first is None or (not is_equal and can_be_told_apart(first, share, z)):
            tier, first = tier + 1, share
        found[key] = tier
        before = share
    return found


def tenths(value: float) -> int:
    """A fraction as tenths of a percent, rounded half up: 0.9 is 900."""
    return math.floor(value * 1000 + 0.5)
