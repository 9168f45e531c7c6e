"""调解组织: founded, changed, re-elected, dissolved (Law §8, §9)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from disputes import policies
from disputes.enums import CommitteeKind, DisputeState
from disputes.models import Committee, Dispute, Mediator
from disputes.statute import term_end
from pingan import audit, scopes
from pingan.fields import ID_WIDTH
from pingan.models import Unit, User
from pingan.refusals import Conflict, Refused

FIELDS = (
    *("kind", "name", "code", "members", "women", "founded_on"),
    *("term_starts_on", "term_ends_on", "dissolved_on"),
)


@dataclass(frozen=True, slots=True)
class CommitteeEntry:
    """A committee as it is typed; its term's end follows from its beginning."""

    kind: CommitteeKind
    name: str
    code: str
    members: int
    women: int
    founded_on: dt.date
    term_starts_on: dt.date


@transaction.atomic
def found_committee(*, unit: Unit, entry: CommitteeEntry, by: User) -> Committee:
    """A new committee with its first, or present, term."""
    policies.check_found_committee(unit=unit, by=by)
    _hold_county(unit)
    row = Committee(unit=unit)
    _fill(row, entry)
    _save(row)
    audit.record(
        action="设立调解组织", obj=row, by=by, unit=unit, after=audit.snapshot(row, *FIELDS)
    )
    return row


@transaction.atomic
def change_committee(
    *, committee: Committee, entry: CommitteeEntry, version: int, by: User
) -> Committee:
    """Correct what is on record of the present term."""
    _hold_county(committee.unit)
    row = _locked(committee, version)
    policies.check_keep_committee(committee=row, by=by)
    before = audit.snapshot(row, *FIELDS)
    _fill(row, entry)
    _save(row)
    audit.record(
        action="修改调解组织",
        obj=row,
        by=by,
        unit=row.unit,
        before=before,
        after=audit.snapshot(row, *FIELDS),
    )
    return row


@transaction.atomic
def reelect_committee(
    *, committee: Committee, starts_on: dt.date, members: int, women: int, version: int, by: User
) -> Committee:
    """A new term of three years; the one before ends."""
    row = _locked(committee, version)
    policies.check_keep_committee(committee=row, by=by)
    if starts_on <= row.term_starts_on:
        raise Refused(f"新一届要从{row.term_starts_on:%Y-%m-%d}（本届起始日期）以后开始。")
    _check_counts(members, women, starts_on)
    before = audit.snapshot(row, *FIELDS)
    row.term_starts_on, row.term_ends_on = starts_on, term_end(starts_on)
    row.members, row.women = members, women
    _save(row)
    audit.record(
        action="调解组织换届",
        obj=row,
        by=by,
        unit=row.unit,
        before=before,
        after=audit.snapshot(row, *FIELDS),
    )
    return row


@transaction.atomic
def dissolve_committee(
    *, committee: Committee, on: dt.date, reason: str, version: int, by: User
) -> Committee:
    """Its cases must be done; its mediators end with it, and see no case from then on."""
    row = _locked(committee, version)
    policies.check_keep_committee(committee=row, by=by)
    policies.check_found_committee(unit=row.unit, by=by)
    _check_dissolving(row, on, reason)
    open_cases = Dispute.objects.filter(committee=row).exclude(state=DisputeState.CLOSED).count()
    if open_cases:
        raise Refused(f"还有{open_cases}件纠纷由它调解，没有结案，不能撤销。")
    mediators = Mediator.objects.select_for_update(of=("self",)).filter(committee=row, ends_on=None)
    if mediators.filter(starts_on__gte=on).exists():
        raise Refused("有调解员在撤销日期当天或以后才聘任，请先更正聘任日期。")
    ended = list(mediators)
    for mediator in ended:
        mediator.ends_on, mediator.account = on, None
        mediator.version += 1
    Mediator.objects.bulk_update(ended, ["ends_on", "account", "version"])
    before = audit.snapshot(row, *FIELDS)
    row.dissolved_on = on
    _save(row)
    audit.record(
        action="撤销调解组织",
        obj=row,
        by=by,
        unit=row.unit,
        before=before,
        after={**audit.snapshot(row, *FIELDS), "mediators_ended": len(ended)},
        note=reason,
    )
    return row


def _check_dissolving(row: Committee, on: dt.date, reason: str) -> None:
    if not reason.strip():
        raise Refused("请写明撤销理由。")
    if on > timezone.localdate():
        raise Refused("撤销日期不能晚于今天。")
    if on < row.founded_on:
        raise Refused(f"撤销日期不能早于设立日期{row.founded_on:%Y-%m-%d}。")


def _fill(row: Committee, entry: CommitteeEntry) -> None:
    _check_counts(entry.members, entry.women, entry.term_starts_on)
    if entry.term_starts_on < entry.founded_on:
        raise Refused("本届起始日期不能早于设立日期。")
    if not entry.name.strip() or not entry.code.strip():
        raise Refused("请填写名称和简称。")
    row.kind = entry.kind
    row.name, row.code = entry.name.strip(), entry.code.strip()
    row.members, row.women = entry.members, entry.women
    row.founded_on = entry.founded_on
    row.term_starts_on = entry.term_starts_on
    row.term_ends_on = term_end(entry.term_starts_on)


def _check_counts(members: int, women: int, starts_on: dt.date) -> None:
    if members < 1:
        raise Refused("委员人数至少是1。")
    if women > members:
        raise Refused("女性委员人数不能多于委员人数。")
    if starts_on > timezone.localdate():
        raise Refused("本届起始日期不能晚于今天。")


def _save(row: Committee) -> None:
    """The short name stands in the numbers of cases: one committee of the county bears it."""
    others = Committee.objects.exclude(pk=row.pk)
    same = others.filter(
        scopes.within(row.unit.path[:ID_WIDTH], "unit__path"), code=row.code, dissolved_on=None
    )
    if row.dissolved_on is None and same.exists():
        raise Refused(f"简称“{row.code}”本县已经有别的调解组织在用，案号会分不清，请换一个。")
    if row.pk:
        row.version += 1
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Refused(f"{row.unit.name}已经登记过“{row.name}”。") from error


def _hold_county(unit: Unit) -> None:
    """One at a time in a county, so that no two take the same short name."""
    Unit.objects.select_for_update(of=("self",)).get(pk=unit.root_id)


def _locked(committee: Committee, version: int) -> Committee:
    row = (
        Committee.objects.select_for_update(of=("self",))
        .select_related("unit")
        .get(pk=committee.pk)
    )
    if row.version != version:
        raise Conflict("您打开这一页之后，别人已经改过这个调解组织。")
    return row
