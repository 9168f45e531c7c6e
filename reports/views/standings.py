"""Quarter and year totals: on screen, on paper, as a workbook."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from pingan.middleware import SignedInRequest
from pingan.months import FIRST_YEAR, LAST_YEAR
from pingan.selectors.offices import is_demo_county
from reports.excel import SheetColumn, SheetKind, table_xlsx
from reports.selectors.editions import county_of
from reports.selectors.standings import (
    QUARTERS,
    Span,
    StandingPage,
    published_years,
    standing_page,
)
from reports.views.downloads import XLSX, attachment
from reports.views.parameters import number_of


def latest(request: SignedInRequest) -> HttpResponse:
    years = published_years(request.user)
    year = years[1] if years else timezone.localdate().year
    return redirect("reports:standing-year", year)


def show(request: SignedInRequest, year: int, quarter: int | None = None) -> HttpResponse:
    page = _page(request, year, quarter)
    years = published_years(request.user)
    context = {
        **_context(request, page),
        "previous": _address("", year - 1, None) if years and years[0] < year else "",
        "next": _address("", year + 1, None) if years and year < years[1] else "",
        "spans": [
            (label, _address("", year, each, page), each == quarter)
            for label, each in [("全年", None), *((f"{q}季度", n) for n, q in _quarters())]
        ],
        "print_address": _address("print", year, quarter, page),
        "download_address": _address("download", year, quarter, page),
    }
    return render(request, "reports/standing_year.html", context)


def printed(request: SignedInRequest, year: int, quarter: int | None = None) -> HttpResponse:
    page = _page(request, year, quarter)
    context = {
        **_context(request, page),
        "county": county_of(request.user),
        "back": _address("", year, quarter, page),
        "today": timezone.localdate(),
    }
    return render(request, "reports/standing_print.html", context)


def download(request: SignedInRequest, year: int, quarter: int | None = None) -> HttpResponse:
    page = _page(request, year, quarter)
    if page.peers is None:
        raise Http404
    county = county_of(request.user)
    demo = "（演示数据）" if is_demo_county(county.pk) else ""
    title = f"{county.name}{page.span.label}{page.peers.label}累计排名{demo}"
    months = [SheetColumn(f"{month.number}月", SheetKind.POINTS, 8) for month in page.span.months]
    columns = [
        SheetColumn("名次", SheetKind.CENTRE, 6.5),
        SheetColumn("并列", SheetKind.CENTRE, 6.5),
        SheetColumn("单位", SheetKind.TEXT, 24),
        SheetColumn("单位代码", SheetKind.CENTRE, 15),
        SheetColumn("累计得分", SheetKind.POINTS, 10),
        SheetColumn("等次", SheetKind.CENTRE, 9),
        SheetColumn("计入月数", SheetKind.WHOLE, 7),
        SheetColumn("缺少月数", SheetKind.WHOLE, 7),
        *months,
        SheetColumn("说明", SheetKind.TEXT, 26),
    ]
    rows = [
        [
            row.standing.place.rank if row.standing.place else None,
            "是" if row.standing.place and row.standing.place.is_tied else "",
            row.name,
            row.code,
            row.standing.mean,
            row.standing.grade.label if row.standing.grade else None,
            row.standing.counted,
            row.standing.missed,
            *(cell.text if cell.total is None else cell.total for cell in row.cells),
            "；".join(_remarks(row, page)),
        ]
        for row in page.rows
    ]
    content = table_xlsx(
        name="累计排名",
        title=title,
        notes=notes(page),
        columns=columns,
        rows=rows,
        day=timezone.localdate(),
    )
    return attachment(f"{title}.xlsx", content, XLSX)


def notes(page: StandingPage) -> list[str]:
    """What the reader must know, in sentences."""
    lines = [
        f"累计得分为各月总分的平均数，只在最后四舍五入一次。已公布{page.count}个月，"
        f"至少参评{page.least}个月的才排名次；总分相同的并列，后面的名次顺延。",
        "等次按考核办法的分数线评定；期内有一票否决的，一律评为不合格。",
    ]
    if page.missing:
        names = "、".join(f"{month.number}月" for month in page.missing)
        lines.append(
            f"{names}没有公布的考评结果，不计入，表中为“—”；“未参评”指公布了而该单位没有参评。"
        )
    return lines


def _remarks(row: Any, page: StandingPage) -> list[str]:
    remarks = []
    if row.is_vetoed:
        remarks.append("期内有一票否决，等次为不合格")
    if row.standing.place is None:
        remarks.append(f"参评不足{page.least}个月，不排名次")
    if row.is_closed:
        remarks.append("已撤并")
    return remarks


def _context(request: SignedInRequest, page: StandingPage) -> dict[str, Any]:
    return {
        "page": page,
        "lines": [(row, "；".join(_remarks(row, page))) for row in page.rows],
        "notes": notes(page) if page.peers else [],
    }


def _page(request: SignedInRequest, year: int, quarter: int | None) -> StandingPage:
    if not FIRST_YEAR <= year <= LAST_YEAR or quarter not in (None, 1, 2, 3, 4):
        raise Http404
    page = standing_page(
        request.user,
        Span(year, quarter),
        parent_id=number_of(request, "parent"),
        level=number_of(request, "level"),
        group=request.GET.get("group"),
    )
    if page is None:
        raise Http404
    return page


def _address(kind: str, year: int, quarter: int | None, page: StandingPage | None = None) -> str:
    """The page of a year or a quarter, of the same peers."""
    name = f"standing-{'quarter' if quarter else 'year'}{f'-{kind}' if kind else ''}"
    path = reverse(f"reports:{name}", args=[year, quarter] if quarter else [year])
    query = page.peers.query if page and page.peers else urlencode({})
    return f"{path}?{query}" if query else path


def _quarters() -> list[tuple[int, str]]:
    return list(enumerate(QUARTERS, start=1))
