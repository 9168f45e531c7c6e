"""One line of the inbox; every subject has a module of its own that yields them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the inbox; `page` and `key` are where it is dealt with."""

    mark: str
    tone: str
    text: str
    detail: str
    page: str
    key: int | None = None
    due_on: dt.date | None = None
