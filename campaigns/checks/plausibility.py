"""Reasons for the reviewer to look: what is true as easily as not. Never points."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from campaigns.checks.facts import Facts, MeetingLine
from campaigns.checks.findings import Finding, Severity
from campaigns.enums import Activity

LEAST_TEXT = 12  # shorter texts are alike by nature
LEAST_EQUAL_DAYS = 20
LEAST_RUSHED_DAYS = 25
RUSH = dt.timedelta(minutes=5)
LEAST_DISPUTES = 10
LEAST_APPRAISALS = 4
DISPUTES = "dispute"


def _hint(code: str, activity: Activity, text: str, row: str = "", field: str = "") -> Finding:
    return Finding(code, Severity.HINT, activity, text, row, field, for_reviewer=True)


def _plain(text: str) -> str:
    """Without spaces and punctuation: what was copied stays alike after a comma was moved."""
    return "".join(letter for letter in text if letter.isalnum())


def _long(lines: tuple[MeetingLine, ...]) -> Iterator[tuple[MeetingLine, str]]:
    for line in lines:
        text = _plain(line.text)
        if len(text) >= LEAST_TEXT:
            yield line, text


def same_text_as_last_month(facts: Facts) -> Iterator[Finding]:
    if facts.last is None:
        return
    before = {text for _line, text in _long(facts.last.meetings)}
    for line, text in _long(facts.now.meetings):
        if text in before:
            said = "会议的议题和议定事项与上月一字不差。"
            yield _hint("same-as-last-month", Activity.MEETING, said, line.key, "items")
    told = {_plain(day.findings) for day in facts.last.patrol}
    for day in facts.now.patrol:
        text = _plain(day.findings)
        if len(text) >= LEAST_TEXT and text in told:
            said = f"{day.label}的发现情况与上月某日一字不差。"
            yield _hint("same-as-last-month", Activity.PATROL, said, day.key, "findings")


def same_text_as_neighbour(facts: Facts) -> Iterator[Finding]:
    for line, text in _long(facts.now.meetings):
        twins = [name for name, theirs in facts.neighbours if _plain(theirs) == text]
        if twins:
            said = f"会议的议题和议定事项与{'、'.join(twins[:3])}一字不差。"
            yield _hint("same-as-neighbour", Activity.MEETING, said, line.key, "items")


def equal_heads(facts: Facts) -> Iterator[Finding]:
    filled = [day for day in facts.now.patrol if day.heads]
    if len(filled) < LEAST_EQUAL_DAYS:
        return
    if len({(day.day, day.night) for day in filled}) == 1:
        only = filled[0]
        said = (
            f"{len(filled)}天的巡逻人数全部相同（白天{only.day or 0}人、夜间{only.night or 0}人）。"
        )
        yield _hint("equal-heads", Activity.PATROL, said)


def typed_in_a_rush(facts: Facts) -> Iterator[Finding]:
    """A whole month of patrols, saved within five minutes when it was nearly due."""
    filled = sum(1 for day in facts.now.patrol if day.heads)
    if filled < LEAST_RUSHED_DAYS or not facts.patrol_saves:
        return
    first, last = min(facts.patrol_saves), max(facts.patrol_saves)
    if last - first <= RUSH and first.date() >= facts.due_on:
        moment = f"{first.month}月{first.day}日{first:%H:%M}"
        said = f"{filled}天的巡逻都在{moment}起的五分钟内填完。"
        yield _hint("typed-in-a-rush", Activity.PATROL, said)


def all_disputes_solved(facts: Facts) -> Iterator[Finding]:
    for line in facts.now.sweep:
        if line.key == DISPUTES and line.found >= LEAST_DISPUTES and line.solved == line.found:
            said = f"{line.name}{line.found}件全部化解。"
            yield _hint("all-solved", Activity.SWEEP, said, line.key, "found")


def equal_appraisals(facts: Facts) -> Iterator[Finding]:
    marks = [line.appraisal for line in facts.now.groups if line.appraisal is not None]
    if len(marks) >= LEAST_APPRAISALS and len(set(marks)) == 1:
        said = f"{len(marks)}个小组的评议分全部是{marks[0]}分。"
        yield _hint("equal-appraisals", Activity.GROUPS, said)


HINTS = (
    same_text_as_last_month,
    same_text_as_neighbour,
    equal_heads,
    typed_in_a_rush,
    all_disputes_solved,
    equal_appraisals,
)
