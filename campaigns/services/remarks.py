"""Remarks by field: written with a return that is sent back, resolved when its row is saved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils import timezone

from campaigns.enums import Activity
from campaigns.models import ActivityRecord, FieldRemark, MonthlyReturn
from campaigns.selectors.sections import SECTIONS, Section, row_key
from pingan.models import User
from pingan.refusals import Refused

LONGEST_REMARK = 200
MOST_REMARKS = 200


@dataclass(frozen=True, slots=True)
class Remark:
    """What to put right and where; no row: the activity, no field: the row."""

    activity: Activity
    text: str
    row: str = ""
    field: str = ""


def write_remarks(*, locked: MonthlyReturn, remarks: Sequence[Remark], by: User) -> None:
    """Keep the remarks with the return. The caller holds it."""
    if len(remarks) > MOST_REMARKS:
        raise Refused(f"一次最多写{MOST_REMARKS}处意见。")
    for remark in remarks:
        section = SECTIONS.get(remark.activity)
        if section is None or (remark.field and remark.field not in section.fields):
            raise Refused("有一处意见找不到对应的字段，请刷新页面再写。")
        if len(remark.text) > LONGEST_REMARK:
            raise Refused(f"每处意见请写在{LONGEST_REMARK}字以内。")
    FieldRemark.objects.bulk_create(
        [
            FieldRemark(
                monthly_return=locked,
                activity=remark.activity,
                row=remark.row[:40],
                field=remark.field,
                text=remark.text,
                by=by,
            )
            for remark in remarks
        ]
    )


def resolve_remarks(*, section: Section, written: Mapping[int, Iterable[ActivityRecord]]) -> None:
    """Remarks about rows that were just saved, by return, have been seen to."""
    waiting = FieldRemark.objects.filter(
        monthly_return__in=written, activity=section.activity, resolved_at=None
    )
    seen_to = []
    for remark in waiting:
        rows = written[remark.monthly_return_id]
        if not remark.row or remark.row in {row_key(section, row) for row in rows}:
            seen_to.append(remark.pk)
    if seen_to:
        FieldRemark.objects.filter(pk__in=seen_to).update(resolved_at=timezone.now())


def settle_remarks(*, locked: MonthlyReturn) -> None:
    """An accepted return has no open remark."""
    FieldRemark.objects.filter(monthly_return=locked, resolved_at=None).update(
        resolved_at=timezone.now()
    )
