"""信息奖励: registered with a code shown once, verified, approved, paid to the code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from assessments.enums import InformationState
from assessments.forms.information_rewards import (
    ApproveForm,
    DecisionForm,
    InformationFilterForm,
    InformationForm,
    PayInformationForm,
    VersionForm,
)
from assessments.models import InformationReward
from assessments.pdf.receipts import Receipt, receipt_pdf
from assessments.policies import information_rewards as policies
from assessments.policies import may
from assessments.selectors.information_rewards import (
    TONES,
    information_rewards,
    information_sums,
    information_totals,
)
from assessments.selectors.reward_rules import reward_rules
from assessments.services import information_rewards as services
from assessments.views.answers import county_of, signed_in, tell
from pingan.enums import OfficeRole
from pingan.models import User
from pingan.refusals import Refused
from pingan.selectors.offices import is_demo_county, office_names
from pingan.stash import posted_or_stashed
from pingan.typesetting import RenderError

PAGE_SIZE = 50


def _officer(request: HttpRequest) -> User:
    """For everybody else these pages do not exist."""
    user = signed_in(request)
    if not may(policies.check_keep, county=county_of(user), by=user):
        raise Http404
    return user


def _reward(user: User, pk: int) -> InformationReward:
    rows = InformationReward.objects.visible_to(user)
    people = ("verified_by", "approved_by", "paid_by")
    return get_object_or_404(rows.select_related("county", "township", *people), pk=pk)


@never_cache
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    user = _officer(request)
    form = InformationFilterForm(request.GET)
    rows = information_rewards(user, form.cleaned_data if form.is_valid() else {})
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    asked = {name: value for name, value in request.GET.items() if name != "page" and value}
    context = {
        "form": form,
        "page": page,
        "rows": [(reward, TONES[InformationState(reward.state)]) for reward in page],
        "totals": information_totals(rows),
        "sums": information_sums(rows),
        "rules": reward_rules().information,
        "is_filtered": bool(asked),
        "query": f"&{urlencode(asked)}" if asked else "",
    }
    return render(request, "assessments/information_list.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """The answer to the saved form is the only page that ever shows the code."""
    user = _officer(request)
    county = county_of(user)
    form = InformationForm(
        posted_or_stashed(request), county=county, initial={"received_on": timezone.localdate()}
    )
    context = {"form": form, "topics": reward_rules().information.topics}
    if request.method != "POST":
        return render(request, "assessments/information_edit.html", context)
    if form.is_valid():
        names = ("topic", "summary", "township", "received_on")
        try:
            reward, code = services.register_information(
                county=county, by=user, **{name: form.cleaned_data[name] for name in names}
            )
        except Refused as error:
            tell(request, error)
        else:
            return _code_page(request, reward, code)
    return render(request, "assessments/information_edit.html", context, status=422)


def _code_page(request: HttpRequest, reward: InformationReward, code: str) -> HttpResponse:
    office = office_names(reward.county, timezone.localdate())[OfficeRole.LEAD_OFFICE].name
    context = {"reward": reward, "code": code, "office": office}
    return render(request, "assessments/information_code.html", context)


@never_cache
@require_POST
def reissue(request: HttpRequest, pk: int) -> HttpResponse:
    user = _officer(request)
    reward, form = _reward(user, pk), VersionForm(request.POST)
    version = form.cleaned_data["version"] if form.is_valid() else 0
    try:
        code = services.reissue_code(reward=reward, version=version, by=user)
    except Refused as error:
        tell(request, error)
        return redirect("assessments:information-detail", pk)
    reward.refresh_from_db()
    return _code_page(request, reward, code)


@never_cache
@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    user = _officer(request)
    return _detail(request, user, _reward(user, pk))


def _detail(
    request: HttpRequest,
    user: User,
    reward: InformationReward,
    status: int = 200,
    **typed: forms.Form,
) -> HttpResponse:
    start: dict[str, Any] = {"initial": {"version": reward.version}, "auto_id": "id_%s"}
    today = {"paid_on": timezone.localdate(), "version": reward.version}
    is_verifier = reward.state == InformationState.VERIFIED and reward.verified_by_id == user.pk
    context = {
        "reward": reward,
        "tone": TONES[InformationState(reward.state)],
        "verify": typed.get("verify") or DecisionForm(**start),
        "approve": typed.get("approve") or ApproveForm(**start),
        "refuse": typed.get("refuse") or DecisionForm(**start | {"auto_id": "refuse_%s"}),
        "pay": typed.get("pay") or PayInformationForm(initial=today),
        "may_verify": may(policies.check_verify, reward=reward, by=user),
        "may_approve": may(policies.check_approve, reward=reward, by=user),
        "may_refuse": may(policies.check_refuse, reward=reward, by=user),
        "may_pay": reward.state == InformationState.APPROVED,
        "may_reissue": may(policies.check_reissue, reward=reward, by=user),
        "may_print": may(policies.check_receipt, reward=reward, by=user),
        "is_verifier": is_verifier,
        "rules": reward_rules().information,
    }
    return render(request, "assessments/information_detail.html", context, status=status)


def _decide(
    request: HttpRequest,
    pk: int,
    name: str,
    form: forms.Form,
    service: Callable[..., object],
    done: str,
) -> HttpResponse:
    """One step of the way: a form, a service, back to the page; refused, what was typed stays."""
    user = signed_in(request)
    reward = _reward(user, pk)
    if not form.is_valid():
        return _detail(request, user, reward, 422, **{name: form})
    values = {key: value for key, value in form.cleaned_data.items() if key != "not_name"}
    try:
        service(reward=reward, by=user, **values)
    except Refused as error:
        tell(request, error)
        reward = _reward(user, pk)
        return _detail(request, user, reward, 422, **{name: form})
    messages.success(request, done)
    return redirect("assessments:information-detail", pk)


@never_cache
@require_POST
def verify(request: HttpRequest, pk: int) -> HttpResponse:
    _officer(request)
    done = "已核实，请另一位县级经办员审批。"
    form = DecisionForm(request.POST)
    return _decide(request, pk, "verify", form, services.verify_information, done)


@never_cache
@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    _officer(request)
    form = ApproveForm(request.POST)
    done = "已审批，持码人可以凭领奖码领取。"
    return _decide(request, pk, "approve", form, services.approve_information, done)


@never_cache
@require_POST
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    _officer(request)
    form = DecisionForm(request.POST, auto_id="refuse_%s")
    done = "已决定不予奖励。"
    return _decide(request, pk, "refuse", form, services.refuse_information, done)


@never_cache
@sensitive_post_parameters("code")
@require_POST
def pay(request: HttpRequest, pk: int) -> HttpResponse:
    _officer(request)
    form = PayInformationForm(request.POST)
    done = "领奖码相符，已登记发放。请打印凭证存档。"
    return _decide(request, pk, "pay", form, services.pay_information, done)


@never_cache
@require_GET
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    user = _officer(request)
    reward = _reward(user, pk)
    try:
        policies.check_receipt(reward=reward, by=user)
        content = receipt_pdf(_receipt(reward))
    except (Refused, RenderError) as error:
        messages.error(request, str(error))
        return redirect("assessments:information-detail", pk)
    name = f"信息奖励凭证{reward.code_tail}.pdf"
    header = content_disposition_header(as_attachment=True, filename=name)
    return HttpResponse(
        content, content_type="application/pdf", headers={"Content-Disposition": header or ""}
    )


def _receipt(reward: InformationReward) -> Receipt:
    assert reward.paid_on is not None
    office = office_names(reward.county, reward.paid_on)[OfficeRole.LEAD_OFFICE].name
    return Receipt(
        office=office,
        number=f"{reward.paid_on.year}-{reward.pk:05d}",
        code_tail=reward.code_tail,
        topic=reward.topic,
        amount=reward.amount,
        fund=reward.fund,
        received_on=reward.received_on,
        paid_on=reward.paid_on,
        is_demo=is_demo_county(reward.county_id),
    )
