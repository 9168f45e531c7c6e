"""Checks of one return: plain values in, findings out. Pure."""

from __future__ import annotations

from campaigns.checks.facts import (
    Facts,
    GroupLine,
    Lesson,
    MeetingLine,
    PatrolDay,
    Sheet,
    SweepLine,
    Total,
)
from campaigns.checks.findings import Finding, Severity
from campaigns.checks.plausibility import HINTS
from campaigns.checks.rules import RULES

__all__ = [
    "Facts",
    "Finding",
    "GroupLine",
    "Lesson",
    "MeetingLine",
    "PatrolDay",
    "Severity",
    "Sheet",
    "SweepLine",
    "Total",
    "check",
]


def check(facts: Facts) -> list[Finding]:
    """Every finding about the return, the gravest first."""
    found = [finding for rule in (*RULES, *HINTS) for finding in rule(facts)]
    return sorted(found, key=lambda finding: finding.severity)
