"""Case figures of a quarter, as they are frozen, and what is computed from them. Pure.

What a unit has not reported is 未报 and never 0: it has no part in any sum's comparison.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

WINDOWS = ("now", "previous", "before", "year", "year_before")
MISSING, NOT_ASKED, PARTLY = "未报", "—", "＊"


@dataclass(frozen=True, slots=True)
class Figure:
    """One count of one unit in one window; of `asked` reports `accepted` passed review."""

    number: int | None = None
    accepted: int = 0
    asked: int = 0

    @property
    def is_asked(self) -> bool:
        return self.asked > 0

    @property
    def is_whole(self) -> bool:
        """Everything that was asked has been reported."""
        return self.is_asked and self.accepted == self.asked and self.number is not None

    @property
    def text(self) -> str:
        if not self.is_asked:
            return NOT_ASKED
        if self.accepted == 0:
            return MISSING
        if self.number is None:
            return NOT_ASKED
        return f"{self.number}{'' if self.accepted == self.asked else PARTLY}"


NONE = Figure()


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One unit's figures by indicator and window."""

    unit_id: int
    name: str
    is_township: bool
    population: int | None
    figures: dict[str, dict[str, Figure]]

    def figure(self, code: str, window: str) -> Figure:
        return self.figures.get(code, {}).get(window, NONE)

    def is_comparable(self, code: str, window: str, with_window: str) -> bool:
        """Both windows are whole, and of as many reports."""
        one, other = self.figure(code, window), self.figure(code, with_window)
        return one.is_whole and other.is_whole and one.accepted == other.accepted

    def change(self, code: str, window: str, with_window: str) -> str:
        if not self.is_comparable(code, window, with_window):
            return NOT_ASKED
        now, before = self.figure(code, window).number, self.figure(code, with_window).number
        return change_text(now or 0, before or 0)

    def is_missing(self, codes: Iterable[str], window: str = "now") -> bool:
        """Asked, and nothing accepted of any of these."""
        asked = [self.figure(code, window) for code in codes]
        asked = [figure for figure in asked if figure.is_asked]
        return bool(asked) and all(figure.accepted == 0 for figure in asked)

    def is_partly(self, codes: Iterable[str], window: str = "now") -> bool:
        figures = [self.figure(code, window) for code in codes]
        return any(0 < figure.accepted < figure.asked for figure in figures)


@dataclass(frozen=True, slots=True)
class CaseIndicator:
    code: str
    name: str
    measure: str


@dataclass(frozen=True, slots=True)
class CaseFigures:
    """Everything of a quarter's bulletin; what is frozen is exactly this."""

    county_name: str
    starts_on: str
    label: str  # 2026年第三季度
    gathered_on: str
    indicators: tuple[CaseIndicator, ...]
    lines: tuple[CaseLine, ...]

    @property
    def codes(self) -> list[str]:
        return [indicator.code for indicator in self.indicators]

    def name(self, code: str) -> str:
        return next(each.name for each in self.indicators if each.code == code)

    def total(self, code: str, window: str) -> Figure:
        """The sum of what was reported."""
        figures = [line.figure(code, window) for line in self.lines]
        numbers = [figure.number for figure in figures if figure.number is not None]
        return Figure(
            sum(numbers) if numbers else None,
            sum(figure.accepted for figure in figures),
            sum(figure.asked for figure in figures),
        )

    def comparison(self, code: str, window: str, with_window: str) -> Comparison:
        """Like with like: only units that are whole in both windows."""
        asked = [line for line in self.lines if line.figure(code, window).is_asked]
        same = [line for line in asked if line.is_comparable(code, window, with_window)]
        now = sum(line.figure(code, window).number or 0 for line in same)
        before = sum(line.figure(code, with_window).number or 0 for line in same)
        return Comparison(now, before, len(same), len(asked))

    def missing(self) -> list[CaseLine]:
        return [line for line in self.lines if line.is_missing(self.codes)]

    def partly(self) -> list[CaseLine]:
        return [line for line in self.lines if line.is_partly(self.codes)]

    def rate(self, line: CaseLine, code: str) -> str:
        """Cases for ten thousand people, where the people are known and the figure is whole."""
        figure = line.figure(code, "now")
        if not line.population or not figure.is_whole:
            return NOT_ASKED
        return per_ten_thousand(figure.number or 0, line.population)

    def total_rate(self, code: str) -> str:
        """Of the units that have both."""
        known = [
            line for line in self.lines if line.population and line.figure(code, "now").is_whole
        ]
        people = sum(line.population or 0 for line in known)
        if not people:
            return NOT_ASKED
        return per_ten_thousand(sum(line.figure(code, "now").number or 0 for line in known), people)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Sums of the comparable units in two windows, and how many those are of how many."""

    now: int
    before: int
    units: int
    of_units: int

    @property
    def text(self) -> str:
        return change_text(self.now, self.before) if self.units else NOT_ASKED

    @property
    def is_of_all(self) -> bool:
        return self.units == self.of_units


def change_text(now: int, before: int) -> str:
    """42 after 57 is 下降26.3%; of nothing there is no percentage."""
    if now == before:
        return "持平"
    if before == 0:
        return f"由0增{now}起"
    tenths = (2000 * abs(now - before) + before) // (2 * before)
    return f"{'上升' if now > before else '下降'}{tenths // 10}.{tenths % 10}%"


def per_ten_thousand(number: int, people: int) -> str:
    """Rounded once to hundredths, half up."""
    hundredths = (2 * number * 1_000_000 + people) // (2 * people)
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def differences(old: CaseFigures, new: CaseFigures) -> list[str]:
    """What a correction changes in the quarter's own figures and those it is compared with."""
    before = {line.unit_id: line for line in old.lines}
    words = {"now": "本季度", "previous": "上季度", "before": "上年同季", "year": "本年累计"}
    words["year_before"] = "上年累计"
    found = []
    for line in new.lines:
        last = before.get(line.unit_id)
        for indicator in new.indicators:
            for window in WINDOWS:
                was = last.figure(indicator.code, window).text if last else NOT_ASKED
                now = line.figure(indicator.code, window).text
                if was != now:
                    name = f"{line.name}{words[window]}{indicator.name}"
                    found.append(f"{name}由“{was}”更正为“{now}”")
    return found


def frozen(figures: CaseFigures) -> dict[str, Any]:
    """As JSON holds it."""
    return {
        "county_name": figures.county_name,
        "starts_on": figures.starts_on,
        "label": figures.label,
        "gathered_on": figures.gathered_on,
        "indicators": [[each.code, each.name, each.measure] for each in figures.indicators],
        "lines": [
            {
                "unit_id": line.unit_id,
                "name": line.name,
                "is_township": line.is_township,
                "population": line.population,
                "figures": {
                    code: {
                        window: [figure.number, figure.accepted, figure.asked]
                        for window, figure in windows.items()
                    }
                    for code, windows in line.figures.items()
                },
            }
            for line in figures.lines
        ],
    }


def thawed(content: dict[str, Any]) -> CaseFigures:
    """What `frozen` wrote."""
    return CaseFigures(
        content["county_name"],
        content["starts_on"],
        content["label"],
        content["gathered_on"],
        tuple(CaseIndicator(*each) for each in content["indicators"]),
        tuple(
            CaseLine(
                line["unit_id"],
                line["name"],
                line["is_township"],
                line["population"],
                {
                    code: {window: Figure(*found) for window, found in windows.items()}
                    for code, windows in line["figures"].items()
                },
            )
            for line in content["lines"]
        ),
    )


def hash_of(content: dict[str, Any], *, but: Sequence[str] = ()) -> str:
    """SHA-256 of the frozen content; `but` names what is left out."""
    kept = {name: value for name, value in content.items() if name not in but}
    text = json.dumps(kept, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
