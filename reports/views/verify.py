"""Whether a printed code is genuine, for anybody: no sign-in, no cookie."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from reports.forms import VerifyForm
from reports.services.cases import verify_case_publicly
from reports.services.verification import verify_publicly


@login_not_required
@require_safe
def public(request: HttpRequest) -> HttpResponse:
    form = VerifyForm(request.GET if "code" in request.GET else None)
    verdict = None
    if form.is_bound and form.is_valid():
        code = form.cleaned_data["code"]
        verdict = verify_publicly(code)
        if not verdict.county_name:  # no edition's: perhaps a case bulletin's
            verdict = verify_case_publicly(code) or verdict
    return render(request, "reports/verify_public.html", {"form": form, "verdict": verdict})
