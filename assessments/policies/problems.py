"""Who may register, report and close problems of the board."""

from __future__ import annotations

from assessments.models import Problem
from assessments.tables import TOWNSHIP_INSPECTORS
from campaigns.policies import enters_for
from pingan import scopes
from pingan.enums import Level, Role
from pingan.models import Unit, User
from pingan.refusals import Forbidden, Refused


def stands_above(by: User, unit: Unit) -> bool:
    """The county's officers over every unit of it, a township's people over what lies below."""
    if not by.is_active or not scopes.may_see(by, unit.path) or unit.pk == by.unit_id:
        return False
    return by.role == Role.COUNTY_OFFICER or by.role in TOWNSHIP_INSPECTORS


def check_raise_problem(*, unit: Unit, by: User | None) -> None:
    """Superiors and inspectors raise problems of a unit; `by` None is the system."""
    if by is None:
        return
    if unit.level == Level.COUNTY:
        raise Refused("请选择发现问题的乡镇、村(社区)或单位。")
    inspects = by.is_active and by.role == Role.INSPECTOR and scopes.may_see(by, unit.path)
    if not stands_above(by, unit) and not inspects:
        raise Forbidden(f"{unit.name}的问题不由您登记。")
    if not unit.is_living:
        raise Refused(f"“{unit.name}”已经停用，不能再登记问题。")


def _check_open(problem: Problem) -> None:
    if problem.solved_on:
        raise Refused(f"“{problem.title}”已经销号。")


def check_change_problem(*, problem: Problem, by: User) -> None:
    """Who may raise it may correct it, as long as it is open; a follow-up is corrected itself."""
    check_raise_problem(unit=problem.unit, by=by)
    _check_open(problem)
    if problem.follow_up_id:
        raise Refused("这个问题来自跟踪事项，请更正跟踪事项。")


def check_report_problem(*, problem: Problem, by: User) -> None:
    """The unit itself, or its township's clerk for it, says that it is put right."""
    if not enters_for(by, problem.unit):
        raise Forbidden(f"“{problem.title}”由{problem.unit.name}报告整改结果。")
    _check_open(problem)
    if problem.follow_up_id:
        raise Refused("这个问题来自跟踪事项，请在跟踪事项里办结，办结后自动销号。")
    if problem.solution:
        raise Refused("整改结果已经报告，正在等待上级确认。")


def check_solve_problem(*, problem: Problem, by: User) -> None:
    """A superior closes or sends back, never the unit itself."""
    if not stands_above(by, problem.unit):
        raise Forbidden(f"“{problem.title}”由上级确认销号，不由您办理。")
    _check_open(problem)
    if problem.follow_up_id:
        raise Refused("这个问题来自跟踪事项，办结跟踪事项后自动销号。")


def check_reopen_problem(*, problem: Problem, by: User) -> None:
    """A superior puts it back on the board; that of a follow-up has ended with it."""
    if not stands_above(by, problem.unit):
        raise Forbidden(f"“{problem.title}”不由您重新打开。")
    if not problem.solved_on:
        raise Refused(f"“{problem.title}”还没有销号，不用重新打开。")
    if problem.follow_up_id:
        raise Refused("这个问题随跟踪事项办结而销号；又发生的，请另行登记。")
