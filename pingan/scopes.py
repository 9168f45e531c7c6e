"""What a person may see, as a filter on a tree path. The only place where scope is decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from pingan.enums import ADMINISTRATOR_ROLES
from pingan.fields import path_end

if TYPE_CHECKING:
    from pingan.models import User

NOTHING = Q(pk__in=[])


def within(path: str, field: str = "path") -> Q:
    """The unit at `path` and everything below it: one index range on `field`."""
    return Q(**{f"{field}__gte": path, f"{field}__lt": path_end(path)})


def unit_scope(user: User, field: str = "path") -> Q:
    """Units of the user's own tree and of the trees lent to him (an inspector's townships)."""
    if not user.is_authenticated or not user.is_active:
        return NOTHING
    scope = NOTHING
    for path in user.scope_paths:
        scope |= within(path, field)
    return scope


def has_records(user: User) -> bool:
    """Whether records concern this person at all: the three administrators see none (三员分立)."""
    return user.is_authenticated and user.is_active and user.role not in ADMINISTRATOR_ROLES


def record_scope(user: User, field: str = "unit__path") -> Q:
    """As `unit_scope`, for records."""
    return unit_scope(user, field) if has_records(user) else NOTHING


def may_see(user: User, path: str) -> bool:
    """`unit_scope` for one path, without a query."""
    return user.is_active and any(path.startswith(own) for own in user.scope_paths)
