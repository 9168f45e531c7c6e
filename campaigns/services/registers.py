"""Keeping the registers: a change ends the old entry on a day and begins a new one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from campaigns import policies
from campaigns.models import Facility
from campaigns.models.registers import RegisterEntry
from campaigns.selectors.registers import FACILITIES, Register
from pingan import audit
from pingan.models import Unit, User
from pingan.refusals import Conflict, Refused


@dataclass(frozen=True, slots=True)
class RegisterEdit:
    """One typed row: `pk` and `version` of what the form showed, None for a new one.

    `values` None ends the entry.
    """

    pk: int | None
    version: int | None
    values: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class _Change:
    """What all rows of one save have in common."""

    register: Register
    unit: Unit
    on: dt.date
    is_correction: bool
    by: User


@transaction.atomic
def save_register(
    *,
    register: Register,
    unit: Unit,
    on: dt.date,
    edits: Sequence[RegisterEdit],
    by: User,
    is_correction: bool = False,
) -> int:
    """Write the rows that were changed, all or none; say how many.

    From `on` the new values stand and before it the old ones, unless it is a correction: then
    the entry itself was wrong, and past months are put right with it.
    """
    policies.check_keep_register(unit=unit, by=by)
    if on > timezone.localdate():
        raise Refused("变动日期不能晚于今天。")
    if on < unit.valid_from:
        raise Refused(f"{unit.name}自{unit.valid_from}设立，变动日期不能早于这一天。")
    Unit.objects.select_for_update(no_key=True, of=("self",)).get(pk=unit.pk)
    standing = {
        row.pk: row for row in register.model._default_manager.filter(unit=unit, valid_to=None)
    }
    change = _Change(register, unit, on, is_correction, by)
    # What ends goes first: its kind is free for a new row of the same save.
    in_order = sorted(edits, key=lambda edit: edit.values is not None)
    return sum(_apply(change, edit, standing) for edit in in_order)


def _apply(change: _Change, edit: RegisterEdit, standing: Mapping[int, RegisterEntry]) -> bool:
    if edit.pk is None:
        if edit.values is None:
            return False
        _begin(change, edit.values)
        return True
    row = standing.get(edit.pk)
    if row is None or row.version != edit.version:
        raise Conflict(f"{change.unit.name}的{change.register.label}刚被别人改过，请核对后再保存。")
    before = audit.snapshot(row, *change.register.fields)
    if edit.values is not None and before == audit.plain(edit.values):
        return False
    if edit.values is None:
        _end(change, row, before)
    elif change.is_correction or row.valid_from == change.on:
        _correct(change, row, before, edit.values)
    else:
        _end(change, row, before)
        _begin(change, edit.values)
    return True


def _end(change: _Change, row: RegisterEntry, before: dict[str, Any]) -> None:
    if change.is_correction or row.valid_from == change.on:
        audit.record(
            action="删除登记", obj=row, by=change.by, unit=change.unit, before=before, after={}
        )
        row.delete()
        return
    if row.valid_from > change.on:
        raise Refused(f"“{row}”自{row.valid_from}起登记，变动日期不能早于这一天。")
    row.valid_to = change.on
    row.version += 1
    row.save(update_fields=["valid_to", "version"])
    audit.record(
        action="停用登记",
        obj=row,
        by=change.by,
        unit=change.unit,
        before={"valid_to": None},
        after={"valid_to": change.on},
    )


def _correct(
    change: _Change, row: RegisterEntry, before: dict[str, Any], values: Mapping[str, Any]
) -> None:
    for name in change.register.fields:
        setattr(row, name, values[name])
    row.version += 1
    row.save()
    after = audit.snapshot(row, *change.register.fields)
    audit.record(
        action="更正登记", obj=row, by=change.by, unit=change.unit, before=before, after=after
    )


def _begin(change: _Change, values: Mapping[str, Any]) -> None:
    model = change.register.model
    if change.register is FACILITIES:
        # One entry of a kind at a time: of a past day, too.
        overlapping = Facility.objects.filter(unit=change.unit, kind=values["kind"])
        if overlapping.exclude(valid_to__lte=change.on).exists():
            raise Conflict(
                f"{change.unit.name}在{change.on}已有这种设施的登记，请刷新后在那一行修改。"
            )
    row = model(unit=change.unit, valid_from=change.on)
    for name in change.register.fields:
        setattr(row, name, values[name])
    row.save()
    after = audit.snapshot(row, "valid_from", *change.register.fields)
    audit.record(action="新增登记", obj=row, by=change.by, unit=change.unit, before={}, after=after)
