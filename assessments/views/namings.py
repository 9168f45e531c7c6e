"""命名: the list, applying, checking on the spot."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from assessments.forms.namings import (
    ApplicationForm,
    CheckForm,
    NamingFilterForm,
    RecheckForm,
    RenewForm,
    StartForm,
)
from assessments.forms.vetoes import ReasonForm
from assessments.models import Naming
from assessments.policies import may
from assessments.policies import namings as policies
from assessments.selectors.freezes import freezes_of
from assessments.selectors.namings import (
    NamingFilter,
    answers_of,
    kinds_of,
    naming_row,
    namings_found,
    units_to_name,
)
from assessments.selectors.vetoes import events_of
from assessments.services import naming_decisions, namings
from assessments.views.answers import county_of, signed_in, tell
from pingan.models import User
from pingan.refusals import Conflict, Forbidden, Refused
from pingan.stash import posted_or_stashed

PAGE_LENGTH = 50


def asked_filter(request: HttpRequest, user: User) -> tuple[NamingFilterForm, dict[str, Any]]:
    """The filter form and what is chosen in it."""
    form = NamingFilterForm(request.GET, kinds=kinds_of(county_of(user).pk))
    form.is_valid()
    return form, {key: value for key, value in form.cleaned_data.items() if value}


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Namings of the own tree, narrowed by what stands in the address."""
    user, today = signed_in(request), timezone.localdate()
    form, chosen = asked_filter(request, user)
    found = namings_found(user, NamingFilter(**chosen), today)
    page = Paginator(found, PAGE_LENGTH).get_page(request.GET.get("page"))
    asked = urlencode(chosen)
    context = {
        "form": form,
        "page": page,
        "rows": [naming_row(naming, today) for naming in page],
        "query": f"&{asked}" if asked else "",
        "asked": f"?{asked}" if asked else "",
        "is_narrowed": bool(chosen),
        "document": chosen.get("document", ""),
        "may_apply": user.role in policies.APPLICANTS,
        "may_decide": may(policies.check_decide_namings, county=county_of(user), by=user),
    }
    return render(request, "assessments/naming_list.html", context)


def visible(user: User, pk: int) -> Naming:
    rows = Naming.objects.visible_to(user).select_related(
        "unit__parent", "kind", "applied_by", "checked_by", "decided_by", "withdrawn_by"
    )
    return get_object_or_404(rows, pk=pk)


@require_http_methods(["GET", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """Begin an application; ?unit= fills the unit in."""
    user = signed_in(request)
    if user.role not in policies.APPLICANTS:
        raise Http404
    kinds = kinds_of(county_of(user).pk)
    units = units_to_name(user, kinds)
    asked = request.GET.get("unit", "")
    own = user.unit_id if units.filter(pk=user.unit_id).exists() else None
    form = StartForm(
        posted_or_stashed(request),
        units=units,
        kinds=[kind for kind in kinds if user.role != "village_clerk" or _fits(user, kind)],
        initial={"unit": int(asked) if asked.isdecimal() else own},
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = namings.start_naming(
                unit=form.cleaned_data["unit"], kind=form.cleaned_data["kind"], by=user
            )
        except Refused as error:
            tell(request, error)
        else:
            return redirect("assessments:naming-edit", made.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "assessments/naming_start.html", {"form": form}, status=status)


def _fits(user: User, kind: Any) -> bool:
    return user.unit.kind in kind.unit_kinds


@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    return show(request, visible(signed_in(request), pk))


def show(
    request: HttpRequest,
    naming: Naming,
    *,
    bound: dict[str, forms.Form] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page, with the forms of the moves this person may make; `bound` holds what he typed."""
    user, today = signed_in(request), timezone.localdate()
    given, version = bound or {}, {"version": naming.version}
    day = {**version, "on": today}
    asks = {"naming": naming, "by": user}
    dated = {**asks, "today": today}
    offered: dict[str, forms.Form] = {}
    if may(policies.check_check_naming, **asks):
        offered["back"] = ReasonForm(initial=version, prefix="back")
    if may(policies.check_decide_naming, **asks):
        offered["no"] = ReasonForm(initial=version, prefix="no")
    if may(policies.check_recheck_naming, **dated):
        offered["recheck"] = RecheckForm(initial=day, prefix="recheck")
    if may(policies.check_withdraw_naming, **dated):
        offered["withdraw"] = ReasonForm(initial=version, prefix="withdraw")
        if may(naming_decisions.check_renewable, naming=naming, today=today):
            offered["renew"] = RenewForm(initial=day, prefix="renew")
    context = {
        "naming": naming,
        "row": naming_row(naming, today),
        "answers": answers_of(naming),
        "rechecks": naming.rechecks.select_related("checked_by"),
        "freezes": freezes_of(naming.unit, today),
        "events": events_of(naming),
        "may_fill": may(policies.check_fill_naming, **asks),
        "may_take_back": may(policies.check_take_back_naming, **asks),
        "forms": {**offered, **{name: form for name, form in given.items() if name in offered}},
        "opened": next(iter(given), ""),
    }
    return render(request, "assessments/naming_detail.html", context, status=status)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The self-assessment; `apply` in the form hands it in as well."""
    user = signed_in(request)
    naming = visible(user, pk)
    try:
        policies.check_fill_naming(naming=naming, by=user)
    except Refused as error:
        tell(request, error)
        return redirect("assessments:naming-detail", pk)
    answers = answers_of(naming)
    form = ApplicationForm(
        posted_or_stashed(request),
        request.FILES if request.method == "POST" else None,
        naming=naming,
        answers=answers,
    )
    if request.method != "POST":
        return _form_page(request, naming, form)
    if not form.is_valid():
        return _form_page(request, naming, form, status=422)
    return _save(request, naming, form)


def _save(request: HttpRequest, naming: Naming, form: ApplicationForm) -> HttpResponse:
    user = signed_in(request)
    try:
        saved = namings.fill_naming(
            naming=naming,
            application=form.application(),
            version=form.cleaned_data["version"] or 0,
            by=user,
        )
    except Conflict as error:
        return _conflict(request, naming.pk, form, error)
    except Refused as error:
        tell(request, error)
        return _form_page(request, naming, form, status=422)
    if "apply" in request.POST:
        return _hand_in(request, saved, user)
    messages.success(request, "已保存。全部填好以后再申报。")
    return redirect("assessments:naming-edit", naming.pk)


def _hand_in(request: HttpRequest, naming: Naming, user: User) -> HttpResponse:
    """What was typed is saved; where it cannot be handed in yet, the sentence says why."""
    try:
        namings.apply_naming(naming=naming, version=naming.version, by=user)
    except Refused as error:
        tell(request, error)
        messages.info(request, "已填的内容已经保存。")
        return redirect("assessments:naming-edit", naming.pk)
    messages.success(request, f"已为{naming.unit.name}申报“{naming.kind.name}”，等待核查。")
    return redirect("assessments:naming-detail", naming.pk)


def _form_page(
    request: HttpRequest, naming: Naming, form: ApplicationForm, status: int = 200, **more: Any
) -> HttpResponse:
    context = {"naming": naming, "form": form, "rows": form.rows(), **more}
    return render(request, "assessments/naming_edit.html", context, status=status)


def _conflict(
    request: HttpRequest, pk: int, form: ApplicationForm, error: Conflict
) -> HttpResponse:
    """What was typed, on top of the version that is saved now, with what differs from it."""
    messages.error(request, f"{error}您的内容还没有保存，请对照下面的改动；附件要重新选择。")
    naming = visible(signed_in(request), pk)
    answers = answers_of(naming)
    data = cast(QueryDict, form.data).copy()
    data["version"] = str(naming.version)
    mine = ApplicationForm(data, naming=naming, answers=answers)
    saved = [
        (field.label, field.value() or "空", field.initial or "空")
        for field in mine
        if field.name != "version" and (field.value() or "") != (field.initial or "")
    ]
    words = {"yes": "达标", "no": "未达标", "qualified": "合格", "demonstration": "示范"}
    said = [(label, words.get(a, a), words.get(b, b)) for label, a, b in saved]
    return _form_page(request, naming, mine, status=409, saved=said)


@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """The check on the spot, line by line."""
    user = signed_in(request)
    naming = visible(user, pk)
    try:
        policies.check_check_naming(naming=naming, by=user)
    except Refused as error:
        if isinstance(error, Forbidden):
            tell(request, error)
        messages.error(request, str(error))
        return redirect("assessments:naming-detail", pk)
    start_values = {"on": timezone.localdate(), "version": naming.version}
    form = CheckForm(posted_or_stashed(request), answers=answers_of(naming), initial=start_values)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                namings.check_naming(
                    naming=naming,
                    check=form.check(),
                    version=form.cleaned_data["version"] or 0,
                    by=user,
                )
            except Refused as error:
                tell(request, error)
                status = 409
            else:
                messages.success(request, f"已保存对{naming.unit.name}的核查，等待县级决定。")
                return redirect("assessments:naming-detail", pk)
    context = {"naming": naming, "form": form, "rows": form.rows()}
    return render(request, "assessments/naming_check.html", context, status=status)


@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    naming = visible(user, pk)
    try:
        namings.take_back_naming(naming=naming, version=_version(request), by=user)
    except Refused as error:
        tell(request, error)
        return redirect("assessments:naming-detail", pk)
    messages.success(request, "已撤回，可以修改后再申报。")
    return redirect("assessments:naming-edit", pk)


@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    naming = visible(user, pk)
    try:
        namings.drop_naming(naming=naming, version=_version(request), by=user)
    except Refused as error:
        tell(request, error)
        return redirect("assessments:naming-detail", pk)
    messages.success(request, "已放弃这份申报。")
    return redirect("assessments:naming-list")


def _version(request: HttpRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() else 0
