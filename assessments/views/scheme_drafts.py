"""A draft on its way: head, points, items, trial, adoption, withdrawal."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from assessments.forms.schemes import LABELS, HeadForm, WeightsForm, shown
from assessments.models import Scheme
from assessments.policies import schemes as policies
from assessments.selectors.scheme_compare import compare
from assessments.selectors.scheme_pages import indicator_labels, replaced_by, total_of
from assessments.selectors.scheme_trial import Trial, TrialRow, trial
from assessments.services.scheme_items import DOWN, UP, move_item, move_section, weigh_items
from assessments.services.schemes import (
    adopt_scheme,
    change_head,
    check_adoption,
    withdraw_draft,
)
from assessments.views.answers import county_of, signed_in, tell
from assessments.views.schemes import find_scheme, scheme_page
from pingan.models import User
from pingan.refusals import Conflict, Refused
from pingan.stash import posted_or_stashed

PAGE_LENGTH = 100
STEPS = {"up": UP, "down": DOWN}


def find_draft(request: HttpRequest, pk: int) -> tuple[User, Scheme]:
    """The scheme, for somebody who may change it if it is a draft; others get a 403."""
    user = signed_in(request)
    scheme = find_scheme(user, pk)
    try:
        policies.check_edit_scheme(scheme=scheme, by=user)
    except Refused as error:
        tell(request, error)
    return user, scheme


def is_draft(scheme: Scheme, user: User) -> bool:
    try:
        policies.check_edit_scheme(scheme=scheme, by=user)
    except Refused:
        return False
    return True


def revision_of(request: HttpRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 9 else 0


def to_scheme(scheme: Scheme, anchor: str = "") -> HttpResponse:
    address = reverse("assessments:scheme-detail", args=[scheme.pk])
    return redirect(f"{address}#{anchor}" if anchor else address)


def edit_head(request: HttpRequest, pk: int) -> HttpResponse:
    user, scheme = find_draft(request, pk)
    if not is_draft(scheme, user):
        return to_scheme(scheme)
    form = HeadForm(posted_or_stashed(request), scheme=scheme)
    context: dict[str, Any] = {"scheme": scheme, "form": form}
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            answer = _change_head(request, scheme, form, context)
            if answer is not None:
                return answer
            status = 409 if "saved" in context else 422
    return render(request, "assessments/scheme_edit.html", context, status=status)


def _change_head(
    request: HttpRequest, scheme: Scheme, form: HeadForm, context: dict[str, Any]
) -> HttpResponse | None:
    """Saved: the way back to the draft. Refused: None, with what was typed in the context."""
    try:
        change_head(
            scheme=scheme,
            head=form.head(),
            revision=form.cleaned_data["version"] or 0,
            today=timezone.localdate(),
            by=signed_in(request),
        )
    except Conflict as error:
        messages.error(request, f"{error}您的内容还没有保存，请对照下面的改动。")
        scheme.refresh_from_db()
        context["form"] = HeadForm({**request.POST.dict(), "version": scheme.revision})
        saved = shown(scheme)
        context["saved"] = [
            (label, form.cleaned_data[name], saved[name])
            for name, label in LABELS.items()
            if form.cleaned_data[name] != saved[name]
        ]
    except Refused as error:
        tell(request, error)
    else:
        messages.success(request, "已保存草案的基本信息。")
        return to_scheme(scheme)
    return None


@require_POST
def weigh(request: HttpRequest, pk: int) -> HttpResponse:
    """The points of the table; a button of a row saves them too, and moves the row."""
    user, scheme = find_draft(request, pk)
    form = WeightsForm(request.POST, items=scheme.items.order_by("position"))
    if not form.is_valid():
        messages.error(request, "分值还没有保存：请改正标出的几处。")
        context = scheme_page(scheme, user, form)
        return render(request, "assessments/scheme_detail.html", context, status=422)
    revision = form.cleaned_data["version"] or 0
    try:
        saved = weigh_items(scheme=scheme, points=form.points(), revision=revision, by=user)
        anchor = _move(request, saved, user)
    except Conflict as error:
        messages.error(request, f"{error}您填的分值还没有保存，请核对后再保存。")
        scheme = find_scheme(user, pk)
        newer = {**request.POST.dict(), "version": scheme.revision}
        form = WeightsForm(newer, items=scheme.items.order_by("position"))
        form.is_valid()
        context = scheme_page(scheme, user, form)
        return render(request, "assessments/scheme_detail.html", context, status=409)
    except Refused as error:
        tell(request, error)
        context = scheme_page(scheme, user, form)
        return render(request, "assessments/scheme_detail.html", context, status=422)
    if not anchor:
        messages.success(request, "已保存分值。")
    return to_scheme(scheme, anchor)


def _move(request: HttpRequest, draft: Scheme, user: User) -> str:
    """item=up:17 or section=down:基础工作; where the page should be then."""
    way, _colon, pk = request.POST.get("item", "").partition(":")
    if way in STEPS and pk.isdecimal():
        item = get_object_or_404(draft.items.select_related("scheme"), pk=int(pk))
        move_item(item=item, step=STEPS[way], revision=draft.revision, by=user)
        return f"item-{item.pk}"
    way, _colon, name = request.POST.get("section", "").partition(":")
    if way in STEPS:
        move_section(scheme=draft, section=name, step=STEPS[way], revision=draft.revision, by=user)
        return "items"
    return ""


@require_GET
def try_out(request: HttpRequest, pk: int) -> HttpResponse:
    """Last month under this draft; ?show= only some of the units."""
    user, scheme = find_draft(request, pk)
    found, reason = None, "" if scheme.items.all() else "草案里还没有考核项，先增加考核项再试算。"
    try:
        found = None if reason else trial(scheme, county_of(user))
    except Refused as error:
        reason = str(error)
    show = request.GET.get("show", "")
    rows = _shown_rows(found, show)
    page = Paginator(rows, PAGE_LENGTH).get_page(request.GET.get("page"))
    context = {
        "scheme": scheme,
        "trial": found,
        "reason": reason,
        "page": page,
        "total": total_of(scheme.items.all()),
        "show": show,
        "query": f"&show={show}" if show else "",
    }
    return render(request, "assessments/scheme_trial.html", context)


def _shown_rows(found: Trial | None, show: str) -> list[TrialRow]:
    if found is None:
        return []
    if show == "rank":
        return [row for row in found.rows if row.rise]
    if show == "grade":
        return [row for row in found.rows if row.changes_grade or row.changes_colour]
    return list(found.rows)


def adopt(request: HttpRequest, pk: int) -> HttpResponse:
    """What changes, then the button; what stands in the way, instead of it."""
    user, scheme = find_draft(request, pk)
    if not is_draft(scheme, user):
        return to_scheme(scheme)
    if request.method == "POST":
        try:
            adopt_scheme(
                scheme=scheme, revision=revision_of(request), today=timezone.localdate(), by=user
            )
        except Conflict as error:
            messages.error(request, f"{error}请看清下面的内容，再决定是否采用。")
            return redirect("assessments:scheme-adopt", scheme.pk)
        except Refused as error:
            tell(request, error)
            return redirect("assessments:scheme-adopt", scheme.pk)
        messages.success(
            request,
            f"《{scheme.name}》第{scheme.version}版已采用，从{scheme.valid_from.label}起计分。",
        )
        return to_scheme(scheme)
    before = replaced_by(scheme)
    context = {
        "scheme": scheme,
        "before": before,
        "comparison": compare(before, scheme, indicator_labels(user.unit.root_id))
        if before
        else None,
        "fault": _fault(scheme),
    }
    return render(request, "assessments/scheme_adopt.html", context)


def _fault(scheme: Scheme) -> str:
    try:
        check_adoption(draft=scheme, today=timezone.localdate())
    except Refused as error:
        return str(error)
    return ""


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    user, scheme = find_draft(request, pk)
    try:
        withdraw_draft(scheme=scheme, revision=revision_of(request), by=user)
    except Refused as error:
        tell(request, error)
        return to_scheme(scheme)
    messages.success(request, f"已撤回《{scheme.name}》第{scheme.version}版草案。")
    return redirect("assessments:scheme-list")
