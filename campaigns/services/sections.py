"""Saving one activity of a return as a whole table: only what differs is written."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from campaigns import policies
from campaigns.enums import Activity
from campaigns.models import ActivityRecord, MonthlyReturn
from campaigns.selectors.history import save_action
from campaigns.selectors.sections import PATROL, SECTIONS, Section, expected_keys
from campaigns.services.locking import locked_return
from pingan import audit
from pingan.calendars import key_dates
from pingan.models import User
from pingan.refusals import Conflict, Refused

Row = Mapping[str, Any]


@dataclass
class _Difference:
    """What a save writes, and how the audit trail tells it."""

    created: list[ActivityRecord] = field(default_factory=list)
    changed: list[ActivityRecord] = field(default_factory=list)
    dropped: list[ActivityRecord] = field(default_factory=list)
    before: dict[str, Any] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.created or self.changed or self.dropped)


@transaction.atomic
def save_section(
    *,
    monthly_return: MonthlyReturn,
    activity: Activity,
    rows: Sequence[Row],
    version: int,
    by: User,
) -> bool:
    """Make the saved rows of one activity equal to `rows`; False when they were already.

    `version` is the return's version that the form was made from. Conflict when somebody has
    saved this activity since; another activity of the same return does not matter.
    """
    section = SECTIONS[activity]
    locked = locked_return(monthly_return=monthly_return)
    policies.check_edit(monthly_return=locked, by=by)
    if locked.section_versions.get(activity, 0) > version:
        raise Conflict(f"您打开页面以后，{activity.label}已被别人改过。")
    _check_rows(section, locked, rows)
    difference = _difference(section, locked, rows)
    if not difference:
        return False
    _write(section, difference)
    _bump(section, locked, difference, by)
    monthly_return.refresh_from_db()
    return True


def _check_rows(section: Section, locked: MonthlyReturn, rows: Sequence[Row]) -> None:
    """Rows that no form of ours can send: refused before the database has to."""
    keys = [row.get(section.key) for row in rows if row.get(section.key) is not None]
    if len(keys) != len(set(keys)):
        raise Refused(f"{section.activity.label}里有重复的行，请刷新页面再填。")
    if section.is_list:
        known: set[Hashable] = {saved.pk for saved in section.rows_of(locked)}
        strays = [row["on"] for row in rows if row["on"] not in set(locked.month.dates())]
        if strays:
            raise Refused(f"日期{strays[0]}不在{locked.month.label}，请改正后再保存。")
    else:
        # A row that is saved stays valid, even when its category is no longer asked for.
        known = {getattr(saved, section.key) for saved in section.rows_of(locked)}
        known |= expected_keys(section, locked).keys()
    if set(keys) - known:
        raise Refused(f"{section.activity.label}里有不属于这份月报的行，请刷新页面再填。")


def _difference(section: Section, locked: MonthlyReturn, rows: Sequence[Row]) -> _Difference:
    saved = {getattr(row, section.key): row for row in section.rows_of(locked)}
    found = _Difference()
    for row in rows:
        old = saved.pop(row.get(section.key), None)
        values = {name: row[name] for name in section.fields}
        if old is None:
            found.created.append(_new(section, locked, row, values))
        elif any(getattr(old, name) != value for name, value in values.items()):
            found.before[_row_name(section, old)] = _told(section, old)
            for name, value in values.items():
                setattr(old, name, value)
            found.changed.append(old)
    for old in saved.values():
        found.before[_row_name(section, old)] = _told(section, old)
        found.dropped.append(old)
    _mark_key_days(section, locked, found)
    return found


def _new(
    section: Section, locked: MonthlyReturn, row: Row, values: dict[str, Any]
) -> ActivityRecord:
    if not section.is_list:
        values[section.key] = row[section.key]
    return section.model(monthly_return=locked, month=locked.month, **values)


def _mark_key_days(section: Section, locked: MonthlyReturn, found: _Difference) -> None:
    """Whether a day is a market day or a holiday is written with the patrol that covered it."""
    if section is not PATROL:
        return
    markets = locked.unit.market_days or (locked.unit.parent and locked.unit.parent.market_days)
    days = set(key_dates(locked.month, markets or ""))
    for row in [*found.created, *found.changed]:
        row.is_key_day = row.on in days  # type: ignore[attr-defined]


def _write(section: Section, difference: _Difference) -> None:
    names = (*section.fields, "is_key_day") if section is PATROL else section.fields
    section.model.objects.filter(pk__in=[row.pk for row in difference.dropped]).delete()
    section.model.objects.bulk_create(difference.created)
    section.model.objects.bulk_update(difference.changed, names)


def _bump(section: Section, locked: MonthlyReturn, difference: _Difference, by: User) -> None:
    written = [*difference.changed, *difference.created]
    after = {_row_name(section, row): _told(section, row) for row in written}
    old_version = locked.version
    locked.version += 1
    locked.section_versions = {**locked.section_versions, section.activity: locked.version}
    locked.saved_at, locked.saved_by = timezone.now(), by
    locked.save(update_fields=["version", "section_versions", "saved_at", "saved_by"])
    audit.record(
        action=save_action(section.activity),
        obj=locked,
        by=by,
        unit=locked.unit,
        before={**difference.before, "version": old_version},
        after={**after, "version": locked.version},
    )


def _row_name(section: Section, row: ActivityRecord) -> str:
    """The row as the audit trail and a conflict list name it."""
    if section.is_list:
        return f"第{row.pk}号"
    if section is PATROL:
        return f"{row.on.month}月{row.on.day}日"  # type: ignore[attr-defined]
    return str(getattr(row, section.key.removesuffix("_id")))


def _told(section: Section, row: ActivityRecord) -> dict[str, Any]:
    """The row's values under their Chinese names, choices by their labels."""
    return {
        section.field_label(name): section.display(name, getattr(row, name))
        for name in section.fields
    }
