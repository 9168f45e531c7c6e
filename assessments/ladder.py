"""整改阶梯: which step follows for a problem that stays unsolved. Pure.

One step after the other: nobody is listed who was not told before. While a deadline still runs,
or a reply waits for its recheck, nothing further is drafted.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from assessments.enums import LadderKind, NoticeState
from pingan.months import Month

MONTHS_OF_YEAR = 12
_ORDER = {kind: place for place, kind in enumerate(LadderKind)}


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the ladder, and after how many closes without a solution it is due."""

    kind: LadderKind
    after_months: int


@dataclass(frozen=True, slots=True)
class Last:
    """The latest notice that names the problem and was not withdrawn."""

    kind: LadderKind
    state: NoticeState
    due_on: dt.date


def months_open(found: Month, closed: Month) -> int:
    """Through how many closes a problem has stayed, the month of its finding counted in."""
    months = (closed.year - found.year) * MONTHS_OF_YEAR + closed.number - found.number + 1
    return max(0, months)


def next_step(
    steps: Sequence[Step], months: int, last: Last | None, on: dt.date
) -> LadderKind | None:
    """The step to draft now, if any."""
    ready = sorted(
        (step for step in steps if step.after_months <= months),
        key=lambda step: _ORDER[step.kind],
    )
    if last is None:
        first = min(steps, key=lambda step: _ORDER[step.kind], default=None)
        return first.kind if first in ready and first is not None else None
    if last.state in (NoticeState.DRAFT, NoticeState.REPLIED):
        return None
    if last.state == NoticeState.SIGNED and last.due_on >= on:
        return None
    above = [step for step in steps if _ORDER[step.kind] > _ORDER[last.kind]]
    following = min(above, key=lambda step: _ORDER[step.kind], default=None)
    if following is not None and following in ready:
        return following.kind
    if last.state in (NoticeState.AGAIN, NoticeState.CLOSED):
        return next((step.kind for step in ready if step.kind == last.kind), None)
    return None
