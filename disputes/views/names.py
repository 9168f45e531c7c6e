"""Names: shown once to whoever handles the case, and searched without being sent in an address."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from disputes.forms.cases import NameSearchForm, PurposeForm
from disputes.policies import check_desk
from disputes.selectors.cases import rows_of
from disputes.services.names import find_by_name, look_at_case
from disputes.views.answers import signed_in, tell, visible_dispute
from pingan.refusals import Refused


@require_POST
def look(request: HttpRequest, pk: int) -> HttpResponse:
    """The parties in plain text, on a page that is not kept."""
    dispute = visible_dispute(request, pk)
    form = PurposeForm(request.POST)
    purpose = form.cleaned_data["purpose"] if form.is_valid() else ""
    try:
        known, facts = look_at_case(dispute=dispute, purpose=purpose, by=signed_in(request))
    except Refused as error:
        tell(request, error)
        return redirect("disputes:dispute-detail", pk)
    context = {"dispute": dispute, "known": known, "facts": facts, "purpose": purpose}
    answer = render(request, "disputes/dispute_names.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


def search(request: HttpRequest) -> HttpResponse:
    """Cases in hand by a party's whole name."""
    user = signed_in(request)
    try:
        check_desk(by=user)
    except Refused as error:
        tell(request, error)
    form = NameSearchForm(request.POST or None)
    context: dict[str, object] = {"form": form}
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            found = find_by_name(name=data["name"], purpose=data["purpose"], by=user)
        except Refused as error:
            tell(request, error)
        else:
            context["rows"] = rows_of(found, user, timezone.localdate())
            context["is_searched"] = True
    answer = render(request, "disputes/dispute_search.html", context)
    answer["Cache-Control"] = "no-store"
    return answer
