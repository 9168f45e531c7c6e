"""调解员培训: counts of one training."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from disputes import policies
from disputes.models import Training
from pingan import audit
from pingan.models import Unit, User
from pingan.refusals import Conflict, Refused

FIELDS = ("on", "topic", "hours", "attendance")


@dataclass(frozen=True, slots=True)
class TrainingEntry:
    on: dt.date
    topic: str
    hours: int
    attendance: int


def shown(training: Training) -> str:
    """What a form had before it: another text means that somebody changed it meanwhile."""
    return "｜".join(str(getattr(training, name)) for name in FIELDS)


@transaction.atomic
def record_training(*, unit: Unit, entry: TrainingEntry, by: User) -> Training:
    policies.check_keep_training(unit=unit, by=by)
    _check(entry)
    Unit.objects.select_for_update(of=("self",)).get(pk=unit.pk)
    if Training.objects.filter(unit=unit, on=entry.on, topic=entry.topic).exists():
        raise Refused("这次培训已经登记过（同一单位、同一天、同一内容）。")
    row = Training(unit=unit, recorded_by=by)
    _fill(row, entry)
    row.save()
    audit.record(
        action="登记调解员培训", obj=row, by=by, unit=unit, after=audit.snapshot(row, *FIELDS)
    )
    return row


@transaction.atomic
def change_training(*, training: Training, entry: TrainingEntry, base: str, by: User) -> Training:
    row = _locked(training, base)
    policies.check_keep_training(unit=row.unit, by=by)
    _check(entry)
    before = audit.snapshot(row, *FIELDS)
    _fill(row, entry)
    row.save()
    audit.record(
        action="更正调解员培训",
        obj=row,
        by=by,
        unit=row.unit,
        before=before,
        after=audit.snapshot(row, *FIELDS),
    )
    return row


def _check(entry: TrainingEntry) -> None:
    if entry.on > timezone.localdate():
        raise Refused("培训日期不能晚于今天。")
    if entry.hours < 1 or entry.attendance < 1:
        raise Refused("学时和参训人数至少是1。")


def _fill(row: Training, entry: TrainingEntry) -> None:
    row.on, row.topic = entry.on, entry.topic
    row.hours, row.attendance = entry.hours, entry.attendance


def _locked(training: Training, base: str) -> Training:
    rows = Training.objects.select_for_update(of=("self",)).select_related("unit")
    row = rows.get(pk=training.pk)
    if shown(row) != base:
        raise Conflict("您打开这一页之后，别人已经改过这次培训。")
    return row
