"""A later deadline for one unit's month: granted and withdrawn."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from campaigns import policies
from campaigns.forms.moves import ExtensionForm
from campaigns.models import MonthlyReturn
from campaigns.selectors.deadlines import due_sentence, extension_of
from campaigns.services.extensions import grant_extension, withdraw_extension
from campaigns.views.remembered import signed_in, tell
from campaigns.views.returns import visible_return
from pingan.refusals import Refused


@require_http_methods(["GET", "POST"])
def return_extension(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask until when and why; an extension that stands can be changed or withdrawn."""
    monthly_return, user = visible_return(request, pk), signed_in(request)
    if not policies.may_extend(monthly_return=monthly_return, by=user):
        raise PermissionDenied(f"{monthly_return.unit.name}的延期不由您批准。")
    extension = extension_of(monthly_return)
    initial = {"until": extension.until, "reason": extension.reason} if extension else {}
    form = ExtensionForm(request.POST or None, initial=initial)
    is_sent = request.method == "POST" and ("withdraw" in request.POST or form.is_valid())
    if is_sent and _done(request, monthly_return, form):
        return redirect("campaigns:return-view", pk)
    context = {
        "monthly_return": monthly_return,
        "extension": extension,
        "due": due_sentence(monthly_return, extension),
        "form": form,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "campaigns/return_extension.html", context, status=status)


def _done(request: HttpRequest, monthly_return: MonthlyReturn, form: ExtensionForm) -> bool:
    user = signed_in(request)
    try:
        if "withdraw" in request.POST:
            withdraw_extension(monthly_return=monthly_return, by=user)
            messages.success(request, "延期已收回，按原定期限办理。")
        else:
            grant_extension(monthly_return=monthly_return, by=user, **form.cleaned_data)
            messages.success(request, "已批准延期，填报人会看到新的期限和原因。")
    except Refused as error:
        tell(request, error)
        return False
    return True
