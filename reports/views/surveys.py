"""The survey's three indexes with their intervals, and who can be told apart."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from pingan.middleware import SignedInRequest
from pingan.months import Month
from pingan.selectors.offices import is_demo_county
from reports.excel import SheetColumn, SheetKind, table_xlsx
from reports.policies import may_see_survey_indexes
from reports.selectors.editions import county_of
from reports.selectors.surveys import (
    INDEXES,
    Scope,
    SurveyPage,
    months_of,
    scopes_of,
    survey_page,
    survey_span,
)
from reports.views.downloads import XLSX, attachment
from reports.views.months import month_links


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address asks for."""

    month: Month
    months: tuple[Month, ...]
    scope: Scope
    scopes: list[Scope]
    index: str
    is_quarter: bool

    @property
    def label(self) -> str:
        if not self.is_quarter:
            return self.month.label
        quarter = "一二三四"[(self.month.number - 1) // 3]
        return f"{self.month.year}年第{quarter}季度"

    def query(self, **changes: str) -> str:
        """The same page with something else chosen."""
        chosen = {
            "of": self.scope.key,
            "index": self.index,
            "span": "quarter" if self.is_quarter else "month",
        }
        return urlencode(chosen | changes)


def latest(request: SignedInRequest) -> HttpResponse:
    _check(request)
    span = survey_span(request.user)
    month = span[1] if span else Month.of(timezone.localdate()).previous
    return redirect("reports:survey-index-month", month)


def show(request: SignedInRequest, month: Month) -> HttpResponse:
    wanted = _wanted(request, month)
    page = _page(request, wanted)
    first, last = survey_span(request.user) or (None, None)
    context = {
        "wanted": wanted,
        "page": page,
        "links": month_links(
            "reports:survey-index-month", month, first=first, last=last, query=wanted.query()
        ),
        "index_label": dict(INDEXES)[wanted.index],
        "index_names": [label for _name, label in INDEXES],
        "tabs": [
            (label, wanted.query(index=name), name == wanted.index) for name, label in INDEXES
        ],
        "download": reverse("reports:survey-index-download", args=[month]) + f"?{wanted.query()}",
    }
    return render(request, "reports/survey_index.html", context)


def download(request: SignedInRequest, month: Month) -> HttpResponse:
    wanted = _wanted(request, month)
    page = _page(request, wanted)
    county = county_of(request.user)
    demo = "（演示数据）" if is_demo_county(county.pk) else ""
    title = f"{county.name}{wanted.label}治安测评指数（{wanted.scope.label}）{demo}"
    columns = [
        SheetColumn("单位", SheetKind.TEXT, 24),
        SheetColumn("单位代码", SheetKind.CENTRE, 15),
        SheetColumn("有效票", SheetKind.WHOLE, 8),
    ]
    for _name, label in INDEXES:
        columns += [
            SheetColumn(f"{label}\n好评票", SheetKind.WHOLE, 9),
            SheetColumn(f"{label}\n指数", SheetKind.RATE, 9),
            SheetColumn("区间\n下限", SheetKind.RATE, 8),
            SheetColumn("区间\n上限", SheetKind.RATE, 8),
            SheetColumn("档次", SheetKind.CENTRE, 9),
        ]
    rows = []
    for row in page.rows:
        cells: list[str | int | float | None] = [row.name, row.code, row.slips]
        for one in row.indexes:
            cells += [
                one.share.part,
                one.share.value,
                one.interval.low,
                one.interval.high,
                one.tier_text,
            ]
        rows.append(cells if row.indexes else [*cells, *([None] * 5 * len(INDEXES))])
    content = table_xlsx(
        name="测评指数",
        title=title,
        notes=[*RULE, f"最少有效票数为{page.minimum}票，不足的不分档。"],
        columns=columns,
        rows=rows,
        day=timezone.localdate(),
    )
    return attachment(f"{title}.xlsx", content, XLSX)


RULE = (
    "指数为好评票除以有效票；区间为95%置信区间（威尔逊法）：票越少，区间越宽。",
    "分档：从高到低，与本档第一名之差的95%置信区间（纽科姆法）包含0的，分不出高低，同在一档；"
    "第一个分得出的开始下一档。",
)


def _page(request: SignedInRequest, wanted: Wanted) -> SurveyPage:
    return survey_page(request.user, wanted.months, wanted.scope, wanted.index)


def _check(request: SignedInRequest) -> None:
    if not may_see_survey_indexes(request.user):
        raise PermissionDenied("测评指数由县级、督导检查组和乡镇查看。")


def _wanted(request: SignedInRequest, month: Month) -> Wanted:
    """The choices of the address; an unknown one is a 404."""
    _check(request)
    is_quarter = request.GET.get("span") == "quarter"
    months = months_of(month, is_quarter=is_quarter)
    scopes = scopes_of(request.user, months[-1])
    key = request.GET.get("of", "")
    scope = next((each for each in scopes if not key or each.key == key), None)
    index = request.GET.get("index", "") or INDEXES[-1][0]
    if scope is None or index not in dict(INDEXES):
        raise Http404
    return Wanted(month, months, scope, scopes, index, is_quarter)
