"""What a check says."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from campaigns.enums import Activity


class Severity(enum.IntEnum):
    """STOP refuses a submission, EXPLAIN wants a word, HINT is a reason to look."""

    STOP = 1
    EXPLAIN = 2
    HINT = 3

    @property
    def label(self) -> str:
        return {"STOP": "必须改正", "EXPLAIN": "请说明", "HINT": "建议看一看"}[self.name]

    @property
    def tone(self) -> str:
        return {"STOP": "bad", "EXPLAIN": "warn", "HINT": "info"}[self.name]


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence about one place of a return. `row` and `field` are empty for the whole.

    `for_reviewer`: whether what is typed is plausible; the reviewer alone reads it, and it never
    costs a point.
    """

    code: str
    severity: Severity
    activity: Activity
    text: str
    row: str = ""
    field: str = ""
    for_reviewer: bool = False

    @property
    def key(self) -> str:
        """What an explanation is kept under."""
        return f"{self.code}:{self.row}"
