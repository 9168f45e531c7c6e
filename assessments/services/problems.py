"""问题: raised, corrected, reported as put right, closed by a superior, reopened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from assessments.enums import ProblemSource
from assessments.models import Inspection, Problem
from assessments.policies import problems as policies
from assessments.services.finishing import finish
from campaigns.models import FollowUp
from pingan import audit
from pingan.models import Unit, User
from pingan.months import Month
from pingan.refusals import Conflict, Refused

CORRECTED = ("title", "detail", "responsible_post", "due_on")
_AUDITED = (
    *("title", "detail", "responsible_post", "found_on", "due_on", "source"),
    *("solved_on", "solution", "version"),
)
LONGEST_DAYS = 366
LONGEST_TITLE, LONGEST_DETAIL = 60, 300


@transaction.atomic
def raise_problem(
    *,
    unit: Unit,
    month: Month,
    source: ProblemSource,
    title: str,
    found_on: dt.date,
    due_on: dt.date,
    by: User | None,
    detail: str = "",
    responsible_post: str = "",
    inspection: Inspection | None = None,
    follow_up: FollowUp | None = None,
) -> Problem:
    """A new problem of the unit, about a place or a thing; the same one twice is refused."""
    unit = Unit.objects.select_for_update(of=("self",), no_key=True).get(pk=unit.pk)
    policies.check_raise_problem(unit=unit, by=by)
    title = _needed(title, "请写明是什么地方的什么问题。")
    if len(title) > LONGEST_TITLE or len(detail) > LONGEST_DETAIL:
        raise Refused(f"问题写在{LONGEST_TITLE}字以内，情况写在{LONGEST_DETAIL}字以内。")
    _check_days(found_on, due_on)
    if Problem.objects.open().filter(unit=unit, title=title, inspection=inspection).exists():
        raise Refused(f"{unit.name}的“{title}”已经登记，还没有解决，不用重复登记。")
    problem = Problem.objects.create(
        unit=unit,
        month=month,
        source=source,
        title=title,
        detail=detail.strip(),
        responsible_post=responsible_post.strip(),
        found_on=found_on,
        due_on=due_on,
        inspection=inspection,
        follow_up=follow_up,
        recorded_by=by,
    )
    audit.record(
        action="登记问题", obj=problem, by=by, unit=unit, after=audit.snapshot(problem, *_AUDITED)
    )
    return problem


@transaction.atomic
def change_problem(
    *, problem: Problem, version: int, values: Mapping[str, Any], by: User
) -> Problem:
    """Correct what was written, or give another deadline."""
    locked = _locked(problem, version)
    policies.check_change_problem(problem=locked, by=by)
    before = audit.snapshot(locked, *_AUDITED)
    _needed(values["title"], "请写明是什么地方的什么问题。")
    _check_days(locked.found_on, values["due_on"])
    for name in CORRECTED:
        setattr(locked, name, values[name])
    return finish(row=locked, before=before, fields=_AUDITED, action="更正问题", note="", by=by)


@transaction.atomic
def report_problem(*, problem: Problem, version: int, solution: str, by: User) -> Problem:
    """The unit says what it did; a superior confirms."""
    locked = _locked(problem, version)
    policies.check_report_problem(problem=locked, by=by)
    before = audit.snapshot(locked, *_AUDITED)
    locked.solution = _needed(solution, "请写明做了什么、现在怎样。")
    return finish(
        row=locked,
        before=before,
        fields=_AUDITED,
        action="报告问题已整改",
        note=locked.solution,
        by=by,
    )


@transaction.atomic
def send_back_problem(*, problem: Problem, version: int, reason: str, by: User) -> Problem:
    """What the unit reported does not do; it stays on the board."""
    locked = _locked(problem, version)
    policies.check_solve_problem(problem=locked, by=by)
    if not locked.solution:
        raise Refused("单位还没有报告整改结果，不用退回。")
    reason = _needed(reason, "请写明哪里没有整改到位。")
    before = audit.snapshot(locked, *_AUDITED)
    locked.solution = ""
    return finish(
        row=locked, before=before, fields=_AUDITED, action="退回整改结果", note=reason, by=by
    )


@transaction.atomic
def solve_problem(
    *, problem: Problem, version: int, solved_on: dt.date, solution: str, by: User
) -> Problem:
    """Off the board: confirmed by a superior."""
    locked = _locked(problem, version)
    policies.check_solve_problem(problem=locked, by=by)
    before = audit.snapshot(locked, *_AUDITED)
    settle(
        problem=locked, solved_on=solved_on, solution=_needed(solution, "请写明整改结果。"), by=by
    )
    return finish(
        row=locked, before=before, fields=_AUDITED, action="问题销号", note=locked.solution, by=by
    )


@transaction.atomic
def reopen_problem(*, problem: Problem, version: int, reason: str, by: User) -> Problem:
    """Back on the board, with the months it has been there."""
    locked = _locked(problem, version)
    policies.check_reopen_problem(problem=locked, by=by)
    reason = _needed(reason, "请写明为什么重新打开。")
    before = audit.snapshot(locked, *_AUDITED)
    locked.solved_on = locked.solved_by = None
    locked.solution = ""
    return finish(
        row=locked, before=before, fields=_AUDITED, action="重新打开问题", note=reason, by=by
    )


def settle(*, problem: Problem, solved_on: dt.date, solution: str, by: User | None) -> None:
    """Set the fields of a solved problem; whoever calls saves and records it."""
    if solved_on > timezone.localdate():
        raise Refused("解决日期不能晚于今天。")
    if solved_on < problem.found_on:
        raise Refused(f"解决日期不能早于发现日期（{problem.found_on:%Y-%m-%d}）。")
    problem.solved_on, problem.solution, problem.solved_by = solved_on, solution[:300], by


def _needed(text: str, otherwise: str) -> str:
    text = text.strip()
    if not text:
        raise Refused(otherwise)
    return text


def _check_days(found_on: dt.date, due_on: dt.date) -> None:
    if found_on > timezone.localdate():
        raise Refused("发现日期不能晚于今天。")
    if due_on < found_on:
        raise Refused("整改期限不能早于发现日期。")
    if due_on > max(found_on, timezone.localdate()) + dt.timedelta(days=LONGEST_DAYS):
        raise Refused(f"整改期限{due_on:%Y-%m-%d}太远，请定在一年以内。")


def _locked(problem: Problem, version: int) -> Problem:
    held = Problem.objects.select_for_update(of=("self",)).select_related("unit__parent")
    locked = held.get(pk=problem.pk)
    if locked.version != version:
        raise Conflict(f"“{locked.title}”刚刚有变动，请看过最新内容再操作。")
    return locked
