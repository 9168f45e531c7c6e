"""The audit trail as the auditor reads it: who, what, which record, what it was before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import Q
from django.utils import timezone

from pingan import scopes
from pingan.models import AuditEvent, Unit, User
from pingan.models.audit_event import AuditEventQuerySet

NOTHING = "—"
OUR_APPS = ("pingan", "campaigns", "disputes", "assessments", "reports")


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one event, in words; `before` is empty where the event only sets it."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event ready to print."""

    event: AuditEvent
    unit: str
    changes: list[Change]


def events(
    by: User,
    *,
    who: str = "",
    action: str = "",
    text: str = "",
    unit: Unit | None = None,
    first_day: dt.date | None = None,
    last_day: dt.date | None = None,
) -> AuditEventQuerySet:
    """Events of the auditor's own tree, and those of no unit (tries at the sign-in page)."""
    own = scopes.unit_scope(by, "unit_path")
    found = AuditEvent.objects.filter(own | Q(unit_path=""))
    if who:
        found = found.filter(by_name__icontains=who)
    if action:
        found = found.filter(action=action)
    if text:
        found = found.filter(Q(object_type=text) | Q(object_name__icontains=text))
    if unit:
        found = found.filter(scopes.within(unit.path, "unit_path"))
    if first_day:
        found = found.filter(at__gte=_midnight(first_day))
    if last_day:
        found = found.filter(at__lt=_midnight(last_day + dt.timedelta(days=1)))
    return found.order_by("-pk")


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


def actions() -> list[str]:
    """Every action that has ever been recorded."""
    found = AuditEvent.objects.order_by("action").values_list("action", flat=True)
    return list(found.distinct())


def event_rows(page: Iterable[AuditEvent]) -> list[EventRow]:
    """Events with their changes in words. Two queries, however many there are."""
    shown = list(page)
    names = _Names(shown)
    return [
        EventRow(event, names.units_by_path.get(event.unit_path, ""), names.changes(event))
        for event in shown
    ]


def _models() -> dict[str, type[models.Model]]:
    ours = (model for app in OUR_APPS if apps.is_installed(app) for model in _of(app))
    return {str(model._meta.verbose_name): model for model in ours}


def _of(app: str) -> Iterable[type[models.Model]]:
    return apps.get_app_config(app).get_models()


class _Names:
    """What the values of these events are called: fields, choices, units, people."""

    def __init__(self, shown: list[AuditEvent]) -> None:
        self._models = _models()
        wanted: dict[type[models.Model], set[int]] = {Unit: set(), User: set()}
        for event in shown:
            for values in (event.before, event.after):
                for name, value in values.items():
                    target = self._target(event, name)
                    if target in wanted and isinstance(value, int):
                        wanted[target].add(value)
        paths = {event.unit_path for event in shown}
        units = Unit.objects.filter(Q(pk__in=wanted[Unit]) | Q(path__in=paths))
        found = list(units.values_list("pk", "path", "name"))
        people = User.objects.filter(pk__in=wanted[User])
        self.units_by_path = {path: name for _pk, path, name in found}
        self._by_model: dict[type[models.Model], dict[int, str]] = {
            Unit: {pk: name for pk, _path, name in found},
            User: {person.pk: str(person) for person in people},
        }

    def _field(self, event: AuditEvent, name: str) -> Any:
        model = self._models.get(event.object_type)
        try:
            return model._meta.get_field(name.removesuffix("_id")) if model else None
        except FieldDoesNotExist:
            return None

    def _target(self, event: AuditEvent, name: str) -> Any:
        field = self._field(event, name)
        return field.related_model if field and field.is_relation else None

    def changes(self, event: AuditEvent) -> list[Change]:
        """Every field that differs; what a new record leaves empty is no change."""
        found = [
            Change(
                label=self._label(event, name),
                before=self._value(event, name, event.before) if name in event.before else "",
                after=self._value(event, name, event.after),
            )
            for name in dict.fromkeys([*event.before, *event.after])
        ]
        return [change for change in found if change.before or change.after != NOTHING]

    def _label(self, event: AuditEvent, name: str) -> str:
        field = self._field(event, name)
        return str(getattr(field, "verbose_name", "") or name)

    def _value(self, event: AuditEvent, name: str, values: Mapping[str, Any]) -> str:
        if name not in values:
            return NOTHING
        value = values[name]
        field = self._field(event, name)
        names = self._by_model.get(getattr(field, "related_model", None), {})  # type: ignore[arg-type]
        if isinstance(value, int) and value in names:
            return names[value]
        choices = dict(getattr(field, "flatchoices", None) or [])
        return str(choices[value]) if _is_key(value) and value in choices else in_words(value)


def _is_key(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)


def in_words(value: Any) -> str:
    """A plain value as a reader would write it."""
    if value is None or value == "" or value in ([], {}):
        return NOTHING
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Mapping):
        return "；".join(f"{name}：{in_words(entry)}" for name, entry in value.items())
    if isinstance(value, list):
        return "、".join(in_words(entry) for entry in value)
    return str(value)
