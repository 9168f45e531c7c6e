"""Electronic ledgers: look, narrow, print, download."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from campaigns.enums import Activity
from campaigns.excel import ledger_book
from campaigns.forms.filters import LedgerFilterForm
from campaigns.selectors.ledgers import (
    LEDGERS,
    LedgerFilter,
    LedgerKind,
    printed_rows,
    sweep_answers,
    unfilled,
)
from campaigns.views.remembered import remembered_month, signed_in
from pingan.models import User

PAGE_LENGTH = 50
# A sheet is written while the browser waits; beyond this the range is to be narrowed.
MOST_ROWS = 50_000
MOST_PRINTED_ROWS = 2_000
MOST_NAMES = 12
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
def ledger_index(_request: HttpRequest) -> HttpResponse:
    """The first ledger; the others are one tab away."""
    return redirect("campaigns:ledger-list", Activity.PATROL)


def _kind(name: str) -> LedgerKind:
    if name not in LEDGERS:
        raise Http404
    return LEDGERS[name]


def chosen_filter(request: HttpRequest, kind: LedgerKind) -> tuple[LedgerFilterForm, LedgerFilter]:
    """The filter as typed, and as used: what cannot be read falls back to the month in view."""
    month = remembered_month(request)
    form = LedgerFilterForm(request.GET or None, states=kind.states, answers=kind.answers)
    data: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    first = data.get("first") or data.get("last") or month
    last = data.get("last") or max(first, month)
    chosen = LedgerFilter(
        first=first,
        last=max(first, last),
        text=data.get("text", ""),
        state=data.get("state", ""),
        answer=data.get("answer", ""),
        on_from=data.get("on_from"),
        on_to=data.get("on_to"),
    )
    return form, chosen


def _parameters(chosen: LedgerFilter) -> str:
    values = {
        "first": str(chosen.first),
        "last": str(chosen.last),
        "text": chosen.text,
        "state": chosen.state,
        "answer": chosen.answer,
        "on_from": chosen.on_from,
        "on_to": chosen.on_to,
    }
    return urlencode({name: value for name, value in values.items() if value})


def _months(chosen: LedgerFilter) -> str:
    if chosen.last == chosen.first:
        return chosen.first.label
    return f"{chosen.first.label}至{chosen.last.label}"


def _narrowed(kind: LedgerKind, chosen: LedgerFilter) -> list[str]:
    """What the filter leaves out, as it is printed above the table."""
    states, answers = dict(kind.states), dict(kind.answers)
    return [
        *([f"单位：{chosen.text}"] if chosen.text else []),
        *([f"状态：{states[chosen.state]}"] if chosen.state else []),
        *([f"填报方式：{answers[chosen.answer]}"] if chosen.answer else []),
        *([f"{chosen.on_from}起"] if chosen.on_from else []),
        *([f"至{chosen.on_to}"] if chosen.on_to else []),
    ]


@require_GET
def ledger_list(request: HttpRequest, activity: str) -> HttpResponse:
    """One ledger in pages."""
    kind = _kind(activity)
    what = ("print", "download")
    return shown(
        request,
        kind,
        {each: reverse(f"campaigns:ledger-{each}", args=[kind.name]) for each in what},
    )


def shown(request: HttpRequest, kind: LedgerKind, addresses: dict[str, str]) -> HttpResponse:
    """The page of a ledger, of whichever app it is."""
    user = signed_in(request)
    form, chosen = chosen_filter(request, kind)
    page = Paginator(kind.find(user, chosen), PAGE_LENGTH).get_page(request.GET.get("page"))
    query = _parameters(chosen)
    context = {
        "kind": kind,
        "kinds": list(LEDGERS.values()),
        "rows": list(printed_rows(kind, page.object_list)),
        "page": page,
        "query": f"&{query}",
        "addresses": {name: f"{address}?{query}" for name, address in addresses.items()},
        "form": form,
        "chosen": chosen,
        "answers": sweep_answers(user, chosen) if kind.answers else [],
        **_unfilled(user, kind, chosen),
    }
    return render(request, "campaigns/ledger_list.html", context)


def _unfilled(user: User, kind: LedgerKind, chosen: LedgerFilter) -> dict[str, Any]:
    """Units without a single row: 空 is not zero."""
    returns = None if chosen.on_from or chosen.on_to else unfilled(user, kind.name, chosen)
    if returns is None:
        return {}
    return {"blank_count": returns.count(), "blank_returns": list(returns[:MOST_NAMES])}


def _refuse_length(request: HttpRequest, count: int, most: int, verb: str) -> None:
    """What is asked for is never cut short."""
    messages.error(
        request, f"共{count}行，超过一次可{verb}的{most}行，请缩小月份或单位范围再{verb}。"
    )


@require_GET
def ledger_print(request: HttpRequest, activity: str) -> HttpResponse:
    """The whole ledger, as filtered, on A4 sheets."""
    kind = _kind(activity)
    return printed(request, kind, reverse("campaigns:ledger-list", args=[kind.name]))


def printed(request: HttpRequest, kind: LedgerKind, back: str) -> HttpResponse:
    user = signed_in(request)
    _form, chosen = chosen_filter(request, kind)
    found = kind.find(user, chosen)
    count = _length(found)
    if count > MOST_PRINTED_ROWS:
        _refuse_length(request, count, MOST_PRINTED_ROWS, "打印")
        return redirect(f"{back}?{_parameters(chosen)}")
    context = {
        "kind": kind,
        "rows": list(printed_rows(kind, found)),
        "months": _months(chosen),
        "narrowed": _narrowed(kind, chosen),
        "count": count,
        "back": f"{back}?{_parameters(chosen)}",
        "now": timezone.localtime(),
    }
    return render(request, "campaigns/ledger_print.html", context)


def _length(found: Any) -> int:
    return len(found) if isinstance(found, list) else int(found.count())


@require_GET
def ledger_download(request: HttpRequest, activity: str) -> HttpResponse:
    """The whole ledger, as filtered, as a workbook."""
    kind = _kind(activity)
    return downloaded(request, kind, reverse("campaigns:ledger-list", args=[kind.name]))


def downloaded(request: HttpRequest, kind: LedgerKind, back: str) -> HttpResponse:
    user = signed_in(request)
    _form, chosen = chosen_filter(request, kind)
    found = kind.find(user, chosen)
    count = _length(found)
    if count > MOST_ROWS:
        _refuse_length(request, count, MOST_ROWS, "下载")
        return redirect(f"{back}?{_parameters(chosen)}")
    title, months = f"{kind.label}台账", _months(chosen)
    content = ledger_book(
        title=title,
        columns=[(column.label, column.is_number) for column in kind.columns],
        rows=([cell.value for cell in row.cells] for row in printed_rows(kind, found)),
        notes=[
            "　".join([user.unit.name, months, f"共{count}行", *_narrowed(kind, chosen)]),
            f"{timezone.localtime():%Y-%m-%d %H:%M}下载",
        ],
    )
    response = HttpResponse(content, content_type=_XLSX)
    name = quote(f"{title}（{months}）.xlsx")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return response
