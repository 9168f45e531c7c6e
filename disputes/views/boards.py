"""The county's and the township's board: counts alone."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from disputes.excel.boards import board_book
from disputes.figures import DEFINITIONS
from disputes.forms.boards import PeriodForm
from disputes.selectors.boards import Board, Line, board_of
from disputes.views.answers import signed_in
from pingan.enums import ADMINISTRATOR_ROLES, Level
from pingan.models import Unit

WORKLOADS_SHOWN = 20
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
def county(request: HttpRequest) -> HttpResponse:
    """The county's board, ?unit= a township's; who works below goes to the own unit's."""
    if signed_in(request).unit.level != Level.COUNTY:
        return redirect("disputes:dispute-board")
    return _page(request, _asked_unit(request))


@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """The own unit's board; ?unit= another unit of the own tree."""
    if signed_in(request).unit.level == Level.COUNTY:
        return redirect("disputes:dispute-county")
    return _page(request, _asked_unit(request))


@require_GET
def download(request: HttpRequest) -> HttpResponse:
    """The same figures as a workbook."""
    unit, today = _asked_unit(request), timezone.localdate()
    form = PeriodForm(request.GET, today=today)
    found = board_of(signed_in(request), unit, form.span(), today)
    content = board_book(found, f"{timezone.localtime():%Y-%m-%d %H:%M}下载")
    response = HttpResponse(content, content_type=_XLSX)
    name = quote(f"{unit.name}矛盾纠纷（{found.span.label}）.xlsx")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return response


def _asked_unit(request: HttpRequest) -> Unit:
    """A unit of the own tree, or 404."""
    user = signed_in(request)
    if user.role in ADMINISTRATOR_ROLES:
        raise PermissionDenied("管理员不查看业务记录。")
    asked = request.GET.get("unit", "")
    if not asked:
        return user.unit
    return get_object_or_404(Unit.objects.visible_to(user), pk=asked if asked.isdecimal() else 0)


def _page(request: HttpRequest, unit: Unit) -> HttpResponse:
    user, today = signed_in(request), timezone.localdate()
    form = PeriodForm(request.GET, today=today)
    found = board_of(user, unit, form.span(), today)
    asked = {name: request.GET[name] for name in form.fields if request.GET.get(name)}
    context = {
        "board": found,
        "form": form,
        "definitions": DEFINITIONS,
        "query": urlencode(asked),
        "cards": _cards(found),
        "total": Line("合计", found.total),
        "workloads": found.workloads[:WORKLOADS_SHOWN],
        "more_workloads": max(len(found.workloads) - WORKLOADS_SHOWN, 0),
        "is_own": unit.pk == user.unit_id,
    }
    return render(request, "disputes/dispute_board.html", context)


def _cards(found: Board) -> list[tuple[str, int, int | None, str]]:
    """Name, count, the count it is a share of, unit word."""
    total = found.total
    return [
        ("受理", total.received, None, "件"),
        ("调解", total.mediated, None, "件"),
        ("成功", total.settled, total.mediated, "件"),
        ("按期", total.in_time, total.mediated, "件"),
        ("超期未结", total.unsettled, None, "件"),
        ("不出村", total.within_village, total.settled, "件"),
        ("不出乡镇", total.within_township, total.settled, "件"),
        ("防止激化", total.prevented, None, f"件、{total.prevented_people}人"),
        ("司法确认", total.confirmed, None, "件"),
        ("已履行", total.performed, total.settled, "件"),
        ("重复", total.repeated, total.received, "件"),
        ("回访满意", total.satisfied, total.visits, "次"),
    ]
