"""Who may administer: accounts, sign-in rules, the county's settings, the audit trail.

Each `check_` raises with the sentence that the user reads; `may` asks the same without raising.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pingan import scopes
from pingan.enums import Level, Role
from pingan.models import Unit, User
from pingan.refusals import Forbidden, Refused

_CLERK_LEVELS = frozenset({Level.VILLAGE, Level.DEPARTMENT, Level.INNER})
_COUNTY = frozenset({Level.COUNTY})
_TOWNSHIP = frozenset({Level.TOWNSHIP})

# At which levels a duty exists. Security and audit belong to the county alone.
ROLE_LEVELS: dict[Role, frozenset[Level]] = {
    Role.VILLAGE_CLERK: _CLERK_LEVELS,
    Role.TOWNSHIP_CLERK: _TOWNSHIP,
    Role.TOWNSHIP_REVIEWER: _TOWNSHIP,
    Role.COUNTY_OFFICER: _COUNTY,
    Role.INSPECTOR: _COUNTY | {Level.SECTOR, Level.DEPARTMENT},
    Role.LEADER: _COUNTY | _TOWNSHIP,
    Role.ACCOUNT_ADMIN: _COUNTY | _TOWNSHIP,
    Role.SECURITY_ADMIN: _COUNTY,
    Role.AUDITOR: _COUNTY,
}


def may(check: Callable[..., None], *args: Any, **kwargs: Any) -> bool:
    """Whether the check lets it happen."""
    try:
        check(*args, **kwargs)
    except Refused:
        return False
    return True


def _check_role(by: User, role: Role, what: str) -> None:
    if not by.is_active or by.role != role:
        raise Forbidden(f"只有{role.label}可以{what}。")


def check_administer_accounts(by: User) -> None:
    _check_role(by, Role.ACCOUNT_ADMIN, "管理账号")


def check_administer_security(by: User) -> None:
    _check_role(by, Role.SECURITY_ADMIN, "修改安全设置")


def check_read_audit(by: User) -> None:
    _check_role(by, Role.AUDITOR, "查看操作日志")


def check_change_county_settings(by: User, county: Unit) -> None:
    _check_role(by, Role.COUNTY_OFFICER, "修改县级设置")
    if by.unit.root_id != county.pk:
        raise Forbidden("只能修改本县的设置。")


def check_change_units(by: User | None, unit: Unit) -> None:
    """The county's officers keep its tree; None is the system itself (loading a county)."""
    if by is None:
        return
    _check_role(by, Role.COUNTY_OFFICER, "变更单位")
    if not scopes.may_see(by, unit.path):
        raise Forbidden("只能变更本县的单位。")


def check_place_account(by: User, *, unit: Unit, role: Role, lent: list[Unit]) -> None:
    """An account stands in the administrator's own tree, at a level where its duty exists."""
    check_administer_accounts(by)
    if not all(scopes.may_see(by, place.path) for place in (unit, *lent)):
        raise Forbidden("只能管理本单位及下属单位的账号。")
    if unit.level not in ROLE_LEVELS[role]:
        levels = "、".join(Level(level).label for level in sorted(ROLE_LEVELS[role]))
        raise Refused(f"“{role.label}”只能设在这些层级：{levels}。请换一个单位或岗位。")
    if not unit.is_living:
        raise Refused(f"“{unit.name}”已经停用，不能再设账号。")
    if lent and role != Role.INSPECTOR:
        raise Refused("只有督导检查员可以另外查看别的单位。")


def check_change_account(by: User, account: User) -> None:
    """Somebody else's account in the own tree: nobody gives himself another duty."""
    check_administer_accounts(by)
    if not scopes.may_see(by, account.unit.path):
        raise Forbidden("只能管理本单位及下属单位的账号。")
    if account.pk == by.pk:
        raise Forbidden("不能修改自己的账号，请由另一位账号管理员办理；自己的密码请用“改密码”。")


def check_store_file(by: User, unit: Unit) -> None:
    """Attachments belong to a unit of the own scope; the three administrators have no records."""
    if not scopes.has_records(by) or not scopes.may_see(by, unit.path):
        raise Forbidden("只能给本单位及下属单位的记录上传附件。")
