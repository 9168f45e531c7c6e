"""The list of returns, one return, and its moves."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from campaigns import policies
from campaigns.enums import Activity, Move
from campaigns.forms.filters import ReturnFilterForm
from campaigns.forms.moves import MoveForm
from campaigns.models import MonthlyReturn
from campaigns.selectors.completeness import gaps
from campaigns.selectors.deadlines import due_sentence, extension_of
from campaigns.selectors.history import history
from campaigns.selectors.remarks import open_remarks, remarks_of
from campaigns.selectors.reopening import lock_sentence, pending_requests, requests_of
from campaigns.selectors.returns import (
    LISTED_ACTIVITIES,
    ReturnFilter,
    ReturnRow,
    listed,
    looks_from_above,
    own_returns,
    period_is_open,
    return_rows,
)
from campaigns.services import returns as services
from campaigns.services.months import ensure_month_open, open_month
from campaigns.views.findings import said_in, shown_of
from campaigns.views.remembered import county_of, month_links, remembered_month, signed_in, tell
from pingan.enums import Role
from pingan.models import Unit, User
from pingan.months import Month
from pingan.refusals import Refused

PAGE_LENGTH = 60


@require_GET
def return_list(request: HttpRequest) -> HttpResponse:
    """A clerk's own months; for everybody above, the units of one month."""
    user = signed_in(request)
    ensure_month_open(county=county_of(user), month=Month.of(timezone.localdate()))
    if user.role == Role.VILLAGE_CLERK:
        return _own_months(request, user)
    month = remembered_month(request)
    form = ReturnFilterForm(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {"state": "", "text": ""}
    under = _under(request, user)
    found = listed(user, ReturnFilter(month, chosen["state"], chosen["text"], under))
    page = Paginator(found, PAGE_LENGTH).get_page(request.GET.get("page"))
    kept = {**chosen, "unit": under.pk if under else ""}
    context = {
        "rows": return_rows(list(page), timezone.localdate()),
        "activities": LISTED_ACTIVITIES,
        "page": page,
        "query": "&" + urlencode({"month": str(month), **kept}),
        "form": form,
        "under": under,
        "from_above": looks_from_above(user),
        "reopen_requests": _reopen_requests(user),
        "is_filtered": bool(chosen["state"] or chosen["text"] or under),
        "may_open": policies.may_open_month(county=county_of(user), by=user),
        **month_links(month, **kept),
    }
    return render(request, "campaigns/return_list.html", context)


def _reopen_requests(user: User) -> int:
    """How many wait for this person's decision."""
    county_id = county_of(user).pk
    return pending_requests(user) if policies.may_decide_reopen(county_id=county_id, by=user) else 0


def _own_months(request: HttpRequest, user: User) -> HttpResponse:
    page = Paginator(own_returns(user), 24).get_page(request.GET.get("page"))
    context = {
        "rows": return_rows(list(page), timezone.localdate()),
        "activities": LISTED_ACTIVITIES,
        "page": page,
    }
    return render(request, "campaigns/return_months.html", context)


def _under(request: HttpRequest, user: User) -> Unit | None:
    """The township whose villages are asked for."""
    number = request.GET.get("unit", "")
    return Unit.objects.visible_to(user).filter(pk=number).first() if number.isdigit() else None


@require_POST
def month_open(request: HttpRequest) -> HttpResponse:
    """Open a past month by hand, for records entered afterwards."""
    user, month = signed_in(request), remembered_month(request)
    try:
        made = open_month(county=county_of(user), month=month, by=user)
    except Refused as error:
        tell(request, error)
    else:
        messages.success(request, f"{month.label}已开启，新建{made}份月报。")
    return redirect("campaigns:return-list")


def visible_return(request: HttpRequest, pk: int) -> MonthlyReturn:
    """The return, or 404 where this person may not see it."""
    rows = MonthlyReturn.objects.visible_to(signed_in(request))
    return get_object_or_404(
        rows.select_related("unit__parent", "submitted_by", "zero_signed_by"), pk=pk
    )


@require_GET
def return_view(request: HttpRequest, pk: int) -> HttpResponse:
    """One return: where it stands, how full it is, what can be done, what was done."""
    monthly_return, user = visible_return(request, pk), signed_in(request)
    (row,) = return_rows([monthly_return], timezone.localdate())
    is_open = period_is_open(monthly_return.unit.root_id, monthly_return.month)
    allowed = {
        move.value: is_open and policies.may(move, monthly_return=monthly_return, by=user)
        for move in Move
    }
    context = {
        "monthly_return": monthly_return,
        "row": row,
        "cards": _cards(monthly_return, row, user, is_open=is_open),
        "due": due_sentence(monthly_return, extension_of(monthly_return)),
        "lock": lock_sentence(monthly_return),
        "requests": requests_of(monthly_return),
        "may_extend": is_open and policies.may_extend(monthly_return=monthly_return, by=user),
        "may_request_reopen": not is_open
        and policies.may_request_reopen(monthly_return=monthly_return, by=user),
        "is_open": is_open,
        "allowed": allowed,
        "is_own_submission": _is_own_submission(monthly_return, user),
        "remarks": remarks_of(monthly_return),
        "history": history(monthly_return),
    }
    return render(request, "campaigns/return_view.html", context)


def _cards(
    monthly_return: MonthlyReturn, row: ReturnRow, user: User, *, is_open: bool
) -> list[dict[str, Any]]:
    def may_fill(activity: Activity) -> bool:
        if not is_open or activity == Activity.SURVEY:
            return False
        return policies.may_edit_activity(activity, monthly_return=monthly_return, by=user)

    return [
        {
            "activity": activity,
            "mark": mark,
            "verb": "填写" if may_fill(activity) else "查看",
        }
        for activity, mark in row.marks.items()
    ]


def _is_own_submission(monthly_return: MonthlyReturn, user: User) -> bool:
    """Submitted by the very reviewer: the page says why he finds no button."""
    return monthly_return.submitted_by_id == user.pk and policies.is_superior_of(
        user, monthly_return.unit
    )


@require_http_methods(["GET", "POST"])
def return_move(request: HttpRequest, pk: int, move: Move) -> HttpResponse:
    """Ask once more, then do it."""
    monthly_return, user = visible_return(request, pk), signed_in(request)
    form = MoveForm(request.POST or None, initial={"version": monthly_return.version})
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            _do(move, monthly_return, user, {**form.cleaned_data, "said": said_in(request.POST)})
        except services.Incomplete:
            status = 422
        except Refused as error:
            tell(request, error)
            return redirect("campaigns:return-view", pk)
        else:
            messages.success(request, f"{monthly_return}：{_DONE[move]}。")
            return redirect(*_NEXT.get(move, ("campaigns:return-view", pk)))
    elif not policies.may(move, monthly_return=monthly_return, by=user):
        return _refuse(request, monthly_return, move)
    (row,) = return_rows([monthly_return], timezone.localdate())
    context = {
        **(_missing(request, monthly_return) if move == Move.SUBMIT else {}),
        "row": row,
        "monthly_return": monthly_return,
        "move": move,
        "form": form,
    }
    return render(request, "campaigns/return_move.html", context, status=status)


def _missing(request: HttpRequest, monthly_return: MonthlyReturn) -> dict[str, Any]:
    """What stands between the return and its submission."""
    missing = gaps(monthly_return)
    findings = shown_of(monthly_return, said_in(request.POST))
    return {
        "gaps": missing,
        "findings": findings,
        "is_stopped": bool(missing.blocking) or any(each.stops for each in findings),
        "remarks": open_remarks(monthly_return),
    }


def _refuse(request: HttpRequest, monthly_return: MonthlyReturn, move: Move) -> HttpResponse:
    try:
        policies.check(move, monthly_return=monthly_return, by=signed_in(request))
    except Refused as error:
        tell(request, error)
    return redirect("campaigns:return-view", monthly_return.pk)


_DONE = {
    Move.SUBMIT: "已上报，请等待审核",
    Move.WITHDRAW: "已撤回，可以继续修改",
    Move.SEND_BACK: "已退回，填报人会看到原因",
    Move.ACCEPT: "已审核通过",
}
_NEXT = {Move.SEND_BACK: ("campaigns:return-review",), Move.ACCEPT: ("campaigns:return-review",)}


def _do(move: Move, monthly_return: MonthlyReturn, user: User, data: dict[str, Any]) -> None:
    what: dict[str, Any] = {
        "monthly_return": monthly_return,
        "version": data["version"],
        "by": user,
    }
    if move == Move.SUBMIT:
        services.submit(**what, confirmed=data["confirmed"], said=data["said"])
    elif move == Move.WITHDRAW:
        services.withdraw(**what)
    elif move == Move.SEND_BACK:
        services.send_back(**what, reason=data["reason"])
    else:
        services.accept(**what)
