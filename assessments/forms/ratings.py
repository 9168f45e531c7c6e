"""One leading post's points in a table: units down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from unicodedata import normalize

from django.http import QueryDict

from assessments.models import LeaderRating
from assessments.selectors.ratings import RatedUnit
from assessments.services.ratings import RatingLine

LONGEST_POST, LONGEST_NOTE = 40, 200


@dataclass(slots=True)
class RatingRow:
    """A row of the table, as it is shown."""

    unit_id: int
    name: str
    points: str
    note: str
    version: int
    base: str
    error: str = ""
    theirs: str = ""


class RatingTable:
    """The rows as they are saved, or as they were typed. A row that was not touched is no
    change, whatever others made of it meanwhile."""

    def __init__(self, units: Sequence[RatedUnit], post: str, data: QueryDict | None) -> None:
        self.rows = [_row(unit, unit.by_post.get(post), data) for unit in units]
        self.errors: list[str] = []
        self.lines: list[RatingLine] = []
        if data is not None:
            self._read()

    def _read(self) -> None:
        for row in self.rows:
            try:
                points = _points(row.points)
            except ValueError as error:
                row.error = str(error)
                self.errors.append(f"{row.name}：{error}")
                continue
            if len(row.note) > LONGEST_NOTE:
                row.error = f"理由最多{LONGEST_NOTE}字。"
                self.errors.append(f"{row.name}：{row.error}")
            elif f"{row.points}|{row.note}" != row.base:
                self.lines.append(RatingLine(row.unit_id, points, row.note, row.version))

    def over(self, units: Sequence[RatedUnit], post: str) -> None:
        """What was typed, on top of what is saved now."""
        saved = {unit.unit_id: unit.by_post.get(post) for unit in units}
        for row in self.rows:
            now = saved.get(row.unit_id)
            version = now.version if now else 0
            if version == row.version:
                continue
            if f"{row.points}|{row.note}" == row.base:  # not touched here: theirs stands
                row.points, row.note = _shown(now)
                row.base = f"{row.points}|{row.note}"
            else:
                points, note = _shown(now)
                row.theirs = f"{points or '没有评分'}{'，' + note if note else ''}"
            row.version = version


def _row(unit: RatedUnit, saved: LeaderRating | None, data: QueryDict | None) -> RatingRow:
    points, note = _shown(saved)
    version, base = saved.version if saved else 0, f"{points}|{note}"
    if data is not None:
        points = normalize("NFKC", data.get(f"points-{unit.unit_id}", "")).strip()
        note = data.get(f"note-{unit.unit_id}", "").strip()
        text = data.get(f"version-{unit.unit_id}", "")
        version = int(text) if text.isdecimal() else 0
        base = data.get(f"base-{unit.unit_id}", "|")
    return RatingRow(unit.unit_id, unit.name, points, note, version, base)


def _shown(saved: LeaderRating | None) -> tuple[str, str]:
    if saved is None:
        return "", ""
    return f"{Decimal(saved.points_given) / 100:g}", saved.note


def _points(text: str) -> int | None:
    """Hundredths; ValueError carries the sentence."""
    if not text:
        return None
    try:
        points = Decimal(text)
    except InvalidOperation:
        raise ValueError("请填数字，如 92.5。") from None
    if not points.is_finite() or not 0 <= points <= 100:
        raise ValueError("评分应在0到100之间。")
    if points != round(points, 2):
        raise ValueError("最多两位小数。")
    return int(points * 100)


def read_post(data: Any) -> str:
    """The leading post that was chosen or typed."""
    return " ".join(str(data.get("post", "")).split())[:LONGEST_POST]
