"""What the checks say of a table while it is being typed; nothing is saved."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from campaigns import policies
from campaigns.enums import Move
from campaigns.selectors.sections import sections_of
from campaigns.views.entries import entry_of
from campaigns.views.findings import said_in, typed_findings
from campaigns.views.remembered import signed_in
from campaigns.views.returns import visible_return


@require_POST
def activity_check(request: HttpRequest, pk: int, activity: str) -> HttpResponse:
    """The findings of the posted table, as a part of the entry page."""
    monthly_return = visible_return(request, pk)
    section = next(
        (each for each in sections_of(monthly_return.unit.level) if each.activity == activity), None
    )
    if section is None:
        raise Http404
    findings = []
    if policies.may(Move.EDIT, monthly_return=monthly_return, by=signed_in(request)):
        entry = entry_of(monthly_return, section)
        findings = typed_findings(entry, entry.bound(request.POST), said_in(request.POST))
    context = {"monthly_return": monthly_return, "findings": findings}
    return render(request, "campaigns/_findings.html", context)
