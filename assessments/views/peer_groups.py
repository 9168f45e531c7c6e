"""同组: who is ranked with whom, level by level."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from assessments.forms.peer_groups import EndForm, PeerGroupForm
from assessments.models import PeerGroup
from assessments.policies import may
from assessments.policies import peer_groups as policies
from assessments.selectors.peer_group_pages import GROUPED_LEVELS, groups_page, visible_groups
from assessments.services.peer_groups import (
    Peers,
    add_peer_group,
    change_peer_group,
    end_peer_group,
    mark,
)
from assessments.views.answers import county_of, signed_in, tell
from pingan.enums import Level
from pingan.months import Month
from pingan.refusals import Conflict, Refused
from pingan.stash import posted_or_stashed


def _level(request: HttpRequest) -> Level:
    """?level=, else the townships."""
    text = request.GET.get("level", "")
    return {str(int(each)): each for each in GROUPED_LEVELS}.get(text, Level.TOWNSHIP)


def _first() -> Month:
    return Month.of(timezone.localdate()).next


def _to_list(level: int) -> HttpResponse:
    return redirect(f"{reverse('assessments:peer-group-list')}?level={int(level)}")


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Which units fall into which group today, and who is left."""
    user, level = signed_in(request), _level(request)
    context = {
        "level": level,
        "levels": GROUPED_LEVELS,
        "page": groups_page(user, level, timezone.localdate()),
        "may_make": may(policies.check_make_groups, county=county_of(user), by=user),
    }
    return render(request, "assessments/peer_group_list.html", context)


def create(request: HttpRequest) -> HttpResponse:
    """A new group of ?level=."""
    user, level = signed_in(request), _level(request)
    _refuse_others(request)
    return _page(request, level, None, county_of(user))


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    group = _find(request, pk)
    _refuse_others(request)
    return _page(request, Level(group.level), group, group.county)


def _find(request: HttpRequest, pk: int) -> PeerGroup:
    return get_object_or_404(visible_groups(signed_in(request)), pk=pk)


def _refuse_others(request: HttpRequest) -> None:
    user = signed_in(request)
    try:
        policies.check_make_groups(county=county_of(user), by=user)
    except Refused as error:
        tell(request, error)


def _page(request: HttpRequest, level: Level, group: PeerGroup | None, county: Any) -> HttpResponse:
    options: dict[str, Any] = {"county": county, "level": level, "group": group, "first": _first()}
    form = PeerGroupForm(posted_or_stashed(request), **options)
    context: dict[str, Any] = {"form": form, "group": group, "level": level, "status": 200}
    if request.method == "POST":
        context["status"] = 422
        if form.is_valid():
            try:
                _save(request, level, group, form)
            except Conflict as error:
                assert group is not None
                messages.error(request, f"{error}您填的内容还在；请核对后再保存一次。")
                group.refresh_from_db()
                context |= {"saved": group, "status": 409}
                newer = request.POST.copy()
                newer["seen"] = mark(group)
                context["form"] = PeerGroupForm(newer, **options)
            except Refused as error:
                tell(request, error)
            else:
                return _to_list(level)
    if group is not None:
        context["end_form"] = EndForm(initial={"start": _first(), "seen": mark(group)})
    return render(request, "assessments/peer_group_edit.html", context, status=context["status"])


def _save(request: HttpRequest, level: Level, group: PeerGroup | None, form: PeerGroupForm) -> None:
    user, peers, today = signed_in(request), form.peers(), timezone.localdate()
    if group is None:
        add_peer_group(county=county_of(user), level=level, peers=peers, today=today, by=user)
    else:
        seen = form.cleaned_data["seen"]
        change_peer_group(group=group, peers=peers, seen=seen, today=today, by=user)
    _tell_saved(request, peers)


def _tell_saved(request: HttpRequest, peers: Peers) -> None:
    messages.success(request, f"已保存同组“{peers.name}”，从{peers.start.label}起分开排名。")


@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    group = _find(request, pk)
    form = EndForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请填从哪个月起停用，如 2026-12。")
        return redirect("assessments:peer-group-edit", group.pk)
    try:
        end_peer_group(
            group=group,
            start=form.cleaned_data["start"],
            seen=form.cleaned_data["seen"],
            today=timezone.localdate(),
            by=signed_in(request),
        )
    except Refused as error:
        tell(request, error)
        return redirect("assessments:peer-group-edit", group.pk)
    messages.success(request, f"同组“{group.name}”从{form.cleaned_data['start'].label}起停用。")
    return _to_list(group.level)
