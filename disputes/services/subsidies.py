"""以案定补: claimed for a closed case whose file is complete, approved by somebody else, paid."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.utils import timezone

from disputes import policies
from disputes.enums import ClaimState
from disputes.models import Dispute, SubsidyClaim
from disputes.selectors.subsidies import Prospect, prospects, with_names
from pingan import audit
from pingan.models import AuditEvent, User
from pingan.months import Month
from pingan.refusals import Refused

DECIDED = ("state", "decided_at", "decided_by", "reason")
RENEWED = (*DECIDED, "mediator", "month", "amount", "claimed_at", "claimed_by")
TWICE = "这件纠纷已经申报过补贴。"


@transaction.atomic
def claim_subsidy(*, dispute: Dispute, by: User) -> SubsidyClaim:
    """Claim for one case; Refused with what is missing. The amount follows from the rates."""
    (prospect,) = _held_prospects([dispute.pk], by)
    if prospect.obstacle:
        raise Refused(prospect.obstacle)
    _write([prospect], by)
    return SubsidyClaim.objects.get(dispute=dispute.pk)


@transaction.atomic
def claim_subsidies(*, disputes: Sequence[Dispute], by: User) -> tuple[int, list[Prospect]]:
    """Claim for all of these that are complete; how many, and those that were left with why."""
    found = _held_prospects(sorted({dispute.pk for dispute in disputes}), by)
    ready = [prospect for prospect in found if prospect.is_open]
    _write(ready, by)
    return len(ready), [prospect for prospect in found if not prospect.is_open]


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
        policies.check_decide(claim=claim, by=by)
        claim.state = ClaimState.APPROVED if is_approved else ClaimState.REFUSED
        claim.decided_at, claim.decided_by, claim.reason = now, by, reason.strip()
    SubsidyClaim.objects.bulk_update(held, DECIDED)
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
        if claim.decided_at is not None and on < timezone.localdate(claim.decided_at):
            raise Refused(f"发放日期不能早于审核日期（{claim.dispute.code}）。")
        claim.state, claim.paid_on = ClaimState.PAID, on
    SubsidyClaim.objects.bulk_update(held, ["state", "paid_on"])
    _tell(held, "发放以案定补", by, f"{on:%Y-%m-%d}")
    return len(held)


def _held_prospects(keys: Sequence[int], by: User) -> list[Prospect]:
    """The cases, locked until the transaction ends, and what each would bring."""
    policies.check_desk(by=by)
    chosen = Dispute.objects.filter(pk__in=keys).order_by("pk")
    # Locked first, read afterwards: a claim that was made while this one waited is seen.
    list(chosen.select_for_update(of=("self",)).values_list("pk"))
    cases = list(with_names(chosen))
    for case in cases:
        policies.check_claim(dispute=case, by=by)
    return prospects(cases)


def _write(ready: Sequence[Prospect], by: User) -> None:
    """New claims in one statement, refused ones renewed in another."""
    now = timezone.now()
    new: list[SubsidyClaim] = []
    renewed: list[SubsidyClaim] = []
    events: list[AuditEvent] = []
    for prospect in ready:
        case = prospect.dispute
        assert case.mediator is not None
        assert case.closed_on is not None
        (new if prospect.claim is None else renewed).append(
            prospect.claim or SubsidyClaim(dispute=case)
        )
        claim = (new if prospect.claim is None else renewed)[-1]
        claim.mediator, claim.month = case.mediator, Month.of(case.closed_on)
        claim.amount, claim.state = prospect.amount, ClaimState.CLAIMED
        claim.claimed_at, claim.claimed_by = now, by
        claim.decided_at, claim.decided_by, claim.reason = None, None, ""
        after = {"amount": claim.amount, "mediator": case.mediator.number}
        events.append(
            audit.event(action="申报以案定补", obj=case, by=by, unit=case.unit, after=after)
        )
    try:
        with transaction.atomic():
            SubsidyClaim.objects.bulk_create(new)
    except IntegrityError as error:
        raise Refused(TWICE) from error
    if renewed:
        SubsidyClaim.objects.bulk_update(renewed, RENEWED)
    audit.record_all(events)


def _held(claims: Sequence[SubsidyClaim], by: User) -> list[SubsidyClaim]:
    policies.check_review_claims(by=by)
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
