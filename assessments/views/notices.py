"""Rectification notices: the list, one notice, its wording, its paper."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from assessments.enums import LadderKind, NoticeState
from assessments.forms import notices as forms
from assessments.forms.places import NamelessForm
from assessments.models import RectificationNotice
from assessments.policies import key_places as place_policies
from assessments.policies import may
from assessments.policies import notices as policies
from assessments.selectors.ladder import signer_of, steps_of
from assessments.selectors.notices import last_closed, notice_row, notices_listed, replies_of
from assessments.selectors.problems import history_of, problem_row
from assessments.services import notices as services
from assessments.services.notice_documents import render_notice
from assessments.services.notice_drafts import draft_notices
from assessments.views.answers import county_of, signed_in, tell
from assessments.views.problems import differences
from pingan.enums import Role
from pingan.refusals import Conflict, Refused
from pingan.stash import posted_or_stashed

PAGE_LENGTH = 50
LABELS = {
    "demand": "整改要求",
    "responsible_post": "责任岗位",
    "due_on": "整改期限",
    "recheck_on": "复查日期",
    "basis": "依据",
}


@require_GET
def notice_list(request: HttpRequest) -> HttpResponse:
    """What has not been closed, the earliest deadline first."""
    user, today = signed_in(request), timezone.localdate()
    form = forms.NoticeFilterForm(request.GET or {"state": "running"})
    form.is_valid()
    chosen = {
        "state": form.cleaned_data.get("state") or "running",
        "kind": form.cleaned_data.get("kind", ""),
        "text": form.cleaned_data.get("text", ""),
    }
    found = notices_listed(user, chosen, today)
    page = Paginator(found, PAGE_LENGTH).get_page(request.GET.get("page"))
    may_draft = user.role == Role.COUNTY_OFFICER
    context = {
        "form": form,
        "page": page,
        "rows": [notice_row(notice, today) for notice in page],
        "query": "&" + urlencode(chosen),
        "steps": list(steps_of(user.unit.root_id).values()),
        "month": last_closed(county_of(user)) if may_draft else None,
    }
    return render(request, "assessments/notice_list.html", context)


@require_POST
def notice_draft(request: HttpRequest) -> HttpResponse:
    """Draft by the latest close; what is drafted already stays."""
    user = signed_in(request)
    county = county_of(user)
    month = last_closed(county)
    try:
        policies.check_draft_notices(county=county, by=user)
        if month is None:
            raise Refused("还没有结过账，没有可以拟稿的依据。")
        drafts = draft_notices(county=county, month=month, by=user)
    except Refused as error:
        tell(request, error)
    else:
        words = f"拟出{len(drafts)}份，请逐份核对后签发。" if drafts else "没有新的问题需要拟稿。"
        messages.success(request, f"已按{month.label}结账核对：{words}")
    return redirect("assessments:notice-list")


def visible_notice(request: HttpRequest, pk: int) -> RectificationNotice:
    rows = RectificationNotice.objects.visible_to(signed_in(request))
    found = rows.select_related("unit__parent", "county", "previous", "signed_by", "drafted_by")
    return get_object_or_404(found, pk=pk)


@require_GET
def notice_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return show(request, visible_notice(request, pk))


def show(
    request: HttpRequest, notice: RectificationNotice, status: int = 200, **typed: NamelessForm
) -> HttpResponse:
    """The notice, and the forms of the moves that this person may make now."""
    user, today = signed_in(request), timezone.localdate()
    version = {"version": notice.version}
    signer = signer_of(notice.county_id, notice.kind)
    worded = {"notice": notice, "signer": signer, "by": user}
    seen = RectificationNotice.objects.visible_to(user)
    problems = notice.problems.select_related("unit__parent").order_by("found_on", "pk")
    is_listed = notice.kind == LadderKind.LISTED and notice.number is not None
    context = {
        "row": notice_row(notice, today),
        "notice": notice,
        "signer": signer.label,
        "problems": [problem_row(problem, today) for problem in problems],
        "replies": replies_of(notice),
        "rechecks": notice.rechecks.select_related("checked_by"),
        "previous": seen.filter(followed_by=notice).first(),
        "following": seen.filter(previous=notice).order_by("pk").first(),
        "history": history_of(notice),
        "is_draft": notice.state == NoticeState.DRAFT,
        "may_edit": may(policies.check_edit_notice, **worded),
        "may_sign": may(policies.check_sign_notice, **worded),
        "may_withdraw": may(policies.check_withdraw_notice, **worded),
        "may_reply": may(policies.check_reply_notice, notice=notice, by=user),
        "may_recheck": may(policies.check_recheck_notice, notice=notice, by=user),
        "may_list": is_listed
        and may(place_policies.check_list_place, county=notice.county, by=user),
        "sign": forms.SignForm(initial=version, prefix="sign"),
        "withdraw": forms.WithdrawForm(initial=version, prefix="withdraw"),
        "reply": forms.ReplyForm(initial=version, prefix="reply"),
        "recheck": forms.RecheckForm(initial={**version, "on": today}, prefix="recheck"),
        **typed,
    }
    return render(request, "assessments/notice_detail.html", context, status=status)


@require_http_methods(["GET", "POST"])
def notice_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Word a draft; of two who save, the second sees what the first wrote."""
    notice, user = visible_notice(request, pk), signed_in(request)
    signer = signer_of(notice.county_id, notice.kind)
    if not may(policies.check_edit_notice, notice=notice, signer=signer, by=user):
        return redirect("assessments:notice-detail", pk)
    start = {name: getattr(notice, name) for name in (*LABELS, "version")}
    form = forms.NoticeForm(posted_or_stashed(request), initial=start)
    context: dict[str, Any] = {"form": form, "notice": notice}
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            try:
                services.edit_notice(notice=notice, version=data["version"], values=data, by=user)
            except Conflict as error:
                messages.error(request, f"{error}您的内容还没有保存，请对照下面的改动。")
                notice.refresh_from_db()
                form.renewed(notice.version)
                context["saved"] = differences(LABELS, data, notice)
                status = 409
            except Refused as error:
                tell(request, error)
            else:
                messages.success(request, "草稿已保存。")
                return redirect("assessments:notice-detail", pk)
    return render(request, "assessments/notice_edit.html", context, status=status)


@require_GET
def notice_document(request: HttpRequest, pk: int) -> HttpResponse:
    """The notice as PDF; of a draft, marked as one on every page."""
    notice = visible_notice(request, pk)
    try:
        name, content = render_notice(notice)
    except Refused as error:
        tell(request, error)
        return redirect("assessments:notice-detail", pk)
    header = content_disposition_header(as_attachment=True, filename=name)
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": header or "attachment"},
    )
