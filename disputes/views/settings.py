"""纠纷设置 of the county: lists, terms of days, rates."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from disputes import policies
from disputes.enums import AgreementForm, TermKind
from disputes.forms.settings import DaysForm, RateForm, TermForm
from disputes.models import DisputeTerm, SubsidyRate
from disputes.selectors.terms import list_of, settings_of, uses_of
from disputes.services import settings as services
from disputes.views.answers import signed_in, tell
from pingan.models import Unit, User
from pingan.money import yuan_text
from pingan.refusals import Conflict, Refused
from pingan.stash import posted_or_stashed

HOME = "disputes:setting-list"


def _keeper(request: HttpRequest) -> tuple[User, Unit]:
    """The county's officer and his county; anybody else is refused."""
    user = signed_in(request)
    county = user.unit.county or user.unit
    try:
        policies.check_keep_settings(county=county, by=user)
    except Refused as error:
        tell(request, error)
    return user, county


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Everything on one page: days, the three lists, the rates."""
    _user, county = _keeper(request)
    uses = uses_of(county.pk)
    lists = []
    for kind in TermKind:
        rows = list_of(county.pk, kind)
        last = len(rows) - 1
        lists.append(
            {
                "kind": kind.value,
                "label": kind.label,
                "is_own": bool(rows and rows[0].county_id),
                "rows": [
                    (row, uses.get(row.pk, 0), place > 0, place < last)
                    for place, row in enumerate(rows)
                ],
            }
        )
    context = {
        "settings": settings_of(county.pk),
        "lists": lists,
        "rates": [(rate, yuan_text(rate.amount)) for rate in _rates(county)],
    }
    return render(request, "disputes/setting_list.html", context)


def _rates(county: Unit) -> QuerySet[SubsidyRate]:
    return SubsidyRate.objects.filter(county=county).select_related("scale", "county")


@require_http_methods(["GET", "POST"])
def days(request: HttpRequest) -> HttpResponse:
    user, county = _keeper(request)
    saved = settings_of(county.pk)
    form = DaysForm(posted_or_stashed(request), saved=saved)
    context: dict[str, Any] = {"form": form}
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            services.save_days(
                county=county, days=form.days(), base=form.cleaned_data["base"], by=user
            )
        except Conflict as error:
            messages.error(request, f"{error}您填写的内容还在下面，没有保存；请对照后再存。")
            now, typed = settings_of(county.pk), form.days()
            context["saved"] = [
                (str(form.fields[name].label), typed[name], getattr(now, name))
                for name in services.DAYS
                if typed[name] != getattr(now, name)
            ]
            context["form"] = DaysForm({**typed, "base": services.shown_days(now)}, saved=now)
            status = 409
        else:
            messages.success(request, "已保存。新登记、新结案的纠纷按新的期限，原来的不变。")
            return redirect(HOME)
    return render(request, "disputes/setting_days.html", context, status=status)


def _kind(kind: str) -> TermKind:
    if kind not in TermKind.values:
        raise Http404
    return TermKind(kind)


@require_http_methods(["GET", "POST"])
def term_add(request: HttpRequest, kind: str) -> HttpResponse:
    user, county = _keeper(request)
    which = _kind(kind)
    form = TermForm(posted_or_stashed(request))
    if request.method == "POST" and form.is_valid():
        try:
            made = services.add_term(
                county=county, kind=which, name=form.cleaned_data["name"], by=user
            )
        except Refused as error:
            tell(request, error)
        else:
            messages.success(request, f"已增加“{made.name}”。")
            return redirect(HOME)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "kind": which}
    return render(request, "disputes/setting_term.html", context, status=status)


def _term(county: Unit, kind: TermKind, code: str) -> DisputeTerm:
    found = next((row for row in list_of(county.pk, kind) if row.code == code), None)
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "POST"])
def term_edit(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    """Another name."""
    user, county = _keeper(request)
    which = _kind(kind)
    term = _term(county, which, code)
    form = TermForm(posted_or_stashed(request), initial={"name": term.name, "base": term.name})
    context: dict[str, Any] = {"form": form, "kind": which, "term": term}
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            services.rename_term(
                county=county,
                kind=which,
                code=code,
                name=typed["name"],
                was=typed["base"],
                by=user,
            )
        except Conflict as error:
            messages.error(request, f"{error}您填写的名称还在下面，没有保存。")
            now = _term(county, which, code)
            context["form"] = TermForm({"name": typed["name"], "base": now.name})
            context["saved"] = [("名称", typed["name"], now.name)]
            status = 409
        except Refused as error:
            tell(request, error)
        else:
            messages.success(request, "已保存。已经登记的纠纷也显示新名称。")
            return redirect(HOME)
    return render(request, "disputes/setting_term.html", context, status=status)


@require_POST
def term_change(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    """Retire, take back, up, down: whichever button was pressed."""
    user, county = _keeper(request)
    which = _kind(kind)
    term = _term(county, which, code)
    what = request.POST.get("what", "")
    try:
        if what in ("retire", "restore"):
            is_active = what == "restore"
            services.retire_term(county=county, kind=which, code=code, is_active=is_active, by=user)
            word = "启用" if is_active else "停用，已经登记的纠纷不变"
            messages.success(request, f"“{term.name}”已{word}。")
        elif what in ("up", "down"):
            places = -1 if what == "up" else 1
            services.shift_term(county=county, kind=which, code=code, by_places=places, by=user)
    except Refused as error:
        tell(request, error)
    answer = redirect(HOME)
    answer["Location"] += f"#{which}"
    return answer


@require_http_methods(["GET", "POST"])
def rate_create(request: HttpRequest) -> HttpResponse:
    user, county = _keeper(request)
    form = RateForm(posted_or_stashed(request), county_id=county.pk)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            services.add_rate(
                county=county,
                form=AgreementForm(data["form"]),
                scale=data["scale"],
                amount=form.fen,
                document=data["document"],
                by=user,
            )
        except Refused as error:
            tell(request, error)
        else:
            messages.success(request, "已增加补贴标准。")
            return redirect(HOME)
    status = 422 if request.method == "POST" else 200
    return render(request, "disputes/setting_rate.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
def rate_edit(request: HttpRequest, pk: int) -> HttpResponse:
    user, county = _keeper(request)
    rate = get_object_or_404(_rates(county), pk=pk)
    form = RateForm(posted_or_stashed(request), county_id=county.pk, rate=rate)
    context: dict[str, Any] = {"form": form, "rate": rate, "base": services.shown_rate(rate)}
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            services.change_rate(
                rate=rate, amount=form.fen, document=data["document"], base=data["base"], by=user
            )
        except Conflict as error:
            messages.error(request, f"{error}您填写的内容还在下面，没有保存；请对照后再存。")
            now = services.shown_rate(rate)
            typed = {"amount": str(data["amount"]), "document": data["document"]}
            context["form"] = RateForm({**typed, "base": now}, county_id=county.pk, rate=rate)
            context["saved"] = [
                ("每件补贴（元）", data["amount"], yuan_text(rate.amount)),
                ("依据文件", data["document"], rate.document),
            ]
            status = 409
        except Refused as error:
            tell(request, error)
        else:
            messages.success(request, "已保存。已经申报的补贴金额不变。")
            return redirect(HOME)
    return render(request, "disputes/setting_rate.html", context, status=status)


@require_POST
def rate_remove(request: HttpRequest, pk: int) -> HttpResponse:
    user, county = _keeper(request)
    rate = get_object_or_404(_rates(county), pk=pk)
    try:
        services.remove_rate(rate=rate, base=request.POST.get("base", ""), by=user)
    except Refused as error:
        tell(request, error)
        return redirect("disputes:setting-rate-edit", pk)
    messages.success(request, "已删除补贴标准。已经申报的补贴金额不变。")
    return redirect(HOME)
