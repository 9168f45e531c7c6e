"""Who did what to a return: read back from the audit trail."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from campaigns.enums import Activity
from campaigns.models import FollowUp, IndicatorReport, MonthlyReturn
from pingan.models import AuditEvent

HISTORY_LENGTH = 50


@dataclass(frozen=True, slots=True)
class Event:
    at: dt.datetime
    who: str
    action: str
    note: str


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one row that somebody else changed."""

    row: str
    field: str
    old: Any
    new: Any
    who: str
    at: dt.datetime


def save_action(activity: Activity) -> str:
    """The audit trail's name for saving one activity."""
    return f"保存{activity.label}"


def _events(record: MonthlyReturn | IndicatorReport | FollowUp) -> Any:
    return AuditEvent.objects.filter(
        object_type=str(record._meta.verbose_name), object_id=str(record.pk)
    )


def history(record: MonthlyReturn | IndicatorReport | FollowUp) -> list[Event]:
    """The latest events, newest first; sign-in names are left to the auditor."""
    return [
        Event(event.at, event.by_name.rsplit("（", 1)[0], event.action, event.note)
        for event in _events(record).order_by("-pk")[:HISTORY_LENGTH]
    ]


def changes_since(monthly_return: MonthlyReturn, activity: Activity, version: int) -> list[Change]:
    """What others saved in this activity after `version`, oldest first."""
    events = _events(monthly_return).filter(action=save_action(activity)).order_by("pk")
    return [
        change
        for event in events
        if event.after.get("version", 0) > version
        for change in _changes(event)
    ]


def _changes(event: AuditEvent) -> list[Change]:
    rows = [key for key in {**event.before, **event.after} if key != "version"]
    who = event.by_name.rsplit("（", 1)[0]
    return [
        Change(row, field, old, new, who, event.at)
        for row in rows
        for field, old, new in _differences(event.before.get(row), event.after.get(row))
    ]


def _differences(
    old: Mapping[str, Any] | None, new: Mapping[str, Any] | None
) -> list[tuple[str, Any, Any]]:
    before, after = old or {}, new or {}
    names = [*before, *(name for name in after if name not in before)]
    return [
        (name, _shown(before.get(name)), _shown(after.get(name)))
        for name in names
        if before.get(name) != after.get(name)
    ]


def _shown(value: Any) -> Any:
    return "（空）" if value is None or value == "" else value
