"""Groups (村民小组) have no official code or list: shared out over villages up to a known total."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from zlib import crc32

MAX_GROUPS = 999  # a group adds three digits to its village's code


def share_groups(
    village_codes: Sequence[str], total: int, known: Mapping[str, int] | None = None
) -> dict[str, int]:
    """How many groups each village gets; the same answer every time for the same villages.

    Known counts stand. The rest is shared by a weight between 2 and 5 drawn from the village's
    code, by largest remainder, so that the counts add up to `total` exactly.
    """
    fixed = {code: count for code, count in (known or {}).items() if code in village_codes}
    open_codes = [code for code in village_codes if code not in fixed]
    rest = total - sum(fixed.values())
    if rest < 0 or (rest and not open_codes) or rest > MAX_GROUPS * len(open_codes) // 3:
        raise ValueError(f"{len(village_codes)} 个村无法分配 {total} 个小组，请核对数目。")
    weights = {code: 200 + crc32(code.encode()) % 301 for code in open_codes}
    whole = sum(weights.values())
    shares = {code: rest * weight // whole for code, weight in weights.items()}
    by_remainder = sorted(open_codes, key=lambda code: (-(rest * weights[code] % whole), code))
    for code in by_remainder[: rest - sum(shares.values())]:
        shares[code] += 1
    return {code: fixed[code] if code in fixed else shares[code] for code in village_codes}


def group_code(village_code: str, number: int) -> str:
    return f"{village_code}{number:03d}"
