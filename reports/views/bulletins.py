"""The register of bulletins: read, check, download, issue."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from assessments.models import Edition
from assessments.policies.previews import obstacle
from assessments.selectors.previews import publication
from pingan.middleware import SignedInRequest
from pingan.refusals import Forbidden, Refused
from pingan.typesetting import fonts_in_use
from reports import policies
from reports.content import LENGTH_LIMIT, BulletinContent, compose_bulletin
from reports.forms import IssueForm, VerifyForm
from reports.models import Bulletin
from reports.services import (
    BY_NAME,
    DOCUMENTS,
    Verdict,
    issue_bulletin,
    preview_figures,
    render_document,
    verify_code,
)
from reports.views.downloads import attachment

PAGE_SIZE = 24


@dataclass(frozen=True, slots=True)
class PrintedBlock:
    """A block of the text with its kind, for a template that cannot ask for a type."""

    kind: str
    block: object


def register(request: SignedInRequest) -> HttpResponse:
    user = request.user
    issued = Bulletin.objects.visible_to(user).with_correction()
    issued = issued.select_related("edition", "issued_by")
    editions = Edition.objects.visible_to(user).with_correction().defer("rules")
    waiting = editions.current().filter(bulletin=None)
    form = VerifyForm(request.GET if "code" in request.GET else None)
    context = {
        "page": Paginator(issued, PAGE_SIZE).get_page(request.GET.get("page")),
        "waiting": [edition for edition in waiting if policies.may_issue(user, edition)],
        "documents": DOCUMENTS,
        "fang": fonts_in_use().get("仿宋", ""),
        "form": form,
        "verdict": _verdict(request, form),
    }
    return render(request, "reports/bulletin_list.html", context)


def detail(request: SignedInRequest, pk: int) -> HttpResponse:
    bulletin = _bulletin(request, pk)
    figures = preview_figures(edition=bulletin.edition, issued_on=bulletin.issued_on)
    form = VerifyForm(request.GET if "code" in request.GET else None)
    context = {
        "bulletin": bulletin,
        "documents": DOCUMENTS,
        "form": form,
        "verdict": _verdict(request, form, bulletin),
        **_text(compose_bulletin(figures)),
    }
    return render(request, "reports/bulletin_detail.html", context)


def download(request: SignedInRequest, pk: int, file_name: str) -> HttpResponse:
    bulletin = _bulletin(request, pk)
    if file_name not in BY_NAME:
        raise Http404
    document = BY_NAME[file_name]
    try:
        name, content = render_document(document=document, edition=bulletin.edition)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("reports:bulletin-detail", bulletin.pk)
    return attachment(name, content, document.content_type)


def preview(request: SignedInRequest, edition_pk: int) -> HttpResponse:
    """The text as it will be issued on the day of the form."""
    edition = _edition_to_issue(request, edition_pk)
    form = IssueForm(request.GET if "issued_on" in request.GET else None)
    issued_on = form.cleaned_data["issued_on"] if form.is_valid() else timezone.localdate()
    if not form.is_bound:
        form = IssueForm(initial={"issued_on": issued_on})
    return _preview(request, edition, form, issued_on)


@require_POST
def issue(request: SignedInRequest, edition_pk: int) -> HttpResponse:
    edition = _edition_to_issue(request, edition_pk)
    form = IssueForm(request.POST)
    if not form.is_valid():
        return _preview(request, edition, form, timezone.localdate())
    issued_on = form.cleaned_data["issued_on"]
    try:
        bulletin = issue_bulletin(edition=edition, by=request.user, issued_on=issued_on)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return _preview(request, edition, form, issued_on)
    messages.success(request, f"通报{bulletin}已签发，全县可以查看和下载。")
    return redirect("reports:bulletin-detail", bulletin.pk)


def _preview(
    request: SignedInRequest, edition: Edition, form: IssueForm, issued_on: dt.date
) -> HttpResponse:
    figures = preview_figures(edition=edition, issued_on=issued_on)
    is_correction = figures.corrects > 0
    content = compose_bulletin(figures)
    context = {
        "edition": edition,
        "is_correction": is_correction,
        "obstacle": obstacle(edition=edition, facts=publication(edition), now=timezone.now()),
        "form": form,
        **_text(content),
    }
    return render(request, "reports/bulletin_issue.html", context)


def _bulletin(request: SignedInRequest, pk: int) -> Bulletin:
    visible = Bulletin.objects.visible_to(request.user)
    return get_object_or_404(visible.select_related("edition__county", "issued_by"), pk=pk)


def _edition_to_issue(request: SignedInRequest, pk: int) -> Edition:
    """The edition, for who may issue it; 403 for others of the county, 404 for strangers."""
    visible = Edition.objects.visible_to(request.user).select_related("county")
    edition = get_object_or_404(visible, pk=pk)
    try:
        policies.check_officer(request.user, edition)
    except Forbidden as error:
        raise PermissionDenied(str(error)) from error
    return edition


def _verdict(
    request: SignedInRequest, form: VerifyForm, bulletin: Bulletin | None = None
) -> Verdict | None:
    if not form.is_bound or not form.is_valid():
        return None
    return verify_code(user=request.user, code=form.cleaned_data["code"], bulletin=bulletin)


def _text(content: BulletinContent) -> dict[str, object]:
    return {
        "content": content,
        "blocks": [PrintedBlock(type(block).__name__.lower(), block) for block in content.body],
        "length_limit": LENGTH_LIMIT,
    }
