"""Keeping the tenures: begin, end, transfer in one step, correct, remove."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from assessments.models import PostTenure
from assessments.policies import tenures as policies
from assessments.selectors.tenures import overlapping
from assessments.tenures import Term
from pingan import audit
from pingan.models import Unit, User
from pingan.refusals import Conflict, Refused

FIELDS = ("post", "holder", "starts_on", "ends_on")


@dataclass(frozen=True, slots=True)
class TenureEntry:
    """What is typed about one tenure; `ends_on` is the first day no longer in office."""

    post: str
    holder: str
    starts_on: dt.date
    ends_on: dt.date | None = None


@transaction.atomic
def begin_tenure(*, unit: Unit, entry: TenureEntry, by: User | None) -> PostTenure:
    policies.check_keep(county=unit.county or unit, by=by)
    _lock([unit.pk])
    _check(unit, entry)
    tenure = PostTenure.objects.create(
        unit=unit,
        post=entry.post,
        holder=entry.holder,
        starts_on=entry.starts_on,
        ends_on=entry.ends_on,
        recorded_by=by,
    )
    _record("登记任期", tenure, by, {})
    return tenure


@transaction.atomic
def end_tenure(*, tenure: PostTenure, ends_on: dt.date, version: int, by: User) -> PostTenure:
    """Out of office from that day on, with no post to go to."""
    locked = _locked(tenure, version, by)
    _check_open(locked, ends_on)
    before = audit.snapshot(locked, *FIELDS)
    locked.ends_on = ends_on
    _save(locked)
    _record("登记离任", locked, by, before)
    return locked


@transaction.atomic
def transfer_tenure(
    *, tenure: PostTenure, unit: Unit, post: str, on: dt.date, version: int, by: User
) -> PostTenure:
    """From that day the holder has the other post; the year's results split by themselves."""
    policies.check_keep(county=unit.county or unit, by=by)
    if (unit.pk, post) == (tenure.unit_id, tenure.post):
        raise Refused("新单位和职务与现在的相同，不需要调任。")
    _lock({tenure.unit_id, unit.pk})
    locked = _locked(tenure, version, by)
    _check_open(locked, on)
    entry = TenureEntry(post, locked.holder, on)
    _check(unit, entry)
    before = audit.snapshot(locked, *FIELDS)
    locked.ends_on = on
    _save(locked)
    _record("登记调离", locked, by, before)
    begun = PostTenure.objects.create(
        unit=unit, post=post, holder=locked.holder, starts_on=on, recorded_by=by
    )
    _record("登记调任", begun, by, {})
    return begun


@transaction.atomic
def correct_tenure(*, tenure: PostTenure, entry: TenureEntry, version: int, by: User) -> PostTenure:
    """What was entered was wrong."""
    _lock([tenure.unit_id])
    locked = _locked(tenure, version, by)
    _check(locked.unit, entry, but=locked.pk)
    before = audit.snapshot(locked, *FIELDS)
    for name in FIELDS:
        setattr(locked, name, getattr(entry, name))
    _save(locked)
    _record("更正任期", locked, by, before)
    return locked


@transaction.atomic
def remove_tenure(*, tenure: PostTenure, version: int, by: User) -> None:
    """It never was; the audit trail keeps what stood there."""
    locked = _locked(tenure, version, by)
    before = audit.snapshot(locked, *FIELDS)
    audit.record(action="删除任期", obj=locked, by=by, unit=locked.unit, before=before, after={})
    locked.delete()


def _check(unit: Unit, entry: TenureEntry, but: int | None = None) -> None:
    if entry.starts_on > timezone.localdate():
        raise Refused("任职日期不能晚于今天。")
    if entry.ends_on is not None and entry.ends_on <= entry.starts_on:
        raise Refused("离任日期应在任职日期之后。")
    other = overlapping(unit, entry.post, Term(entry.starts_on, entry.ends_on), but)
    if other is not None:
        until = f"到{other.ends_on}" if other.ends_on else "至今"
        raise Refused(
            f"{unit.name}的{entry.post}自{other.starts_on}{until}已有任职人，"
            "同一职务的任期不能重叠，请先登记前任离任。"
        )


def _check_open(tenure: PostTenure, on: dt.date) -> None:
    if tenure.ends_on is not None:
        raise Refused(f"这段任期已于{tenure.ends_on}结束。")
    if on <= tenure.starts_on:
        raise Refused(f"日期应在任职日期{tenure.starts_on}之后。")
    if on > timezone.localdate():
        raise Refused("日期不能晚于今天。")


def _lock(unit_ids: Iterable[int]) -> None:
    """The units' rows are the locks of their posts, taken in one order."""
    rows = Unit.objects.select_for_update(no_key=True, of=("self",))
    list(rows.filter(pk__in=unit_ids).order_by("pk"))


def _locked(tenure: PostTenure, version: int, by: User) -> PostTenure:
    rows = PostTenure.objects.select_for_update(of=("self",)).select_related("unit__county")
    locked = rows.filter(pk=tenure.pk).first()
    if locked is None:
        raise Conflict("这段任期刚被别人删除。")
    policies.check_keep(county=locked.unit.county or locked.unit, by=by)
    if locked.version != version:
        raise Conflict("您打开这一页之后，别人已经改过这段任期。")
    return locked


def _save(tenure: PostTenure) -> None:
    tenure.version += 1
    tenure.save()


def _record(action: str, tenure: PostTenure, by: User | None, before: dict[str, object]) -> None:
    audit.record(
        action=action,
        obj=tenure,
        by=by,
        unit=tenure.unit,
        before=before,
        after=audit.snapshot(tenure, *FIELDS),
    )
