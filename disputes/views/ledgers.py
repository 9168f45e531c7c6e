"""The ledger of cases: on screen, on paper, as a workbook; and with names, under a password."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from disputes.excel.ledgers import ledger_book
from disputes.forms.imports import LedgerFilterForm, NamesExportForm
from disputes.models import DESK_ROLES
from disputes.selectors.cases import Filters
from disputes.selectors.ledgers import (
    LEDGER,
    PAPER,
    SCREEN,
    in_hand,
    ledger,
    lines,
    listed,
    listed_page,
    values,
)
from disputes.services.exports import MOST_NAMED, export_names
from disputes.views.answers import signed_in, tell
from pingan.enums import ADMINISTRATOR_ROLES
from pingan.models import User
from pingan.refusals import Refused
from pingan.workbooks.sheets import Head

PAGE_LENGTH = 50
MOST_ROWS = 20_000
MOST_PRINTED_ROWS = 2_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook(content: bytes, name: str) -> HttpResponse:
    """A workbook to be saved; nothing on the way keeps a copy."""
    header = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    headers = {"Content-Disposition": header, "Cache-Control": "no-store"}
    return HttpResponse(content, content_type=XLSX, headers=headers)


def _asked(request: HttpRequest) -> tuple[User, LedgerFilterForm, Filters, str]:
    """Who asks, the filter as typed and as used, and the filter as it stands in addresses."""
    user = signed_in(request)
    if user.role in ADMINISTRATOR_ROLES:
        raise PermissionDenied("管理员不查看业务记录。")
    form = LedgerFilterForm(request.GET, user=user)
    filters = form.filters()
    typed = {name: request.GET[name] for name in form.fields if request.GET.get(name)}
    return user, form, filters, urlencode(typed)


def _narrowed(form: LedgerFilterForm, filters: Filters) -> list[str]:
    """What the filter leaves out, as it is printed above the table."""
    data = form.cleaned_data
    states = dict(form.fields["state"].choices)  # type: ignore[attr-defined]
    levels = dict(form.fields["level"].choices)  # type: ignore[attr-defined]
    return [
        *([f"登记单位：{data['unit'].name}"] if filters.unit else []),
        *([f"登记日期：{filters.first}起"] if filters.first else []),
        *([f"登记日期：至{filters.last}"] if filters.last else []),
        *([f"状态：{states[filters.state]}"] if filters.state != "all" else []),
        *([f"类别：{data['category'].name}"] if filters.category else []),
        *([f"层级：{levels[filters.level]}"] if filters.level is not None else []),
        *([f"含“{filters.text}”"] if filters.text else []),
    ]


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The ledger in pages, with its sheets one button away."""
    user, form, filters, query = _asked(request)
    found = ledger(user, filters, timezone.localdate())
    keys = found.values_list("pk", flat=True)
    page = Paginator(keys, PAGE_LENGTH).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "columns": SCREEN,
        "rows": lines(listed_page(page), SCREEN),
        "page": page,
        "query": f"&{query}" if query else "",
        "asked": f"?{query}" if query else "",
        "is_desk": user.role in DESK_ROLES,
    }
    return render(request, "disputes/ledger_list.html", context)


def _too_many(request: HttpRequest, count: int, most: int, verb: str) -> None:
    """What is asked for is never cut short."""
    messages.error(
        request, f"共{count}件，超过一次可{verb}的{most}件，请缩小时间或单位范围再{verb}。"
    )


@require_GET
def printed(request: HttpRequest) -> HttpResponse:
    """The whole ledger, as filtered, on A4 sheets."""
    user, form, filters, query = _asked(request)
    found = ledger(user, filters, timezone.localdate())
    count, back = found.count(), f"{reverse('disputes:ledger-list')}?{query}"
    if count > MOST_PRINTED_ROWS:
        _too_many(request, count, MOST_PRINTED_ROWS, "打印")
        return redirect(back)
    context: dict[str, Any] = {
        "columns": PAPER,
        "rows": lines(listed(found), PAPER),
        "count": count,
        "narrowed": _narrowed(form, filters),
        "back": back,
        "now": timezone.localtime(),
    }
    return render(request, "disputes/ledger_print.html", context)


@require_GET
def download(request: HttpRequest) -> HttpResponse:
    """The whole ledger, as filtered, as a workbook: roles and counts only."""
    user, form, filters, query = _asked(request)
    found = ledger(user, filters, timezone.localdate())
    count = found.count()
    if count > MOST_ROWS:
        _too_many(request, count, MOST_ROWS, "下载")
        return redirect(f"{reverse('disputes:ledger-list')}?{query}")
    now = timezone.localtime()
    content = ledger_book(
        heads=[Head(column.label, column.width, column.kind) for column in LEDGER],
        rows=(values(dispute) for dispute in listed(found)),
        notes=[
            "　".join([user.unit.name, f"共{count}件", *_narrowed(form, filters)]),
            f"{now:%Y-%m-%d %H:%M}下载，不含姓名",
        ],
    )
    return workbook(content, f"矛盾纠纷台账{now:%Y-%m-%d}.xlsx")


@sensitive_post_parameters("password", "password_again")
@require_http_methods(["GET", "POST"])
def names(request: HttpRequest) -> HttpResponse:
    """The cases in hand with names: a purpose, a password typed twice, an entry in the trail."""
    user, chosen, filters, query = _asked(request)
    if user.role not in DESK_ROLES:
        raise PermissionDenied("您的岗位不办理纠纷。")
    form = NamesExportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            content = export_names(
                filters=filters, purpose=data["purpose"], password=data["password"], by=user
            )
        except Refused as error:
            tell(request, error)
        else:
            today = timezone.localdate()
            return workbook(content, f"矛盾纠纷台账（含姓名）{today:%Y-%m-%d}.xlsx")
    context = {
        "form": form,
        "count": in_hand(user, filters, timezone.localdate()).count(),
        "most": MOST_NAMED,
        "narrowed": _narrowed(chosen, filters),
        "back": f"{reverse('disputes:ledger-list')}?{query}",
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "disputes/ledger_names.html", context, status=status)
