"""以案定补: claim for a month, review, pay, sums, the list to sign."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from disputes import policies
from disputes.enums import ClaimState
from disputes.excel.subsidies import subsidies_book
from disputes.forms.subsidies import ClaimFilterForm, DecideForm, MonthForm, PayForm
from disputes.models import SubsidyClaim
from disputes.selectors.committees import mediator_label, shows_masked
from disputes.selectors.subsidies import (
    CLAIM_TONES,
    ClaimFilters,
    ClaimSum,
    SignLine,
    claim_sums,
    claims,
    closed_cases,
    prospects,
    sign_lines,
)
from disputes.services.subsidies import claim_subsidies, decide_claims, pay_claims
from disputes.views.answers import signed_in, tell
from pingan.models import User
from pingan.money import capitals, yuan_text
from pingan.months import Month
from pingan.refusals import Refused

PAGE_SIZE = 50
MOST_ROWS = 20_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _reader(request: HttpRequest) -> User:
    user = signed_in(request)
    try:
        policies.check_see_subsidies(by=user)
    except Refused as error:
        tell(request, error)
    return user


def _asked(request: HttpRequest) -> str:
    """The filters, to be carried on in addresses."""
    left_out = ("page", "tick")
    asked = {name: value for name, value in request.GET.items() if name not in left_out and value}
    return urlencode(asked)


def _found(request: HttpRequest, user: User) -> tuple[ClaimFilterForm, QuerySet[SubsidyClaim]]:
    form = ClaimFilterForm(request.GET, user=user)
    return form, claims(user, form.filters())


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The claims, with boxes for whoever reviews them."""
    user = _reader(request)
    form, found = _found(request, user)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    asked = _asked(request)
    masked = shows_masked(user)
    context = {
        "form": form,
        "page": page,
        "rows": [
            {
                "claim": claim,
                "mediator": mediator_label(claim.mediator, shows_masked=masked),
                "amount": yuan_text(claim.amount),
                "state": claim.get_state_display(),
                "tone": CLAIM_TONES[ClaimState(claim.state)],
                "may_decide": policies.may(policies.check_decide, claim=claim, by=user),
            }
            for claim in page
        ],
        "total": _money(claim_sums(found, shows_masked=masked).total),
        "query": f"&{asked}" if asked else "",
        "asked": asked,
        "is_ticked": request.GET.get("tick") == "all",
        "decide": DecideForm(),
        "may_claim": policies.may(policies.check_desk, by=user),
        "may_review": policies.may(policies.check_review_claims, by=user),
    }
    return render(request, "disputes/subsidy_list.html", context)


def _money(line: ClaimSum) -> dict[str, Any]:
    """A sum, ready to print."""
    return {
        "label": line.label,
        "claimed": line.claimed,
        "waiting": line.waiting,
        "waiting_money": yuan_text(line.money[ClaimState.CLAIMED]),
        "approved": line.approved,
        "approved_money": yuan_text(line.approved_money),
        "paid": line.paid,
        "paid_money": yuan_text(line.paid_money),
        "refused": line.refused,
    }


@require_http_methods(["GET", "POST"])
def claim(request: HttpRequest) -> HttpResponse:
    """The closed cases of a month: what each brings, or what it still lacks."""
    user = signed_in(request)
    try:
        policies.check_desk(by=user)
    except Refused as error:
        tell(request, error)
    month = MonthForm(request.GET or None).chosen()
    cases = list(closed_cases(user, month))
    if request.method == "POST":
        ticked = set(request.POST.getlist("case"))
        chosen = [case for case in cases if str(case.pk) in ticked]
        try:
            done, left = claim_subsidies(disputes=chosen, by=user)
        except Refused as error:
            tell(request, error)
        else:
            if not chosen:
                messages.error(request, "请先勾选要申报的纠纷。")
            elif done:
                messages.success(request, f"已申报{done}件，等审核。")
            for prospect in left:
                messages.warning(request, f"{prospect.dispute.code}没有申报：{prospect.obstacle}")
        return _back("disputes:subsidy-claim", f"month={month}")
    rows = prospects(cases)
    masked = shows_masked(user)
    context = {
        "month": month,
        "may_review": policies.may(policies.check_review_claims, by=user),
        "previous": f"?month={month.previous}",
        "next": f"?month={month.next}" if month < Month.of(timezone.localdate()) else "",
        "rows": [
            {
                "prospect": row,
                "mediator": mediator_label(row.dispute.mediator, shows_masked=masked)
                if row.dispute.mediator
                else "—",
                "amount": yuan_text(row.amount) if row.is_open else "—",
                "is_claimed": row.claim is not None and not row.is_open,
            }
            for row in rows
        ],
        "open": sum(row.is_open for row in rows),
        "money": yuan_text(sum(row.amount for row in rows if row.is_open)),
    }
    return render(request, "disputes/subsidy_claim.html", context)


def _back(name: str, query: str) -> HttpResponse:
    answer = redirect(name)
    if query:
        answer["Location"] += f"?{query}"
    return answer


@require_POST
def decide(request: HttpRequest) -> HttpResponse:
    """Approve or refuse what is ticked."""
    user, form = _reader(request), DecideForm(request.POST)
    back = request.POST.get("asked", "")
    is_approved = request.POST.get("answer") == "approve"
    if not form.is_valid():
        messages.error(request, "审核意见最多200字。")
        return _back("disputes:subsidy-list", _query(back))
    try:
        count = decide_claims(
            claims=_ticked(request, user),
            is_approved=is_approved,
            reason=form.cleaned_data["reason"],
            by=user,
        )
    except Refused as error:
        tell(request, error)
    else:
        word = "通过" if is_approved else "不予补贴"
        messages.success(request, f"已审核{count}件：{word}。")
    return _back("disputes:subsidy-list", _query(back))


def _query(text: str) -> str:
    """What came along as parameters, and nothing else, goes back into the address."""
    return QueryDict(text).urlencode()


def _ticked(request: HttpRequest, user: User) -> Sequence[SubsidyClaim]:
    """The claims of the boxes; a key of somebody else's claim is none."""
    keys = [int(key) for key in request.POST.getlist("claim") if key.isascii() and key.isdigit()]
    found = list(SubsidyClaim.objects.visible_to(user).filter(pk__in=keys[:MOST_ROWS]))
    if len(found) != len(set(keys)):
        raise Refused("有的申报不在您的范围内，没有处理。")
    return found


@require_http_methods(["GET", "POST"])
def pay(request: HttpRequest) -> HttpResponse:
    """What is approved of a month, paid on one day: exactly what the page showed."""
    user = _reader(request)
    try:
        policies.check_review_claims(by=user)
    except Refused as error:
        tell(request, error)
    month = MonthForm(request.GET or None).chosen()
    waiting = claims(user, ClaimFilters(first=month, last=month, state=ClaimState.APPROVED))
    form = PayForm(request.POST or None, initial={"on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        on = form.cleaned_data["on"]
        try:
            count = pay_claims(claims=_ticked(request, user), on=on, by=user)
        except Refused as error:
            tell(request, error)
        else:
            messages.success(request, f"已登记发放{count}件。")
            return _back("disputes:subsidy-list", f"first={month}&last={month}&state=paid")
    lines = sign_lines(waiting)
    context = {
        "month": month,
        "previous": f"?month={month.previous}",
        "next": f"?month={month.next}" if month < Month.of(timezone.localdate()) else "",
        "form": form,
        "keys": [claim.pk for claim in waiting],
        "rows": _signed(lines, user),
        "count": sum(line.count for line in lines),
        "money": yuan_text(sum(line.amount for line in lines)),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "disputes/subsidy_pay.html", context, status=status)


def _signed(lines: Sequence[SignLine], user: User) -> list[dict[str, Any]]:
    masked = shows_masked(user)
    return [
        {
            "committee": line.mediator.committee.name,
            "mediator": mediator_label(line.mediator, shows_masked=masked),
            "count": line.count,
            "amount": yuan_text(line.amount),
        }
        for line in lines
    ]


@require_GET
def sums(request: HttpRequest) -> HttpResponse:
    """By month, township, committee, mediator and month."""
    user = _reader(request)
    form, found = _found(request, user)
    added = claim_sums(found, shows_masked=shows_masked(user))
    asked = _asked(request)
    context = {
        "form": form,
        "asked": asked,
        "may_claim": policies.may(policies.check_desk, by=user),
        "may_review": policies.may(policies.check_review_claims, by=user),
        "total": _money(added.total),
        "tables": [
            (title, head, [_money(line) for line in lines])
            for title, head, lines in (
                ("按月份", "月份", added.by_month),
                ("按乡镇", "单位", added.by_township),
                ("按调解组织", "调解组织", added.by_committee),
                ("按调解员和月份", "调解员", added.by_mediator),
            )
        ],
    }
    return render(request, "disputes/subsidy_sums.html", context)


@require_GET
def download(request: HttpRequest) -> HttpResponse:
    """Claims and sums as a workbook; names masked for the desks, numbers for all others."""
    user = _reader(request)
    _form, found = _found(request, user)
    if found.count() > MOST_ROWS:
        messages.error(request, f"超过一次可下载的{MOST_ROWS}行，请缩小月份范围。")
        return _back("disputes:subsidy-list", _asked(request))
    masked = shows_masked(user)
    added = claim_sums(found, shows_masked=masked)
    title = f"{user.unit.name}以案定补"
    content = subsidies_book(
        title=title,
        notes=[f"{timezone.localdate():%Y-%m-%d}下载，调解员只显示编号和隐去的姓名。"],
        claims=[_line(claim, masked=masked) for claim in found],
        sums=[
            (name, [_sum(line) for line in (*lines, added.total)])
            for name, lines in (
                ("按月份", added.by_month),
                ("按乡镇", added.by_township),
                ("按调解组织", added.by_committee),
                ("按调解员和月份", added.by_mediator),
            )
        ],
    )
    header = content_disposition_header(as_attachment=True, filename=f"{title}.xlsx")
    return HttpResponse(content, content_type=XLSX, headers={"Content-Disposition": header or ""})


def _line(claim: SubsidyClaim, *, masked: bool) -> tuple[Any, ...]:
    return (
        claim.month.label,
        claim.dispute.code,
        claim.dispute.unit.name,
        claim.mediator.committee.name,
        claim.mediator.number,
        claim.mediator.name.masked if masked else "",
        claim.amount,
        claim.get_state_display(),
        claim.reason,
        claim.paid_on,
    )


def _sum(line: ClaimSum) -> tuple[Any, ...]:
    return (
        line.label,
        line.claimed,
        line.waiting,
        line.approved,
        line.approved_money,
        line.paid,
        line.paid_money,
        line.refused,
    )


@require_GET
def sign(request: HttpRequest) -> HttpResponse:
    """A month's approved and paid subsidies by mediator, to be signed on paper."""
    user = _reader(request)
    month = MonthForm(request.GET or None).chosen()
    found = claims(user, ClaimFilters(first=month, last=month))
    lines = sign_lines(found.filter(state__in=(ClaimState.APPROVED, ClaimState.PAID)))
    total = sum(line.amount for line in lines)
    context = {
        "month": month,
        "rows": _signed(lines, user),
        "count": sum(line.count for line in lines),
        "money": yuan_text(total),
        "capitals": capitals(total),
        "back": f"{reverse('disputes:subsidy-pay')}?month={month}",
        "now": timezone.localtime(),
    }
    return render(request, "disputes/subsidy_print.html", context)
