"""Recording the 治安测评: sums of anonymous slips, a place a row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction

from campaigns import policies
from campaigns.models import Survey
from pingan import audit
from pingan.models import Unit, User
from pingan.months import Month
from pingan.refusals import Conflict, Refused
from pingan.services.periods import share_period

COUNTS = ("order_good", "feels_safe", "satisfied")
FIELDS = ("on", "place", "slips", *COUNTS)
_COUNTED = ("slips", *COUNTS)
Values = tuple[dt.date, str, int, int, int, int]


@dataclass(frozen=True, slots=True)
class SurveyEntry:
    """One typed row: `was` is what the form showed (None for a new one), `now` what was typed.

    `now` None deletes the row.
    """

    unit: Unit
    pk: int | None
    was: Values | None
    now: Values | None


@transaction.atomic
def save_surveys(*, month: Month, entries: Sequence[SurveyEntry], by: User) -> int:
    """Write the rows that were changed, all or none; say how many. Others' rows stay."""
    changed = [entry for entry in entries if entry.was != entry.now]
    if not changed:
        return 0
    for county_id in sorted({entry.unit.root_id for entry in changed}):
        share_period(county_id=county_id, month=month)
    ids = [entry.pk for entry in changed if entry.pk]
    saved = {
        row.pk: row
        for row in Survey.objects.select_for_update(of=("self",)).filter(pk__in=ids, month=month)
    }
    # What is deleted goes first: its place is free for a new row of the same save.
    for entry in sorted(changed, key=lambda entry: entry.now is not None):
        policies.check_survey(unit=entry.unit, by=by)
        _save(month, entry, saved, by)
    return len(changed)


def _save(month: Month, entry: SurveyEntry, saved: dict[int, Survey], by: User) -> None:
    row = saved.get(entry.pk) if entry.pk else Survey(unit=entry.unit, month=month)
    if row is None or row.unit_id != entry.unit.pk:
        raise Conflict(f"{entry.unit.name}的这一行测评已被别人删除，请核对后再保存。")
    if entry.pk and values_of(row) != entry.was:
        raise Conflict(f"{entry.unit.name}的测评已被别人改过，请核对后再保存。")
    before = _snapshot(row) if row.pk else {}
    if entry.now is None:
        _record("删除治安测评", row, by, before, {})
        row.delete()
        return
    _check(month, entry)
    for name, value in zip(FIELDS, entry.now, strict=True):
        setattr(row, name, value)
    row.recorded_by = by
    row.save()
    _record("录入治安测评", row, by, before, _snapshot(row))


def _check(month: Month, entry: SurveyEntry) -> None:
    assert entry.now is not None
    on, place, slips, *counts = entry.now
    if max(counts) > slips or slips < 1:
        raise Refused(f"{entry.unit.name}：三项人数都不能多于有效票数，有效票数至少是1。")
    check_day(unit=entry.unit, month=month, on=on)
    twins = Survey.objects.filter(unit=entry.unit, month=month, place=place)
    if twins.exclude(pk=entry.pk or 0).exists():
        raise Refused(f"{entry.unit.name}本月在“{place}”已有一次测评，请改那一行。")


def check_day(*, unit: Unit, month: Month, on: dt.date) -> None:
    """A month is surveyed in the month itself or in the one after it."""
    if not month.first_day <= on <= month.next.last_day:
        raise Refused(f"{unit.name}：测评日期应在{month.label}或次月内。")


@dataclass(frozen=True, slots=True)
class Tally:
    """Sums of slips: all that is ever kept of them."""

    slips: int
    order_good: int
    feels_safe: int
    satisfied: int


def grow_survey(
    *, unit: Unit, month: Month, place: str, on: dt.date, more: Tally, by: User | None = None
) -> Survey:
    """Add slips to the counts of one place, in the caller's transaction.

    `on` and `by` are those of a new row. Whoever comes at the same moment waits for the row, so
    that no slip is lost.
    """
    rows = Survey.objects.select_for_update(of=("self",)).select_related("unit")
    rows = rows.filter(unit=unit, month=month, place=place)
    row = rows.first()
    if row is None:
        try:
            with transaction.atomic():
                new = Survey(unit=unit, month=month, place=place, on=on, recorded_by=by)
                for name in _COUNTED:
                    setattr(new, name, getattr(more, name))
                new.save()
                return new
        except IntegrityError:
            row = rows.get()
    for name in _COUNTED:
        setattr(row, name, getattr(row, name) + getattr(more, name))
    row.save(update_fields=_COUNTED)
    return row


def values_of(row: Survey) -> Values:
    """The row as the form shows it."""
    return (row.on, row.place, row.slips, row.order_good, row.feels_safe, row.satisfied)


def _snapshot(row: Survey) -> dict[str, Any]:
    return audit.snapshot(row, "month", *FIELDS)


def _record(
    action: str, row: Survey, by: User, before: dict[str, Any], after: dict[str, Any]
) -> None:
    audit.record(action=action, obj=row, by=by, unit=row.unit, before=before, after=after)
