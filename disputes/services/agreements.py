"""The agreement (D4): its statutory items, effect, performance, judicial confirmation."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from disputes import policies
from disputes.deadlines import CONFIRM_DAYS, due_day
from disputes.enums import AgreementForm, ConfirmationState, DisputeState, Move
from disputes.models import Agreement, Dispute, Performance
from disputes.selectors.files import agreement_missing
from disputes.services.files import keep_upload
from disputes.services.locking import locked
from disputes.services.moves import make_move
from disputes.services.plain import check_nameless
from disputes.statute import AGREED_STATES
from pingan import audit
from pingan.models import User
from pingan.privacy import Sealed
from pingan.refusals import Conflict, Refused

FIELDS = (
    *("form", "agreed_on", "manner", "place", "amount", "perform_by", "is_signed_by_parties"),
    *("is_signed_by_mediator", "is_sealed", "effective_on"),
)


OUTCOME = ("performed_on", "confirmation", "confirmation_asked_on", "court", "confirmed_on")
FIXED = frozenset({ConfirmationState.ASKED, ConfirmationState.CONFIRMED})


@dataclass(frozen=True, slots=True)
class Terms:
    """The agreement as it is typed; texts in plain, sealed before they are stored."""

    form: AgreementForm
    agreed_on: dt.date
    facts: str
    content: str
    manner: str = ""
    place: str = ""
    amount: int | None = None
    perform_by: dt.date | None = None
    is_signed_by_parties: bool = False
    is_signed_by_mediator: bool = False
    is_sealed: bool = False
    effective_on: dt.date | None = None


@transaction.atomic
def record_agreement(*, dispute: Dispute, terms: Terms, by: User) -> Agreement:
    """The agreement of a case under mediation: it is settled on that day.

    It may still lack statutory items; then it prints as a draft alone. A case that was mediated
    again gets a new agreement in the place of the old one, which stays in the trail.
    """
    row = locked(dispute)
    policies.check_move(dispute=row, move=Move.AGREE, by=by)
    _check(row, terms)
    agreement = Agreement.objects.filter(dispute=row).first() or Agreement(dispute=row)
    before = audit.snapshot(agreement, *FIELDS, *OUTCOME) if agreement.pk else {}
    _reset(agreement)
    _fill(agreement, terms, by)
    agreement.save()
    make_move(row=row, move=Move.AGREE, on=terms.agreed_on, by=by)
    audit.record(
        action="录入调解协议",
        obj=row,
        by=by,
        unit=row.unit,
        before=before,
        after=audit.snapshot(agreement, *FIELDS),
    )
    return agreement


@transaction.atomic
def change_agreement(*, agreement: Agreement, terms: Terms, version: int, by: User) -> Agreement:
    """Complete or correct an agreement that is not performed yet."""
    row = locked(Dispute(pk=agreement.dispute_id))
    policies.check_handle(dispute=row, by=by)
    if row.state != DisputeState.AGREED:
        raise Refused(f"“{row.get_state_display()}”的纠纷不能再改协议。")
    held = Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)
    if held.version != version:
        raise Conflict("您打开这一页之后，别人已经改过这份协议。")
    if held.confirmation in FIXED:
        raise Refused("已经申请司法确认的协议不能再改；当事人另有约定的，请重新调解。")
    _check(row, terms)
    first = held.performances.order_by("on").first()
    if first is not None and first.on < terms.agreed_on:
        raise Refused(f"{first.on:%Y-%m-%d}已经登记过履行，协议日期不能晚于那一天。")
    before = audit.snapshot(held, *FIELDS)
    _fill(held, terms, by)
    held.version += 1
    held.save()
    if row.settled_on != terms.agreed_on:
        row.settled_on = terms.agreed_on
        row.version += 1
        row.save(update_fields=["settled_on", "version"])
    audit.record(
        action="修改调解协议",
        obj=row,
        by=by,
        unit=row.unit,
        before=before,
        after=audit.snapshot(held, *FIELDS),
    )
    return held


@transaction.atomic
def add_performance(
    *,
    agreement: Agreement,
    on: dt.date,
    what: str,
    by: User,
    amount: int | None = None,
    upload: UploadedFile | None = None,
    is_all: bool = False,
) -> Performance:
    """One act of performance with its receipt; `is_all`: with it everything is performed."""
    row = locked(Dispute(pk=agreement.dispute_id))
    policies.check_handle(dispute=row, by=by)
    held = Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)
    if row.state != DisputeState.AGREED:
        raise Refused(f"“{row.get_state_display()}”的纠纷不能再录入履行。")
    if not held.agreed_on <= on <= timezone.localdate():
        raise Refused("履行日期应在达成协议之后，且不晚于今天。")
    check_nameless(row, {"履行情况": what})
    if held.performances.filter(on=on, what=what, amount=amount).exists():
        raise Refused("同样的履行已经登记过，不用再登记。")
    done = Performance.objects.create(
        agreement=held,
        on=on,
        what=what,
        amount=amount,
        file=keep_upload(dispute=row, upload=upload, name="履行凭证", by=by),
        recorded_by=by,
    )
    audit.record(
        action="录入协议履行",
        obj=row,
        by=by,
        unit=row.unit,
        after={"on": on, "amount": amount, "is_all": is_all},
    )
    if is_all:
        held.performed_on = on
        held.version += 1
        held.save(update_fields=["performed_on", "version"])
        make_move(row=row, move=Move.PERFORM, on=on, by=by)
    return done


@transaction.atomic
def ask_confirmation(*, agreement: Agreement, on: dt.date, court: str, by: User) -> Agreement:
    """Both parties ask the court to confirm, within 30 days of effect (Law §33)."""
    row = locked(Dispute(pk=agreement.dispute_id))
    policies.check_handle(dispute=row, by=by)
    held = Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)
    if row.state not in AGREED_STATES:
        raise Refused(f"“{row.get_state_display()}”的纠纷不能申请司法确认。")
    if held.confirmation in FIXED:
        raise Refused(f"司法确认{held.get_confirmation_display()}，不用再申请。")
    if held.effective_on is None or agreement_missing(held, row.parties.count()):
        raise Refused("协议还没有生效，不能申请司法确认。请先把协议各项填齐。")
    if not held.effective_on <= on <= timezone.localdate():
        raise Refused("申请日期应在协议生效之后，且不晚于今天。")
    last = due_day(held.effective_on, CONFIRM_DAYS)
    if on > last:
        raise Refused(f"司法确认应在协议生效之日起三十日内申请，{last:%Y-%m-%d}已经期满。")
    if not court.strip():
        raise Refused("请填受理法院。")
    held.confirmation = ConfirmationState.ASKED
    held.confirmation_asked_on = on
    held.court = court
    held.confirmed_on = None
    return _confirmation(row, held, by, "申请司法确认")


@transaction.atomic
def decide_confirmation(
    *, agreement: Agreement, is_confirmed: bool, on: dt.date, by: User
) -> Agreement:
    """What the court has ruled."""
    row = locked(Dispute(pk=agreement.dispute_id))
    policies.check_handle(dispute=row, by=by)
    held = Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)
    asked = held.confirmation_asked_on
    if held.confirmation != ConfirmationState.ASKED or asked is None:
        raise Refused("没有等待裁定的司法确认申请。")
    if not asked <= on <= timezone.localdate():
        raise Refused("裁定日期应在申请之后，且不晚于今天。")
    held.confirmation = ConfirmationState.CONFIRMED if is_confirmed else ConfirmationState.REFUSED
    held.confirmed_on = on
    return _confirmation(row, held, by, "登记司法确认结果")


def _confirmation(row: Dispute, held: Agreement, by: User, action: str) -> Agreement:
    held.version += 1
    held.save()
    audit.record(
        action=action,
        obj=row,
        by=by,
        unit=row.unit,
        after=audit.snapshot(
            held, "confirmation", "confirmation_asked_on", "court", "confirmed_on"
        ),
    )
    return held


def _reset(agreement: Agreement) -> None:
    """What came of an earlier agreement is not what comes of this one."""
    agreement.performed_on = None
    agreement.confirmation = ConfirmationState.NONE
    agreement.confirmation_asked_on = agreement.confirmed_on = None
    agreement.court = ""
    agreement.version += 1 if agreement.pk else 0


def _fill(agreement: Agreement, terms: Terms, by: User) -> None:
    agreement.form = terms.form
    agreement.agreed_on = terms.agreed_on
    agreement.facts = Sealed.of(terms.facts)
    agreement.content = Sealed.of(terms.content)
    agreement.manner = terms.manner
    agreement.place = terms.place
    agreement.amount = terms.amount
    agreement.perform_by = terms.perform_by
    agreement.is_signed_by_parties = terms.is_signed_by_parties
    agreement.is_signed_by_mediator = terms.is_signed_by_mediator
    agreement.is_sealed = terms.is_sealed
    agreement.recorded_by = by
    missing = agreement_missing(agreement, agreement.dispute.parties.count())
    if terms.effective_on and missing:
        raise Refused(f"协议还缺：{'、'.join(missing)}。填齐后才能登记生效日期。")
    # Law §29: an oral agreement takes effect on the day it is reached.
    is_oral = terms.form == AgreementForm.ORAL and not missing
    agreement.effective_on = terms.agreed_on if is_oral else terms.effective_on


def _check(row: Dispute, terms: Terms) -> None:
    check_nameless(row, {"履行方式": terms.manner, "履行地点": terms.place})
    if terms.agreed_on < row.registered_on:
        raise Refused(f"协议日期不能早于登记日期（{row.registered_on:%Y-%m-%d}）。")
    if row.accepted_on and terms.agreed_on < row.accepted_on:
        raise Refused(f"协议日期不能早于受理日期（{row.accepted_on:%Y-%m-%d}）。")
    if terms.agreed_on > timezone.localdate():
        raise Refused("协议日期不能晚于今天。")
    if terms.effective_on and terms.effective_on < terms.agreed_on:
        raise Refused("生效日期不能早于达成日期。")
    if terms.effective_on and terms.effective_on > timezone.localdate():
        raise Refused("生效日期不能晚于今天。")
    if terms.perform_by and terms.perform_by < terms.agreed_on:
        raise Refused("履行期限不能早于达成日期。")
