"""The month desk: what is missing, close, reopen, publish."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from assessments import policies, tasks
from assessments.forms.months import ReopenForm
from assessments.models import Edition
from assessments.policies.previews import check_open_preview, obstacle
from assessments.selectors.desk import Desk, desk
from assessments.selectors.previews import moment_text
from assessments.services.editions import open_preview, publish_edition
from assessments.views.answers import county_of, last_month, signed_in, tell
from pingan import jobs
from pingan.enums import Level
from pingan.models import User
from pingan.months import Month
from pingan.refusals import Refused
from pingan.selectors.calendars import deadlines
from pingan.services.periods import reopen_period


def latest(_request: HttpRequest) -> HttpResponse:
    return redirect("assessments:month-detail", last_month())


def detail(request: HttpRequest, month: Month) -> HttpResponse:
    """How far the month is; for everybody who sees the whole county."""
    user = signed_in(request)
    county = county_of(user)
    if user.unit.level != Level.COUNTY:
        raise PermissionDenied("月度考评由县级办理。")
    today = timezone.localdate()
    may_close = policies.may(policies.check_close, county=county, month=month, today=today, by=user)
    found = desk(county, month)
    context = {
        "month": month,
        "previous": reverse("assessments:month-detail", args=[month.previous]),
        "next": reverse("assessments:month-detail", args=[month.next])
        if month.next.first_day <= today
        else "",
        "desk": found,
        **_publishing(found, user),
        "deadlines": [(step.label, due) for step, due in deadlines(county, month).items()],
        "may_close": may_close,
        "is_officer": policies.may(policies.check_officer, county=county, by=user),
        "is_over": month.last_day < today,
    }
    return render(request, "assessments/month_detail.html", context)


def _publishing(found: Desk, user: User) -> dict[str, object]:
    """Where the current edition stands on its way to the public, as sentences and buttons."""
    edition, facts = found.current, found.publication
    if edition is None or facts is None:
        return {}
    may_preview = edition.preview_opened_at is None and policies.may(
        check_open_preview, edition=edition, facts=facts, by=user
    )
    until = edition.preview_until
    return {
        "edition": edition,
        "facts": facts,
        "may_preview": may_preview,
        "until": moment_text(until) if until else "",
        "is_in_preview": until is not None and timezone.now() < until,
        "obstacle": obstacle(edition=edition, facts=facts, now=timezone.now()),
    }


@require_POST
def close(request: HttpRequest, month: Month) -> HttpResponse:
    user = signed_in(request)
    county = county_of(user)
    try:
        policies.check_close(county=county, month=month, today=timezone.localdate(), by=user)
    except Refused as error:
        tell(request, error)
        return redirect("assessments:month-detail", month)
    job = jobs.start(
        tasks.close_month,
        title=f"{month.label}结账",
        unit=county,
        by=user,
        county_id=county.pk,
        month=month,
        user_id=user.pk,
    )
    return redirect("pingan:job-detail", job.pk)


@require_POST
def reopen(request: HttpRequest, month: Month) -> HttpResponse:
    user = signed_in(request)
    county = county_of(user)
    form = ReopenForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        policies.check_officer(county=county, by=user)
        reopen_period(county=county, month=month, by=user, reason=reason)
    except Refused as error:
        tell(request, error)
    else:
        messages.success(request, f"{month.label}已重开，更正后请再次结账。")
    return redirect("assessments:month-detail", month)


@require_POST
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Show every unit its own card, for the county's hours."""
    user = signed_in(request)
    edition = get_object_or_404(Edition.objects.visible_to(user).select_related("county"), pk=pk)
    try:
        opened = open_preview(edition=edition, by=user)
    except Refused as error:
        tell(request, error)
    else:
        assert opened.preview_until is not None
        messages.success(
            request,
            f"公示预览已开始，到{moment_text(opened.preview_until)}结束；"
            "各单位可以查看自己的计分卡并申诉。",
        )
    return redirect("assessments:month-detail", edition.month)


@require_POST
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    edition = get_object_or_404(Edition.objects.visible_to(user).select_related("county"), pk=pk)
    try:
        publish_edition(edition=edition, by=user)
    except Refused as error:
        tell(request, error)
    else:
        messages.success(
            request, f"{edition.month.label}第{edition.number}版已公布，全县可以查看。"
        )
    return redirect("assessments:month-detail", edition.month)
