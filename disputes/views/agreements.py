"""The agreement: its statutory items as they are typed, performance, judicial confirmation."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from disputes import policies
from disputes.deadlines import CONFIRM_LAW, FOLLOW_LAW
from disputes.enums import AgreementForm, DisputeState, Move
from disputes.forms.agreements import (
    AgreementTermsForm,
    AskForm,
    PerformanceForm,
    RulingForm,
    shown_terms,
)
from disputes.forms.fields import fen
from disputes.models import Agreement, Dispute
from disputes.selectors.files import agreement_of, confirmation_of
from disputes.services.agreements import (
    add_performance,
    ask_confirmation,
    change_agreement,
    decide_confirmation,
    record_agreement,
)
from disputes.services.files import note_opening
from disputes.statute import ITEMS_LAW, missing_items
from disputes.views.answers import renew, signed_in, tell, told
from disputes.views.entries import Entry, differences, entry_page, handled_dispute, sealed_page
from pingan.models import User
from pingan.refusals import Conflict, Refused
from pingan.stash import posted_or_stashed

# Asked by the page itself at its own address: a session that ends then loses nothing typed.
CHECK = "check"


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the agreement of a case under mediation, or correct it before it is performed."""
    user, dispute = signed_in(request), handled_dispute(request, pk)
    if CHECK in request.POST:
        return _check(request, dispute)
    agreement = agreement_of(dispute) if dispute.state == DisputeState.AGREED else None
    if agreement is None and request.method != "POST":
        try:
            policies.check_move(dispute=dispute, move=Move.AGREE, by=user)
        except Refused as error:
            tell(request, error)
            return redirect("disputes:dispute-detail", pk)
    data = posted_or_stashed(request)
    start = _start(dispute, agreement, user) if data is None else None
    form = AgreementTermsForm(data, initial=start)
    context: dict[str, Any] = {"dispute": dispute, "form": form, "agreement": agreement}
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                done = _save(dispute, agreement, form, user)
            except Refused as error:
                status = _refused(request, error, context)
            else:
                messages.success(request, done)
                return redirect("disputes:dispute-detail", pk)
    shown = form if form.is_bound else AgreementTermsForm(start)
    context["missing"] = missing_items(shown.items(dispute.parties.count()))
    context["law"] = ITEMS_LAW
    return sealed_page(render(request, "disputes/agreement_edit.html", context, status=status))


def _check(request: HttpRequest, dispute: Dispute) -> HttpResponse:
    """Which statutory items are still missing, while they are typed. Nothing is kept."""
    facts = AgreementTermsForm(request.POST).items(dispute.parties.count())
    context = {"missing": missing_items(facts), "law": ITEMS_LAW}
    return sealed_page(render(request, "disputes/_agreement_missing.html", context))


def _start(dispute: Dispute, agreement: Agreement | None, user: User) -> dict[str, Any]:
    """What the form shows first. It opens sealed texts: the opening is put down."""
    note_opening(dispute=dispute, what="修改协议" if agreement else "录入协议", by=user)
    if agreement is not None:
        return shown_terms(agreement)
    return {
        "form": AgreementForm.WRITTEN,
        "agreed_on": timezone.localdate(),
        "facts": dispute.facts.reveal(),
    }


def _save(
    dispute: Dispute, agreement: Agreement | None, form: AgreementTermsForm, user: User
) -> str:
    terms = form.terms()
    if agreement is None:
        saved = record_agreement(dispute=dispute, terms=terms, by=user)
    else:
        version = form.cleaned_data["version"] or 0
        saved = change_agreement(agreement=agreement, terms=terms, version=version, by=user)
    missing = missing_items(form.items(dispute.parties.count()))
    if missing:
        return f"协议已保存，还缺：{'、'.join(missing)}。补齐前只能打印草稿。"
    if saved.effective_on is None:
        return "协议已保存，各项齐全；请补登生效日期。"
    return "协议已保存，各项齐全。"


def _refused(request: HttpRequest, error: Refused, context: dict[str, Any]) -> int:
    """Told with all that was typed; mine beside what somebody else saved."""
    form, dispute, agreement = context["form"], context["dispute"], context["agreement"]
    if agreement is None or not isinstance(error, Conflict):
        return told(request, error, form, dispute)
    note_opening(dispute=dispute, what="对照别人保存的内容", by=signed_in(request))
    agreement.refresh_from_db()
    mine = {**form.cleaned_data, "form": AgreementForm(form.cleaned_data["form"])}
    theirs = shown_terms(agreement)
    theirs["form"] = AgreementForm(theirs["form"])
    context["saved"] = differences(form, mine, theirs)
    renew(form, agreement.version)
    messages.error(request, f"{error}您填写的内容还在下面，没有保存；请对照后再存。")
    return 409


def perform(request: HttpRequest, pk: int) -> HttpResponse:
    """One act of performance, with its receipt."""
    dispute, today = handled_dispute(request, pk), timezone.localdate()
    agreement = agreement_of(dispute)
    if agreement is None or dispute.state != DisputeState.AGREED:
        messages.error(request, f"“{dispute.get_state_display()}”的纠纷不能再录入履行。")
        return redirect("disputes:dispute-detail", pk)
    form = PerformanceForm(
        posted_or_stashed(request), request.FILES or None, today=today, initial={"on": today}
    )

    def do(data: dict[str, Any], by: User) -> None:
        add_performance(
            agreement=agreement,
            on=data["on"],
            what=data["what"],
            amount=fen(data["amount"]),
            upload=data["upload"],
            is_all=data["is_all"],
            by=by,
        )

    due = f"约定{agreement.perform_by:%Y-%m-%d}前履行。" if agreement.perform_by else ""
    entry = Entry(
        "登记履行", f"{due}每履行一笔登记一次，附上收条或照片。", "已登记履行。", law=FOLLOW_LAW
    )
    return entry_page(request, dispute, form, entry, do)


def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Judicial confirmation: asked by both, then what the court ruled."""
    dispute, today = handled_dispute(request, pk), timezone.localdate()
    agreement = agreement_of(dispute)
    state = confirmation_of(agreement, dispute) if agreement else None
    if agreement is None or state is None or not (state.may_ask or state.may_decide):
        messages.error(request, state.note if state else "还没有协议，不能申请司法确认。")
        return redirect("disputes:dispute-detail", pk)
    data, start = posted_or_stashed(request), {"on": today}
    if state.may_decide:
        ruling = RulingForm(data, today=today, initial=start)
        entry = Entry("登记司法确认结果", state.note, "已登记司法确认结果。", law=CONFIRM_LAW)

        def decide(data: dict[str, Any], by: User) -> None:
            decide_confirmation(
                agreement=agreement, is_confirmed=data["is_confirmed"], on=data["on"], by=by
            )

        return entry_page(request, dispute, ruling, entry, decide)
    court = f"{dispute.county.name}人民法院"
    ask = AskForm(data, today=today, initial={**start, "court": court})
    word = f"{state.note}由双方当事人共同向人民法院申请（{state.word}）。"
    entry = Entry("申请司法确认", word, "已登记司法确认申请。", "登记申请", CONFIRM_LAW)

    def do(data: dict[str, Any], by: User) -> None:
        ask_confirmation(agreement=agreement, on=data["on"], court=data["court"], by=by)

    return entry_page(request, dispute, ask, entry, do)
