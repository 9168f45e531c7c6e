"""Paper: forms printed blank or filled, and the way back from a printed code to its form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from campaigns import policies
from campaigns.content.indicators import compose_reports
from campaigns.content.paper import PaperSheet, compose_forms, sheet_title
from campaigns.enums import Activity
from campaigns.forms.paper import BLANK, FILLED, CodeForm, PaperForm
from campaigns.models import MonthlyReturn
from campaigns.pdf import forms_pdf
from campaigns.selectors.indicator_reports import report_lines, span_of
from campaigns.selectors.indicators import form_fields
from campaigns.selectors.paper import (
    PAPER_FORMS,
    paper_month,
    printable_units,
    report_of_code,
    return_of_code,
)
from campaigns.views.indicator_tables import Sheet, sheet_of
from campaigns.views.indicators import visible_report
from campaigns.views.remembered import county_of, signed_in
from campaigns.views.returns import visible_return
from pingan.models import Unit, UnitVersion
from pingan.months import InvalidMonth, Month
from pingan.selectors.offices import is_demo_county
from pingan.typesetting import RenderError

# A township's month is well below; a county's is printed township by township.
MOST_UNITS = 80


@require_GET
def return_paper(request: HttpRequest) -> HttpResponse:
    """Choose what to print, or type the code of a filled form to key it in."""
    user, month = signed_in(request), _month(request)
    under = _under(request)
    units = printable_units(user, month, under)
    current = Month.of(timezone.localdate())
    context = {
        "month": month,
        "months": sorted({current.next, current, current.previous, month}, reverse=True),
        "under": under,
        "places": _places(request),
        "form": PaperForm(
            initial={"activity": [each.value for each in PAPER_FORMS], "content": BLANK},
            units=[(version.unit_id, version.name) for version in units],
        ),
        "count": len(units),
        "too_many": len(units) > MOST_UNITS,
        "most": MOST_UNITS,
        "code_form": CodeForm(),
    }
    return render(request, "campaigns/return_paper.html", context)


def _month(request: HttpRequest) -> Month:
    """The month asked for, up to the next: blank forms are printed before it begins."""
    current = Month.of(timezone.localdate())
    try:
        return min(Month.parse(request.GET.get("month", str(current))), current.next)
    except InvalidMonth as error:
        messages.error(request, str(error))
        return current


def _under(request: HttpRequest) -> Unit:
    """The unit in and below which is printed: one's own, or a visible one that was chosen."""
    user, number = signed_in(request), request.GET.get("under", "")
    if number.isdecimal():
        chosen = Unit.objects.visible_to(user).filter(pk=int(number)).first()
        if chosen is not None:
            return chosen
    return user.unit


def _places(request: HttpRequest) -> list[Unit]:
    """The county, then its townships and sectors: where a county officer prints."""
    user, county = signed_in(request), county_of(signed_in(request))
    if user.unit_id != county.pk:
        return []
    below = Unit.objects.visible_to(user).living().filter(parent=county)
    return [county, *below.order_by("position", "code")]


@require_GET
def paper_download(request: HttpRequest) -> HttpResponse:
    """The chosen forms of the chosen units as one file."""
    user, month, under = signed_in(request), _month(request), _under(request)
    units = printable_units(user, month, under)
    form = PaperForm(request.GET, units=[(each.unit_id, each.name) for each in units])
    chosen = form.cleaned_data if form.is_valid() else {}
    if chosen.get("unit"):
        units = [each for each in units if each.unit_id == chosen["unit"]]
    if not units or len(units) > MOST_UNITS:
        sentence = "这个范围里没有要填报的单位。" if not units else _too_many(len(units))
        messages.error(request, sentence)
        return redirect(f"{reverse('campaigns:return-paper')}?month={month}&under={under.pk}")
    activities = form.activities if form.is_valid() else list(PAPER_FORMS)
    is_filled = chosen.get("content") == FILLED
    return _printed(request, month, units, activities, is_filled=is_filled)


def _too_many(number: int) -> str:
    return f"共{number}个单位，超过一次可印的{MOST_UNITS}个，请选一个乡镇再印。"


@require_GET
def return_print(request: HttpRequest, pk: int) -> HttpResponse:
    """Every form of one return, filled as far as it is."""
    return _of_return(request, visible_return(request, pk), PAPER_FORMS)


@require_GET
def activity_print(request: HttpRequest, pk: int, activity: str) -> HttpResponse:
    """One form of one return; ?blank=1 leaves it empty."""
    if activity not in Activity.values:
        raise Http404
    return _of_return(request, visible_return(request, pk), [Activity(activity)])


def _of_return(
    request: HttpRequest, monthly_return: MonthlyReturn, activities: Iterable[Activity]
) -> HttpResponse:
    month = monthly_return.month
    versions = UnitVersion.objects.on(month.last_day).select_related("unit__parent")
    found = list(versions.filter(unit_id=monthly_return.unit_id))
    is_filled = "blank" not in request.GET
    return _printed(request, month, found, activities, is_filled=is_filled)


def _printed(
    request: HttpRequest,
    month: Month,
    units: Sequence[UnitVersion],
    activities: Iterable[Activity],
    *,
    is_filled: bool,
) -> HttpResponse:
    paper = paper_month(county_of(signed_in(request)), month, units, is_filled=is_filled)
    sheets = compose_forms(paper, activities=activities, address=_address(request))
    if not sheets:
        raise Http404
    return _document(request, sheet_title(month.label, sheets), sheets)


def _address(request: HttpRequest) -> Callable[[str], str]:
    """Where the QR code of a form leads."""
    return lambda code: request.build_absolute_uri(reverse("campaigns:return-by-code", args=[code]))


def _document(request: HttpRequest, title: str, sheets: Sequence[PaperSheet]) -> HttpResponse:
    try:
        document = forms_pdf(title, sheets, printed_on=timezone.localdate())
    except RenderError as error:
        messages.error(request, str(error))
        return redirect("campaigns:return-paper")
    # Shown in the browser: whoever opens it wants to print it.
    header = content_disposition_header(as_attachment=False, filename=f"{title}.pdf")
    headers = {"Content-Disposition": header or "inline", "Cache-Control": "no-store"}
    return HttpResponse(document, content_type="application/pdf", headers=headers)


@require_GET
def report_print(request: HttpRequest, pk: int) -> HttpResponse:
    """One indicator report, filled as far as it is; ?blank=1 leaves it empty."""
    report = visible_report(request, pk)
    fields = form_fields(report.form)
    lines = report_lines(report.form, fields, [report])
    return _reports(request, Sheet(report.form, span_of(report), fields, lines))


@require_GET
def table_print(request: HttpRequest, pk: int, start: str) -> HttpResponse:
    """The same form of every unit in sight."""
    return _reports(request, sheet_of(request, pk, start))


def _reports(request: HttpRequest, sheet: Sheet) -> HttpResponse:
    sheets = compose_reports(
        sheet.form,
        sheet.span,
        sheet.lines,
        is_filled="blank" not in request.GET,
        is_demo=is_demo_county(county_of(signed_in(request)).pk),
        address=_address(request),
    )
    return _document(request, sheet_title(sheet.span.label, sheets), sheets)


@require_GET
def return_by_code(request: HttpRequest, code: str = "") -> HttpResponse:
    """From the code of a printed form to the page where it is keyed in."""
    user = signed_in(request)
    text = code or request.GET.get("code", "")
    report = report_of_code(user, text)
    if report is not None:
        return redirect("campaigns:indicator-report", report.pk)
    found = return_of_code(user, text)
    if found is None:
        messages.error(
            request,
            f"没有找到编号“{text[:40]}”的表。请核对表右上角的编号；"
            "不归您管的单位、还没有开启的月份打不开。",
        )
        return redirect("campaigns:return-paper")
    monthly_return, activity = found
    may_survey = policies.may_survey(unit=monthly_return.unit, by=user)
    if activity == Activity.SURVEY and may_survey:
        return redirect(f"{reverse('campaigns:survey-list')}?month={monthly_return.month}")
    return redirect("campaigns:return-activity", monthly_return.pk, activity)
