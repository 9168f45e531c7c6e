"""Signing in and out, one's own password, and the pages of the account administrator."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pingan import policies, stash
from pingan.enums import Role
from pingan.forms.accounts import (
    AccountChangeForm,
    AccountFilterForm,
    AccountForm,
    OwnPasswordForm,
    SignInForm,
)
from pingan.middleware import SEEN, SignedInRequest, before_first_password
from pingan.models import User
from pingan.refusals import Refused
from pingan.selectors.accounts import accounts, locked_usernames, security_settings
from pingan.services import accounts as services

PAGE_SIZE = 50
TOO_MANY_REQUESTS = 429
FIRST_PAGES = {
    Role.ACCOUNT_ADMIN: "pingan:account-list",
    Role.SECURITY_ADMIN: "pingan:security-settings",
    Role.AUDITOR: "pingan:audit-list",
}


def first_page(user: User) -> str:
    """Where a person lands: each administrator on his own page, all others at home."""
    return resolve_url(FIRST_PAGES.get(Role(user.role), settings.LOGIN_REDIRECT_URL))


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect(_next(request) or first_page(request.user))
    form = SignInForm(request, data=request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = form.get_user()
        login(request, user)
        request.session[SEEN] = time.time()
        services.record_sign_in(by=user)
        stash.drop_of_others(request, user)
        response = redirect(_next(request) or first_page(user))
        stash.remember_person(response, user, secure=settings.SECURE)
        return response
    if request.method == "POST" and request.POST.get("username"):
        services.record_failed_sign_in(
            username=request.POST["username"].strip(),
            is_locked=bool(getattr(request, "axes_locked_out", False)),
        )
    return render(request, "pingan/sign_in.html", _sign_in_page(request, form))


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        wanted, {request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else ""


def _sign_in_page(request: HttpRequest, form: SignInForm, sentence: str = "") -> dict[str, Any]:
    kept = request.session.get(stash.KEY)
    return {"form": form, "next": _next(request), "sentence": sentence, "has_stash": bool(kept)}


def locked_out(
    request: HttpRequest, _response: HttpResponse | None, _credentials: dict[str, Any] | None
) -> HttpResponse:
    """What django-axes shows instead of the sign-in page while an account is locked."""
    rules = security_settings()
    sentence = (
        f"连续 {rules.failure_limit} 次没有登录成功，账号已锁定。"
        f"请 {rules.lock_minutes} 分钟后再试，或请账号管理员解锁。"
    )
    page = _sign_in_page(request, SignInForm(request), sentence)
    return render(request, "pingan/sign_in.html", page, status=TOO_MANY_REQUESTS)


def stale_page(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose token is out of date: most often somebody signed in again in another window.

    When our own page sent it, it is kept and shown once more instead of being thrown away.
    """
    ours = request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"
    if ours and request.user.is_authenticated and stash.keep(request, request.user.pk):
        return redirect(stash.page_of_form(request))
    sentence = "这个页面已经过期，刚才的操作没有执行。请返回上一页，刷新后再试。"
    return render(request, "pingan/refused.html", {"sentence": sentence}, status=403)


@before_first_password
@require_POST
def sign_out(request: SignedInRequest) -> HttpResponse:
    services.record_sign_out(by=request.user)
    logout(request)
    return redirect(settings.LOGOUT_REDIRECT_URL)


@before_first_password
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def password_change(request: SignedInRequest) -> HttpResponse:
    form = OwnPasswordForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.change_password(by=request.user, password=form.cleaned_data["new_password1"])
        update_session_auth_hash(request, request.user)
        messages.success(request, "密码已修改，下次请用新密码登录。")
        return redirect(first_page(request.user))
    return render(request, "pingan/password_change.html", {"form": form})


@require_GET
def account_list(request: SignedInRequest) -> HttpResponse:
    policies.check_administer_accounts(request.user)
    form = AccountFilterForm(request.GET, by=request.user)
    chosen = form.cleaned_data if form.is_valid() else {}
    found = accounts(
        request.user,
        text=chosen.get("q", ""),
        role=chosen.get("role", ""),
        unit=chosen.get("unit"),
        state=chosen.get("state", ""),
    )
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    locked = locked_usernames(account.username for account in page)
    asked = {name: value for name, value in request.GET.items() if name != "page" and value}
    context = {
        "form": form,
        "page": page,
        "rows": [(account, account.username in locked) for account in page],
        "query": f"&{urlencode(asked)}" if asked else "",
        "is_filtered": bool(asked),
    }
    return render(request, "pingan/account_list.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def account_create(request: SignedInRequest) -> HttpResponse:
    policies.check_administer_accounts(request.user)
    form = AccountForm(stash.posted_or_stashed(request), by=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            account, password = services.create_account(by=request.user, **_fields(form))
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return _show_password(request, account, password, "账号已建立")
    return render(request, "pingan/account_form.html", {"form": form, "account": None})


@require_http_methods(["GET", "POST"])
def account_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    account = _account(request, pk)
    form = AccountChangeForm(stash.posted_or_stashed(request), instance=account, by=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_account(account=account, by=request.user, **_fields(form))
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"账号“{account.username}”已保存。")
            return redirect("pingan:account-list")
    is_locked = bool(locked_usernames([account.username]))
    context = {
        "form": form,
        "account": account,
        "is_locked": is_locked,
        "is_own": account.pk == request.user.pk,
    }
    return render(request, "pingan/account_form.html", context)


@require_POST
def account_activate(request: SignedInRequest, pk: int) -> HttpResponse:
    """Stops the account or lets it in, as the button says."""
    account = _account(request, pk)
    wanted = request.POST.get("is_active") == "1"
    try:
        services.set_active(account=account, by=request.user, is_active=wanted)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        done = "启用" if wanted else "停用"
        messages.success(request, f"账号“{account.username}”已{done}。")
    return redirect("pingan:account-edit", pk=pk)


@never_cache
@require_POST
def account_reset(request: SignedInRequest, pk: int) -> HttpResponse:
    account = _account(request, pk)
    try:
        password = services.reset_password(account=account, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("pingan:account-edit", pk=pk)
    return _show_password(request, account, password, "密码已重置")


@require_POST
def account_unlock(request: SignedInRequest, pk: int) -> HttpResponse:
    account = _account(request, pk)
    try:
        services.unlock_account(account=account, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"账号“{account.username}”已解锁，可以重新登录。")
    return redirect("pingan:account-edit", pk=pk)


def _account(request: SignedInRequest, pk: int) -> User:
    policies.check_administer_accounts(request.user)
    found = User.objects.visible_to(request.user).select_related("unit")
    return get_object_or_404(found, pk=pk)


def _fields(form: AccountForm) -> dict[str, Any]:
    return {**form.cleaned_data, "role": Role(form.cleaned_data["role"])}


def _show_password(
    request: SignedInRequest, account: User, password: str, title: str
) -> HttpResponse:
    """Shown in the answer itself and kept nowhere."""
    context = {"account": account, "password": password, "title": title}
    return render(request, "pingan/account_password.html", context)
