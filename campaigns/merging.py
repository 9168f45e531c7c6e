"""Two people on one table: what each changed since both opened it, joined field by field. Pure.

A table is rows by key, a row is texts by field name. What only one of the two changed is taken
from that one; what both changed differently is a clash, and a person chooses.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

Texts = Mapping[str, str]
Table = Mapping[str, Texts]
WHOLE_ROW = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """A field (or a whole row) that only the other person changed: None is no row at all."""

    key: str
    field: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class Clash:
    """A field (or a whole row) that both changed, each in his own way; None: the row is gone."""

    key: str
    field: str
    mine: str | None
    theirs: str | None


@dataclass
class Merge:
    """The joined table. Where a clash is not decided yet it holds mine."""

    rows: dict[str, dict[str, str]] = field(default_factory=dict)
    taken: list[Taken] = field(default_factory=list)
    clashes: list[Clash] = field(default_factory=list)


def text_of(value: Any) -> str:
    """A stored or a typed value as the text that is compared."""
    if value is None:
        return ""
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value.value if isinstance(value, Enum) else value)


def texts_of(values: Mapping[str, Any], fields: Sequence[str]) -> dict[str, str]:
    return {name: text_of(values.get(name)) for name in fields}


def merge(
    *, base: Table | None, mine: Table, theirs: Table, fields: Sequence[str], is_list: bool
) -> Merge:
    """Join both. `base` is what both began with; where it is lost, every difference is a clash.

    In a free list (`is_list`) a row is there or it is not; elsewhere a missing row is an empty one.
    """
    found = Merge()
    for key in dict.fromkeys([*theirs, *mine]):
        rows = (base.get(key) if base is not None else None, mine.get(key), theirs.get(key))
        if is_list and (rows[1] is None or rows[2] is None):
            _merge_presence(found, key, *rows, is_blind=base is None)
        else:
            _merge_fields(found, key, rows, fields, is_blind=base is None)
    return found


def _merge_presence(
    found: Merge,
    key: str,
    old: Texts | None,
    mine: Texts | None,
    theirs: Texts | None,
    *,
    is_blind: bool,
) -> None:
    """A row that only one of the two has: added by him, or removed by the other."""
    here = mine if mine is not None else theirs
    assert here is not None
    is_new = old is None and not (is_blind and mine is None)
    if is_new:
        found.rows[key] = dict(here)
        if mine is None:
            found.taken.append(Taken(key, WHOLE_ROW, None, row_text(here)))
    elif old is not None and dict(here) == dict(old):  # one removed what the other left alone
        if mine is not None:
            found.taken.append(Taken(key, WHOLE_ROW, row_text(here), None))
    else:
        if mine is not None:
            found.rows[key] = dict(mine)
        found.clashes.append(Clash(key, WHOLE_ROW, row_text(mine), row_text(theirs)))


def _merge_fields(
    found: Merge,
    key: str,
    rows: tuple[Texts | None, Texts | None, Texts | None],
    fields: Sequence[str],
    *,
    is_blind: bool,
) -> None:
    joined = {}
    for name in fields:
        old, mine, theirs = ((row or {}).get(name, "") for row in rows)
        joined[name] = mine
        if mine == theirs:
            continue
        if not is_blind and mine == old:
            joined[name] = theirs
            found.taken.append(Taken(key, name, old, theirs))
        elif is_blind or theirs != old:
            found.clashes.append(Clash(key, name, mine, theirs))
    if any(joined.values()):
        found.rows[key] = joined


def row_text(row: Texts | None) -> str | None:
    """A whole row in one line."""
    return None if row is None else " ".join(text for text in row.values() if text)
