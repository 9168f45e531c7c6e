"""实绩档案: the year list, one holder's year on a page and as a printed file."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from assessments.excel.archives import archives_book
from assessments.models import PostTenure
from assessments.pdf.archives import archive_pdf
from assessments.policies import may
from assessments.policies import tenures as policies
from assessments.selectors.archives import (
    KINDS,
    Archive,
    ArchivePart,
    archive_of,
    archive_parts,
    archive_years,
)
from assessments.tenures import DECISIVE_DAY
from assessments.views.answers import county_of, signed_in
from pingan.enums import OfficeRole
from pingan.models import User
from pingan.selectors.offices import is_demo_county, office_names
from pingan.templatetags.pingan import points
from pingan.typesetting import RenderError

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
RULE = f"每月{DECISIVE_DAY}日在任者计当月；年中调任的，前后任各计各月，不重不漏。"
_NUMBERS = "一二三四五六七八九十"
_MONTH_TABLE: dict[str, Any] = {
    "heads": ["月份", "得分", "名次 / 同组单位", "等次"],
    "widths": [3, 2, 4, 2],
    "aligns": ["center"] * 4,
}
_EVENT_TABLE: dict[str, Any] = {
    "heads": ["日期", "类别", "内容", "文件"],
    "widths": [5, 4, 11, 8],
    "aligns": ["center", "center", "left", "left"],
}


def _year(request: HttpRequest, user: User) -> tuple[int, list[int]]:
    """The asked year, else the latest; and the years there are."""
    years = archive_years(user, timezone.localdate())
    asked = request.GET.get("year", "")
    return (int(asked) if asked.isdecimal() and int(asked) in years else years[0]), years


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    year, years = _year(request, user)
    text = request.GET.get("text", "").strip()[:40]
    parts = _matching(archive_parts(user, year, timezone.localdate()), text)
    context = {
        "year": year,
        "years": years,
        "text": text,
        "query": f"&text={quote(text)}" if text else "",
        "parts": parts,
        "kinds": KINDS,
        "rule": RULE,
        "may_keep": may(policies.check_keep, county=county_of(user), by=user),
    }
    return render(request, "assessments/archive_list.html", context)


def _matching(parts: list[ArchivePart], text: str) -> list[ArchivePart]:
    return [
        part
        for part in parts
        if not text or text in f"{part.tenure.unit.name} {part.tenure.holder} {part.tenure.post}"
    ]


@require_GET
def download(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    year, _years = _year(request, user)
    parts = _matching(
        archive_parts(user, year, timezone.localdate()), request.GET.get("text", "").strip()[:40]
    )
    title = f"{user.unit.name}{year}年实绩一览"
    rows = [_row(part) for part in parts]
    content = archives_book(title=title, notes=[RULE, "得分取已公布的现行版次。"], rows=rows)
    return _file(content, f"{title}.xlsx", XLSX)


def _row(part: ArchivePart) -> tuple[Any, ...]:
    unit, tenure = part.tenure.unit, part.tenure
    grades = "，".join(
        f"{name}{count}" for name, count in Archive(tenure.holder, 0, (part,)).grades
    )
    return (
        unit.name,
        unit.parent.short_name if unit.parent else "",
        tenure.post,
        tenure.holder,
        part.first,
        part.last,
        len(part.months),
        len(part.results),
        points(part.mean),
        grades,
        *part.counts,
    )


def _tenure(request: HttpRequest, pk: int) -> PostTenure:
    rows = PostTenure.objects.visible_to(signed_in(request)).select_related("unit__county")
    return get_object_or_404(rows, pk=pk)


@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    user, tenure = signed_in(request), _tenure(request, pk)
    year, years = _year(request, user)
    context = {
        "tenure": tenure,
        "year": year,
        "years": years,
        "archive": archive_of(user, tenure, year, timezone.localdate()),
        "rule": RULE,
    }
    return render(request, "assessments/archive_detail.html", context)


@require_GET
def printed(request: HttpRequest, pk: int) -> HttpResponse:
    user, tenure = signed_in(request), _tenure(request, pk)
    year, _years = _year(request, user)
    archive = archive_of(user, tenure, year, timezone.localdate())
    today = timezone.localdate()
    try:
        content = archive_pdf(_data(user, archive), issued_on=today)
    except RenderError as error:
        messages.error(request, str(error))
        return redirect("assessments:archive-detail", pk)
    return _file(content, f"{archive.holder}{year}年实绩档案.pdf", "application/pdf")


def _data(user: User, archive: Archive) -> dict[str, Any]:
    """The file as the layout takes it: words only."""
    county, today = county_of(user), timezone.localdate()
    office = office_names(county, today)[OfficeRole.LEAD_OFFICE].name
    day = f"{today.year}年{today.month}月{today.day}日"
    grades = "，".join(f"{name}{count}个月" for name, count in archive.grades)
    return {
        "title": f"{archive.year}年度平安创建实绩档案",
        "office": office,
        "summary": [
            ["任职人", archive.holder],
            ["所在县", county.name],
            ["计入月数", f"{archive.month_count}个月"],
            ["已公布", f"{len(archive.results)}个月"],
            ["月均得分", points(archive.mean)],
            ["各月等次", grades or "—"],
        ],
        "parts": [
            _printed_part(number, part) for number, part in enumerate(archive.parts, start=1)
        ],
        "note": f"说明：{RULE}得分、名次取已公布的现行版次，月均得分为各月得分的平均数。",
        "date": day,
        "printed": f"{day}打印",
        "demo": "（演示数据）" if is_demo_county(county.pk) else "",
    }


def _printed_part(number: int, part: ArchivePart) -> dict[str, Any]:
    tenure = part.tenure
    waiting = "、".join(f"{month.number}月" for month in part.unpublished)
    text = (
        f"{_day(part.first)}至{_day(part.last)}在任，计入{len(part.months)}个月，"
        f"已公布{len(part.results)}个月，月均得分{points(part.mean)}。"
    )
    if waiting:
        text += f"{waiting}没有已公布的结果。"
    if not part.events:
        text += "任期内没有奖惩、否决、整改通知和命名。"
    return {
        "heading": f"{_NUMBERS[min(number, 10) - 1]}、{tenure.unit.name}　{tenure.post}",
        "text": text,
        "months": _MONTH_TABLE
        | {
            "rows": [
                [each.month.label, points(each.total), each.place, str(each.grade.label)]
                for each in part.results
            ]
        },
        "events": _EVENT_TABLE
        | {
            "rows": [
                [str(each.on), each.kind, each.text, each.document or "—"] for each in part.events
            ]
        },
    }


def _day(day: Any) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _file(content: bytes, name: str, content_type: str) -> HttpResponse:
    header = content_disposition_header(as_attachment=True, filename=name)
    return HttpResponse(
        content, content_type=content_type, headers={"Content-Disposition": header or ""}
    )
