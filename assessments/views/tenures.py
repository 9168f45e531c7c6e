"""任期: the register, entry, leaving, transfer."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from assessments.forms.information_rewards import VersionForm
from assessments.forms.rewards import REWARDED_LEVELS
from assessments.forms.tenures import (
    EndForm,
    NewTenureForm,
    TenureFilterForm,
    TenureForm,
    TransferForm,
)
from assessments.models import PostTenure
from assessments.policies import may
from assessments.policies import tenures as policies
from assessments.selectors.rewards import unit_names
from assessments.selectors.tenures import known_posts, tenures
from assessments.services.tenures import (
    begin_tenure,
    correct_tenure,
    end_tenure,
    remove_tenure,
    transfer_tenure,
)
from assessments.views.answers import county_of, signed_in, tell
from pingan.models import User
from pingan.refusals import Conflict, Refused
from pingan.stash import posted_or_stashed

PAGE_SIZE = 50


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    user, today = signed_in(request), timezone.localdate()
    form = TenureFilterForm(request.GET)
    rows = tenures(user, form.cleaned_data if form.is_valid() else {}, today)
    asked = {name: value for name, value in request.GET.items() if name != "page" and value}
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "rows": [(each, each.ends_on is None or each.ends_on > today) for each in page],
        "query": f"&{urlencode(asked)}" if asked else "",
        "is_filtered": bool(asked),
        "may_keep": may(policies.check_keep, county=county_of(user), by=user),
    }
    return render(request, "assessments/tenure_list.html", context)


def _officer(request: HttpRequest) -> User:
    user = signed_in(request)
    try:
        policies.check_keep(county=county_of(user), by=user)
    except Refused as error:
        tell(request, error)
    return user


@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    user = _officer(request)
    form = NewTenureForm(posted_or_stashed(request), by=user)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                tenure = begin_tenure(unit=form.cleaned_data["unit"], entry=form.entry(), by=user)
            except Refused as error:
                tell(request, error)
            else:
                messages.success(request, f"已登记{tenure}的任期。")
                return redirect("assessments:tenure-list")
    names = unit_names(user, REWARDED_LEVELS)
    context = {"form": form, "units": names, "posts": known_posts(user)}
    return render(request, "assessments/tenure_edit.html", context, status=status)


def _tenure(user: User, pk: int) -> PostTenure:
    rows = PostTenure.objects.visible_to(user).select_related("unit__county", "recorded_by")
    return get_object_or_404(rows, pk=pk)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """One tenure: correct it here; leaving, transfer and removal have forms beside it."""
    user = signed_in(request)
    tenure = _tenure(user, pk)
    _officer(request)
    form = TenureForm(posted_or_stashed(request), tenure=tenure)
    if request.method != "POST":
        return _page(request, user, tenure, correct=form)
    if not form.is_valid():
        return _page(request, user, tenure, 422, correct=form)
    version = form.cleaned_data["version"] or 0
    try:
        correct_tenure(tenure=tenure, entry=form.entry(), version=version, by=user)
    except Conflict as error:
        messages.error(request, f"{error}您的内容还没有保存，请对照下面的改动。")
        return _conflict(request, user, _tenure(user, pk), form)
    except Refused as error:
        tell(request, error)
        return _page(request, user, tenure, 422, correct=form)
    messages.success(request, "已保存。")
    return redirect("assessments:tenure-list")


def _conflict(
    request: HttpRequest, user: User, tenure: PostTenure, form: TenureForm
) -> HttpResponse:
    """What was typed stays, beside what is saved now."""
    names = [name for name in form.fields if name != "version"]
    mine = TenureForm({name: form[name].data for name in names} | {"version": tenure.version})
    saved = [
        (form.fields[name].label, form[name].data, getattr(tenure, name))
        for name in names
        if form.cleaned_data[name] != getattr(tenure, name)
    ]
    return _page(request, user, tenure, 409, correct=mine, saved=saved)


def _page(
    request: HttpRequest, user: User, tenure: PostTenure, status: int = 200, **shown: Any
) -> HttpResponse:
    today = {"version": tenure.version, "ends_on": timezone.localdate(), "on": timezone.localdate()}
    context = {
        "tenure": tenure,
        "form": TenureForm(tenure=tenure),
        "end": EndForm(initial=today, prefix="end"),
        "transfer": TransferForm(by=user, initial=today, prefix="transfer"),
        "posts": known_posts(user),
        "units": unit_names(user, REWARDED_LEVELS),
        "is_open": tenure.ends_on is None,
        **shown,
    }
    context["form"] = shown.get("correct", context["form"])
    return render(request, "assessments/tenure_edit.html", context, status=status)


@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    tenure = _tenure(user, pk)
    _officer(request)
    form = EndForm(request.POST, prefix="end")
    return _step(request, user, tenure, "end", form, "已登记离任。")


@require_POST
def transfer(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    tenure = _tenure(user, pk)
    _officer(request)
    form = TransferForm(request.POST, by=user, prefix="transfer")
    done = "已登记调任：原任期结束，新任期开始，当年实绩按任期自动分开。"
    return _step(request, user, tenure, "transfer", form, done)


def _step(
    request: HttpRequest, user: User, tenure: PostTenure, name: str, form: forms.Form, done: str
) -> HttpResponse:
    service = {"end": end_tenure, "transfer": transfer_tenure}[name]
    if not form.is_valid():
        return _page(request, user, tenure, 422, **{name: form})
    try:
        service(tenure=tenure, by=user, **form.cleaned_data)  # type: ignore[operator]
    except Refused as error:
        tell(request, error)
        return _page(request, user, _tenure(user, tenure.pk), 422, **{name: form})
    messages.success(request, done)
    return redirect("assessments:tenure-list")


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    tenure, form = _tenure(user, pk), VersionForm(request.POST)
    _officer(request)
    version = form.cleaned_data["version"] if form.is_valid() else 0
    try:
        remove_tenure(tenure=tenure, version=version, by=user)
    except Refused as error:
        tell(request, error)
        return redirect("assessments:tenure-edit", pk)
    messages.success(request, "已删除这段任期，操作日志中留有记录。")
    return redirect("assessments:tenure-list")
