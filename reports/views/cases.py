"""案情通报: the quarter's case bulletins: read, check, download, preview, issue, correct."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from campaigns.spans import Span, span_on
from pingan.enums import OfficeRole
from pingan.middleware import SignedInRequest
from pingan.models import CountySettings, Unit, User
from pingan.refusals import Forbidden, Refused
from pingan.selectors.offices import is_demo_county, office_names
from pingan.typesetting import RenderError
from reports import policies
from reports.cases import thawed
from reports.content import LENGTH_LIMIT
from reports.content.cases import CaseIssue, compose_cases
from reports.excel.cases import cases_xlsx
from reports.forms import CaseIssueForm, VerifyForm
from reports.models import CaseBulletin
from reports.pdf import bulletin_pdf
from reports.selectors.cases import case_bulletins, quarter_of, quarters_to_issue
from reports.services.bulletins import next_number
from reports.services.cases import (
    CaseDraft,
    draft_case_bulletin,
    issue_case_bulletin,
    verify_case_code,
)
from reports.tables import OfficeNames
from reports.views.bulletins import PrintedBlock
from reports.views.downloads import attachment
from reports.word import bulletin_docx

PAGE_SIZE = 24
FIRST_YEAR, LAST_YEAR = 2001, 2098  # a year before and after it can be written down
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _county(user: User) -> Unit:
    return user.unit.county or user.unit


@require_GET
def register(request: SignedInRequest) -> HttpResponse:
    user, county = request.user, _county(request.user)
    form = VerifyForm(request.GET if "code" in request.GET else None)
    code = form.cleaned_data["code"] if form.is_bound and form.is_valid() else ""
    is_officer = _may_issue(user, county)
    page = Paginator(case_bulletins(user), PAGE_SIZE).get_page(request.GET.get("page"))
    spans = quarters_to_issue(county, timezone.localdate()) if is_officer else []
    context = {
        "page": page,
        "rows": [(bulletin, quarter_label(bulletin)) for bulletin in page],
        "waiting": [(span.label, span.starts_on.year, _number(span)) for span in spans],
        "is_officer": is_officer,
        "files": FILES,
        "form": form,
        "verdict": verify_case_code(user=user, code=code) if code else None,
    }
    return render(request, "reports/case_list.html", context)


def _may_issue(user: User, county: Unit) -> bool:
    try:
        policies.check_case_officer(user, county)
    except Refused:
        return False
    return True


def _span(bulletin: CaseBulletin) -> Span:
    return quarter_of(bulletin.starts_on.year, (bulletin.starts_on.month + 2) // 3)


def quarter_label(bulletin: CaseBulletin) -> str:
    return _span(bulletin).label


def _number(span: Span) -> int:
    return (span.starts_on.month + 2) // 3


@require_GET
def detail(request: SignedInRequest, pk: int) -> HttpResponse:
    bulletin = _bulletin(request, pk)
    span = _span(bulletin)
    newest = _newest(bulletin)
    context = {
        "bulletin": bulletin,
        "label": span.label,
        "files": FILES,
        "year": span.starts_on.year,
        "quarter": _number(span),
        "newest": None if newest.pk == bulletin.pk else newest,
        "is_officer": _may_issue(request.user, bulletin.county),
        **_text(_issue_of(bulletin)),
    }
    return render(request, "reports/case_detail.html", context)


def _bulletin(request: SignedInRequest, pk: int) -> CaseBulletin:
    rows = CaseBulletin.objects.visible_to(request.user).select_related("county", "issued_by")
    return get_object_or_404(rows, pk=pk)


def _newest(bulletin: CaseBulletin) -> CaseBulletin:
    rows = CaseBulletin.objects.filter(county=bulletin.county, starts_on=bulletin.starts_on)
    return rows.order_by("-edition").defer("content")[0]


def _offices(county: Unit, on: dt.date) -> OfficeNames:
    names = office_names(county, on)
    settings = CountySettings.objects.filter(county=county).first()
    return OfficeNames(
        committee=names[OfficeRole.COMMITTEE].name,
        lead_office=names[OfficeRole.LEAD_OFFICE].name,
        township_office=names[OfficeRole.TOWNSHIP_OFFICE].name,
        document_prefix=settings.document_prefix if settings else "创安办",
    )


def _issue_of(bulletin: CaseBulletin) -> CaseIssue:
    """The bulletin as it was issued: everything from what was frozen."""
    last = (
        CaseBulletin.objects.filter(
            county=bulletin.county, starts_on=bulletin.starts_on, edition=bulletin.edition - 1
        )
        .defer("content")
        .first()
    )
    offices = _offices(bulletin.county, bulletin.issued_on)
    return CaseIssue(
        figures=thawed(bulletin.content),
        offices=offices,
        edition=bulletin.edition,
        number=bulletin.number,
        issued_on=bulletin.issued_on,
        hash=bulletin.hash,
        changes=tuple(bulletin.changes),
        reason=bulletin.reason,
        corrects=f"{offices.document_prefix}{last}" if last else "",
        is_demo=is_demo_county(bulletin.county_id),
    )


def _issue_of_draft(county: Unit, draft: CaseDraft, issued_on: dt.date, reason: str) -> CaseIssue:
    offices = _offices(county, issued_on)
    return CaseIssue(
        figures=draft.figures,
        offices=offices,
        edition=draft.edition,
        number=next_number(county=county, year=issued_on.year),
        issued_on=issued_on,
        hash="签发后生成",
        changes=tuple(draft.changes),
        reason=reason or "（更正原因）",
        corrects=f"{offices.document_prefix}{draft.last}" if draft.last else "",
        is_demo=is_demo_county(county.pk),
    )


def _text(issue: CaseIssue) -> dict[str, object]:
    content = compose_cases(issue)
    return {
        "content": content,
        "blocks": [PrintedBlock(type(block).__name__.lower(), block) for block in content.body],
        "length_limit": LENGTH_LIMIT,
    }


def _pdf(issue: CaseIssue) -> bytes:
    return bulletin_pdf(compose_cases(issue), issued_on=issue.issued_on)


def _docx(issue: CaseIssue) -> bytes:
    return bulletin_docx(compose_cases(issue), issued_on=issue.issued_on)


def _xlsx(issue: CaseIssue) -> bytes:
    demo = ("（演示数据）",) if issue.is_demo else ()
    edition = f"第{issue.edition}版　校验码 {issue.hash[:16]}　成文日期 {issue.issued_on}"
    return cases_xlsx(issue.figures, notes=(*demo, edition))


# File name in the address: words on its button, content type, writer.
FILES: dict[str, tuple[str, str, Callable[[CaseIssue], bytes]]] = {
    "cases.pdf": ("PDF", "application/pdf", _pdf),
    "cases.docx": ("DOCX", DOCX, _docx),
    "cases.xlsx": ("Excel", XLSX, _xlsx),
}


@require_GET
def download(request: SignedInRequest, pk: int, file_name: str) -> HttpResponse:
    bulletin = _bulletin(request, pk)
    if file_name not in FILES:
        raise Http404
    _label, content_type, write = FILES[file_name]
    issue = _issue_of(bulletin)
    try:
        content = write(issue)
    except RenderError as error:
        messages.error(request, str(error))
        return redirect("reports:case-detail", pk)
    demo = "（演示）" if issue.is_demo else ""
    suffix = file_name.rpartition(".")[2]
    name = f"{issue.figures.county_name}{issue.figures.label}案情通报{demo}.{suffix}"
    return attachment(name, content, content_type)


def _asked_span(request: SignedInRequest, year: int, quarter: int) -> tuple[Unit, Span]:
    """For who may issue it; 403 for others."""
    county = _county(request.user)
    if not (FIRST_YEAR <= year <= LAST_YEAR and 1 <= quarter <= 4):
        raise Http404
    try:
        policies.check_case_officer(request.user, county)
    except Forbidden as error:
        raise PermissionDenied(str(error)) from error
    return county, quarter_of(year, quarter)


@require_GET
def preview(request: SignedInRequest, year: int, quarter: int) -> HttpResponse:
    """The text as it would be issued on the day of the form."""
    county, span = _asked_span(request, year, quarter)
    form = CaseIssueForm(request.GET if "issued_on" in request.GET else None)
    is_typed = form.is_bound and form.is_valid()
    issued_on = form.cleaned_data["issued_on"] if is_typed else timezone.localdate()
    if not form.is_bound:
        form = CaseIssueForm(initial={"issued_on": issued_on})
    return _preview(request, county, span, form, issued_on)


@require_POST
def issue(request: SignedInRequest, year: int, quarter: int) -> HttpResponse:
    county, span = _asked_span(request, year, quarter)
    form = CaseIssueForm(request.POST)
    if not form.is_valid():
        return _preview(request, county, span, form, timezone.localdate(), status=422)
    try:
        bulletin = issue_case_bulletin(
            county=county, span=span, by=request.user, **form.cleaned_data
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        issued_on = form.cleaned_data["issued_on"]
        return _preview(request, county, span, form, issued_on, status=422)
    messages.success(request, f"案情通报{bulletin}已签发，全县可以查看和下载。")
    return redirect("reports:case-detail", bulletin.pk)


def _preview(
    request: SignedInRequest,
    county: Unit,
    span: Span,
    form: CaseIssueForm,
    issued_on: dt.date,
    status: int = 200,
) -> HttpResponse:
    draft = draft_case_bulletin(county=county, span=span, gathered_on=issued_on)
    reason = str(form["reason"].value() or "")
    context = {
        "span": span,
        "year": span.starts_on.year,
        "quarter": _number(span),
        "current": span_on(span.kind, timezone.localdate()),
        "form": form,
        "draft": draft,
        "is_over": span.ends_on < timezone.localdate(),
        "missing": draft.figures.missing(),
        "partly": draft.figures.partly(),
        **_text(_issue_of_draft(county, draft, issued_on, reason)),
    }
    return render(request, "reports/case_issue.html", context, status=status)
