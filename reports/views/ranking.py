"""The ranking of a month, with the way down to every unit."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from pingan.middleware import SignedInRequest
from pingan.months import Month
from reports.selectors.editions import latest_month, month_span, shown_edition
from reports.selectors.rankings import (
    RankingPage,
    find_peers,
    peers_in,
    ranking_page,
)
from reports.selectors.trends import SPANS
from reports.services import BY_NAME, render_document
from reports.tables import points_text
from reports.views.downloads import attachment
from reports.views.months import month_links
from reports.views.parameters import number_of


def latest(request: SignedInRequest) -> HttpResponse:
    month = latest_month(request.user)
    if month is None:
        return render(request, "reports/ranking_empty.html")
    return redirect("reports:ranking-month", month)


def show(request: SignedInRequest, month: Month) -> HttpResponse:
    edition = shown_edition(request.user, month)
    span = month_span(request.user)
    first, last = span or (None, None)
    links = month_links("reports:ranking-month", month, first=first, last=last)
    if edition is None:
        return render(request, "reports/ranking_empty.html", {"links": links})
    groups = peers_in(edition)
    peers = find_peers(
        edition,
        groups,
        parent_id=number_of(request, "parent"),
        level=number_of(request, "level"),
        group=request.GET.get("group"),
    )
    if peers is None:
        raise Http404
    sort = request.GET.get("sort", "rank")
    months = SPANS[1] if request.GET.get("months") == str(SPANS[1]) else SPANS[0]
    page = ranking_page(edition, groups, peers, request.user, sort, months)
    context = {
        "links": links,
        "edition": edition,
        "page": page,
        "columns": _columns(page, sort, months),
        "months": months,
        "spans": [
            (span, urlencode({"sort": sort, "months": span})) for span in SPANS if span != months
        ],
    }
    return render(request, "reports/ranking_month.html", context)


def download(request: SignedInRequest, month: Month) -> HttpResponse:
    edition = shown_edition(request.user, month)
    if edition is None:
        raise Http404
    document = BY_NAME["ranking.xlsx"]
    name, content = render_document(document=document, edition=edition)
    return attachment(name, content, document.content_type)


@dataclass(frozen=True, slots=True)
class ColumnHead:
    """The head of a column; the link sorts by it, a second click the other way round."""

    title: str
    note: str
    style: str
    query: str
    order: str  # aria-sort


def _columns(page: RankingPage, sort: str, months: int) -> list[ColumnHead]:
    """Heads in the order of the table; good numbers come first at the first click."""
    kept = page.peers.query + (f"&months={months}" if months != SPANS[0] else "")

    def head(
        title: str, name: str, *, style: str = "", falls: bool = False, note: str = ""
    ) -> ColumnHead:
        first, second = (f"-{name}", name) if falls else (name, f"-{name}")
        query = urlencode({"sort": second if sort == first else first})
        order = ""
        if sort.removeprefix("-") == name:
            order = "descending" if sort.startswith("-") else "ascending"
        return ColumnHead(title, note, style, f"{kept}&{query}", order)

    return [
        head("名次", "rank", style="mid"),
        head(page.peers.label, "unit"),
        head("总分", "total", style="num", falls=True),
        ColumnHead("等次", "", "mid", "", ""),
        ColumnHead("颜色", "", "", "", ""),
        head("较上月", "change", style="mid", falls=True),
        ColumnHead(f"近{months}个月", "", "mid", "", ""),
        *(
            head(item.name, item.code, style="num", falls=True, note=points_text(item.points))
            for item in page.heads
        ),
    ]
