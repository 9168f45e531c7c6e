"""Recording what an inspection found. The month must be open: its close counts the points."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any

from django.db import IntegrityError, transaction

from assessments import policies
from assessments.models import Inspection
from assessments.selectors.inspections import group_of
from pingan import audit
from pingan.models import Unit, User
from pingan.months import Month
from pingan.refusals import Conflict, Refused
from pingan.services.periods import share_period

FIELDS = ("on", "points_given", "points_possible", "findings")


@dataclass(frozen=True, slots=True)
class Findings:
    """What is written down on the spot; points in hundredths."""

    on: dt.date
    points_given: int
    points_possible: int
    findings: str


@transaction.atomic
def record_inspection(*, unit: Unit, month: Month, found: Findings, by: User) -> Inspection:
    """A new inspection of the unit for the month."""
    policies.check_inspect(unit=unit, by=by)
    share_period(county_id=unit.root_id, month=month)
    _check_sheet(found, month)
    inspection = Inspection(
        unit=unit,
        month=month,
        group=group_of(unit, found.on),
        recorded_by=by,
        **asdict(found),
    )
    _save(inspection)
    audit.record(
        action="录入督导检查",
        obj=inspection,
        by=by,
        unit=unit,
        after=audit.snapshot(inspection, *FIELDS),
    )
    return inspection


@transaction.atomic
def change_inspection(
    *, inspection: Inspection, found: Findings, version: int, by: User
) -> Inspection:
    """Correct an inspection; Conflict where somebody saved it since `version`."""
    policies.check_inspect(unit=inspection.unit, by=by)
    share_period(county_id=inspection.unit.root_id, month=inspection.month)
    _check_sheet(found, inspection.month)
    locked = (
        Inspection.objects.select_for_update(of=("self",))
        .select_related("unit")
        .get(pk=inspection.pk)
    )
    if locked.version != version:
        raise Conflict("您打开这一页之后，别人已经改过这次检查。")
    before = audit.snapshot(locked, *FIELDS)
    _set(locked, asdict(found))
    locked.version += 1
    locked.recorded_by = by
    _save(locked)
    audit.record(
        action="修改督导检查",
        obj=locked,
        by=by,
        unit=locked.unit,
        before=before,
        after=audit.snapshot(locked, *FIELDS),
    )
    return locked


def _set(inspection: Inspection, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(inspection, name, value)


def _check_sheet(found: Findings, month: Month) -> None:
    if found.points_given > found.points_possible:
        raise Refused("得分不能高于满分。")
    if not month.first_day <= found.on <= month.next.last_day:
        raise Refused(f"{month.label}的检查日期应在当月或次月之内。")


def _save(inspection: Inspection) -> None:
    try:
        with transaction.atomic():
            inspection.save()
    except IntegrityError as error:
        raise Refused(
            f"{inspection.unit.name}在{inspection.on:%Y-%m-%d}已经有一次检查记录，请改那一次。"
        ) from error
