"""Slips of the survey: keyed from paper in batches, or printed as tickets for phones."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from campaigns import policies
from campaigns.content.slips import compose_ballots
from campaigns.enums import SLIP_STEPS, SlipQuestion
from campaigns.forms.rows import BaseRowSet, row_set, typed_rows
from campaigns.forms.slips import BallotForm, BatchForm, SlipRow, TicketForm, VoidForm
from campaigns.models import Survey
from campaigns.pdf import ballots_pdf
from campaigns.selectors.returns import period_is_open
from campaigns.selectors.slips import issues_of, last_batch, places_of, survey_at
from campaigns.selectors.surveys import SurveyedUnit, surveyed_units
from campaigns.services.slips import BATCH_LENGTH, add_batch, undo_batch
from campaigns.services.tickets import FEWEST_TICKETS, MOST_TICKETS, print_tickets, void_tickets
from campaigns.views.remembered import county_of, month_links, remembered_month, signed_in, tell
from pingan.models import Unit, User
from pingan.months import Month
from pingan.refusals import Forbidden, Refused
from pingan.selectors.offices import is_demo_county
from pingan.stash import posted_or_stashed
from pingan.typesetting import RenderError

_LOCAL = ("localhost", "127.0.0.1", "[")  # "[": an IPv6 literal, here only that of this machine
_LABELS: dict[str, Any] = {
    "labels": [f"第{number}票" for number in range(1, BATCH_LENGTH + 1)],
    "is_fixed": True,
}


def _entered(user: User, month: Month) -> list[SurveyedUnit]:
    """Units whose surveys this person takes; nobody else has anything to do here."""
    units = [
        each for each in surveyed_units(user, month) if policies.may_survey(unit=each.unit, by=user)
    ]
    if not units:
        raise Forbidden("测评票由上级单位录入和印发，您没有这项工作。")
    return units


def _choices(units: list[SurveyedUnit]) -> list[tuple[int, str]]:
    return [(each.unit.pk, each.name) for each in units]


def _unit(units: list[SurveyedUnit], pk: int) -> Unit:
    return next(each.unit for each in units if each.unit.pk == pk)


@require_http_methods(["GET", "POST"])
def slip_batch(request: HttpRequest) -> HttpResponse:
    """Twenty slips on one page, three keys each; only their sums are saved."""
    user, month = signed_in(request), remembered_month(request)
    units = _entered(user, month)
    if request.method == "POST":
        return _batch_posted(request, month, units)
    stashed = posted_or_stashed(request)
    if stashed:
        head = BatchForm(initial=stashed.dict(), units=_choices(units))
        table = row_set(SlipRow)(initial=typed_rows(SlipRow, stashed), **_LABELS)
        return _render_batch(request, month, units, head, table)
    initial = {
        "unit": request.GET.get("unit", ""),
        "place": request.GET.get("place", ""),
        "on": request.GET.get("on") or min(timezone.localdate(), month.next.last_day),
        "batch": secrets.token_hex(8),
    }
    head = BatchForm(initial=initial, units=_choices(units))
    table = row_set(SlipRow)(initial=[{}] * BATCH_LENGTH, **_LABELS)
    return _render_batch(request, month, units, head, table)


def _batch_posted(request: HttpRequest, month: Month, units: list[SurveyedUnit]) -> HttpResponse:
    head = BatchForm(request.POST, units=_choices(units))
    table = row_set(SlipRow)(request.POST, **_LABELS)
    slips = [form.slip for form in _typed(table)] if table.is_valid() else []
    if not head.is_valid() or not table.is_valid():
        return _render_batch(request, month, units, head, table, status=422)
    data = head.cleaned_data
    where = {"unit": data["unit"], "place": data["place"], "on": data["on"].isoformat()}
    try:
        row = add_batch(
            unit=_unit(units, data["unit"]),
            month=month,
            place=data["place"],
            on=data["on"],
            slips=slips,
            batch=data["batch"],
            by=signed_in(request),
        )
    except Refused as error:
        tell(request, error)
        return _render_batch(request, month, units, head, table, status=409)
    messages.success(request, f"已计入{len(slips)}票，“{row.place}”现有{row.slips}票。")
    return redirect(_batch_address(month, where))


def _batch_address(month: Month, where: dict[str, Any]) -> str:
    return f"{reverse('campaigns:survey-batch')}?{urlencode({'month': str(month), **where})}"


def _typed(table: BaseRowSet) -> list[SlipRow]:
    return [form for form in table.forms if isinstance(form, SlipRow) and not form.is_blank]


def _render_batch(
    request: HttpRequest,
    month: Month,
    units: list[SurveyedUnit],
    head: BatchForm,
    table: BaseRowSet,
    status: int = 200,
) -> HttpResponse:
    unit, place = str(head["unit"].value() or ""), str(head["place"].value() or "")
    known = unit.isdecimal() and int(unit) in {each.unit.pk for each in units}
    survey = survey_at(int(unit), month, place) if known and place else None
    problems = [str(error) for errors in head.errors.values() for error in errors]
    if table.is_bound:
        problems += table.problems()
    half = BATCH_LENGTH // 2
    context = {
        "head": head,
        "table": table,
        "halves": [table.forms[:half], table.forms[half:]],
        "problems": problems,
        "steps": [(question, SLIP_STEPS[question]) for question in SlipQuestion],
        "places": places_of([each.unit.pk for each in units], month),
        "survey": survey,
        "last": last_batch(survey) if survey else None,
        "is_open": period_is_open(county_of(signed_in(request)).pk, month),
        **month_links(month),
    }
    return render(request, "campaigns/survey_batch.html", context, status=status)


@require_POST
def slip_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the last batch of a place back."""
    user = signed_in(request)
    survey = get_object_or_404(Survey.objects.visible_to(user).select_related("unit"), pk=pk)
    try:
        undo_batch(survey=survey, batch=request.POST.get("batch", ""), by=user)
    except Refused as error:
        tell(request, error)
    else:
        messages.success(request, "上一批已经撤销。")
    where = {"unit": survey.unit_id, "place": survey.place, "on": survey.on.isoformat()}
    return redirect(_batch_address(survey.month, where))


@require_http_methods(["GET", "POST"])
def ticket_list(request: HttpRequest) -> HttpResponse:
    """What was printed and answered this month; a form to print more."""
    user, month = signed_in(request), remembered_month(request)
    units = _entered(user, month)
    status = 200
    initial = {
        "unit": request.GET.get("unit", ""),
        "number": 20,
        "expires_on": _usual_expiry(month),
    }
    form = TicketForm(request.POST or None, initial=initial, units=_choices(units))
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return _printed(request, month, units, form.cleaned_data)
            except Refused as error:
                tell(request, error)
                status = 409
    names = {each.unit.pk: each.name for each in units}
    issues = issues_of(names, month)
    context = {
        "form": form,
        "ballot_form": BallotForm(
            initial={"unit": request.GET.get("unit", "")}, units=_choices(units), prefix="ballot"
        ),
        "issues": [(names[issue.unit_id], issue) for issue in issues],
        "places": places_of(names, month),
        "fewest": FEWEST_TICKETS,
        "most": MOST_TICKETS,
        "site": request.build_absolute_uri("/s/"),
        "is_local": request.get_host().split(":")[0] in _LOCAL,
        "is_open": period_is_open(county_of(user).pk, month),
        **month_links(month),
    }
    return render(request, "campaigns/survey_tickets.html", context, status=status)


def _usual_expiry(month: Month) -> dt.date:
    """The fifth of the next month: the county inspects until the sixth."""
    return max(timezone.localdate(), month.next.first_day.replace(day=5))


def _printed(
    request: HttpRequest, month: Month, units: list[SurveyedUnit], data: dict[str, Any]
) -> HttpResponse:
    unit = _unit(units, data["unit"])
    document = print_tickets(
        unit=unit,
        month=month,
        place=data["place"],
        number=data["number"],
        expires_on=data["expires_on"],
        by=signed_in(request),
        address=lambda token: request.build_absolute_uri(
            reverse("campaigns:slip-answer", args=[token])
        ),
    )
    name = f"{unit.name}{month.label}测评票（{data['place']}）.pdf"
    header = content_disposition_header(as_attachment=True, filename=name)
    headers = {"Content-Disposition": header or "attachment", "Cache-Control": "no-store"}
    return HttpResponse(document, content_type="application/pdf", headers=headers)


@require_GET
def ballot_print(request: HttpRequest) -> HttpResponse:
    """A page of blank paper slips, as many copies as the printer makes."""
    user, month = signed_in(request), remembered_month(request)
    units = _entered(user, month)
    form = BallotForm(request.GET, units=_choices(units), prefix="ballot")
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, str(errors[0]))
        return redirect(f"{reverse('campaigns:survey-tickets')}?month={month}")
    name = dict(_choices(units))[form.cleaned_data["unit"]]
    sheet = compose_ballots(
        unit=name,
        place=form.cleaned_data["place"],
        month=month.label,
        is_demo=is_demo_county(county_of(user).pk),
    )
    try:
        document = ballots_pdf(sheet, printed_on=timezone.localdate())
    except RenderError as error:
        messages.error(request, str(error))
        return redirect(f"{reverse('campaigns:survey-tickets')}?month={month}")
    header = content_disposition_header(
        as_attachment=False, filename=f"{name}{month.label}测评票.pdf"
    )
    headers = {"Content-Disposition": header or "inline"}
    return HttpResponse(document, content_type="application/pdf", headers=headers)


@require_POST
def ticket_void(request: HttpRequest) -> HttpResponse:
    """Take back the unanswered tickets of one place."""
    user, month = signed_in(request), remembered_month(request)
    units = _entered(user, month)
    form = VoidForm(request.POST)
    if form.is_valid() and form.cleaned_data["unit"] in {each.unit.pk for each in units}:
        data = form.cleaned_data
        number = void_tickets(
            unit=_unit(units, data["unit"]),
            month=month,
            place=data["place"],
            expires_on=data["expires_on"],
            by=user,
        )
        messages.success(request, f"已作废{number}张没有答过的票。")
    else:
        messages.error(request, "没有找到要作废的票，请刷新页面再试。")
    return redirect(f"{reverse('campaigns:survey-tickets')}?month={month}")
