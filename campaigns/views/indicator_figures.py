"""Figures of a place: period, last year, the year so far; by unit for one indicator."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from campaigns.enums import PeriodKind
from campaigns.excel import ledger_book
from campaigns.forms.indicator_filters import FiguresForm
from campaigns.models import Indicator
from campaigns.selectors.indicator_figures import Figure, place_figures, unit_figures
from campaigns.selectors.indicators import catalogue
from campaigns.spans import Span, span_on
from campaigns.views.indicators import tabs
from campaigns.views.remembered import county_of, signed_in
from pingan.models import Unit

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Choices of the page; ten days of one county are too few to be compared.
KINDS = (PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.YEAR, PeriodKind.TEN_DAYS)


def _chosen(request: HttpRequest) -> tuple[Unit, Span, Indicator | None]:
    """Place, period and indicator; the last whole month of one's own unit unless asked."""
    user = signed_in(request)
    form = FiguresForm(request.GET)
    form.is_valid()
    data = form.cleaned_data
    kind = PeriodKind(data.get("kind") or PeriodKind.MONTH)
    today = timezone.localdate()
    span = span_on(kind, data["day"]) if data.get("day") else span_on(kind, today).previous
    place = user.unit
    if data.get("unit"):
        place = get_object_or_404(Unit.objects.visible_to(user), pk=data["unit"])
    indicator = None
    if data.get("indicator"):
        known = {each.pk: each for each in catalogue(county_of(user).pk)}
        indicator = known.get(data["indicator"])
    return place, span, indicator


def _query(place: Unit, span: Span, indicator: Indicator | None = None) -> str:
    asked: dict[str, Any] = {"kind": span.kind.value, "day": span.starts_on, "unit": place.pk}
    if indicator:
        asked["indicator"] = indicator.pk
    return "?" + urlencode(asked)


@require_GET
def indicator_figures(request: HttpRequest) -> HttpResponse:
    """The figures as a table."""
    user = signed_in(request)
    place, span, indicator = _chosen(request)
    today = timezone.localdate()
    is_last = span.ends_on >= today
    context = {
        "place": place,
        "span": span,
        "indicator": indicator,
        "topics": [] if indicator else place_figures(user, place, span),
        "lines": unit_figures(user, place, span, indicator) if indicator else [],
        "kinds": [
            {
                "label": kind.label.removesuffix("报"),
                "query": _query(place, span_on(kind, min(span.ends_on, today)), indicator),
                "is_chosen": kind == span.kind,
            }
            for kind in KINDS
        ],
        "previous": _query(place, span.previous, indicator),
        "next": "" if is_last else _query(place, span.next, indicator),
        "here": _query(place, span),
        "download": _query(place, span, indicator),
        "above": _above(request, place, span, indicator),
        **tabs(request),
    }
    return render(request, "campaigns/indicator_figures.html", context)


def _above(
    request: HttpRequest, place: Unit, span: Span, indicator: Indicator | None
) -> dict[str, str] | None:
    """The way up again, as far as this person sees."""
    if place.pk == signed_in(request).unit_id or place.parent is None:
        return None
    seen = Unit.objects.visible_to(signed_in(request))
    parent = seen.filter(pk=place.parent.pk).first()
    return {"name": parent.name, "query": _query(parent, span, indicator)} if parent else None


_COLUMNS = (
    ("计量单位", False),
    ("本期", True),
    ("上年同期", True),
    ("同比", False),
    ("本年累计", True),
    ("上年累计", True),
    ("累计同比", False),
)


@require_GET
def indicator_figures_download(request: HttpRequest) -> HttpResponse:
    """The same table as a workbook."""
    user = signed_in(request)
    place, span, indicator = _chosen(request)
    if indicator:
        name, rows = (
            indicator.name,
            [_row(line) for line in unit_figures(user, place, span, indicator)],
        )
        columns = [("单位", False), *_COLUMNS]
    else:
        name = "指标统计"
        columns = [("类别", False), ("指标", False), *_COLUMNS, ("已通过 / 应报", False)]
        rows = [
            [topic.name, *_row(line), line.reported]
            for topic in place_figures(user, place, span)
            for line in topic.figures
        ]
    content = ledger_book(
        title=name,
        columns=columns,
        rows=rows,
        notes=[
            f"{place.name}　{span.label}　只统计已审核通过的报表",
            f"{timezone.localtime():%Y-%m-%d %H:%M}下载",
        ],
    )
    response = HttpResponse(content, content_type=_XLSX)
    file_name = quote(f"{place.name}{name}（{span.label}）.xlsx")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{file_name}"
    return response


def _row(line: Figure) -> list[Any]:
    """Counts as numbers, everything else as it is printed."""
    texts = [
        line.label,
        line.measure,
        line.now,
        line.before,
        line.change,
        line.year,
        line.year_before,
        line.year_change,
    ]
    return [int(text) if text.lstrip("-").isdecimal() else text for text in texts]
