"""The documents of decisions: a veto's, and that of all namings of one document."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from assessments.content.decisions import DecisionContent, compose_namings, compose_veto
from assessments.models import Naming, Veto
from assessments.pdf.decisions import decision_pdf
from assessments.views.answers import county_of, signed_in, tell
from pingan.enums import OfficeRole
from pingan.models import CountySettings, Unit
from pingan.refusals import Refused
from pingan.selectors.calendars import county_settings
from pingan.selectors.offices import Office, office_names
from pingan.typesetting import RenderError

_Offices = dict[OfficeRole, Office]


@require_GET
def veto_document(request: HttpRequest, pk: int) -> HttpResponse:
    """一票否决决定, once it is decided."""
    user = signed_in(request)
    rows = Veto.objects.visible_to(user).exclude(document="").filter(starts_on__isnull=False)
    veto = get_object_or_404(rows.select_related("unit", "condition"), pk=pk)
    assert veto.decided_at is not None
    on = timezone.localdate(veto.decided_at)
    withdrawn = Naming.objects.filter(
        unit=veto.unit, withdrawn_on=on, withdraw_reason__endswith=f"（{veto.document}）"
    )
    named = list(withdrawn.select_related("kind"))

    def compose(offices: _Offices, settings: CountySettings) -> DecisionContent:
        return compose_veto(veto, named, offices, settings, on)

    name = f"{veto.unit.name}一票否决决定"
    back = redirect("assessments:veto-detail", pk)
    return _answer(request, county_of(user), on, name, compose, back)


@require_GET
def naming_document(request: HttpRequest) -> HttpResponse:
    """?document=: all that was named with it, as far as this person sees."""
    user = signed_in(request)
    document = request.GET.get("document", "")
    rows = Naming.objects.visible_to(user).exclude(document="").filter(document=document)
    rows = rows.select_related("unit__parent", "kind").order_by("kind__position", "unit__path")
    namings = list(rows)
    if not namings:
        raise Http404
    first = namings[0]
    assert first.decided_at is not None
    on = timezone.localdate(first.decided_at)

    def compose(offices: _Offices, settings: CountySettings) -> DecisionContent:
        return compose_namings(document, namings, offices, settings, on)

    back = redirect("assessments:naming-list")
    return _answer(request, county_of(user), on, "平安创建命名决定", compose, back)


def _answer(
    request: HttpRequest,
    county: Unit,
    on: dt.date,
    name: str,
    compose: Callable[[_Offices, CountySettings], DecisionContent],
    back: HttpResponse,
) -> HttpResponse:
    try:
        content = compose(office_names(county, on), county_settings(county))
        document = decision_pdf(content, issued_on=on)
    except RenderError as error:
        tell(request, Refused(str(error)))
        return back
    response = HttpResponse(document, content_type="application/pdf")
    disposition = content_disposition_header(as_attachment=True, filename=f"{name}.pdf")
    response["Content-Disposition"] = disposition or "attachment"
    return response
