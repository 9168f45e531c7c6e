"""The ledger of rewards and penalties: book, correct, hand over, take back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import asdict, dataclass

from django.db import transaction
from django.utils import timezone

from assessments.models import Reward
from assessments.policies import rewards as policies
from assessments.selectors.reward_proposals import Proposal, proposals
from pingan import audit
from pingan.models import Unit, User
from pingan.refusals import Conflict, Refused

FIELDS = ("kind", "year", "title", "document", "amount", "fund", "decided_on")
FIRST_YEAR = 2000


@dataclass(frozen=True, slots=True)
class RewardEntry:
    """What is typed about one reward or penalty; money in 分."""

    kind: str
    year: int
    title: str
    document: str
    amount: int
    fund: str
    decided_on: dt.date


@transaction.atomic
def record_reward(*, unit: Unit, entry: RewardEntry, by: User | None) -> Reward:
    """A new line of the ledger; the same line twice is refused."""
    _lock_county(unit)
    policies.check_reward(
        unit=unit,
        kind=entry.kind,
        decided_on=entry.decided_on,
        today=timezone.localdate(),
        by=by,
    )
    _check_entry(entry)
    if _is_booked(unit, entry):
        raise Refused(f"{unit.name}{entry.year}年已经登记过“{entry.title}”，请到奖惩列表查看。")
    reward = Reward.objects.create(unit=unit, recorded_by=by, **asdict(entry))
    audit.record(
        action=f"登记{reward.get_kind_display()}",
        obj=reward,
        by=by,
        unit=unit,
        after=audit.snapshot(reward, *FIELDS),
    )
    return reward


@transaction.atomic
def book_proposals(
    *,
    county: Unit,
    year: int,
    keys: Collection[str],
    document: str,
    fund: str,
    decided_on: dt.date,
    by: User,
) -> list[Reward]:
    """The ticked lines of 拟奖惩, all or none, with one document."""
    policies.check_keep(county=county, by=by)
    _lock_county(county)
    if not keys:
        raise Refused("请先勾选要登记的奖惩。")
    by_key = {line.key: line for line in proposals(county, year, decided_on)}
    if missing := set(keys) - by_key.keys():
        raise Conflict(f"有{len(missing)}条拟奖惩的依据已经变动，请核对后重新勾选。")
    chosen = [line for key, line in by_key.items() if key in keys]
    _check_chosen(chosen)
    return [
        record_reward(
            unit=line.unit,
            entry=RewardEntry(
                line.kind,
                year,
                line.title,
                document,
                line.amount,
                fund if line.amount else "",
                decided_on,
            ),
            by=by,
        )
        for line in chosen
    ]


def _check_chosen(chosen: Collection[Proposal]) -> None:
    for line in chosen:
        if line.hindrance:
            raise Refused(f"{line.unit.name}“{line.title}”不能登记：{line.hindrance}")


@transaction.atomic
def change_reward(*, reward: Reward, entry: RewardEntry, version: int, by: User) -> Reward:
    """Correct a line that is neither handed over nor taken back."""
    locked = _locked(reward, version)
    policies.check_change(reward=locked, by=by)
    policies.check_reward(
        unit=locked.unit,
        kind=entry.kind,
        decided_on=entry.decided_on,
        today=timezone.localdate(),
        by=by,
    )
    _check_entry(entry)
    before = audit.snapshot(locked, *FIELDS)
    for name, value in asdict(entry).items():
        setattr(locked, name, value)
    return _saved(locked, "更正奖惩", by, before, FIELDS)


@transaction.atomic
def pay_reward(*, reward: Reward, paid_on: dt.date, version: int, by: User) -> Reward:
    """The money was handed over, or came in."""
    locked = _locked(reward, version)
    policies.check_pay(reward=locked, paid_on=paid_on, today=timezone.localdate(), by=by)
    locked.paid_on = paid_on
    return _saved(locked, "登记兑现", by, {"paid_on": None}, ("paid_on",))


@transaction.atomic
def cancel_reward(*, reward: Reward, reason: str, version: int, by: User) -> Reward:
    """Take it back, and say why; the line stays in the ledger and no longer counts."""
    locked = _locked(reward, version)
    policies.check_cancel(reward=locked, by=by)
    if not reason.strip():
        raise Refused("请写明撤销原因。")
    before = audit.snapshot(locked, "cancelled_on", "cancel_reason")
    locked.cancelled_on = timezone.localdate()
    locked.cancel_reason = reason.strip()
    return _saved(locked, "撤销奖惩", by, before, ("cancelled_on", "cancel_reason"))


def _check_entry(entry: RewardEntry) -> None:
    if entry.amount and not entry.fund:
        raise Refused("有金额的奖惩，请写明经费来源。")
    if not FIRST_YEAR <= entry.year <= timezone.localdate().year:
        raise Refused(f"年度应在{FIRST_YEAR}年到今年之间。")


def _is_booked(unit: Unit, entry: RewardEntry) -> bool:
    return Reward.objects.filter(
        unit=unit, year=entry.year, kind=entry.kind, title=entry.title, cancelled_on=None
    ).exists()


def _lock_county(unit: Unit) -> None:
    """The county's row is the lock of its ledger: nothing is booked twice."""
    Unit.objects.select_for_update(no_key=True, of=("self",)).get(pk=unit.root_id)


def _locked(reward: Reward, version: int) -> Reward:
    rows = Reward.objects.select_for_update(of=("self",)).select_related("unit__county")
    locked = rows.get(pk=reward.pk)
    if locked.version != version:
        raise Conflict("您打开这一页之后，别人已经改过这条奖惩。")
    return locked


def _saved(
    reward: Reward, action: str, by: User, before: dict[str, object], fields: tuple[str, ...]
) -> Reward:
    reward.version += 1
    reward.save()
    audit.record(
        action=action,
        obj=reward,
        by=by,
        unit=reward.unit,
        before=before,
        after=audit.snapshot(reward, *fields),
    )
    return reward
