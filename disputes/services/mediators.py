"""调解员: appointed, changed, ended. The name is sealed; a look at it is put down."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from disputes import policies
from disputes.models import Committee, Mediator
from disputes.selectors.committees import account_root
from pingan import audit
from pingan.models import User
from pingan.privacy import Sealed, blind_index
from pingan.refusals import Conflict, Refused

LOOK = "查看调解员姓名"
FIELDS = ("number", "is_full_time", "account_id", "starts_on", "ends_on")


def mediator_realm(county_id: int) -> str:
    """Equal names meet within one county alone."""
    return f"mediator {county_id}"


@dataclass(frozen=True, slots=True)
class MediatorEntry:
    """A mediator as typed. Empty number: the next one; empty name: it stays as it is."""

    name: str
    starts_on: dt.date
    number: str = ""
    is_full_time: bool = False
    account: User | None = None


@transaction.atomic
def appoint_mediator(*, committee: Committee, entry: MediatorEntry, by: User) -> Mediator:
    """A new mediator of the committee, with a number of his own."""
    held = _held_committee(committee)
    policies.check_keep_committee(committee=held, by=by)
    if not entry.name.strip():
        raise Refused("请填写调解员姓名。")
    row = Mediator(committee=held, recorded_by=by)
    _fill(row, entry)
    _save(row)
    audit.record(
        action="聘任调解员",
        obj=row,
        by=by,
        unit=held.unit,
        after=audit.snapshot(row, *FIELDS),
        note=held.name,
    )
    return row


@transaction.atomic
def change_mediator(
    *, mediator: Mediator, entry: MediatorEntry, version: int, by: User
) -> Mediator:
    """Correct a mediator on duty; without a name the name stays."""
    held = _held_committee(mediator.committee)
    row = _locked(mediator, version)
    policies.check_keep_committee(committee=held, by=by)
    if row.ends_on is not None:
        raise Refused(f"{row.number}号调解员已于{row.ends_on:%Y-%m-%d}解聘，不能再改。")
    before = audit.snapshot(row, *FIELDS)
    _fill(row, entry)
    row.version += 1
    _save(row)
    audit.record(
        action="修改调解员",
        obj=row,
        by=by,
        unit=held.unit,
        before=before,
        after={**audit.snapshot(row, *FIELDS), "name_changed": bool(entry.name.strip())},
        note=held.name,
    )
    return row


@transaction.atomic
def end_mediator(
    *, mediator: Mediator, on: dt.date, reason: str, version: int, by: User
) -> Mediator:
    """The appointment ends; the account is let go, so that no name is open to it any more."""
    held = _held_committee(mediator.committee)
    row = _locked(mediator, version)
    policies.check_keep_committee(committee=held, by=by)
    if row.ends_on is not None:
        raise Refused(f"{row.number}号调解员已于{row.ends_on:%Y-%m-%d}解聘。")
    if not reason.strip():
        raise Refused("请写明解聘理由。")
    _check_nameless(row, reason)
    if on > timezone.localdate():
        raise Refused("解聘日期不能晚于今天。")
    if on <= row.starts_on:
        raise Refused(f"解聘日期要在聘任日期{row.starts_on:%Y-%m-%d}以后。")
    before = audit.snapshot(row, *FIELDS)
    row.ends_on, row.account = on, None
    row.version += 1
    row.save()
    audit.record(
        action="解聘调解员",
        obj=row,
        by=by,
        unit=held.unit,
        before=before,
        after=audit.snapshot(row, *FIELDS),
        note=reason,
    )
    return row


@transaction.atomic
def look_at_mediator(*, mediator: Mediator, purpose: str, by: User) -> str:
    """The plain name, for one answer to one request; logged first."""
    policies.check_see_mediator(mediator=mediator, by=by)
    if not purpose.strip():
        raise Refused("请写明查看姓名的用途。")
    _check_nameless(mediator, purpose)
    unit = mediator.committee.unit
    audit.record(action=LOOK, obj=mediator, by=by, unit=unit, note=purpose)
    return mediator.name.reveal()


def _check_nameless(row: Mediator, text: str) -> None:
    """The trail is read by people who may not know the name."""
    if row.name.reveal() in "".join(text.split()):
        raise Refused("请不要在用途和理由里写姓名，操作日志别人也看得到。写编号就可以。")


def _fill(row: Mediator, entry: MediatorEntry) -> None:
    unit = row.committee.unit
    if entry.starts_on > timezone.localdate():
        raise Refused("聘任日期不能晚于今天。")
    if entry.starts_on < row.committee.founded_on:
        raise Refused(f"聘任日期不能早于委员会设立日期{row.committee.founded_on:%Y-%m-%d}。")
    account = entry.account
    if account is not None and not account.unit.path.startswith(account_root(unit)):
        raise Refused("账号要是本乡镇、本单位的。")
    row.is_full_time = entry.is_full_time
    row.account = entry.account
    row.starts_on = entry.starts_on
    row.number = entry.number.strip() or row.number or _next_number(row.committee)
    if entry.name.strip():
        index = blind_index(entry.name, realm=mediator_realm(unit.root_id))
        same = row.committee.mediators.filter(name_index=index, ends_on=None)
        twin = same.exclude(pk=row.pk).first()
        if twin is not None:
            raise Refused(
                f"这个调解组织已有同名的{twin.number}号调解员。确是两个人的，请在姓名后加字区分。"
            )
        row.name, row.name_index = Sealed.of(entry.name.strip()), index


def _next_number(committee: Committee) -> str:
    """Two digits, one more than the highest plain number."""
    numbers = committee.mediators.values_list("number", flat=True)
    taken = [int(number) for number in numbers if number.isascii() and number.isdigit()]
    return f"{max(taken, default=0) + 1:02d}"


def _save(row: Mediator) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Refused(f"编号“{row.number}”这个调解组织已经用过，请换一个。") from error


def _held_committee(committee: Committee) -> Committee:
    """The committee's row is held: numbers and names are compared within it."""
    return (
        Committee.objects.select_for_update(of=("self",))
        .select_related("unit")
        .get(pk=committee.pk)
    )


def _locked(mediator: Mediator, version: int) -> Mediator:
    row = (
        Mediator.objects.select_for_update(of=("self",))
        .select_related("committee__unit")
        .get(pk=mediator.pk)
    )
    if row.version != version:
        raise Conflict("您打开这一页之后，别人已经改过这名调解员。")
    return row
