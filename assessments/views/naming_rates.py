"""Rates against the goals; the list and the rates as workbooks; the list for printing."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from assessments.selectors.naming_rates import KindRate, Share, naming_rates
from assessments.selectors.namings import NamingFilter, kinds_of, naming_row, namings_found
from assessments.views.answers import county_of, signed_in
from assessments.views.namings import asked_filter
from campaigns.excel import ledger_book
from pingan import scopes
from pingan.models import User
from pingan.templatetags.pingan import rate

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_REACHED = {True: "达到", False: "未达到", None: "—"}


def _rates(user: User) -> list[KindRate]:
    if not scopes.has_records(user):
        raise Http404
    return naming_rates(user, kinds_of(county_of(user).pk), timezone.localdate())


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """All kinds; ?kind= one of them by township."""
    rates = _rates(signed_in(request))
    asked = request.GET.get("kind", "")
    context = {
        "rates": rates,
        "chosen": next((each for each in rates if each.kind.code == asked), None),
        "today": timezone.localdate(),
    }
    return render(request, "assessments/naming_rates.html", context)


@require_GET
def rates_download(request: HttpRequest) -> HttpResponse:
    """Every kind as a whole and by township, both counts in columns of their own."""
    columns = [("类别", False), ("范围", False), ("总数", True), ("已命名", True)]
    columns += [("命名率", False), ("合格目标", False), ("达到", False)]
    columns += [("其中示范", True), ("示范率", False), ("示范目标", False), ("达到", False)]
    rows = []
    for each in _rates(signed_in(request)):
        rows.append(_row(each, "合计", each.share))
        rows += [_row(each, place, share) for place, share in each.places]
    note = "总数是当天可以申报该类命名的单位数（按户数的为户数）；没有可命名单位的不算率"
    return _book("命名率", columns, rows, [note])


def _row(each: KindRate, place: str, share: Share) -> list[Any]:
    kind = each.kind
    goals = (kind.goal_qualified, kind.goal_demonstration)
    parts = (share.named, share.demonstration)
    row: list[Any] = [kind.name, place, share.total]
    for goal, part in zip(goals, parts, strict=True):
        printed = rate(part, share.total) if goal else "不设目标"
        row += [part, printed, f"{goal}%" if goal else "—", _REACHED[share.reaches(goal, part)]]
    return row


@require_GET
def list_download(request: HttpRequest) -> HttpResponse:
    """The list as it is narrowed in the address."""
    user, today = signed_in(request), timezone.localdate()
    _form, chosen = asked_filter(request, user)
    labels = ("上级单位", "单位", "类别", "等级", "状态", "命名文件")
    columns = [(label, False) for label in (*labels, "命名日期", "有效期至", "复核日期")]
    columns.insert(4, ("户数", True))
    rows = []
    for naming in namings_found(user, NamingFilter(**chosen), today):
        row = naming_row(naming, today)
        parent = naming.unit.parent
        rows.append(
            [
                parent.name if parent else "",
                naming.unit.name,
                naming.kind.name,
                naming.get_grade_display(),
                naming.count,
                row.word,
                naming.document,
                naming.valid_from,
                naming.withdrawn_on or naming.valid_to,
                naming.recheck_on,
            ]
        )
    return _book("命名台账", columns, rows, [user.unit.name])


@require_GET
def list_print(request: HttpRequest) -> HttpResponse:
    """The named of today for the wall or the file: units, grades, documents, terms."""
    user, today = signed_in(request), timezone.localdate()
    if not scopes.has_records(user):
        raise Http404
    _form, chosen = asked_filter(request, user)
    chosen = {**chosen, "state": "valid"}
    found = list(namings_found(user, NamingFilter(**chosen), today))
    context = {
        "namings": found,
        "today": today,
        "back": _back(chosen),
        "kinds": _counts([naming.kind.name for naming in found]),
    }
    return render(request, "assessments/naming_print.html", context)


def _back(chosen: dict[str, Any]) -> str:
    return f"./?{urlencode(chosen)}"


def _counts(names: list[str]) -> list[tuple[str, int]]:
    return [(name, names.count(name)) for name in dict.fromkeys(names)]


def _book(
    title: str, columns: list[tuple[str, bool]], rows: list[list[Any]], notes: list[str]
) -> HttpResponse:
    stamp = f"{timezone.localtime():%Y-%m-%d %H:%M}下载"
    content = ledger_book(title=title, columns=columns, rows=rows, notes=[*notes, stamp])
    response = HttpResponse(content, content_type=_XLSX)
    name = quote(f"{title}（{timezone.localdate()}）.xlsx")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return response
