"""Appeals: filed from a scorecard, listed, decided by the county."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from assessments import policies
from assessments.forms.appeals import AppealFilterForm, AppealForm, DecisionForm, Outcome
from assessments.models import Appeal, Scorecard
from assessments.policies.appeals import check_decide, check_file, check_withdraw
from assessments.selectors import appeals as selectors
from assessments.selectors.previews import moment_text
from assessments.services.appeals import (
    file_appeal,
    refuse_appeal,
    uphold_appeal,
    withdraw_appeal,
)
from assessments.views.answers import signed_in, tell
from pingan.enums import Level
from pingan.models import Unit, User
from pingan.months import InvalidMonth, Month
from pingan.refusals import Conflict, Forbidden, Refused
from pingan.stash import posted_or_stashed

PAGE_LENGTH = 50


@require_GET
def appeal_list(request: HttpRequest) -> HttpResponse:
    """Every appeal this person may see; ?month=, ?state= and ?unit= choose."""
    user = signed_in(request)
    form = AppealFilterForm(request.GET)
    data = form.cleaned_data if form.is_valid() else {}
    units = _offered(user)
    unit = next((each for each in units if each.pk == data.get("unit")), None)
    month = _month(request, data.get("month", ""))
    chosen = {
        "month": str(month) if month else "",
        "state": data.get("state", ""),
        "unit": str(unit.pk) if unit else "",
    }
    found = selectors.appeal_rows(
        user, month=month, state=chosen["state"], unit_path=unit.path if unit else ""
    )
    page = Paginator(found, PAGE_LENGTH).get_page(request.GET.get("page"))
    context = {
        "rows": selectors.printed(list(page)),
        "page": page,
        "query": "&" + urlencode(chosen),
        "chosen": chosen,
        "states": form.fields["state"].choices,  # type: ignore[attr-defined]
        "units": units,
        "months": selectors.months_with_appeals(user),
    }
    return render(request, "assessments/appeal_list.html", context)


def _month(request: HttpRequest, text: str) -> Month | None:
    try:
        return Month.parse(text) if text else None
    except InvalidMonth as error:
        messages.error(request, str(error))
        return None


def _offered(user: User) -> list[Unit]:
    """The townships and 口 of who sees the county; nobody else needs a filter by unit."""
    if user.unit.level != Level.COUNTY:
        return []
    found = Unit.objects.visible_to(user).filter(level__in=[Level.TOWNSHIP, Level.SECTOR])
    return list(found.order_by("level", "position", "code"))


@require_http_methods(["GET", "POST"])
def appeal_create(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Contest one item of a card."""
    user = signed_in(request)
    cards = Scorecard.objects.visible_to(user).select_related("edition", "unit")
    card = get_object_or_404(cards, pk=pk)
    try:
        item, lost = selectors.contested(card, code)
    except Refused as error:
        raise Http404 from error
    try:
        check_file(card=card, lost=lost, now=timezone.now(), by=user)
    except Forbidden as error:
        raise PermissionDenied(str(error)) from error
    except Refused as error:
        messages.error(request, str(error))
        return redirect("assessments:scorecard-detail", pk)
    form = AppealForm(posted_or_stashed(request))
    if request.method == "POST" and form.is_valid():
        try:
            file_appeal(card=card, item_code=code, reason=form.cleaned_data["reason"], by=user)
        except Refused as error:
            tell(request, error)
        else:
            messages.success(request, f"“{item.name}”的申诉已提出，请等县里决定。")
            return redirect("assessments:scorecard-detail", pk)
    until = card.edition.preview_until
    context = {
        "card": card,
        "item": item,
        "lost": lost,
        "form": form,
        "until": moment_text(until) if until else "",
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "assessments/appeal_edit.html", context, status=status)


@require_GET
def appeal_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The appeal, its answer, and for the county's officer the decision."""
    return _show(request, _visible(request, pk))


@require_POST
def appeal_decide(request: HttpRequest, pk: int) -> HttpResponse:
    appeal, user = _visible(request, pk), signed_in(request)
    form = DecisionForm(request.POST, appeal=appeal)
    if not form.is_valid():
        return _show(request, appeal, form, status=422)
    values = form.cleaned_data
    try:
        if values["outcome"] == Outcome.REFUSE:
            refuse_appeal(
                appeal=appeal, decision=values["decision"], version=values["version"], by=user
            )
        else:
            uphold_appeal(
                appeal=appeal,
                restored=values["restored"],
                decision=values["decision"],
                version=values["version"],
                by=user,
            )
    except Conflict as error:
        messages.error(request, f"{error}您写的决定还没有保存，请对照现在的情况。")
        return _show(request, _visible(request, pk), form, status=409)
    except Refused as error:
        tell(request, error)
        return _show(request, _visible(request, pk), form, status=422)
    messages.success(
        request, f"已决定：{Outcome(values['outcome']).label}。{appeal.unit.name}会看到。"
    )
    return redirect("assessments:appeal-detail", pk)


@require_POST
def appeal_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    appeal = _visible(request, pk)
    try:
        withdraw_appeal(appeal=appeal, by=signed_in(request))
    except Refused as error:
        tell(request, error)
    else:
        messages.success(request, "申诉已撤回。")
    return redirect("assessments:appeal-detail", pk)


def _visible(request: HttpRequest, pk: int) -> Appeal:
    rows = Appeal.objects.visible_to(signed_in(request)).select_related(
        "unit__parent", "filed_by", "decided_by", "scorecard__edition__county"
    )
    return get_object_or_404(rows, pk=pk)


def _show(
    request: HttpRequest, appeal: Appeal, form: DecisionForm | None = None, status: int = 200
) -> HttpResponse:
    user = signed_in(request)
    item, _lost = selectors.contested(appeal.scorecard, appeal.item_code)
    card = selectors.current_card(appeal, user)
    context: dict[str, Any] = {
        "appeal": appeal,
        "tone": selectors.TONES[appeal.state],  # type: ignore[index]
        "item": item,
        "card": card,
        "monthly_return": selectors.return_behind(appeal, user),
        "is_unapplied": selectors.is_unapplied(appeal, card),
        "sees_county": user.unit.level == Level.COUNTY,
        "may_decide": policies.may(check_decide, appeal=appeal, by=user),
        "may_withdraw": policies.may(check_withdraw, appeal=appeal, by=user),
        "form": form or DecisionForm(appeal=appeal),
    }
    return render(request, "assessments/appeal_detail.html", context, status=status)
