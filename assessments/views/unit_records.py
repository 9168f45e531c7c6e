"""One unit's record: vetoed, warned, named, rewarded."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from assessments.selectors.unit_records import unit_record
from assessments.views.answers import signed_in
from pingan import scopes
from pingan.models import Unit


@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    if not scopes.has_records(user):
        raise Http404
    seen = Unit.objects.visible_to(user).select_related("parent")
    unit = get_object_or_404(seen, pk=pk)
    context = {"unit": unit, "record": unit_record(unit, user, timezone.localdate())}
    return render(request, "assessments/unit_record.html", context)
