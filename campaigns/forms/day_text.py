"""Heads of a whole month in one cell: 1-9×3，10×0，11-30×3. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from campaigns.forms.fields import half_width

LARGEST_HEADS = 9999
_PART = re.compile(r"(\d{1,2})(?:[-~至到—–](\d{1,2}))?[日号]?[×xX*:](\d+)人?", re.ASCII)
_WHOLE = re.compile(r"(?:每天|全月)[×xX*:]?(\d+)人?", re.ASCII)
_BETWEEN = re.compile(r"[,;、，；\s]+")
EXAMPLE = "如 1-30×3 表示1日到30日每天3人"


class UnreadableDays(ValueError):
    """The text is not days with heads; the message is the sentence."""


def read_days(text: str, days: int, shut: Mapping[int, int | None] | None = None) -> dict[int, int]:
    """Heads by day of the month; what is not named is not filled in.

    每天 is every day that is open: `shut` holds the others, as they are.
    """
    found: dict[int, int] = {}
    for part in filter(None, _BETWEEN.split(half_width(text).strip())):
        if whole := _WHOLE.fullmatch(part):
            heads_of = {day: (shut or {}).get(day, int(whole[1])) for day in range(1, days + 1)}
            named = {day: heads for day, heads in heads_of.items() if heads is not None}
        else:
            named = _read_part(part, days)
        for day, heads in named.items():
            if heads > LARGEST_HEADS:
                raise UnreadableDays(f"人数不能大于{LARGEST_HEADS}。")
            if found.get(day, heads) != heads:
                raise UnreadableDays(f"{day}日写了两次，人数不同。")
            found[day] = heads
    return found


def _read_part(part: str, days: int) -> dict[int, int]:
    if match := _PART.fullmatch(part):
        first, last, heads = int(match[1]), int(match[2] or match[1]), int(match[3])
    elif re.fullmatch(r"[\d\-~至到—–日号]+", part):
        raise UnreadableDays(f"“{part[:20]}”没有写人数，{EXAMPLE}。")
    else:
        raise UnreadableDays(f"看不懂“{part[:20]}”，{EXAMPLE}。")
    if not 1 <= first <= last <= days:
        wrong = last if last > days else first
        raise UnreadableDays(
            f"本月没有{wrong}日。" if first <= last else f"“{part[:20]}”前后颠倒。"
        )
    return dict.fromkeys(range(first, last + 1), heads)


def write_days(heads: Mapping[int, int]) -> str:
    """The shortest text that reads back the same."""
    parts: list[list[int]] = []
    for day in sorted(heads):
        if parts and parts[-1][1] == day - 1 and parts[-1][2] == heads[day]:
            parts[-1][1] = day
        else:
            parts.append([day, day, heads[day]])
    return "，".join(
        f"{first}×{count}" if first == last else f"{first}-{last}×{count}"
        for first, last, count in parts
    )
