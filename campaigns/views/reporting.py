"""Reporting figures of a month by township, on a page and as a workbook."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from campaigns.excel import ledger_book
from campaigns.selectors.reporting import ReportingRow, reporting_figures
from campaigns.views.remembered import county_of, remembered_month, signed_in
from pingan.enums import Role
from pingan.models import User
from pingan.months import Month
from pingan.templatetags.pingan import rate

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_NOTES = (
    "应报：本月有月报的单位；已报：待审核、已通过和退回修改中的，撤回的不算。",
    "按时：首次上报不晚于期限（有延期的按延期）；完整：各项都有答复，零报告算答复，没有填的不算。",
)
_COLUMNS = (
    ("单位", False),
    ("应报", True),
    ("已报", True),
    ("上报率", False),
    ("按时", True),
    ("按时率", False),
    ("完整", True),
    ("完整率", False),
    ("退回修改中", True),
    ("延期", True),
)


@require_GET
def reporting_latest(request: HttpRequest) -> HttpResponse:
    return redirect("campaigns:reporting-month", remembered_month(request))


def _reader(request: HttpRequest) -> User:
    """A village has one return: figures of many are for those above it."""
    user = signed_in(request)
    if user.role == Role.VILLAGE_CLERK:
        raise PermissionDenied("报送情况由乡镇和县查看。")
    return user


@require_GET
def reporting_month(request: HttpRequest, month: Month) -> HttpResponse:
    """By township and in all."""
    user = _reader(request)
    figures = reporting_figures(county_of(user), month, user)
    is_last = month >= Month.of(timezone.localdate())
    context = {
        "month": month,
        "rows": figures.rows,
        "total": figures.total,
        "notes": _NOTES,
        "previous": _address(month.previous),
        "next": "" if is_last else _address(month.next),
    }
    return render(request, "campaigns/reporting_month.html", context)


def _address(month: Month) -> str:
    return reverse("campaigns:reporting-month", args=[month])


@require_GET
def reporting_download(request: HttpRequest, month: Month) -> HttpResponse:
    """The same table as a workbook."""
    user = _reader(request)
    figures = reporting_figures(county_of(user), month, user)
    title = f"{month.label}报送情况"
    book = ledger_book(
        title=title,
        columns=_COLUMNS,
        rows=[_cells(row) for row in (*figures.rows, figures.total)],
        notes=_NOTES,
    )
    header = content_disposition_header(as_attachment=True, filename=f"{title}.xlsx")
    return HttpResponse(book, content_type=_XLSX, headers={"Content-Disposition": header})


def _cells(row: ReportingRow) -> list[Any]:
    return [
        row.name,
        row.expected,
        row.received,
        rate(row.received, row.expected),
        row.on_time,
        rate(row.on_time, row.expected),
        row.complete,
        rate(row.complete, row.expected),
        row.returned,
        row.extended,
    ]
