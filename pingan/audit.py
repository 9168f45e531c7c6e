"""Writing the audit trail. Called by services, inside the transaction of the change itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction

from pingan.models import AuditEvent, Unit, User
from pingan.months import Month
from pingan.privacy import Sealed

# Set by the middleware for the length of a request; commands and jobs leave it empty.
client_address: ContextVar[str] = ContextVar("client_address", default="")


def snapshot(obj: models.Model, *fields: str) -> dict[str, Any]:
    """The named fields of `obj` as plain values, for `before` and `after`."""
    names = fields or [field.attname for field in obj._meta.concrete_fields]
    return {name: plain(getattr(obj, name)) for name in names}


def plain(value: Any) -> Any:
    """A value as JSON can hold it."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Month | Sealed):  # a sealed text prints as a mask
        return str(value)
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, Mapping):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    return DjangoJSONEncoder().default(value)


def record(
    *,
    action: str,
    obj: models.Model,
    by: User | None,
    unit: Unit | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    note: str = "",
) -> AuditEvent:
    """Write one event. `action` is Chinese, as the auditor reads it; `unit` places it in the tree.

    Must run inside the transaction of the change; `by` None is the system itself.
    """
    made = event(action=action, obj=obj, by=by, unit=unit, before=before, after=after, note=note)
    record_all([made])
    return made


def record_all(events: Iterable[AuditEvent]) -> None:
    """Write events made by `event`, in one statement: one close may be of many counties."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("audit events must be written inside the transaction of their change")
    AuditEvent.objects.bulk_create(events)


def event(
    *,
    action: str,
    obj: models.Model,
    by: User | None,
    unit: Unit | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    note: str = "",
) -> AuditEvent:
    """One event, not yet written: what differs between `before` and `after`, as plain values."""
    old, new = dict(before or {}), dict(after or {})
    changed = {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}
    return AuditEvent(
        by=by,
        by_name=str(by) if by else "系统",
        from_address=client_address.get(),
        action=action,
        object_type=str(obj._meta.verbose_name),
        object_id=str(obj.pk or ""),
        object_name=str(obj)[:120],
        unit_path=unit.path if unit else "",
        before={name: plain(old[name]) for name in sorted(changed) if name in old},
        after={name: plain(new[name]) for name in sorted(changed) if name in new},
        note=note[:300],
    )
