"""The ledger of the inspections (S2)."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from assessments.models import Inspection
from assessments.selectors.inspections import findings_of
from campaigns.selectors.ledgers import LEADING_COLUMNS, LedgerFilter, LedgerKind
from campaigns.selectors.sections import Column
from pingan.models import User
from pingan.months import Month


def _inspections(user: User, chosen: LedgerFilter) -> QuerySet[Inspection]:
    rows = Inspection.objects.visible_to(user).select_related("unit", "group")
    rows = rows.prefetch_related("entries")
    rows = rows.filter(month__gte=chosen.first, month__lte=chosen.last)
    if chosen.on_from:
        rows = rows.filter(on__gte=chosen.on_from)
    if chosen.on_to:
        rows = rows.filter(on__lte=chosen.on_to)
    if chosen.text:
        rows = rows.filter(
            Q(unit__name__icontains=chosen.text) | Q(unit__parent__name__icontains=chosen.text)
        )
    return rows.order_by("month", "unit__path", "on", "pk")


def _place(row: Any) -> tuple[int, Month]:
    return row.unit_id, row.month


def _findings(row: Any) -> str:
    """What was found line by line, then the general remark."""
    return "\n".join(f"{line}：{words}" if line else words for line, words in findings_of(row))


def _points(hundredths: int) -> str:
    return f"{hundredths // 100}.{hundredths % 100:02d}"


INSPECTION_LEDGER = LedgerKind(
    "inspections",
    str(Inspection._meta.verbose_name),
    (
        *LEADING_COLUMNS,
        Column("检查日期", lambda row: row.on),
        Column("检查方式", lambda row: row.get_kind_display()),
        Column("检查地点", lambda row: row.place),
        Column("督导检查组", lambda row: row.group.name if row.group else ""),
        Column("得分", lambda row: _points(row.points_given), is_number=True),
        Column("满分", lambda row: _points(row.points_possible), is_number=True),
        Column("发现问题", _findings, is_long=True),
    ),
    _inspections,
    _place,
    has_dates=True,
)
