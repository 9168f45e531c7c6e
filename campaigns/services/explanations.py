"""The clerk's word on what the checks ask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import transaction

from campaigns import policies
from campaigns.checks import Finding, Severity
from campaigns.models import CheckNote, MonthlyReturn
from campaigns.selectors.checks import findings_of, notes_of
from campaigns.services.locking import locked_return
from pingan import audit
from pingan.models import User

LONGEST_NOTE = 200


@transaction.atomic
def explain(*, monthly_return: MonthlyReturn, said: Mapping[str, str], by: User) -> int:
    """Keep what was typed beside findings, by the finding's sentence; how many were kept."""
    if not any(text.strip() for text in said.values()):
        return 0
    locked = locked_return(monthly_return=monthly_return)
    policies.check_edit(monthly_return=locked, by=by)
    findings = findings_of([locked])[locked.pk]
    return keep_notes(locked=locked, findings=findings, said=said, by=by)


def keep_notes(
    *, locked: MonthlyReturn, findings: Iterable[Finding], said: Mapping[str, str], by: User
) -> int:
    """Write the words that differ from those kept. The caller holds the return."""
    kept = notes_of([locked])[locked.pk]
    told: dict[str, str] = {}
    for finding in findings:
        text = said.get(finding.text, "").strip()[:LONGEST_NOTE]
        if finding.severity != Severity.EXPLAIN or not text or kept.get(finding.key) == text:
            continue
        CheckNote.objects.update_or_create(
            monthly_return=locked,
            code=finding.code,
            row=finding.row,
            defaults={"text": text, "by": by},
        )
        told[finding.text] = text
    if told:
        audit.record(action="校验说明", obj=locked, by=by, unit=locked.unit, after=told)
    return len(told)


def ask(*, locked: MonthlyReturn, said: Mapping[str, str], by: User) -> list[Finding]:
    """Keep what was said; what still stands between the return and its submission."""
    findings = findings_of([locked])[locked.pk]
    keep_notes(locked=locked, findings=findings, said=said, by=by)
    return unanswered(findings, notes_of([locked])[locked.pk])


def unanswered(findings: Iterable[Finding], notes: Mapping[str, str]) -> list[Finding]:
    """Stops, and questions without a word."""
    return [
        finding
        for finding in findings
        if finding.severity == Severity.STOP
        or (finding.severity == Severity.EXPLAIN and not notes.get(finding.key))
    ]
