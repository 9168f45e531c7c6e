"""调解员: appoint, correct, end, and look at a name."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from disputes import policies
from disputes.forms.cases import PurposeForm
from disputes.forms.committees import EndForm, MediatorForm
from disputes.models import Mediator
from disputes.selectors.committees import shows_masked
from disputes.services import mediators as services
from disputes.views.answers import signed_in, tell
from disputes.views.committees import visible_committee
from pingan.refusals import Conflict, Refused
from pingan.stash import posted_or_stashed


def _mediator(request: HttpRequest, pk: int) -> Mediator:
    rows = Mediator.objects.visible_to(signed_in(request))
    return get_object_or_404(rows.select_related("committee__unit", "account"), pk=pk)


@require_http_methods(["GET", "POST"])
def create(request: HttpRequest, pk: int) -> HttpResponse:
    """Appoint one to a committee."""
    user, committee = signed_in(request), visible_committee(request, pk)
    try:
        policies.check_keep_committee(committee=committee, by=user)
    except Refused as error:
        tell(request, error)
        return redirect("disputes:committee-detail", pk)
    start = {"starts_on": timezone.localdate()}
    form = MediatorForm(posted_or_stashed(request), committee=committee, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.appoint_mediator(committee=committee, entry=form.entry(), by=user)
        except Refused as error:
            tell(request, error)
        else:
            messages.success(request, f"已聘任，编号{made.number}。")
            return redirect("disputes:committee-detail", pk)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "committee": committee}
    return _private(render(request, "disputes/mediator_edit.html", context, status=status))


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct one; the form never shows the name."""
    user, mediator = signed_in(request), _mediator(request, pk)
    committee = mediator.committee
    try:
        policies.check_keep_committee(committee=committee, by=user)
    except Refused as error:
        tell(request, error)
        return redirect("disputes:committee-detail", committee.pk)
    form = MediatorForm(posted_or_stashed(request), committee=committee, mediator=mediator)
    context: dict[str, Any] = {"form": form, "committee": committee, "mediator": mediator}
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                services.change_mediator(
                    mediator=mediator,
                    entry=form.entry(),
                    version=form.cleaned_data["version"] or 0,
                    by=user,
                )
            except Conflict as error:
                messages.error(request, f"{error}您填写的内容还在下面，没有保存；请对照后再存。")
                context |= _conflict(form, mediator)
                status = 409
            except Refused as error:
                tell(request, error)
            else:
                messages.success(request, "已保存。")
                return redirect("disputes:committee-detail", committee.pk)
    return _private(render(request, "disputes/mediator_edit.html", context, status=status))


def _conflict(form: MediatorForm, mediator: Mediator) -> dict[str, Any]:
    """What was typed beside what is saved now; the saved name stays unsaid."""
    mediator.refresh_from_db()
    data = {name: form[name].data for name in form.fields} | {"version": mediator.version}
    saved = [
        (str(form.fields[name].label), _word(value), _word(getattr(mediator, name)))
        for name, value in form.cleaned_data.items()
        if name not in ("version", "name") and value != getattr(mediator, name)
    ]
    mine = MediatorForm(data, committee=mediator.committee, mediator=mediator)
    return {"form": mine, "saved": saved}


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value) if value else "空"


@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, pk: int) -> HttpResponse:
    user, mediator = signed_in(request), _mediator(request, pk)
    start = {"on": timezone.localdate(), "version": mediator.version}
    form = EndForm(posted_or_stashed(request), initial=start)
    try:
        policies.check_keep_committee(committee=mediator.committee, by=user)
    except Refused as error:
        tell(request, error)
        return redirect("disputes:committee-detail", mediator.committee_id)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            services.end_mediator(
                mediator=mediator,
                on=data["on"],
                reason=data["reason"],
                version=data["version"] or 0,
                by=user,
            )
        except Refused as error:
            tell(request, error)
        else:
            messages.success(request, f"{mediator.number}号调解员已解聘。")
            return redirect("disputes:committee-detail", mediator.committee_id)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "mediator": mediator, "committee": mediator.committee}
    return render(request, "disputes/mediator_end.html", context, status=status)


@require_http_methods(["GET", "POST"])
def look(request: HttpRequest, pk: int) -> HttpResponse:
    """The plain name, once, for a purpose, on a page that is not kept."""
    user, mediator = signed_in(request), _mediator(request, pk)
    try:
        policies.check_see_mediator(mediator=mediator, by=user)
    except Refused as error:
        tell(request, error)
    form = PurposeForm(request.POST or None)
    form.fields["purpose"].help_text = "如“制作聘书”“核对补贴发放”。每次查看都记入操作日志。"
    context: dict[str, Any] = {
        "form": form,
        "mediator": mediator,
        "masked": mediator.name.masked if shows_masked(user) else "",
    }
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            purpose = form.cleaned_data["purpose"]
            context["name"] = services.look_at_mediator(mediator=mediator, purpose=purpose, by=user)
            context["purpose"] = purpose
            status = 200
    return _private(render(request, "disputes/mediator_name.html", context, status=status))


def _private(answer: HttpResponse) -> HttpResponse:
    """A name may stand in it: no browser and no proxy keeps it."""
    answer["Cache-Control"] = "no-store"
    return answer
