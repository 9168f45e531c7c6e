"""One return beside the month before: every activity, row by row, with what the checks say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from campaigns.checks import Finding
from campaigns.enums import Activity
from campaigns.models import MonthlyReturn
from campaigns.selectors.checks import findings_of, notes_of
from campaigns.selectors.completeness import Mark, marks
from campaigns.selectors.remarks import PlacedRemark, remarks_of, row_labels
from campaigns.selectors.review import FIGURES, Figure, figures_of
from campaigns.selectors.sections import (
    PATROL,
    Cell,
    Section,
    expected_keys,
    previous_return,
    row_key,
    sections_of,
)

LONG = 8  # characters that may take a second line


@dataclass(frozen=True, slots=True)
class ReviewCell:
    """One field now, and in the same row of the month before."""

    field: str
    label: str
    now: str
    before: str = ""
    change: str = ""
    is_number: bool = False

    @property
    def is_long(self) -> bool:
        return len(self.now) > LONG


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """One row. `is_blank`: nobody filled it in, which is neither zero nor 不适用."""

    key: str
    label: str
    cells: list[ReviewCell]
    is_blank: bool = False
    findings: list[Finding] = field(default_factory=list)
    remarks: list[PlacedRemark] = field(default_factory=list)

    @property
    def fields(self) -> list[tuple[str, str]]:
        """What a remark can be about."""
        return [(cell.field, cell.label) for cell in self.cells]


@dataclass(frozen=True, slots=True)
class ReviewPart:
    """One activity. `earlier`: last month's rows of a free list, whose rows have no twins."""

    activity: Activity
    is_list: bool
    row_label: str
    mark: Mark | None
    labels: list[tuple[str, bool]]
    lines: list[ReviewLine]
    earlier: list[list[tuple[str, str]]]
    findings: list[Finding]
    remarks: list[PlacedRemark]


@dataclass(frozen=True, slots=True)
class ExplainedFinding:
    finding: Finding
    note: str


@dataclass(frozen=True, slots=True)
class ReviewSheet:
    figures: list[Figure]
    findings: list[ExplainedFinding]
    parts: list[ReviewPart]

    @property
    def questions(self) -> list[Finding]:
        return [each.finding for each in self.findings]


def review_sheet(monthly_return: MonthlyReturn) -> ReviewSheet:
    """Everything the reviewer needs on one page; a fixed number of queries."""
    before = previous_return(monthly_return)
    findings = findings_of([monthly_return])[monthly_return.pk]
    notes = notes_of([monthly_return])[monthly_return.pk]
    remarks = remarks_of(monthly_return)
    own_marks = marks([monthly_return])[monthly_return.pk]
    parts = [
        _part(
            section,
            monthly_return,
            before,
            own_marks.get(section.activity),
            [each for each in findings if each.activity == section.activity],
            [each for each in remarks if each.activity == section.activity],
        )
        for section in sections_of(monthly_return.unit.level)
    ]
    explained = [ExplainedFinding(each, notes.get(each.key, "")) for each in findings]
    return ReviewSheet(_figures(monthly_return, before), explained, parts)


def _figures(monthly_return: MonthlyReturn, before: MonthlyReturn | None) -> list[Figure]:
    counts = figures_of([monthly_return, before] if before else [monthly_return])
    return [
        Figure(
            label,
            counts[monthly_return.pk][name],
            counts[before.pk][name] if before else None,
        )
        for name, label in FIGURES.items()
    ]


def _part(
    section: Section,
    monthly_return: MonthlyReturn,
    before: MonthlyReturn | None,
    mark: Mark | None,
    findings: list[Finding],
    remarks: list[PlacedRemark],
) -> ReviewPart:
    rows = section.rows_of(monthly_return)
    earlier = section.rows_of(before) if before else []
    by_row: dict[str, list[Finding]] = defaultdict(list)
    for each in findings:
        by_row[each.row].append(each)
    said: dict[str, list[PlacedRemark]] = defaultdict(list)
    for remark in remarks:
        said[remark.remark.row].append(remark)
    lines = _lines(
        section, monthly_return, rows, {} if section.is_list else _twins(section, earlier)
    )
    known = {line.key for line in lines}
    for line in lines:
        line.findings.extend(by_row[line.key])
        line.remarks.extend(said[line.key])
    return ReviewPart(
        activity=section.activity,
        is_list=section.is_list,
        row_label="行" if section.is_list else section.columns[0].label,
        mark=mark,
        labels=[(section.field_label(name), section.is_number(name)) for name in section.fields],
        lines=lines,
        earlier=[_texts(section, row) for row in earlier] if section.is_list else [],
        findings=[each for each in findings if each.row not in known],
        remarks=[each for each in remarks if each.remark.row not in known],
    )


def _texts(section: Section, row: Any) -> list[tuple[str, str]]:
    return [
        (section.field_label(name), _text(section, name, getattr(row, name)))
        for name in section.fields
    ]


def _text(section: Section, name: str, value: Any) -> str:
    return Cell(section.display(name, value), section.columns[0]).text


def _twin_key(section: Section, row: Any) -> Hashable:
    return row.on.day if section is PATROL else row_key(section, row)


def _twins(section: Section, earlier: list[Any]) -> dict[Hashable, Any]:
    return {_twin_key(section, row): row for row in earlier}


def _lines(
    section: Section,
    monthly_return: MonthlyReturn,
    rows: list[Any],
    twins: Mapping[Hashable, Any],
) -> list[ReviewLine]:
    labels = row_labels(monthly_return, section.activity)
    found = {
        row_key(section, row): ReviewLine(
            row_key(section, row),
            labels.get(row_key(section, row), ""),
            _cells(section, row, twins.get(_twin_key(section, row))),
        )
        for row in rows
    }
    if section.is_list:
        return list(found.values())
    # The order of the full table; rows that are not filled in stand in their place.
    wanted = labels if expected_keys(section, monthly_return) else {}
    to_come = timezone.localdate().isoformat() if section is PATROL else ""
    blank = [
        ReviewLine(key, label, _nothing(section), is_blank=True)
        for key, label in wanted.items()
        if not to_come or key < to_come or key in found
    ]
    merged = {line.key: found.pop(line.key, line) for line in blank}
    return [*merged.values(), *found.values()]


def _nothing(section: Section) -> list[ReviewCell]:
    return [
        ReviewCell(name, section.field_label(name), "", is_number=section.is_number(name))
        for name in section.fields
    ]


def _cells(section: Section, row: Any, twin: Any) -> list[ReviewCell]:
    cells = []
    for name in section.fields:
        now, is_number = getattr(row, name), section.is_number(name)
        before = getattr(twin, name) if twin is not None and is_number else None
        difference = "" if None in (now, before) or now == before else f"{now - before:+d}"
        cells.append(
            ReviewCell(
                name,
                section.field_label(name),
                _text(section, name, now),
                str(before) if before or difference else "",
                difference,
                is_number,
            )
        )
    return cells
