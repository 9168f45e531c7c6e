"""Rewards for information (S13): registered, verified, approved by another, paid to a code.

The code is made here, handed out once and not kept: the row holds a slow digest of it and its last
four characters. No name is asked for anywhere.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
import unicodedata

from django.db import transaction
from django.utils import timezone

from assessments.enums import InformationState
from assessments.models import InformationReward
from assessments.policies import information_rewards as policies
from assessments.selectors.information_rewards import MINUTES, TRIES, WRONG_CODE, wrong_codes
from pingan import audit
from pingan.models import Unit, User
from pingan.refusals import Conflict, Refused

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that is read as another: 0 O, 1 I L
GROUPS, GROUP = 3, 4
ROUNDS = 120_000  # who has the database still cannot try codes


def new_code() -> str:
    """XXXX-XXXX-XXXX: 31 to the power of 12."""
    signs = "".join(secrets.choice(ALPHABET) for _ in range(GROUPS * GROUP))
    return "-".join(signs[at : at + GROUP] for at in range(0, len(signs), GROUP))


def plain_code(text: str) -> str:
    """The signs alone: dashes, blanks, small and full-width letters are no matter."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).upper() if sign in ALPHABET)


def code_hash(code: str, county_id: int) -> str:
    salt = f"information reward {county_id}".encode()
    return hashlib.pbkdf2_hmac("sha256", plain_code(code).encode(), salt, ROUNDS).hex()


@transaction.atomic
def register_information(
    *,
    county: Unit,
    topic: str,
    summary: str,
    township: Unit | None,
    received_on: dt.date,
    by: User,
) -> tuple[InformationReward, str]:
    """A new entry and its code, which nobody can read again."""
    policies.check_keep(county=county, by=by)
    Unit.objects.select_for_update(no_key=True, of=("self",)).get(pk=county.pk)
    if received_on > timezone.localdate():
        raise Refused("收到日期不能晚于今天。")
    if township is not None and township.root_id != county.pk:
        raise Refused("涉及乡镇应是本县的。")
    same = InformationReward.objects.filter(county=county, summary=summary, received_on=received_on)
    if same.exists():
        raise Refused(
            "同样内容的信息已经登记过，领奖码已在登记时给出；若是另一人提供，请写明区别。"
        )
    code = new_code()
    reward = InformationReward.objects.create(
        county=county,
        code_hash=code_hash(code, county.pk),
        code_tail=plain_code(code)[-GROUP:],
        topic=topic,
        summary=summary,
        township=township,
        received_on=received_on,
    )
    audit.record(
        action="登记信息",
        obj=reward,
        by=by,
        unit=county,
        after=audit.snapshot(reward, "topic", "township_id", "received_on"),
    )
    return reward, code


@transaction.atomic
def reissue_code(*, reward: InformationReward, version: int, by: User) -> str:
    """Another code in place of one that was not handed out; the old one is worthless."""
    locked = _locked(reward, version)
    policies.check_reissue(reward=locked, by=by)
    before = locked.code_tail
    code = new_code()
    locked.code_hash = code_hash(code, locked.county_id)
    locked.code_tail = plain_code(code)[-GROUP:]
    _save(locked, "更换领奖码", by, {"code_tail": before}, "code_tail")
    return code


@transaction.atomic
def verify_information(
    *, reward: InformationReward, decision: str, version: int, by: User
) -> InformationReward:
    locked = _locked(reward, version)
    policies.check_verify(reward=locked, by=by)
    locked.decision = f"核实：{_word(decision)}"
    return _move(locked, InformationState.VERIFIED, "核实信息", by, verified_by=by)


@transaction.atomic
def approve_information(
    *,
    reward: InformationReward,
    amount: int,
    fund: str,
    decision: str,
    version: int,
    by: User,
) -> InformationReward:
    """Amount within the limits, by another person than who verified."""
    locked = _locked(reward, version)
    policies.check_approve(reward=locked, by=by)
    policies.check_amount(amount)
    if not fund.strip():
        raise Refused("请写明经费来源。")
    locked.amount, locked.fund = amount, fund.strip()
    if decision.strip():
        locked.decision = f"{locked.decision}　审批：{decision.strip()}"[:300]
    return _move(locked, InformationState.APPROVED, "审批信息奖励", by, approved_by=by)


@transaction.atomic
def refuse_information(
    *, reward: InformationReward, decision: str, version: int, by: User
) -> InformationReward:
    locked = _locked(reward, version)
    policies.check_refuse(reward=locked, by=by)
    locked.decision = f"{locked.decision}　不予奖励：{_word(decision)}".strip()[:300]
    return _move(locked, InformationState.REFUSED, "不予奖励", by)


def pay_information(
    *, reward: InformationReward, code: str, paid_on: dt.date, version: int, by: User
) -> InformationReward:
    """To whoever shows the code. A wrong one is written down, and after some it has to wait."""
    with transaction.atomic():
        locked = _locked(reward, version)
        policies.check_pay(reward=locked, paid_on=paid_on, today=timezone.localdate(), by=by)
        since = timezone.now() - dt.timedelta(minutes=MINUTES)
        if wrong_codes(locked, since) >= TRIES:
            raise Refused(f"{MINUTES}分钟内核对不符已达{TRIES}次，请过{MINUTES}分钟再试。")
        shown = code_hash(code, locked.county_id)
        is_right = hmac.compare_digest(shown, locked.code_hash)
        if is_right:
            locked.paid_on, locked.paid_by = paid_on, by
            _move(locked, InformationState.PAID, "发放信息奖励", by)
        else:
            audit.record(action=WRONG_CODE, obj=locked, by=by, unit=locked.county)
    if not is_right:
        raise Refused("领奖码不符，没有发放，已记入操作日志。请核对持码人出示的码。")
    return locked


def _word(text: str) -> str:
    if not text.strip():
        raise Refused("请写明意见。")
    return text.strip()[:200]


def _locked(reward: InformationReward, version: int) -> InformationReward:
    rows = InformationReward.objects.select_for_update(of=("self",)).select_related("county")
    locked = rows.get(pk=reward.pk)
    if locked.version != version:
        raise Conflict("您打开这一页之后，这条信息已经有人办理，请核对后再办。")
    return locked


def _move(
    reward: InformationReward, state: InformationState, action: str, by: User, **people: User
) -> InformationReward:
    before: dict[str, object] = {"state": reward.state}
    reward.state = state
    for name, person in people.items():
        setattr(reward, name, person)
    _save(reward, action, by, before, "state", "amount", "fund", "decision", "paid_on")
    return reward


def _save(
    reward: InformationReward, action: str, by: User, before: dict[str, object], *fields: str
) -> None:
    reward.version += 1
    reward.save()
    audit.record(
        action=action,
        obj=reward,
        by=by,
        unit=reward.county,
        before=before,
        after=audit.snapshot(reward, *fields),
    )
