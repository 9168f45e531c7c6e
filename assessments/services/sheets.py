"""The county's own sheets, and the month's focus."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from assessments.models import MonthFocus, SheetItem
from assessments.policies.inspections import check_organise
from assessments.selectors.sheets import SHEETS, common_items, fingerprint, own_items
from pingan import audit
from pingan.models import Unit, User
from pingan.months import Month
from pingan.refusals import Conflict, Refused

WHOLE = 10_000  # a sheet's points, in hundredths
MOST_LINES = 30


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """One line as it was typed; `code` is empty for a new one."""

    code: str
    name: str
    standard: str
    points: int
    is_active: bool


def check_items(items: Sequence[ItemFacts]) -> None:
    """The lines in use add up to 100 and have names of their own."""
    total = sum(item.points for item in items if item.is_active)
    if total != WHOLE:
        raise Refused(f"启用的各项满分合计应为100分，现在是{_print(total)}分。")
    if len(items) > MOST_LINES:
        raise Refused(f"一张检查表最多{MOST_LINES}项。")
    names = [item.name for item in items]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise Refused(f"检查内容重复：{'、'.join(twice)}。")


def _print(hundredths: int) -> str:
    return f"{hundredths / 100:g}"


@transaction.atomic
def save_sheet(
    *, county: Unit, level: int, kind: str, items: Sequence[ItemFacts], base: str, by: User
) -> None:
    """The county's own sheet in place of what it used; visits already scored keep theirs."""
    check_organise(county=county, by=by)
    if (level, kind) not in SHEETS:
        raise Refused("没有这样的检查表。")
    Unit.objects.select_for_update(of=("self",), no_key=True).get(pk=county.pk)
    check_items(items)
    own = list(own_items(county.pk, level, kind))
    shown = own or list(common_items(level, kind))
    if fingerprint(shown) != base:
        raise Conflict("您打开这一页之后，别人已经改过这张检查表。")
    codes = {item.code for item in shown}
    SheetItem.objects.filter(pk__in=[item.pk for item in own]).delete()
    SheetItem.objects.bulk_create(
        SheetItem(
            county=county,
            level=level,
            kind=kind,
            position=position,
            code=item.code if item.code in codes else f"own-{secrets.token_hex(6)}",
            name=item.name,
            standard=item.standard,
            points=item.points,
            is_active=item.is_active,
        )
        for position, item in enumerate(items, start=1)
    )
    audit.record(
        action="修改检查表",
        obj=county,
        by=by,
        unit=county,
        before={"items": _rows(shown)},
        after={"level": level, "kind": kind, "items": [[i.name, i.points] for i in items]},
    )


@transaction.atomic
def drop_sheet(*, county: Unit, level: int, kind: str, by: User) -> None:
    """Back to the common sheet; again changes nothing."""
    check_organise(county=county, by=by)
    Unit.objects.select_for_update(of=("self",), no_key=True).get(pk=county.pk)
    own = list(own_items(county.pk, level, kind))
    if not own:
        return
    SheetItem.objects.filter(pk__in=[item.pk for item in own]).delete()
    audit.record(
        action="恢复通用检查表",
        obj=county,
        by=by,
        unit=county,
        before={"level": level, "kind": kind, "items": _rows(own)},
    )


def _rows(items: Sequence[SheetItem]) -> list[list[object]]:
    return [[item.name, item.points] for item in items if item.is_active]


@transaction.atomic
def save_focus(
    *, county: Unit, month: Month, text: str, version: int, publish: bool, by: User
) -> MonthFocus:
    """What the inspections of a month look at; once published every unit reads it."""
    check_organise(county=county, by=by)
    text = text.strip()
    if not text:
        raise Refused("请写明检查重点。")
    Unit.objects.select_for_update(of=("self",), no_key=True).get(pk=county.pk)
    focus = MonthFocus.objects.filter(county=county, month=month).first()
    if version != (focus.version if focus else 0):
        raise Conflict("您打开这一页之后，别人已经改过检查重点。")
    focus = focus or MonthFocus(county=county, month=month, version=0)
    before = audit.snapshot(focus, "text") if focus.pk else None
    focus.text = text
    focus.version += 1
    is_new = publish and focus.published_at is None
    if is_new:
        focus.published_at, focus.published_by = timezone.now(), by
    focus.save()
    audit.record(
        action="公布检查重点" if is_new else "保存检查重点",
        obj=focus,
        by=by,
        unit=county,
        before=before,
        after={"text": text},
    )
    return focus
