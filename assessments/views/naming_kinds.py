"""The county's kinds of naming and their standards."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from assessments.forms.naming_kinds import CriterionForm, KindForm
from assessments.models import NamingCriterion, NamingKind
from assessments.policies import may
from assessments.policies import namings as policies
from assessments.selectors.namings import criteria_of, kinds_of
from assessments.services import naming_kinds as services
from assessments.views.answers import county_of, signed_in, tell
from pingan import scopes
from pingan.enums import UnitKind
from pingan.models import Unit, User
from pingan.refusals import Refused
from pingan.stash import posted_or_stashed


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """All kinds, with who may bear them, the term and the goals."""
    user = _reader(request)
    county = county_of(user)
    found = kinds_of(county.pk)
    context = {
        "rows": [
            (kind, "、".join(UnitKind(each).label for each in kind.unit_kinds)) for kind in found
        ],
        "is_own": bool(found and found[0].county_id),
        "may_keep": may(policies.check_keep_naming_kinds, county=county, by=user),
    }
    return render(request, "assessments/naming_kinds.html", context)


def _reader(request: HttpRequest) -> User:
    user = signed_in(request)
    if not scopes.has_records(user):
        raise Http404
    return user


def _kind(county: Unit, pk: int) -> NamingKind:
    found = next((each for each in kinds_of(county.pk) if each.pk == pk), None)
    if found is None:
        raise Http404
    return found


@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One kind with its checklist."""
    user = _reader(request)
    county = county_of(user)
    kind = _kind(county, pk)
    context = {
        "kind": kind,
        "unit_kinds": "、".join(UnitKind(each).label for each in kind.unit_kinds),
        "criteria": criteria_of(kind),
        "may_keep": may(policies.check_keep_naming_kinds, county=county, by=user),
    }
    return render(request, "assessments/naming_standard.html", context)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Add a kind, or change one; the common list is copied on the way."""
    user = signed_in(request)
    county = county_of(user)
    policies.check_keep_naming_kinds(county=county, by=user)
    kind = _kind(county, pk) if pk is not None else None
    start = {name: getattr(kind, name) for name in services.KIND} if kind else {}
    form = KindForm(posted_or_stashed(request), initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            kept = services.keep_naming_kind(county=county, kind=kind, text=form.text(), by=user)
        except Refused as error:
            tell(request, error)
        else:
            messages.success(request, f"已保存“{kept.name}”。")
            return redirect("assessments:naming-standard", kept.pk)
    status = 422 if request.method == "POST" else 200
    return render(
        request, "assessments/naming_kind.html", {"form": form, "kind": kind}, status=status
    )


@require_http_methods(["GET", "POST"])
def criterion(request: HttpRequest, pk: int, line: int | None = None) -> HttpResponse:
    """Add a line to a standard, or change one."""
    user = signed_in(request)
    county = county_of(user)
    policies.check_keep_naming_kinds(county=county, by=user)
    kind = _kind(county, pk)
    found = _line(kind, line) if line is not None else None
    start = {name: getattr(found, name) for name in services.CRITERION} if found else {}
    form = CriterionForm(posted_or_stashed(request), initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            kept = services.keep_naming_criterion(
                county=county, kind=kind, criterion=found, text=form.line(), by=user
            )
        except Refused as error:
            tell(request, error)
        else:
            messages.success(request, "已保存这条标准。")
            return redirect("assessments:naming-standard", kept.kind_id)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "kind": kind, "criterion": found}
    return render(request, "assessments/naming_criterion.html", context, status=status)


@require_POST
def criterion_drop(request: HttpRequest, pk: int, line: int) -> HttpResponse:
    """Delete a line that nobody has answered."""
    user = signed_in(request)
    county = county_of(user)
    policies.check_keep_naming_kinds(county=county, by=user)
    kind = _kind(county, pk)
    try:
        services.drop_naming_criterion(
            county=county, kind=kind, criterion=_line(kind, line), by=user
        )
    except Refused as error:
        tell(request, error)
    else:
        messages.success(request, "已删除这条标准。")
    code = kind.code
    own = next((each.pk for each in kinds_of(county.pk) if each.code == code), pk)
    return redirect(reverse("assessments:naming-standard", args=[own]))


def _line(kind: NamingKind, pk: int) -> NamingCriterion:
    return get_object_or_404(criteria_of(kind), pk=pk)
