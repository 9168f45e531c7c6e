"""Accounts: made, changed, locked out; and the trail of who signed in and out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from axes.utils import reset as reset_attempts
from django.db import transaction

from pingan import audit, policies
from pingan.enums import Role
from pingan.models import Unit, User
from pingan.passwords import make_password
from pingan.refusals import Conflict, Refused

FIELDS = ("username", "display_name", "unit_id", "role", "email", "is_active")


@transaction.atomic
def create_account(
    *,
    by: User,
    username: str,
    display_name: str,
    unit: Unit,
    role: Role,
    email: str = "",
    lent_units: Sequence[Unit] = (),
) -> tuple[User, str]:
    """A new account and its first password, which is shown once and must be changed."""
    policies.check_place_account(by, unit=unit, role=role, lent=list(lent_units))
    if User.objects.filter(username__iexact=username).exists():
        raise Refused(f"账号“{username}”已经有人使用，请换一个。")
    password = make_password()
    account = User.objects.create_user(
        username,
        password,
        display_name=display_name,
        unit=unit,
        role=role,
        email=email,
        must_change_password=True,
    )
    account.lent_units.set(lent_units)
    audit.record(action="新建账号", obj=account, by=by, unit=unit, after=_picture(account))
    return account, password


@transaction.atomic
def change_account(
    *,
    account: User,
    by: User,
    display_name: str,
    unit: Unit,
    role: Role,
    email: str = "",
    lent_units: Sequence[Unit] = (),
) -> User:
    """Another name, place or duty of an account."""
    account = _held(account)
    policies.check_change_account(by, account)
    policies.check_place_account(by, unit=unit, role=role, lent=list(lent_units))
    before = _picture(account)
    account.display_name = display_name
    account.unit = unit
    account.role = role
    account.email = email
    account.save(update_fields=["display_name", "unit", "role", "email"])
    account.lent_units.set(lent_units)
    audit.record(
        action="修改账号", obj=account, by=by, unit=unit, before=before, after=_picture(account)
    )
    return account


@transaction.atomic
def set_active(*, account: User, by: User, is_active: bool) -> User:
    """Stop an account or let it in again; its sessions end with the next click."""
    account = _held(account)
    policies.check_change_account(by, account)
    if account.is_active == is_active:
        raise Conflict("这个账号已经由别人启用。" if is_active else "这个账号已经由别人停用。")
    account.is_active = is_active
    account.save(update_fields=["is_active"])
    audit.record(
        action="启用账号" if is_active else "停用账号",
        obj=account,
        by=by,
        unit=account.unit,
        before={"is_active": not is_active},
        after={"is_active": is_active},
    )
    return account


@transaction.atomic
def reset_password(*, account: User, by: User) -> str:
    """A new first password, shown once; all sessions of the account end."""
    account = _held(account)
    policies.check_change_account(by, account)
    password = make_password()
    account.set_password(password)
    account.must_change_password = True
    account.save(update_fields=["password", "must_change_password"])
    audit.record(action="重置密码", obj=account, by=by, unit=account.unit)
    return password


@transaction.atomic
def unlock_account(*, account: User, by: User) -> None:
    """Forget the failures that locked it."""
    policies.check_change_account(by, account)
    reset_attempts(username=account.username)
    audit.record(action="解锁账号", obj=account, by=by, unit=account.unit)


@transaction.atomic
def change_password(*, by: User, password: str) -> None:
    """One's own password; the form has checked the old one and the rules."""
    by.set_password(password)
    by.must_change_password = False
    by.save(update_fields=["password", "must_change_password"])
    audit.record(action="修改密码", obj=by, by=by, unit=by.unit)


@transaction.atomic
def choose_mail(*, by: User, wants_mail: bool) -> None:
    """Whether reminders go to this person's mailbox, too."""
    account = _held(by)
    before = audit.snapshot(account, "wants_mail")
    account.wants_mail = wants_mail
    account.save(update_fields=["wants_mail"])
    audit.record(
        action="邮件提醒",
        obj=account,
        by=by,
        unit=account.unit,
        before=before,
        after=audit.snapshot(account, "wants_mail"),
    )
    by.wants_mail = wants_mail


def note_inbox_seen(*, by: User, at: dt.datetime) -> None:
    """When this person last looked at what waits for him; no event for the auditor."""
    User.objects.filter(pk=by.pk).update(inbox_seen_at=at)
    by.inbox_seen_at = at


@transaction.atomic
def record_sign_in(*, by: User) -> None:
    audit.record(action="登录", obj=by, by=by, unit=by.unit)


@transaction.atomic
def record_sign_out(*, by: User) -> None:
    audit.record(action="退出", obj=by, by=by, unit=by.unit)


@transaction.atomic
def record_time_out(*, by: User) -> None:
    audit.record(action="超时退出", obj=by, by=by, unit=by.unit)


@transaction.atomic
def record_failed_sign_in(*, username: str, is_locked: bool) -> None:
    """Somebody who is not known yet: the event has an object but nobody who did it.

    What was typed in place of an unknown account is not kept: it may well be a password.
    """
    account = User.objects.filter(username=username).select_related("unit").first()
    audit.record(
        action="账号锁定" if is_locked else "登录失败",
        obj=account or User(username="", display_name="不存在的账号"),
        by=None,
        unit=account.unit if account else None,
    )


def _held(account: User) -> User:
    return User.objects.select_for_update(of=("self",)).select_related("unit").get(pk=account.pk)


def _picture(account: User) -> dict[str, object]:
    lent = account.lent_units.order_by("path").values_list("name", flat=True)
    return {**audit.snapshot(account, *FIELDS), "lent_units": list(lent)}
