"""Recording what an inspection found. The month must be open: its close counts the points."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction

from assessments.enums import VisitKind
from assessments.models import Inspection, InspectionEntry
from assessments.policies.inspections import check_record
from assessments.selectors.draws import drawn_for
from assessments.selectors.inspections import group_of
from pingan import audit
from pingan.models import Unit, User
from pingan.months import Month
from pingan.refusals import Conflict, Refused
from pingan.services.periods import share_period

FIELDS = ("on", "place", "points_given", "points_possible", "findings")


@dataclass(frozen=True, slots=True)
class Mark:
    """One line of the sheet; points in hundredths, None where it was not looked at."""

    code: str
    name: str
    points_possible: int
    points_given: int | None
    finding: str = ""


@dataclass(frozen=True, slots=True)
class Findings:
    """What is written down on the spot; points in hundredths. With marks, they make the total."""

    on: dt.date
    points_given: int
    points_possible: int
    findings: str
    place: str = ""
    marks: tuple[Mark, ...] = ()


def of_marks(
    *, on: dt.date, marks: tuple[Mark, ...], findings: str = "", place: str = ""
) -> Findings:
    """A filled sheet: the total is that of the lines that were looked at."""
    seen = [mark for mark in marks if mark.points_given is not None]
    if not seen:
        raise Refused("还没有给分：至少给一项打分；没有查看的项目留空，不计分。")
    return Findings(
        on=on,
        points_given=sum(mark.points_given or 0 for mark in seen),
        points_possible=sum(mark.points_possible for mark in seen),
        findings=findings,
        place=place,
        marks=marks,
    )


@transaction.atomic
def record_inspection(
    *, unit: Unit, month: Month, found: Findings, by: User, kind: VisitKind = VisitKind.OPEN
) -> Inspection:
    """A new inspection of the unit for the month."""
    check_record(unit=unit, kind=kind, by=by)
    share_period(county_id=unit.root_id, month=month)
    _check_sheet(found, month)
    inspection = Inspection(
        unit=unit,
        month=month,
        kind=kind,
        group=group_of(unit, found.on),
        draw_id=drawn_for(unit.root_id, month, kind, [unit.pk]).get(unit.pk),
        recorded_by=by,
    )
    _set(inspection, found)
    _save(inspection)
    _write_entries(inspection, found.marks)
    audit.record(
        action="录入督导检查" if kind == VisitKind.OPEN else "录入暗访",
        obj=inspection,
        by=by,
        unit=unit,
        after=_told(inspection, found),
    )
    return inspection


@transaction.atomic
def change_inspection(
    *, inspection: Inspection, found: Findings, version: int, by: User
) -> Inspection:
    """Correct an inspection; Conflict where somebody saved it since `version`."""
    check_record(unit=inspection.unit, kind=VisitKind(inspection.kind), by=by)
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
    if found.marks:
        before["marks"] = [
            [each.name, each.points_given, each.finding] for each in locked.entries.all()
        ]
    _set(locked, found)
    locked.version += 1
    locked.recorded_by = by
    _save(locked)
    _write_entries(locked, found.marks)
    audit.record(
        action="修改督导检查" if locked.kind == VisitKind.OPEN else "修改暗访",
        obj=locked,
        by=by,
        unit=locked.unit,
        before=before,
        after=_told(locked, found),
    )
    return locked


def is_recorded(*, unit: Unit, month: Month, kind: VisitKind, found: Findings, by: User) -> bool:
    """Whether this very sheet was saved already: it was sent twice."""
    saved = Inspection.objects.filter(
        unit=unit, month=month, kind=kind, on=found.on, recorded_by=by
    ).first()
    if saved is None:
        return False
    entries = {(each.code, each.points_given, each.finding) for each in saved.entries.all()}
    marks = {(mark.code, mark.points_given, mark.finding) for mark in found.marks}
    return entries == marks and all(getattr(saved, name) == getattr(found, name) for name in FIELDS)


def _set(inspection: Inspection, found: Findings) -> None:
    for name in FIELDS:
        setattr(inspection, name, getattr(found, name))


def _told(inspection: Inspection, found: Findings) -> dict[str, Any]:
    """The trail's row."""
    after = audit.snapshot(inspection, *FIELDS)
    if found.marks:
        after["marks"] = [[mark.name, mark.points_given, mark.finding] for mark in found.marks]
    return after


def _write_entries(inspection: Inspection, marks: tuple[Mark, ...]) -> None:
    """The sheet as it was filled in, in place of what was there."""
    if not marks:
        return
    inspection.entries.all().delete()
    InspectionEntry.objects.bulk_create(
        InspectionEntry(
            inspection=inspection,
            position=position,
            code=mark.code,
            name=mark.name,
            points_given=mark.points_given,
            points_possible=mark.points_possible,
            finding=mark.finding,
        )
        for position, mark in enumerate(marks, start=1)
    )


def _check_sheet(found: Findings, month: Month) -> None:
    marks = [mark for mark in found.marks if mark.points_given is not None]
    if found.points_given > found.points_possible or any(
        (mark.points_given or 0) > mark.points_possible for mark in marks
    ):
        raise Refused("得分不能高于满分。")
    if not month.first_day <= found.on <= month.next.last_day:
        raise Refused(f"{month.label}的检查日期应在当月或次月之内。")


def _save(inspection: Inspection) -> None:
    try:
        with transaction.atomic():
            inspection.save()
    except IntegrityError as error:
        what = "检查" if inspection.kind == VisitKind.OPEN else "暗访"
        raise Refused(
            f"{inspection.unit.name}在{inspection.on:%Y-%m-%d}已经有一次{what}记录，请改那一次。"
        ) from error
