"""Electronic ledgers: look, narrow, download."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from campaigns.enums import Activity
from campaigns.excel import ledger_book
from campaigns.forms.filters import LedgerFilterForm
from campaigns.selectors.ledgers import LedgerFilter, has_dates, headers, ledger, ledger_rows
from campaigns.views.remembered import remembered_month, signed_in

PAGE_LENGTH = 50
# A sheet is written while the browser waits; beyond this the range is to be narrowed.
MOST_ROWS = 50_000
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
def ledger_index(_request: HttpRequest) -> HttpResponse:
    """The first ledger; the others are one tab away."""
    return redirect("campaigns:ledger-list", Activity.PATROL)


def _activity(name: str) -> Activity:
    if name not in Activity.values:
        raise Http404
    return Activity(name)


def _chosen(request: HttpRequest) -> tuple[LedgerFilterForm, LedgerFilter]:
    """The filter as typed, and as used: what cannot be read falls back to the month in view."""
    month = remembered_month(request)
    form = LedgerFilterForm(request.GET or None)
    data: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    first = data.get("first") or data.get("last") or month
    last = data.get("last") or max(first, month)
    chosen = LedgerFilter(
        first=first,
        last=max(first, last),
        text=data.get("text", ""),
        state=data.get("state", ""),
        on_from=data.get("on_from"),
        on_to=data.get("on_to"),
    )
    return form, chosen


@require_GET
def ledger_list(request: HttpRequest, activity: str) -> HttpResponse:
    """One ledger in pages."""
    kind, user = _activity(activity), signed_in(request)
    form, chosen = _chosen(request)
    page = Paginator(ledger(user, kind, chosen), PAGE_LENGTH).get_page(request.GET.get("page"))
    query = urlencode({name: value for name, value in _parameters(chosen).items() if value})
    context = {
        "activity": kind,
        "activities": list(Activity),
        "columns": headers(kind),
        "rows": list(ledger_rows(kind, page.object_list)),
        "page": page,
        "query": f"&{query}",
        "download": f"?{query}",
        "form": form,
        "chosen": chosen,
        "has_dates": has_dates(kind),
    }
    return render(request, "campaigns/ledger_list.html", context)


def _parameters(chosen: LedgerFilter) -> dict[str, Any]:
    return {
        "first": str(chosen.first),
        "last": str(chosen.last),
        "text": chosen.text,
        "state": chosen.state,
        "on_from": chosen.on_from,
        "on_to": chosen.on_to,
    }


@require_GET
def ledger_download(request: HttpRequest, activity: str) -> HttpResponse:
    """The whole ledger, as filtered, as a workbook."""
    kind, user = _activity(activity), signed_in(request)
    _form, chosen = _chosen(request)
    found = ledger(user, kind, chosen)
    count = found.count()
    if count > MOST_ROWS:
        messages.error(
            request, f"共{count}行，超过一次可下载的{MOST_ROWS}行，请缩小月份或单位范围再下载。"
        )
        return redirect("campaigns:ledger-list", kind)
    months = chosen.first.label
    if chosen.last != chosen.first:
        months += f"至{chosen.last.label}"
    title = f"{kind.label}台账"
    content = ledger_book(
        title=title,
        columns=[(column.label, column.is_number) for column in headers(kind)],
        rows=([cell.value for cell in row.cells] for row in ledger_rows(kind, found)),
        notes=[
            f"{user.unit.name}　{months}　共{count}行",
            f"{timezone.localtime():%Y-%m-%d %H:%M}下载",
        ],
    )
    response = HttpResponse(content, content_type=_XLSX)
    name = quote(f"{title}（{months}）.xlsx")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return response
