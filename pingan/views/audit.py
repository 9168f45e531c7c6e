"""The audit trail, for the auditor alone."""

from __future__ import annotations

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from pingan import policies
from pingan.forms.audit import AuditFilterForm
from pingan.middleware import SignedInRequest
from pingan.models import AuditEvent
from pingan.selectors.audit import actions, event_rows, events

PAGE_SIZE = 50
NO_EVENTS = AuditEvent.objects.none()


@require_GET
def audit_list(request: SignedInRequest) -> HttpResponse:
    policies.check_read_audit(request.user)
    form = AuditFilterForm(request.GET, by=request.user, actions=actions())
    # A filter that cannot be read finds nothing, rather than everything.
    found = events(request.user, **form.cleaned_data) if form.is_valid() else NO_EVENTS
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    asked = {name: value for name, value in request.GET.items() if name != "page" and value}
    context = {
        "form": form,
        "page": page,
        "rows": event_rows(page),
        "query": f"&{urlencode(asked)}" if asked else "",
    }
    return render(request, "pingan/audit_list.html", context)
