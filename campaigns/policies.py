"""Who may do what to a return, and when: role and state together, asked here and nowhere else.

A monthly return and an indicator report go the same road: `check_move` holds it for both.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.utils import timezone

from campaigns.enums import MOVES, Activity, Move, ReturnState
from campaigns.models import COUNTY_PARENTS, FollowUp, IndicatorReport, MonthlyReturn
from pingan import policies, scopes
from pingan.enums import Level, Role
from pingan.models import Unit, User
from pingan.refusals import Forbidden, Refused

Reported = MonthlyReturn | IndicatorReport

_TOWNSHIP_ROLES = (Role.TOWNSHIP_CLERK, Role.TOWNSHIP_REVIEWER)
_BELOW_TOWNSHIP = (Level.VILLAGE, Level.DEPARTMENT)

_NOT_NOW: dict[Move, dict[ReturnState, str]] = {
    Move.EDIT: {
        ReturnState.SUBMITTED: "这份{what}已经上报，正在等待审核。要修改，请先撤回。",
        ReturnState.ACCEPTED: "这份{what}已经审核通过。要修改，请审核人先退回。",
    },
    Move.SUBMIT: {
        ReturnState.SUBMITTED: "这份{what}已经上报，不必再报一次。",
        ReturnState.ACCEPTED: "这份{what}已经审核通过，不必再报。",
    },
    Move.WITHDRAW: {
        ReturnState.DRAFT: "这份{what}还没有上报，不用撤回。",
        ReturnState.RETURNED: "这份{what}已被退回，直接修改即可，不用撤回。",
        ReturnState.ACCEPTED: "这份{what}已经审核通过，不能撤回。要修改，请审核人先退回。",
    },
    Move.SEND_BACK: {
        ReturnState.DRAFT: "这份{what}还没有上报，不用退回。",
        ReturnState.RETURNED: "这份{what}已经退回，正在等待对方修改。",
    },
    Move.ACCEPT: {
        ReturnState.DRAFT: "这份{what}还没有上报，不能审核。",
        ReturnState.RETURNED: "这份{what}已经退回，等对方重新上报后再审核。",
        ReturnState.ACCEPTED: "这份{what}已经审核通过。",
    },
}


_CLERKS_MOVES = frozenset({Move.EDIT, Move.SUBMIT, Move.WITHDRAW})


def enters_for(user: User, unit: Unit) -> bool:
    """Whether this person fills in the returns of this unit.

    A township's clerk also enters for the villages below: some have neither PC nor network.
    """
    if not user.is_active:
        return False
    if user.role == Role.VILLAGE_CLERK:
        return user.unit_id == unit.pk
    if user.role in _TOWNSHIP_ROLES and user.unit_id == unit.pk:
        return True
    return user.role == Role.TOWNSHIP_CLERK and _is_below(user, unit)


def _is_below(user: User, unit: Unit) -> bool:
    return unit.level in _BELOW_TOWNSHIP and unit.path.startswith(user.unit.path)


def is_superior_of(user: User, unit: Unit) -> bool:
    """Whether this person's office reviews and surveys this unit.

    `MonthlyReturn.objects.reviewed_by` says the same of a list.
    """
    if not user.is_active:
        return False
    if user.role == Role.COUNTY_OFFICER:
        return unit.root_id == user.unit_id and _answers_to_county(unit)
    return user.role in _TOWNSHIP_ROLES and not _answers_to_county(unit) and _is_below(user, unit)


def _answers_to_county(unit: Unit) -> bool:
    if unit.level == Level.DEPARTMENT:
        return unit.parent is not None and unit.parent.level in COUNTY_PARENTS
    return unit.level == Level.TOWNSHIP


def check_move(move: Move, *, record: Reported, by: User) -> None:
    """Raise unless `by` may make this move now. Nobody accepts what he submitted himself."""
    unit, what = record.unit, record._meta.verbose_name
    if move in _CLERKS_MOVES:
        if not enters_for(by, unit):
            raise Forbidden(f"您不是{unit.name}的填报人，不能{move.label}它的{what}。")
    elif not is_superior_of(by, unit):
        raise Forbidden(f"{unit.name}的{what}不由您审核。")
    state = ReturnState(record.state)
    if state not in MOVES[move][0]:
        raise Refused(_NOT_NOW[move][state].format(what=what))
    if move == Move.ACCEPT and record.submitted_by_id == by.pk:
        raise Forbidden(f"{unit.name}的{what}是您代为上报的，不能由您自己审核，请换一位审核人。")


def may_move(move: Move, *, record: Reported, by: User) -> bool:
    """`check_move` as a question."""
    return policies.may(check_move, move, record=record, by=by)


def check_edit(*, monthly_return: MonthlyReturn, by: User) -> None:
    """Raise unless `by` may fill in this return now."""
    check_move(Move.EDIT, record=monthly_return, by=by)


_HANDED_IN = frozenset({ReturnState.SUBMITTED, ReturnState.ACCEPTED})


def handed_in_on(monthly_return: MonthlyReturn) -> dt.date | None:
    """The day of the submission that stands; None while the return is being filled in."""
    if monthly_return.state not in _HANDED_IN or monthly_return.submitted_at is None:
        return None
    return timezone.localdate(monthly_return.submitted_at)


def shut_patrol_days(monthly_return: MonthlyReturn, today: dt.date) -> dict[dt.date, str]:
    """Days whose patrols cannot be written now, each with the sentence that says why.

    Nobody patrols in advance. A month is due before it is over: what was handed in stays as it is,
    the days after it remain open.
    """
    handed_in = handed_in_on(monthly_return)
    shut: dict[dt.date, str] = {}
    for day in monthly_return.month.dates():
        name = f"{day.month}月{day.day}日"
        if day > today:
            shut[day] = f"还没到{name}，不能提前填巡逻。"
        elif handed_in and day <= handed_in:
            shut[day] = (
                f"{name}的巡逻已经随月报在{handed_in.month}月{handed_in.day}日上报，不能再改；"
                "上报以后的日子可以继续填。"
            )
    return shut


def check_edit_patrol(*, monthly_return: MonthlyReturn, by: User) -> None:
    """As `check_edit`; after handing in, too, while days of the month are left."""
    handed_in = handed_in_on(monthly_return)
    if handed_in and handed_in < monthly_return.month.last_day:
        if not enters_for(by, monthly_return.unit):
            raise Forbidden(f"您不是{monthly_return.unit.name}的填报人，不能填写它的月报。")
        return
    check_edit(monthly_return=monthly_return, by=by)


def check_edit_activity(activity: Activity, *, monthly_return: MonthlyReturn, by: User) -> None:
    """Raise unless `by` may fill in this activity now."""
    check = check_edit_patrol if activity == Activity.PATROL else check_edit
    check(monthly_return=monthly_return, by=by)


def may_edit_activity(activity: Activity, *, monthly_return: MonthlyReturn, by: User) -> bool:
    return policies.may(check_edit_activity, activity, monthly_return=monthly_return, by=by)


def check_submit(*, monthly_return: MonthlyReturn, by: User) -> None:
    """Raise unless `by` may submit this return now."""
    check_move(Move.SUBMIT, record=monthly_return, by=by)


def check_withdraw(*, monthly_return: MonthlyReturn, by: User) -> None:
    """Raise unless `by` may take this return back before it is reviewed."""
    check_move(Move.WITHDRAW, record=monthly_return, by=by)


def check_send_back(*, monthly_return: MonthlyReturn, by: User) -> None:
    """Raise unless `by` may send this return back."""
    check_move(Move.SEND_BACK, record=monthly_return, by=by)


def check_accept(*, monthly_return: MonthlyReturn, by: User) -> None:
    """Raise unless `by` may accept this return."""
    check_move(Move.ACCEPT, record=monthly_return, by=by)


_CHECKS: dict[Move, Callable[..., None]] = {
    Move.EDIT: check_edit,
    Move.SUBMIT: check_submit,
    Move.WITHDRAW: check_withdraw,
    Move.SEND_BACK: check_send_back,
    Move.ACCEPT: check_accept,
}


def check(move: Move, *, monthly_return: MonthlyReturn, by: User) -> None:
    """`check_<move>` for a move that is only known at run time."""
    _CHECKS[move](monthly_return=monthly_return, by=by)


def may(move: Move, *, monthly_return: MonthlyReturn, by: User) -> bool:
    """`check_<move>` as a question. A closed month is asked apart: it stops every move."""
    return policies.may(_CHECKS[move], monthly_return=monthly_return, by=by)


def check_survey(*, unit: Unit, by: User) -> None:
    """Raise unless `by` may record a survey of this unit: its superior, or an inspector of it."""
    if is_superior_of(by, unit):
        return
    if by.role == Role.INSPECTOR and _answers_to_county(unit) and scopes.may_see(by, unit.path):
        return
    raise Forbidden(f"{unit.name}的治安测评不由您录入。")


def may_survey(*, unit: Unit, by: User) -> bool:
    return policies.may(check_survey, unit=unit, by=by)


_SOLVING = (Level.GROUP, Level.VILLAGE, Level.TOWNSHIP, Level.COUNTY)


def check_open_follow_up(*, unit: Unit, by: User) -> None:
    """Raise unless `by` may register matters of this unit."""
    if not enters_for(by, unit):
        raise Forbidden(f"您不是{unit.name}的填报人，不能登记它的事项。")


def may_open_follow_up(*, unit: Unit, by: User) -> bool:
    return policies.may(check_open_follow_up, unit=unit, by=by)


def level_above(follow_up: FollowUp) -> Level | None:
    """Where an unsolved matter goes next: group, village, township, county."""
    level = Level(follow_up.level)
    if level == Level.DEPARTMENT:
        return Level.COUNTY if _answers_to_county(follow_up.unit) else Level.TOWNSHIP
    at = _SOLVING.index(level)
    return _SOLVING[at + 1] if at + 1 < len(_SOLVING) else None


def solving_levels(follow_up: FollowUp) -> list[Level]:
    """At which levels it may have been solved: none above the one that handles it now."""
    level = Level(follow_up.level)
    if level == Level.DEPARTMENT:
        return [level]
    lower = list(_SOLVING[: _SOLVING.index(level) + 1])
    if follow_up.unit.level == Level.DEPARTMENT:
        return [Level.DEPARTMENT, level]
    return lower


def check_handle_follow_up(*, follow_up: FollowUp, by: User) -> None:
    """Raise unless `by` works at the level that handles this matter, and it is not solved."""
    unit, level = follow_up.unit, Level(follow_up.level)
    if level == Level.COUNTY:
        is_own = by.is_active and by.role == Role.COUNTY_OFFICER and unit.root_id == by.unit_id
    elif level == Level.TOWNSHIP:
        own = by.is_active and by.role in _TOWNSHIP_ROLES
        is_own = own and unit.path.startswith(by.unit.path)
    else:
        is_own = enters_for(by, unit)
    if not is_own:
        raise Forbidden(f"这件事项现由{level.label}办理，不由您处理。")
    if follow_up.solved_on:
        raise Refused(f"“{follow_up.title}”已经办结。")


def may_handle_follow_up(*, follow_up: FollowUp, by: User) -> bool:
    return policies.may(check_handle_follow_up, follow_up=follow_up, by=by)


def check_open_month(*, county: Unit, by: User) -> None:
    """Raise unless `by` may open a month by hand (the current one opens by itself)."""
    if by.role != Role.COUNTY_OFFICER or by.unit_id != county.pk:
        raise Forbidden("只有县级经办员可以开启月份。")


def may_open_month(*, county: Unit, by: User) -> bool:
    return policies.may(check_open_month, county=county, by=by)


def check_keep_register(*, unit: Unit, by: User) -> None:
    """Raise unless `by` keeps the registers of this unit: its own clerk, or the county's."""
    if enters_for(by, unit):
        return
    if by.is_active and by.role == Role.COUNTY_OFFICER and unit.pk == by.unit_id:
        return
    raise Forbidden(f"{unit.name}的登记册不由您登记。")


def may_keep_register(*, unit: Unit, by: User) -> bool:
    return policies.may(check_keep_register, unit=unit, by=by)


def check_keep_indicators(*, county: Unit, by: User) -> None:
    """Raise unless `by` keeps the county's indicators and the forms made of them."""
    if by.role != Role.COUNTY_OFFICER or by.unit_id != county.pk:
        raise Forbidden("只有县级经办员可以维护指标和指标表。")


def may_keep_indicators(*, county: Unit, by: User) -> bool:
    return policies.may(check_keep_indicators, county=county, by=by)


def reviews_anything(user: User) -> bool:
    """Whether reports are handed in to this person's office at all."""
    return user.is_active and user.role in (Role.COUNTY_OFFICER, *_TOWNSHIP_ROLES)


def check_extend(*, monthly_return: MonthlyReturn, by: User) -> None:
    """Raise unless `by` may grant this unit a later deadline: the reviewer of its superior."""
    unit = monthly_return.unit
    reviews = by.role in (Role.TOWNSHIP_REVIEWER, Role.COUNTY_OFFICER)
    if not reviews or not is_superior_of(by, unit):
        raise Forbidden(f"{unit.name}的延期不由您批准。")


def may_extend(*, monthly_return: MonthlyReturn, by: User) -> bool:
    return policies.may(check_extend, monthly_return=monthly_return, by=by)


def check_request_reopen(*, monthly_return: MonthlyReturn, by: User) -> None:
    """Raise unless `by` may ask for a closed month of this unit to be opened again."""
    if not enters_for(by, monthly_return.unit):
        name = monthly_return.unit.name
        raise Forbidden(f"您不是{name}的填报人，不能替它申请重开。")


def may_request_reopen(*, monthly_return: MonthlyReturn, by: User) -> bool:
    return policies.may(check_request_reopen, monthly_return=monthly_return, by=by)


def check_decide_reopen(*, county_id: int, by: User) -> None:
    """Raise unless `by` decides on requests of this county."""
    if not by.is_active or by.role != Role.COUNTY_OFFICER or by.unit_id != county_id:
        raise Forbidden("只有县级经办员可以决定重开申请。")


def may_decide_reopen(*, county_id: int, by: User) -> bool:
    return policies.may(check_decide_reopen, county_id=county_id, by=by)
