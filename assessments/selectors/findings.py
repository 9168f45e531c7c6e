"""What was found on a visit, and which of it has become a problem of the board."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from assessments.enums import VisitKind
from assessments.models import Edition, Inspection, Problem
from pingan.models import User

LONGEST_TITLE = 60


@dataclass(frozen=True, slots=True)
class Found:
    """One finding; `code` of its line, empty for the general remark."""

    code: str
    title: str
    detail: str
    problem: Problem | None


def found_on(inspection: Inspection, user: User) -> list[Found]:
    """Every finding of the visit, with the problem made of it. One query."""
    visible = Problem.objects.visible_to(user).filter(inspection=inspection)
    problems = {problem.detail: problem for problem in visible}
    found = [(each.code, each.name, each.finding) for each in inspection.entries.all()]
    found.append(("", "", inspection.findings))
    return [
        Found(code, _title(name, words), words[:300], problems.get(words[:300]))
        for code, name, words in found
        if words
    ]


def _title(name: str, words: str) -> str:
    """Short enough for the board: the words, after the line they belong to."""
    whole = f"{name}：{words}" if name else words
    return whole if len(whole) <= LONGEST_TITLE else whole[: LONGEST_TITLE - 1] + "…"


def is_told(inspection: Inspection) -> bool:
    """Whether the unit may know of the visit: an open one, or its month's preview has begun."""
    if inspection.kind == VisitKind.OPEN:
        return True
    return Edition.objects.filter(
        Q(preview_opened_at__isnull=False) | Q(published_at__isnull=False),
        county=inspection.unit.root_id,
        month=inspection.month,
    ).exists()
