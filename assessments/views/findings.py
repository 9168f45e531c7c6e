"""A finding of a visit becomes a problem of the board by one click."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from assessments.enums import ProblemSource, VisitKind
from assessments.models import Inspection
from assessments.selectors.findings import found_on, is_told
from assessments.services.problems import raise_problem
from assessments.views.answers import signed_in, tell
from pingan.refusals import Refused

DUE_DAYS = 30  # the usual term; the problem's own page changes it
SOURCES = {
    VisitKind.OPEN: ProblemSource.INSPECTION,
    VisitKind.SECRET: ProblemSource.UNDERCOVER,
}


@require_POST
def raise_one(request: HttpRequest, pk: int) -> HttpResponse:
    """`code` names the line of the sheet; empty is the general remark."""
    user = signed_in(request)
    inspection = get_object_or_404(
        Inspection.objects.visible_to(user).select_related("unit").prefetch_related("entries"),
        pk=pk,
    )
    code = request.POST.get("code", "")
    found = next((each for each in found_on(inspection, user) if each.code == code), None)
    if found is None:
        raise Http404
    today = timezone.localdate()
    try:
        if not is_told(inspection):
            raise Refused("暗访发现的问题，在预览开始以后才能列为问题，以免受检单位提前知道。")
        problem = raise_problem(
            unit=inspection.unit,
            month=inspection.month,
            source=SOURCES[VisitKind(inspection.kind)],
            title=found.title,
            detail=found.detail,
            found_on=min(inspection.on, today),
            due_on=today + dt.timedelta(days=DUE_DAYS),
            by=user,
            inspection=inspection,
        )
    except Refused as error:
        tell(request, error)
        return redirect("assessments:inspection-edit", pk)
    messages.success(request, "已列为问题，整改期限30天；责任岗位和期限可以在这里更正。")
    return redirect("assessments:problem-detail", problem.pk)
