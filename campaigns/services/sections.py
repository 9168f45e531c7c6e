"""Saving one activity of a return as a whole table: only what differs is written."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from campaigns import policies
from campaigns.enums import Activity, SweepAnswer
from campaigns.models import ActivityRecord, MonthlyReturn
from campaigns.selectors.history import save_action
from campaigns.selectors.sections import (
    PATROL,
    SECTIONS,
    SWEEP,
    Section,
    expected_keys_of_many,
    saved_rows_of_many,
)
from campaigns.services.drafts import discard_draft
from campaigns.services.locking import locked_return, locked_returns
from campaigns.services.remarks import resolve_remarks
from pingan import audit
from pingan.calendars import key_dates
from pingan.models import User
from pingan.refusals import Conflict, Refused

Row = Mapping[str, Any]
BATCH = 500  # rows of one statement: SQLite takes no endless list of values
MOST_NAMED = 3
_SIGNATURE = ("zero_signed_at", "zero_signed_by")


@dataclass
class _Difference:
    """What a save writes, and how the audit trail tells it."""

    created: list[ActivityRecord] = field(default_factory=list)
    changed: list[ActivityRecord] = field(default_factory=list)
    dropped: list[ActivityRecord] = field(default_factory=list)
    before: dict[str, Any] = field(default_factory=dict)
    labels: Mapping[Hashable, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.rows)

    @property
    def rows(self) -> list[ActivityRecord]:
        return [*self.created, *self.changed, *self.dropped]


@dataclass(frozen=True, slots=True)
class SectionSave:
    """One activity of one return, whole: `rows` is what it shall hold.

    `version` is the return's version that the rows were made from.
    """

    monthly_return: MonthlyReturn
    activity: Activity
    rows: Sequence[Row]
    version: int


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
    locked = locked_return(monthly_return=monthly_return)
    save = SectionSave(monthly_return, activity, rows, version)
    has_changed = bool(_save({locked.pk: locked}, [save], by))
    discard_draft(monthly_return=locked, activity=activity, by=by)
    if not has_changed:
        return False
    monthly_return.refresh_from_db()
    return True


@transaction.atomic
def save_sections(*, saves: Sequence[SectionSave], by: User) -> list[SectionSave]:
    """Many activities of many returns of one county and month, all or none; those that changed.

    A fixed number of statements for each activity, however many returns there are.
    """
    if not saves:
        return []
    first = saves[0].monthly_return
    pks = {save.monthly_return.pk for save in saves}
    held = locked_returns(county_id=first.unit.root_id, month=first.month, pks=pks)
    locked = {each.pk: each for each in held}
    if locked.keys() != pks:
        raise Refused("有的月报已不在这个县、这个月里，没有保存。请重新打开页面。")
    return _save(locked, saves, by)


def _save(
    locked: dict[int, MonthlyReturn], saves: Sequence[SectionSave], by: User
) -> list[SectionSave]:
    for save in saves:
        each = locked[save.monthly_return.pk]
        policies.check_edit_activity(save.activity, monthly_return=each, by=by)
    _check_versions(locked, saves)
    changed: list[tuple[SectionSave, _Difference]] = []
    for activity in dict.fromkeys(save.activity for save in saves):
        section = SECTIONS[activity]
        own = [save for save in saves if save.activity == activity]
        returns = [locked[save.monthly_return.pk] for save in own]
        saved = saved_rows_of_many(section, returns)
        expected = expected_keys_of_many(section, returns)
        found = []
        for save, each in zip(own, returns, strict=True):
            _check_rows(section, each, save.rows, saved[each.pk], expected[each.pk])
            labels = expected[each.pk]
            difference = _difference(section, each, save.rows, saved[each.pk], labels)
            if section is PATROL:
                _check_days(each, difference)
            if difference:
                found.append((save, difference))
        _write(section, [difference for _save, difference in found])
        written = {save.monthly_return.pk: difference.rows for save, difference in found}
        resolve_remarks(section=section, written=written)
        changed += found
    _bump(locked, changed, by)
    return [save for save, _difference in changed]


def _check_versions(locked: dict[int, MonthlyReturn], saves: Sequence[SectionSave]) -> None:
    late = []
    for save in saves:
        each = locked[save.monthly_return.pk]
        if each.section_versions.get(save.activity, 0) > save.version:
            late.append((each.unit.name, save.activity.label))
    if not late:
        return
    if len(locked) == 1:
        raise Conflict(f"您打开页面以后，{late[0][1]}已被别人改过。")
    names = "、".join(f"{unit}的{label}" for unit, label in late[:MOST_NAMED])
    more = f"等{len(late)}处" if len(late) > MOST_NAMED else ""
    raise Conflict(f"{names}{more}刚刚被别人改过，什么都没有保存。请看过最新内容再操作。")


def _check_rows(
    section: Section,
    locked: MonthlyReturn,
    rows: Sequence[Row],
    saved: Sequence[ActivityRecord],
    expected: Mapping[Hashable, str],
) -> None:
    """Rows that no form of ours can send: refused before the database has to."""
    keys = [row.get(section.key) for row in rows if row.get(section.key) is not None]
    if len(keys) != len(set(keys)):
        raise Refused(f"{section.activity.label}里有重复的行，请刷新页面再填。")
    if section.is_list:
        days = (locked.month.first_day, locked.month.last_day)
        strays = [row["on"] for row in rows if not days[0] <= row["on"] <= days[1]]
        if strays:
            raise Refused(f"日期{strays[0]}不在{locked.month.label}，请改正后再保存。")
    # A row that is saved stays valid, even when its category is no longer asked for.
    known = {getattr(row, section.key) for row in saved} | expected.keys()
    if set(keys) - known:
        raise Refused(f"{section.activity.label}里有不属于这份月报的行，请刷新页面再填。")


def _check_days(locked: MonthlyReturn, difference: _Difference) -> None:
    """Days that are still to come, or that were handed in already, are not written."""
    shut = policies.shut_patrol_days(locked, timezone.localdate())
    written = [*difference.created, *difference.changed, *difference.dropped]
    days = sorted(row.on for row in written if row.on in shut)  # type: ignore[attr-defined]
    if days:
        raise Refused(shut[days[0]])


def _difference(
    section: Section,
    locked: MonthlyReturn,
    rows: Sequence[Row],
    saved: Sequence[ActivityRecord],
    labels: Mapping[Hashable, str],
) -> _Difference:
    rest = {getattr(row, section.key): row for row in saved}
    found = _Difference(labels=labels)
    for row in rows:
        old = rest.pop(row.get(section.key), None)
        values = {name: row[name] for name in section.fields}
        if old is None:
            found.created.append(_new(section, locked, row, values))
        elif any(getattr(old, name) != value for name, value in values.items()):
            found.before[_row_name(section, old, labels)] = _told(section, old)
            for name, value in values.items():
                setattr(old, name, value)
            found.changed.append(old)
    for old in rest.values():
        found.before[_row_name(section, old, labels)] = _told(section, old)
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


def _write(section: Section, differences: Sequence[_Difference]) -> None:
    names = (*section.fields, "is_key_day") if section is PATROL else section.fields
    dropped = [row.pk for each in differences for row in each.dropped]
    created = [row for each in differences for row in each.created]
    changed = [row for each in differences for row in each.changed]
    for at in range(0, len(dropped), BATCH):
        section.model.objects.filter(pk__in=dropped[at : at + BATCH]).delete()
    section.model.objects.bulk_create(created, batch_size=BATCH)
    section.model.objects.bulk_update(changed, names, batch_size=BATCH)


def _bump(
    locked: dict[int, MonthlyReturn], changed: Sequence[tuple[SectionSave, _Difference]], by: User
) -> None:
    """A new version for every return that changed, and the audit trail of each activity."""
    events = []
    now = timezone.now()
    for save, difference in changed:
        section, each = SECTIONS[save.activity], locked[save.monthly_return.pk]
        written = [*difference.changed, *difference.created]
        labels = difference.labels
        after = {_row_name(section, row, labels): _told(section, row) for row in written}
        old_version = each.version
        each.version += 1
        each.section_versions = {**each.section_versions, section.activity: each.version}
        each.saved_at, each.saved_by = now, by
        if section is SWEEP and _touches_zero(difference):
            each.zero_signed_at = each.zero_signed_by = None
        events.append(
            audit.event(
                action=save_action(section.activity),
                obj=each,
                by=by,
                unit=each.unit,
                before={**difference.before, "version": old_version},
                after={**after, "version": each.version},
                note="上报后续填" if policies.handed_in_on(each) else "",
            )
        )
    bumped = {save.monthly_return.pk for save, _difference in changed}
    names = ("version", "section_versions", "saved_at", "saved_by", *_SIGNATURE)
    MonthlyReturn.objects.bulk_update([locked[pk] for pk in bumped], names, batch_size=BATCH)
    if events:
        audit.record_all(events)


def _touches_zero(difference: _Difference) -> bool:
    """Whether a 零报告 was made or taken away: what was signed for was another one."""
    written = [*difference.created, *difference.changed]
    label = SWEEP.field_label("answer")
    return any(row.answer == SweepAnswer.ZERO for row in written) or any(  # type: ignore[attr-defined]
        told[label] == SweepAnswer.ZERO.label for told in difference.before.values()
    )


def _row_name(section: Section, row: ActivityRecord, labels: Mapping[Hashable, str]) -> str:
    """The row as the audit trail and a conflict list name it; no query for a new row."""
    if section.is_list:
        return f"第{row.pk}号"
    label = labels.get(getattr(row, section.key))
    if label is not None:
        return label
    if section is PATROL:
        return f"{row.on.month}月{row.on.day}日"  # type: ignore[attr-defined]
    return str(getattr(row, section.key.removesuffix("_id")))


def _told(section: Section, row: ActivityRecord) -> dict[str, Any]:
    """The row's values under their Chinese names, choices by their labels."""
    return {
        section.field_label(name): section.display(name, getattr(row, name))
        for name in section.fields
    }
