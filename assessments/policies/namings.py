"""Who applies for a naming, who checks it on the spot, who decides (S9)."""

from __future__ import annotations

import datetime as dt

from assessments.enums import NamingState
from assessments.models import Naming, NamingKind
from pingan import scopes
from pingan.enums import Role
from pingan.models import Unit, User
from pingan.refusals import Forbidden, Refused

_TOWNSHIP_HANDS = (Role.TOWNSHIP_CLERK, Role.TOWNSHIP_REVIEWER)
APPLICANTS = (Role.VILLAGE_CLERK, *_TOWNSHIP_HANDS, Role.COUNTY_OFFICER)
CHECKERS = (Role.TOWNSHIP_REVIEWER, Role.COUNTY_OFFICER, Role.INSPECTOR)


def check_apply_naming(*, unit: Unit, kind: NamingKind, by: User) -> None:
    """The unit itself, its township or the county; only for the kinds that it may bear."""
    _check_hand(unit, by)
    if not unit.is_living:
        raise Refused(f"{unit.name}已经停用，不能申报。")
    if not kind.is_active:
        raise Refused(f"“{kind.name}”已经停用，不再受理申报。")
    if unit.kind not in kind.unit_kinds:
        raise Refused(f"{unit.name}是{unit.get_kind_display()}，不能申报“{kind.name}”。")


def check_fill_naming(*, naming: Naming, by: User) -> None:
    """Who may apply, until it is handed in."""
    _check_hand(naming.unit, by)
    _check_state(naming, NamingState.DRAFT)


def check_take_back_naming(*, naming: Naming, by: User) -> None:
    """Whoever could have handed it in, until it is checked."""
    _check_hand(naming.unit, by)
    _check_state(naming, NamingState.APPLIED)


def check_check_naming(*, naming: Naming, by: User) -> None:
    """The township's reviewer for units below it, the county and its inspectors for all.

    Never the person who applied.
    """
    _check_checker(naming, by)
    _check_state(naming, NamingState.APPLIED)
    if naming.applied_by_id == by.pk:
        raise Refused("申报人不能核查自己报的申请，请由另一位核查。")


def check_decide_namings(*, county: Unit, by: User) -> None:
    """Naming is the county officer's."""
    _check_county(county.pk, by, "决定命名")


def check_decide_naming(*, naming: Naming, by: User) -> None:
    """One that has been checked on the spot."""
    _check_county(naming.unit.root_id, by, "决定命名")
    _check_state(naming, NamingState.CHECKED)


def check_recheck_naming(*, naming: Naming, today: dt.date, by: User) -> None:
    """As the check: somebody else than the applicant, while the naming holds."""
    _check_checker(naming, by)
    _check_valid(naming, today)
    if naming.applied_by_id == by.pk:
        raise Refused("申报人不能复核自己报的命名，请由另一位复核。")


def check_withdraw_naming(*, naming: Naming, today: dt.date, by: User) -> None:
    """The county, while the naming holds."""
    _check_county(naming.unit.root_id, by, "撤销命名")
    _check_valid(naming, today)


def check_keep_naming_kinds(*, county: Unit, by: User) -> None:
    """The county keeps its own kinds and standards."""
    _check_county(county.pk, by, "修改命名类别和标准")


def _check_hand(unit: Unit, by: User) -> None:
    own = by.role != Role.VILLAGE_CLERK or unit.pk == by.unit_id
    if not (by.is_active and by.role in APPLICANTS and own and scopes.may_see(by, unit.path)):
        raise Forbidden(f"{unit.name}的命名不由您申报。")


def _check_checker(naming: Naming, by: User) -> None:
    unit = naming.unit
    below = by.role != Role.TOWNSHIP_REVIEWER or unit.pk != by.unit_id
    if not (by.is_active and by.role in CHECKERS and below and scopes.may_see(by, unit.path)):
        raise Forbidden(f"{unit.name}的命名不由您核查。")


def _check_county(county_id: int, by: User, what: str) -> None:
    if not by.is_active or by.role != Role.COUNTY_OFFICER or by.unit_id != county_id:
        raise Forbidden(f"只有本县的县级经办员可以{what}。")


def _check_state(naming: Naming, wanted: NamingState) -> None:
    if naming.state != wanted:
        raise Refused(f"这份命名申请{naming.get_state_display()}，不能再办这一步。")


def _check_valid(naming: Naming, today: dt.date) -> None:
    _check_state(naming, NamingState.NAMED)
    assert naming.valid_to is not None
    if naming.valid_to <= today:
        raise Refused("命名已经到期，效力自行终止；要保留的，请重新申报。")
