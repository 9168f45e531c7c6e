"""奖惩: the ledger, one line's page, and what the year's results suggest."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from assessments.excel.rewards import rewards_book
from assessments.forms.rewards import (
    REWARDED_LEVELS,
    CancelForm,
    NewRewardForm,
    PayForm,
    RewardFilterForm,
    RewardForm,
)
from assessments.models import Reward
from assessments.policies import may
from assessments.policies import rewards as policies
from assessments.selectors.reward_rules import reward_rules
from assessments.selectors.rewards import (
    RewardSum,
    known_funds,
    reward_sums,
    rewards,
    state_of,
    unit_names,
)
from assessments.services.rewards import cancel_reward, change_reward, pay_reward, record_reward
from assessments.views.answers import county_of, signed_in, tell
from pingan.models import User
from pingan.refusals import Conflict, Refused
from pingan.stash import posted_or_stashed

PAGE_SIZE = 50
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    form = RewardFilterForm(request.GET)
    rows = rewards(user, form.cleaned_data if form.is_valid() else {})
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    asked = {name: value for name, value in request.GET.items() if name != "page" and value}
    context = {
        "form": form,
        "page": page,
        "rows": [(reward, *state_of(reward)) for reward in page],
        "sums": reward_sums(rows),
        "query": f"&{urlencode(asked)}" if asked else "",
        "download": f"?{urlencode(asked)}" if asked else "",
        "is_filtered": bool(asked),
        "may_keep": may(policies.check_keep, county=county_of(user), by=user),
    }
    return render(request, "assessments/reward_list.html", context)


@require_GET
def download(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    form = RewardFilterForm(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    rows = rewards(user, chosen)
    sums = reward_sums(rows)
    year = f"{chosen['year']}年" if chosen.get("year") else ""
    title = f"{user.unit.name}{year}奖惩台账"
    content = rewards_book(
        title=title,
        notes=[f"下载日期 {timezone.localdate()}，只含您可以查看的单位。"],
        lines=[_line(reward) for reward in rows],
        sums=[
            ("按经费来源", [_sum(each) for each in (*sums.funds, sums.total)]),
            ("按年度", [_sum(each) for each in (*sums.years, sums.total)]),
            ("按单位", [_sum(each) for each in (*sums.units, sums.total)]),
        ],
    )
    header = content_disposition_header(as_attachment=True, filename=f"{title}.xlsx")
    return HttpResponse(content, content_type=XLSX, headers={"Content-Disposition": header or ""})


def _line(reward: Reward) -> tuple[Any, ...]:
    return (
        reward.year,
        reward.unit.name,
        reward.unit.parent.short_name if reward.unit.parent else "",
        reward.get_kind_display(),
        reward.title,
        reward.document,
        reward.amount,
        reward.fund,
        reward.decided_on,
        reward.paid_on,
        state_of(reward)[0],
        reward.cancel_reason,
    )


def _sum(each: RewardSum) -> tuple[Any, ...]:
    return each.label, each.rewards, each.rewarded, each.paid, each.penalties, each.penalised


@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    _refuse_strangers(request, user)
    today = timezone.localdate()
    form = NewRewardForm(
        posted_or_stashed(request), by=user, initial={"year": today.year, "decided_on": today}
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                reward = record_reward(unit=form.cleaned_data["unit"], entry=form.entry(), by=user)
            except Refused as error:
                tell(request, error)
            else:
                messages.success(request, f"已登记：{reward}。")
                return redirect("assessments:reward-detail", reward.pk)
    names = unit_names(user, REWARDED_LEVELS)
    context = {"form": form, "units": names, **_suggestions(user)}
    return render(request, "assessments/reward_edit.html", context, status=status)


def _suggestions(user: User) -> dict[str, Any]:
    return {"funds": sorted({*reward_rules().funds, *known_funds(user)})}


def _refuse_strangers(request: HttpRequest, user: User) -> None:
    try:
        policies.check_keep(county=county_of(user), by=user)
    except Refused as error:
        tell(request, error)


def _reward(request: HttpRequest, pk: int) -> Reward:
    rows = Reward.objects.visible_to(signed_in(request))
    rows = rows.select_related("unit__parent", "unit__county", "recorded_by")
    return get_object_or_404(rows, pk=pk)


@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _detail(request, _reward(request, pk))


def _detail(
    request: HttpRequest,
    reward: Reward,
    *,
    pay: PayForm | None = None,
    cancel: CancelForm | None = None,
    status: int = 200,
) -> HttpResponse:
    user = signed_in(request)
    state, tone = state_of(reward)
    version = {"version": reward.version}
    may_change = may(policies.check_change, reward=reward, by=user)
    context = {
        "reward": reward,
        "state": state,
        "tone": tone,
        "may_change": may_change,
        "may_pay": may_change and reward.amount > 0,
        "may_cancel": may(policies.check_cancel, reward=reward, by=user),
        "pay": pay or PayForm(initial={"paid_on": timezone.localdate(), **version}),
        "cancel": cancel or CancelForm(initial=version),
    }
    return render(request, "assessments/reward_detail.html", context, status=status)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    user, reward = signed_in(request), _reward(request, pk)
    try:
        policies.check_change(reward=reward, by=user)
    except Refused as error:
        tell(request, error)
        return redirect("assessments:reward-detail", reward.pk)
    form = RewardForm(posted_or_stashed(request), reward=reward)
    context: dict[str, Any] = {"form": form, "reward": reward, **_suggestions(user)}
    if request.method != "POST":
        return render(request, "assessments/reward_edit.html", context)
    if not form.is_valid():
        return render(request, "assessments/reward_edit.html", context, status=422)
    version = form.cleaned_data["version"] or 0
    try:
        change_reward(reward=reward, entry=form.entry(), version=version, by=user)
    except Conflict as error:
        messages.error(request, f"{error}您的内容还没有保存，请对照下面的改动。")
        return _conflict(request, reward, form, context)
    except Refused as error:
        tell(request, error)
        return render(request, "assessments/reward_edit.html", context, status=422)
    messages.success(request, "已保存。")
    return redirect("assessments:reward-detail", reward.pk)


def _conflict(
    request: HttpRequest, reward: Reward, form: RewardForm, context: dict[str, Any]
) -> HttpResponse:
    """What was typed stays, beside what is saved now."""
    reward.refresh_from_db()
    saved = RewardForm(reward=reward)
    names = [name for name in form.fields if name != "version"]
    mine = RewardForm({name: form[name].data for name in names} | {"version": reward.version})
    context["form"] = mine
    context["saved"] = [
        (form.fields[name].label, form[name].data, saved[name].value())
        for name in names
        if form.cleaned_data[name] != getattr(reward, name)
    ]
    return render(request, "assessments/reward_edit.html", context, status=409)


@require_POST
def pay(request: HttpRequest, pk: int) -> HttpResponse:
    reward, form = _reward(request, pk), PayForm(request.POST)
    if not form.is_valid():
        return _detail(request, reward, pay=form, status=422)
    try:
        pay_reward(reward=reward, by=signed_in(request), **form.cleaned_data)
    except Refused as error:
        tell(request, error)
        return redirect("assessments:reward-detail", reward.pk)
    messages.success(request, "已登记兑现。")
    return redirect("assessments:reward-detail", reward.pk)


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    reward, form = _reward(request, pk), CancelForm(request.POST)
    if not form.is_valid():
        return _detail(request, reward, cancel=form, status=422)
    try:
        cancel_reward(reward=reward, by=signed_in(request), **form.cleaned_data)
    except Refused as error:
        tell(request, error)
        return redirect("assessments:reward-detail", reward.pk)
    messages.success(request, "已撤销，台账中保留记录，不再计入合计。")
    return redirect("assessments:reward-detail", reward.pk)
