"""One move of a case: its day and its reason, asked before it is made."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from disputes import policies
from disputes.enums import Move
from disputes.forms.cases import MoveForm
from disputes.services.moves import NEED_REASON, move_dispute
from disputes.views.answers import signed_in, tell, told, visible_dispute
from pingan.refusals import Refused

# Moves with a form of their own: the registration, the agreement, its performance, the visit, and
# the endings, which ask what was said to the parties and whether the file is whole.
ELSEWHERE = frozenset(
    {Move.EDIT, Move.AGREE, Move.PERFORM, Move.FOLLOW, Move.FAIL, Move.GUIDE, Move.CLOSE}
)
WORDS = {
    Move.ACCEPT: "受理后一般在一个月内调结；受理当天起计算调解期限。",
    Move.REJECT: "不予受理要告知当事人其他途径。",
    Move.START: "开始调解前先告知当事人权利和义务。",
    Move.WITHDRAW: "当事人要求终止调解的，写明是哪一方提出的（写身份，不写姓名）。",
    Move.RESUME: "一方反悔或有了新情况，重新调解；本级期限从今天起重新计算。",
}


def make(request: HttpRequest, pk: int, move: str) -> HttpResponse:
    """Ask, then move."""
    user, dispute = signed_in(request), visible_dispute(request, pk)
    if move not in Move.values or Move(move) in ELSEWHERE:
        raise Http404("没有这个动作。")
    step, today = Move(move), timezone.localdate()
    try:
        if request.method == "POST":  # refused with the form, so that nothing typed is lost
            policies.check_handle(dispute=dispute, by=user)
        else:
            policies.check_move(dispute=dispute, move=step, by=user)
    except Refused as error:
        tell(request, error)
        return redirect("disputes:dispute-detail", pk)
    start = {"on": today, "version": dispute.version}
    form = MoveForm(
        request.POST or None, initial=start, today=today, needs_reason=step in NEED_REASON
    )
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            move_dispute(
                dispute=dispute,
                move=step,
                on=data["on"],
                note=data["note"],
                version=data["version"] or 0,
                by=user,
            )
        except Refused as error:
            status = told(request, error, form, dispute)
        else:
            messages.success(request, f"{dispute.code}：{step.label}。")
            return redirect("disputes:dispute-detail", pk)
    context = {"dispute": dispute, "move": step, "form": form, "word": WORDS.get(step, "")}
    return render(request, "disputes/dispute_move.html", context, status=status)
