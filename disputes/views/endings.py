"""How a case ends: failed or guided to other ways, and closed with its checklist."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from disputes import policies
from disputes.enums import Move
from disputes.forms.files import CloseForm, EndingForm
from disputes.selectors.files import closing_gaps, file_of
from disputes.services.closing import close_dispute, end_without_agreement
from disputes.views.answers import signed_in, tell, told
from disputes.views.entries import Entry, entry_page, handled_dispute
from pingan.models import User
from pingan.refusals import Refused
from pingan.stash import posted_or_stashed

LAW = (
    "《人民调解法》第二十六条：调解不成的，应当终止调解，并告知当事人可以依法通过仲裁、行政、"
    "司法等途径维护自己的权利"
)
WORDS = {
    Move.FAIL: "调解终止，期限停止计算。以后双方愿意的，还可以“重新调解”。",
    Move.GUIDE: "告诉当事人去哪里、带什么材料；以后双方愿意的，还可以“重新调解”。",
}


def fail(request: HttpRequest, pk: int) -> HttpResponse:
    """No agreement came about."""
    return _end(request, pk, Move.FAIL)


def guide(request: HttpRequest, pk: int) -> HttpResponse:
    """The parties are guided to another way, the court among them."""
    return _end(request, pk, Move.GUIDE)


def _end(request: HttpRequest, pk: int, move: Move) -> HttpResponse:
    dispute, today = handled_dispute(request, pk), timezone.localdate()
    if request.method != "POST":
        try:
            policies.check_move(dispute=dispute, move=move, by=signed_in(request))
        except Refused as error:
            tell(request, error)
            return redirect("disputes:dispute-detail", pk)
    start = {"on": today, "version": dispute.version}
    form = EndingForm(posted_or_stashed(request), move=move, today=today, initial=start)

    def do(data: dict[str, Any], by: User) -> None:
        end_without_agreement(
            dispute=dispute,
            move=move,
            on=data["on"],
            routes=data["routes"],
            reason=data["reason"],
            version=data["version"] or 0,
            by=by,
        )

    entry = Entry(move.label, WORDS[move], f"{dispute.code}：{move.label}。", move.label, LAW)
    return entry_page(request, dispute, form, entry, do)


def close(request: HttpRequest, pk: int) -> HttpResponse:
    """The checklist of the file, then the closing."""
    user, dispute = signed_in(request), handled_dispute(request, pk)
    today = timezone.localdate()
    if request.method != "POST":
        try:
            policies.check_move(dispute=dispute, move=Move.CLOSE, by=user)
        except Refused as error:
            tell(request, error)
            return redirect("disputes:dispute-detail", pk)
    gaps = closing_gaps(dispute)
    start = {"on": today, "version": dispute.version}
    form = CloseForm(posted_or_stashed(request), has_gaps=bool(gaps), today=today, initial=start)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            try:
                close_dispute(
                    dispute=dispute,
                    on=data["on"],
                    reason=data["reason"],
                    is_gap_accepted=data.get("is_gap_accepted", False),
                    version=data["version"] or 0,
                    by=user,
                )
            except Refused as error:
                status = told(request, error, form, dispute)
            else:
                messages.success(request, f"{dispute.code}已结案归档。")
                return redirect("disputes:dispute-detail", pk)
    items = [item for item in file_of(dispute) if item.code != "closing"]
    context = {"dispute": dispute, "form": form, "items": items, "gaps": gaps}
    return render(request, "disputes/dispute_close.html", context, status=status)
