"""调解组织: the list, the register by unit, one committee with its mediators."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods

from disputes import policies
from disputes.enums import CommitteeKind
from disputes.excel.committees import committees_book
from disputes.forms.committees import (
    CommitteeFilterForm,
    CommitteeForm,
    ElectionForm,
    EndForm,
    shown_committee,
)
from disputes.models import Committee
from disputes.selectors.committees import (
    CommitteeFilters,
    committees,
    mediators_of,
    register,
    short_kind,
    warnings_of,
)
from disputes.services import committees as services
from disputes.views.answers import signed_in, tell
from pingan import scopes
from pingan.enums import Level
from pingan.models import User
from pingan.refusals import Conflict, Refused
from pingan.stash import posted_or_stashed

PAGE_SIZE = 50
KIND_HEADS = [short_kind(kind) for kind in CommitteeKind]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def reader(request: HttpRequest) -> User:
    """Whoever records concern at all."""
    user = signed_in(request)
    if not scopes.has_records(user):
        raise Http404
    return user


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Committees of the own tree, narrowed."""
    user, today = reader(request), timezone.localdate()
    form = CommitteeFilterForm(request.GET or None, user=user)
    chosen = form.filters() if form.is_bound else CommitteeFilters()
    page = Paginator(committees(user, chosen, today), PAGE_SIZE).get_page(request.GET.get("page"))
    asked = {name: value for name, value in request.GET.items() if name != "page" and value}
    context = {
        "form": form,
        "page": page,
        "rows": [(row, warnings_of(row, today)) for row in page],
        "query": f"&{urlencode(asked)}" if asked else "",
        "is_filtered": bool(asked),
        "may_found": policies.may(policies.check_found_committee, unit=user.unit, by=user),
    }
    return render(request, "disputes/committee_list.html", context)


@require_GET
def counts(request: HttpRequest) -> HttpResponse:
    """Counts of each unit below the own one."""
    user = reader(request)
    lines, total = register(user, timezone.localdate())
    context = {"lines": lines, "total": total, "kinds": KIND_HEADS}
    return render(request, "disputes/committee_register.html", context)


@require_GET
def download(request: HttpRequest) -> HttpResponse:
    """The register as a workbook: counts and committees, no name."""
    user, today = reader(request), timezone.localdate()
    lines, total = register(user, today)
    found = committees(user, CommitteeFilters(state="all"), today)
    title = f"{user.unit.name}人民调解组织名册"
    content = committees_book(
        title=title,
        notes=[f"{today:%Y-%m-%d}下载，不含调解员姓名。"],
        counts=[(line.name, *line.figures) for line in (*lines, total)],
        committees=[_line(row, warnings_of(row, today)) for row in found],
    )
    header = content_disposition_header(as_attachment=True, filename=f"{title}.xlsx")
    return HttpResponse(content, content_type=XLSX, headers={"Content-Disposition": header or ""})


def _line(row: Any, warnings: list[str]) -> tuple[Any, ...]:
    above = row.unit.parent
    return (
        row.unit.name,
        above.short_name if above else "",
        row.name,
        row.get_kind_display(),
        row.code,
        row.members,
        row.women,
        row.mediator_count,
        row.full_time_count,
        row.founded_on,
        row.term_starts_on,
        row.term_ends_on,
        row.dissolved_on,
        "；".join(warnings),
    )


def visible_committee(request: HttpRequest, pk: int) -> Committee:
    rows = Committee.objects.visible_to(signed_in(request)).select_related("unit__parent")
    return get_object_or_404(rows, pk=pk)


@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    user, today = signed_in(request), timezone.localdate()
    committee = visible_committee(request, pk)
    context = {
        "committee": committee,
        "warnings": warnings_of(committee, today),
        "mediators": [
            (line, policies.may(policies.check_see_mediator, mediator=line.mediator, by=user))
            for line in mediators_of(committee, user, today)
        ],
        "may_keep": policies.may(policies.check_keep_committee, committee=committee, by=user),
        "may_dissolve": committee.dissolved_on is None
        and policies.may(policies.check_found_committee, unit=committee.unit, by=user),
    }
    return render(request, "disputes/committee_detail.html", context)


@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    user, today = signed_in(request), timezone.localdate()
    try:
        policies.check_found_committee(unit=user.unit, by=user)
    except Refused as error:
        tell(request, error)
    start = {
        "unit": request.GET.get("unit") or user.unit_id,
        "kind": CommitteeKind.TOWNSHIP
        if user.unit.level == Level.TOWNSHIP
        else CommitteeKind.VILLAGE,
        "term_starts_on": today,
        "founded_on": today,
    }
    form = CommitteeForm(posted_or_stashed(request), user=user, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.found_committee(
                unit=form.cleaned_data["unit"], entry=form.entry(), by=user
            )
        except Refused as error:
            tell(request, error)
        else:
            messages.success(request, f"已登记{made.name}。接着可以登记调解员。")
            return redirect("disputes:committee-detail", made.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "disputes/committee_edit.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    user, committee = signed_in(request), visible_committee(request, pk)
    refused = _refused(request, committee, user)
    if refused:
        return refused
    form = CommitteeForm(posted_or_stashed(request), user=user, committee=committee)
    context: dict[str, Any] = {"form": form, "committee": committee}
    if request.method != "POST":
        return render(request, "disputes/committee_edit.html", context)
    status = 422
    if form.is_valid():
        version = form.cleaned_data["version"] or 0
        try:
            services.change_committee(
                committee=committee, entry=form.entry(), version=version, by=user
            )
        except Conflict as error:
            messages.error(request, f"{error}您填写的内容还在下面，没有保存；请对照后再存。")
            committee.refresh_from_db()
            context["saved"] = _differences(form, committee)
            context["form"] = _mine_over(form, committee, user)
            status = 409
        except Refused as error:
            tell(request, error)
        else:
            messages.success(request, "已保存。")
            return redirect("disputes:committee-detail", pk)
    return render(request, "disputes/committee_edit.html", context, status=status)


def _mine_over(form: CommitteeForm, committee: Committee, user: User) -> CommitteeForm:
    """What was typed, on top of the version that is saved now."""
    data = {name: form[name].data for name in form.fields} | {"version": committee.version}
    return CommitteeForm(data, user=user, committee=committee)


def _differences(form: CommitteeForm, committee: Committee) -> list[tuple[str, str, str]]:
    """Label, mine, saved: of every field that differs."""
    saved, kinds = shown_committee(committee), dict(CommitteeKind.choices)
    found = []
    for name, value in form.cleaned_data.items():
        if name != "version" and str(value) != str(saved[name]):
            mine, theirs = (kinds.get(each, each) for each in (value, saved[name]))
            found.append((str(form.fields[name].label), str(mine), str(theirs)))
    return found


def _refused(request: HttpRequest, committee: Committee, user: User) -> HttpResponse | None:
    """Back to the committee where it may not be kept by this person."""
    try:
        policies.check_keep_committee(committee=committee, by=user)
    except Refused as error:
        tell(request, error)
        return redirect("disputes:committee-detail", committee.pk)
    return None


@require_http_methods(["GET", "POST"])
def elect(request: HttpRequest, pk: int) -> HttpResponse:
    user, committee = signed_in(request), visible_committee(request, pk)
    refused = _refused(request, committee, user)
    if refused:
        return refused
    start = {
        "starts_on": timezone.localdate(),
        "members": committee.members,
        "women": committee.women,
        "version": committee.version,
    }
    form = ElectionForm(posted_or_stashed(request), initial=start)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = services.reelect_committee(
                committee=committee,
                starts_on=data["starts_on"],
                members=data["members"],
                women=data["women"],
                version=data["version"] or 0,
                by=user,
            )
        except Refused as error:
            tell(request, error)
        else:
            messages.success(request, f"已换届，本届到{made.term_ends_on:%Y-%m-%d}期满。")
            return redirect("disputes:committee-detail", pk)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "committee": committee}
    return render(request, "disputes/committee_elect.html", context, status=status)


@require_http_methods(["GET", "POST"])
def dissolve(request: HttpRequest, pk: int) -> HttpResponse:
    user, committee = signed_in(request), visible_committee(request, pk)
    refused = _refused(request, committee, user)
    if refused:
        return refused
    start = {"on": timezone.localdate(), "version": committee.version}
    form = EndForm(posted_or_stashed(request), initial=start)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            services.dissolve_committee(
                committee=committee,
                on=data["on"],
                reason=data["reason"],
                version=data["version"] or 0,
                by=user,
            )
        except Refused as error:
            tell(request, error)
        else:
            messages.success(request, f"{committee.name}已撤销，调解员一并解聘。")
            return redirect("disputes:committee-detail", pk)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "committee": committee}
    return render(request, "disputes/committee_dissolve.html", context, status=status)
