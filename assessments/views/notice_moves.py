"""The moves of a rectification notice: signed, withdrawn, answered, rechecked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from assessments.enums import RecheckResult
from assessments.forms import notices as forms
from assessments.forms.places import NamelessForm
from assessments.models import RectificationNotice
from assessments.services import notices as services
from assessments.views.answers import signed_in, tell
from assessments.views.notices import show, visible_notice
from pingan.models import User
from pingan.refusals import Conflict, Refused

Move = Callable[[RectificationNotice, dict[str, Any], User], object]


def _move(
    request: HttpRequest, pk: int, name: str, form: NamelessForm, move: Move, told: str
) -> HttpResponse:
    """One move; what was typed stays on the page where it is refused."""
    notice = visible_notice(request, pk)
    status = 422
    if form.is_valid():
        try:
            move(notice, form.cleaned_data, signed_in(request))
        except Refused as error:
            tell(request, error)
            notice = visible_notice(request, pk)
            form.renewed(notice.version)
            status = 409 if isinstance(error, Conflict) else 422
        else:
            messages.success(request, told)
            return redirect("assessments:notice-detail", pk)
    return show(request, notice, status, **{name: form})


@require_POST
def notice_sign(request: HttpRequest, pk: int) -> HttpResponse:
    return _move(
        request,
        pk,
        "sign",
        forms.SignForm(request.POST, prefix="sign"),
        lambda notice, data, user: services.sign_notice(
            notice=notice, version=data["version"], by=user
        ),
        "已签发并编号，单位的待办里可以看到。",
    )


@require_POST
def notice_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    return _move(
        request,
        pk,
        "withdraw",
        forms.WithdrawForm(request.POST, prefix="withdraw"),
        lambda notice, data, user: services.withdraw_notice(
            notice=notice, version=data["version"], reason=data["reason"], by=user
        ),
        "已撤销。",
    )


@require_POST
def notice_reply(request: HttpRequest, pk: int) -> HttpResponse:
    return _move(
        request,
        pk,
        "reply",
        forms.ReplyForm(request.POST, request.FILES, prefix="reply"),
        lambda notice, data, user: services.reply_notice(
            notice=notice,
            version=data["version"],
            text=data["text"],
            uploads=data["uploads"],
            by=user,
        ),
        "整改情况已报告，等待复查。",
    )


@require_POST
def notice_recheck(request: HttpRequest, pk: int) -> HttpResponse:
    return _move(
        request,
        pk,
        "recheck",
        forms.RecheckForm(request.POST, prefix="recheck"),
        lambda notice, data, user: services.recheck_notice(
            notice=notice,
            version=data["version"],
            on=data["on"],
            result=RecheckResult(data["result"]),
            findings=data["findings"],
            by=user,
        ),
        "复查结果已录入。",
    )
