"""Findings of the checks as the clerk's pages show them, and what he says to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.http import QueryDict

from campaigns.checks import Finding, Severity
from campaigns.models import MonthlyReturn
from campaigns.selectors.checks import findings_of, notes_of

LONGEST_NOTE = 200


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """One finding with the clerk's word on it; `input_id` leads to the field where there is one."""

    finding: Finding
    note: str = ""
    input_id: str = ""

    @property
    def wants_word(self) -> bool:
        return self.finding.severity == Severity.EXPLAIN

    @property
    def stops(self) -> bool:
        return self.finding.severity == Severity.STOP


def said_in(data: QueryDict) -> dict[str, str]:
    """Explanations that were typed, by the sentence of the finding."""
    sentences, texts = data.getlist("finding"), data.getlist("explanation")
    return {sentence: text[:LONGEST_NOTE] for sentence, text in zip(sentences, texts, strict=False)}


def shown(
    findings: Iterable[Finding],
    notes: Mapping[str, str],
    said: Mapping[str, str] | None = None,
    inputs: Mapping[tuple[str, str], str] | None = None,
) -> list[ShownFinding]:
    """What the clerk sees of the findings: plausibility is the reviewer's."""
    typed, places = said or {}, inputs or {}
    return [
        ShownFinding(
            each,
            typed.get(each.text) or notes.get(each.key, ""),
            places.get((each.row, each.field), ""),
        )
        for each in findings
        if not each.for_reviewer
    ]


def shown_of(
    monthly_return: MonthlyReturn, said: Mapping[str, str] | None = None
) -> list[ShownFinding]:
    """`shown` of what is saved."""
    findings = findings_of([monthly_return])[monthly_return.pk]
    return shown(findings, notes_of([monthly_return])[monthly_return.pk], said)
