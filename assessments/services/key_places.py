"""重点整治: listed with a plan and a lead unit, reported on each month, delisted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from assessments.enums import LadderKind, NoticeState
from assessments.models import KeyPlace, KeyPlaceProgress, RectificationNotice
from assessments.policies import key_places as policies
from assessments.services.finishing import finish
from pingan import audit
from pingan.models import Unit, User
from pingan.months import Month
from pingan.refusals import Conflict, Refused
from pingan.services.files import store_file

CHANGED = ("problem", "basis", "lead_unit", "responsible_post", "plan", "due_on")
_AUDITED = ("name", *CHANGED, "listed_on", "delisted_on", "outcome", "version")
_SIGNED = (NoticeState.SIGNED, NoticeState.REPLIED, NoticeState.AGAIN, NoticeState.CLOSED)


@transaction.atomic
def list_place(
    *,
    unit: Unit,
    name: str,
    values: Mapping[str, Any],
    by: User,
    notice: RectificationNotice | None = None,
    upload: UploadedFile | None = None,
    on: dt.date | None = None,
) -> KeyPlace:
    """Put a place under regulation: by a signed 挂牌督办, or by hand with its basis."""
    held = Unit.objects.select_for_update(of=("self",), no_key=True)
    unit = held.select_related("county").get(pk=unit.pk)
    policies.check_list_place(county=unit.county or unit, by=by)
    if notice is not None:
        _check_notice(notice, unit)
    today = on or timezone.localdate()
    _check_due(values["due_on"], today)
    if KeyPlace.objects.listed().filter(unit=unit, name=name).exists():
        raise Refused(f"{unit.name}的“{name}”已经列入，还没有摘牌。")
    place = KeyPlace.objects.create(
        unit=unit,
        name=name,
        notice=notice,
        plan_file=store_file(upload=upload, unit=unit, by=by) if upload else None,
        listed_on=today,
        listed_by=by,
        **{name: values[name] for name in CHANGED},
    )
    audit.record(
        action="列为重点整治地区",
        obj=place,
        by=by,
        unit=unit,
        after=audit.snapshot(place, *_AUDITED),
    )
    return place


def _check_notice(notice: RectificationNotice, unit: Unit) -> None:
    is_signed = notice.kind == LadderKind.LISTED and notice.state in _SIGNED
    if not is_signed or not unit.path.startswith(notice.unit.path):
        raise Refused("依据的通知书应是对这个单位已签发的挂牌督办。")


def _check_due(due_on: dt.date, today: dt.date) -> None:
    if due_on <= today:
        raise Refused("整治期限应在今天以后。")


@transaction.atomic
def change_place(
    *,
    place: KeyPlace,
    version: int,
    values: Mapping[str, Any],
    by: User,
    upload: UploadedFile | None = None,
) -> KeyPlace:
    """Another plan, lead unit or deadline; the place itself stays."""
    locked = _locked(place, version)
    policies.check_change_place(place=locked, by=by)
    if values["due_on"] != locked.due_on:
        _check_due(values["due_on"], timezone.localdate())
    before = audit.snapshot(locked, *_AUDITED)
    for name in CHANGED:
        setattr(locked, name, values[name])
    if upload is not None:
        locked.plan_file = store_file(upload=upload, unit=locked.unit, by=by)
    return finish(row=locked, before=before, fields=_AUDITED, action="修改整治方案", note="", by=by)


@transaction.atomic
def report_progress(
    *, place: KeyPlace, version: int, month: Month, text: str, by: User
) -> KeyPlaceProgress:
    """What was done in one month; written again, it replaces what was there."""
    locked = _locked(place, version)
    policies.check_report_progress(place=locked, by=by)
    text = text.strip()
    if not text:
        raise Refused("请写明本月做了什么、效果怎样。")
    if not Month.of(locked.listed_on) <= month <= Month.of(timezone.localdate()):
        raise Refused(f"{month.label}不在整治期间，请选择列入以后、本月以前的月份。")
    before = audit.snapshot(locked, *_AUDITED)
    progress, _is_new = KeyPlaceProgress.objects.update_or_create(
        place=locked, month=month, defaults={"text": text, "recorded_by": by}
    )
    finish(
        row=locked,
        before=before,
        fields=_AUDITED,
        action=f"填报{month.label}整治进展",
        note=text[:200],
        by=by,
    )
    return progress


@transaction.atomic
def delist_place(
    *, place: KeyPlace, version: int, delisted_on: dt.date, outcome: str, by: User
) -> KeyPlace:
    """Off the list, with what came of it."""
    locked = _locked(place, version)
    policies.check_change_place(place=locked, by=by)
    outcome = outcome.strip()
    if not outcome:
        raise Refused("请写明整治结果。")
    if not locked.listed_on <= delisted_on <= timezone.localdate():
        raise Refused("摘牌日期应在列入日期和今天之间。")
    before = audit.snapshot(locked, *_AUDITED)
    locked.delisted_on, locked.outcome, locked.delisted_by = delisted_on, outcome, by
    return finish(
        row=locked, before=before, fields=_AUDITED, action="重点整治地区摘牌", note=outcome, by=by
    )


def _locked(place: KeyPlace, version: int) -> KeyPlace:
    held = KeyPlace.objects.select_for_update(of=("self",))
    locked = held.select_related("unit__county", "lead_unit__parent").get(pk=place.pk)
    if locked.version != version:
        raise Conflict(f"“{locked.name}”刚刚有变动，请看过最新内容再操作。")
    return locked
