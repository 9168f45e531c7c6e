"""抽签: sealed, drawn, given up, printed, and drawn again by whoever wants to check."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from assessments import draws, policies
from assessments.content.inspections import draw_record
from assessments.enums import DrawState
from assessments.forms.draws import CancelForm, DrawForm, SealForm
from assessments.models import Draw
from assessments.pdf.inspections import draw_pdf
from assessments.policies.inspections import check_organise
from assessments.selectors.draws import knows_secrets, pool_of, result_is_open
from assessments.services.draws import PAUSE, cancel_draw, draw_lots, seal_draw
from assessments.views.answers import county_of, signed_in, tell
from assessments.views.inspection_groups import organised
from pingan import scopes
from pingan.models import User
from pingan.refusals import Refused
from pingan.selectors.offices import is_demo_county
from pingan.stash import posted_or_stashed
from pingan.typesetting import RenderError

MOST = 100
TONES = {DrawState.COMMITTED: "info", DrawState.DRAWN: "good", DrawState.CANCELLED: "plain"}


def index(request: HttpRequest) -> HttpResponse:
    """Every draw of the county, given up ones included: a number is never used again."""
    user = signed_in(request)
    if not scopes.has_records(user):
        raise Http404
    found = Draw.objects.visible_to(user).select_related("group", "committed_by", "drawn_by")
    context = {
        "rows": [(each, TONES[DrawState(each.state)]) for each in found[:MOST]],
        "knows": knows_secrets(user),
        "may_organise": policies.may(check_organise, county=county_of(user), by=user),
    }
    return render(request, "assessments/draw_list.html", context)


def create(request: HttpRequest) -> HttpResponse:
    """First the list is shown, with whom it leaves out and why; then it is sealed."""
    user, county = signed_in(request), organised(request)
    today = timezone.localdate()
    form = SealForm(posted_or_stashed(request), county=county, today=today)
    context: dict[str, Any] = {"form": form, "pause": PAUSE.seconds // 60}
    page = "assessments/draw_create.html"
    if request.method != "POST":
        return render(request, page, context)
    if not form.is_valid():
        return render(request, page, context, status=422)
    wish = form.wish()
    if "seal" not in request.POST:
        context["pool"] = pool_of(county, wish.month, wish.group, today)
        return render(request, page, context)
    try:
        draw = seal_draw(county=county, wish=wish, by=user)
    except Refused as error:
        tell(request, error)
        context["pool"] = pool_of(county, wish.month, wish.group, today)
        return render(request, page, context, status=422)
    messages.success(request, "已封存，封存码见下。请把封存码告诉各单位，到时再来抽取。")
    return redirect("assessments:draw-detail", draw.pk)


def detail(request: HttpRequest, pk: int) -> HttpResponse:
    user, draw = signed_in(request), _visible(request, pk)
    return render(request, "assessments/draw_detail.html", _context(user, draw))


def _visible(request: HttpRequest, pk: int) -> Draw:
    rows = Draw.objects.visible_to(signed_in(request))
    return get_object_or_404(
        rows.select_related("county", "group", "committed_by", "drawn_by"), pk=pk
    )


def _context(user: User, draw: Draw) -> dict[str, Any]:
    """The seed is in it only where the result is."""
    is_open = result_is_open(draw, user)
    may_organise = policies.may(check_organise, county=draw.county, by=user)
    ready_at = draw.committed_at + PAUSE
    context: dict[str, Any] = {
        "draw": draw,
        "tone": TONES[DrawState(draw.state)],
        "is_open": is_open,
        "is_waiting": draw.state == DrawState.COMMITTED and may_organise,
        "is_hidden": draw.state == DrawState.DRAWN and not is_open,
        "ready_at": ready_at,
        "is_ready": timezone.now() >= ready_at,
        "pause": PAUSE.seconds // 60,
        "form": DrawForm(),
        "cancel": CancelForm(),
    }
    if is_open:
        context["record"] = draw_record(draw, county_name=draw.county.name, is_demo=False)
    return context


@require_POST
def draw(request: HttpRequest, pk: int) -> HttpResponse:
    user, found = signed_in(request), _visible(request, pk)
    form = DrawForm(request.POST)
    context = _context(user, found) | {"form": form}
    if not form.is_valid():
        return render(request, "assessments/draw_detail.html", context, status=422)
    try:
        draw_lots(draw=found, salt=form.cleaned_data["salt"], by=user)
    except Refused as error:
        tell(request, error)
        return render(request, "assessments/draw_detail.html", context, status=422)
    messages.success(request, "已抽取，结果见下。")
    return redirect("assessments:draw-detail", pk)


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    user, found = signed_in(request), _visible(request, pk)
    form = CancelForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        cancel_draw(draw=found, reason=reason, by=user)
    except Refused as error:
        tell(request, error)
        context = _context(user, found) | {"cancel": form}
        return render(request, "assessments/draw_detail.html", context, status=422)
    messages.success(request, "已作废。")
    return redirect("assessments:draw-detail", pk)


@require_GET
def verify(request: HttpRequest, pk: int) -> HttpResponse:
    """The draw made again from what was recorded, each step right or wrong."""
    user, found = signed_in(request), _visible(request, pk)
    if not result_is_open(found, user):
        raise Http404
    steps = draws.checks(
        seed=found.seed,
        seal_published=found.seed_hash,
        salt=found.salt,
        pool=[(unit_id, code, name) for unit_id, code, name in found.pool],
        wanted=found.wanted,
        result=[(code, digest) for _unit, code, _name, digest in found.result],
    )
    context = {"draw": found, "steps": steps, "is_right": all(step.is_right for step in steps)}
    return render(request, "assessments/draw_verify.html", context)


@require_GET
def record(request: HttpRequest, pk: int) -> HttpResponse:
    """The record on A4."""
    user, found = signed_in(request), _visible(request, pk)
    if not result_is_open(found, user) or found.drawn_at is None:
        raise Http404
    told = draw_record(
        found, county_name=found.county.name, is_demo=is_demo_county(found.county_id)
    )
    try:
        file = draw_pdf(told, printed_on=timezone.localtime(found.drawn_at).date())
    except RenderError as error:
        messages.error(request, str(error))
        return redirect("assessments:draw-detail", pk)
    answer = HttpResponse(file, content_type="application/pdf")
    name = f"draw-{found.month}-{found.number}.pdf"
    answer["Content-Disposition"] = f'inline; filename="{name}"'
    return answer
