"""Sign-in rules: what a password must be, when an account is locked."""

from __future__ import annotations

import datetime as dt
import re
import secrets
import string
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest

from pingan.models import User
from pingan.selectors.accounts import security_settings

# Read aloud and copied by hand: without letters and digits that look alike.
LETTERS = "".join(sorted(set(string.ascii_letters) - set("IOl")))
DIGITS = "23456789"


class LengthValidator:
    """At least as long as the security administrator has set."""

    def validate(self, password: str, user: User | None = None) -> None:
        shortest = security_settings().password_length
        if len(password) < shortest:
            raise ValidationError(f"密码太短，至少要 {shortest} 位。", code="password_too_short")

    def get_help_text(self) -> str:
        return f"至少 {security_settings().password_length} 位。"


class MixtureValidator:
    """Letters and digits both."""

    def validate(self, password: str, user: User | None = None) -> None:
        if not (re.search(r"[A-Za-z]", password) and re.search(r"[0-9]", password)):
            raise ValidationError("密码须同时含有字母和数字。", code="password_not_mixed")

    def get_help_text(self) -> str:
        return "须同时含有字母和数字。"


def failure_limit(_request: HttpRequest | None, _credentials: dict[str, Any] | None) -> int:
    """How many failures in a row lock an account (django-axes asks)."""
    return security_settings().failure_limit


def lock_time(_request: HttpRequest | None) -> dt.timedelta:
    """How long it stays locked (django-axes asks)."""
    return dt.timedelta(minutes=security_settings().lock_minutes)


def make_password() -> str:
    """A first password: letters and digits, as long as the rules ask, at least twelve."""
    length = max(12, security_settings().password_length)
    chosen = [secrets.choice(LETTERS + DIGITS) for _ in range(length - 2)]
    return "".join([secrets.choice(LETTERS), *chosen, secrets.choice(DIGITS)])
