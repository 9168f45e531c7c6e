"""以案定补: claimed for a closed case whose file is complete, approved by somebody else, paid."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.utils import timezone

from disputes.enums import AgreementForm, ClaimState, DisputeState
from disputes.models import Dispute, SubsidyClaim, SubsidyRate
from disputes.policies import check_desk
from disputes.selectors.files import agreement_of, file_of
from disputes.services.locking import locked
from pingan import audit, scopes
from pingan.enums import Role
from pingan.models import User
from pingan.months import Month
from pingan.refusals import Forbidden, Refused

REVIEWERS = frozenset({Role.TOWNSHIP_REVIEWER, Role.COUNTY_OFFICER})


@transaction.atomic
def claim_subsidy(*, dispute: Dispute, by: User) -> SubsidyClaim:
    """Claim for one case; Refused with what is missing. The amount follows from the rates."""
    row = locked(dispute)
    _check_claim(row, by)
    if row.closed_on is None or row.mediator is None:
        raise Refused("这件纠纷没有填写调解员，不能申报补贴。")
    missing = [item.name for item in file_of(row) if item.is_required and not item.is_there]
    if missing:
        raise Refused(f"卷宗还缺：{'、'.join(missing)}。补齐后再申报补贴。")
    try:
        with transaction.atomic():
            claim = SubsidyClaim.objects.create(
                dispute=row,
                mediator=row.mediator,
                month=Month.of(row.closed_on),
                amount=_amount(row),
                claimed_by=by,
            )
    except IntegrityError as error:
        raise Refused("这件纠纷已经申报过补贴。") from error
    audit.record(
        action="申报以案定补",
        obj=row,
        by=by,
        unit=row.unit,
        after={"amount": claim.amount, "mediator": row.mediator.number},
    )
    return claim


@transaction.atomic
def decide_claims(
    *, claims: Sequence[SubsidyClaim], is_approved: bool, reason: str, by: User
) -> int:
    """Approve or refuse claims, all or none; never one's own."""
    held = _held(claims, by)
    if not is_approved and not reason.strip():
        raise Refused("不予补贴请写明理由。")
    now = timezone.now()
    for claim in held:
        if claim.state != ClaimState.CLAIMED:
            raise Refused(f"{claim.dispute.code}的申报{claim.get_state_display()}，不用再审核。")
        if claim.claimed_by_id == by.pk:
            raise Refused(f"{claim.dispute.code}是您申报的，请由别人审核。")
        claim.state = ClaimState.APPROVED if is_approved else ClaimState.REFUSED
        claim.decided_at, claim.decided_by, claim.reason = now, by, reason
    SubsidyClaim.objects.bulk_update(held, ["state", "decided_at", "decided_by", "reason"])
    _tell(held, "审核以案定补", by, reason)
    return len(held)


@transaction.atomic
def pay_claims(*, claims: Sequence[SubsidyClaim], on: dt.date, by: User) -> int:
    """Put down that approved claims were paid."""
    held = _held(claims, by)
    if on > timezone.localdate():
        raise Refused("发放日期不能晚于今天。")
    for claim in held:
        if claim.state != ClaimState.APPROVED:
            raise Refused(f"{claim.dispute.code}的补贴{claim.get_state_display()}，不能发放。")
        claim.state, claim.paid_on = ClaimState.PAID, on
    SubsidyClaim.objects.bulk_update(held, ["state", "paid_on"])
    _tell(held, "发放以案定补", by, f"{on:%Y-%m-%d}")
    return len(held)


def _check_claim(row: Dispute, by: User) -> None:
    """The desk that holds the case claims for its mediator."""
    check_desk(by=by)
    if not scopes.may_see(by, row.unit.path) and row.holder_id != by.unit_id:
        raise Forbidden("这件纠纷不由您单位承办。")
    if row.state != DisputeState.CLOSED:
        raise Refused("结案归档以后才能申报补贴。")


def _amount(row: Dispute) -> int:
    """The county's rate for the form of the agreement and the scale; an own rate of the scale
    goes before the one for every scale."""
    agreement = agreement_of(row)
    if agreement is None:
        raise Refused("没有达成协议的纠纷不补贴。")
    rates = SubsidyRate.objects.filter(county=row.county_id, form=AgreementForm(agreement.form))
    rate = rates.filter(scale=row.scale_id).first() if row.scale_id else None
    rate = rate or rates.filter(scale=None).first()
    if rate is None:
        raise Refused(f"县里还没有规定{agreement.get_form_display()}的补贴标准。")
    return rate.amount


def _held(claims: Sequence[SubsidyClaim], by: User) -> list[SubsidyClaim]:
    if not by.is_active or by.role not in REVIEWERS:
        raise Forbidden("只有乡镇审核员和县级经办员可以审核、发放补贴。")
    rows = (
        SubsidyClaim.objects.select_for_update(of=("self",))
        .visible_to(by)
        .select_related("dispute__unit", "mediator")
        .filter(pk__in=[claim.pk for claim in claims])
        .order_by("pk")
    )
    held = list(rows)
    if len(held) != len({claim.pk for claim in claims}):
        raise Refused("有的申报不在您的范围内，没有处理。")
    if not held:
        raise Refused("请先勾选要处理的申报。")
    return held


def _tell(claims: Sequence[SubsidyClaim], action: str, by: User, note: str) -> None:
    audit.record_all(
        audit.event(
            action=action,
            obj=claim.dispute,
            by=by,
            unit=claim.dispute.unit,
            after={"state": claim.state, "amount": claim.amount},
            note=note,
        )
        for claim in claims
    )
