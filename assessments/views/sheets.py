"""The sheets of the county, printed blank; the month's focus."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from assessments import policies
from assessments.content.inspections import blank_sheet
from assessments.enums import VisitKind
from assessments.forms.sheets import FocusForm, SheetFormSet, shown_items, typed_items
from assessments.pdf.inspections import sheet_pdf
from assessments.policies.inspections import check_organise, check_record
from assessments.selectors.inspections import focus_of, group_of
from assessments.selectors.sheets import (
    SHEETS,
    common_items,
    fingerprint,
    own_items,
    sheet_lines,
)
from assessments.services.sheets import drop_sheet, save_focus, save_sheet
from assessments.views.answers import county_of, signed_in, tell
from assessments.views.inspection_groups import organised
from pingan import scopes
from pingan.enums import Level
from pingan.models import Unit
from pingan.months import Month
from pingan.refusals import Conflict, Forbidden, Refused
from pingan.selectors.offices import is_demo_county
from pingan.stash import posted_or_stashed
from pingan.typesetting import RenderError


def _asked(level: int, kind: str) -> tuple[Level, VisitKind]:
    """A sheet there is, else 404."""
    if (level, kind) not in SHEETS:
        raise Http404
    return Level(level), VisitKind(kind)


def sheets(request: HttpRequest) -> HttpResponse:
    """What is looked at, and the points: everybody may know. ?sheet=2/open"""
    user = signed_in(request)
    if not scopes.has_records(user):
        raise Http404
    county = county_of(user)
    level, _slash, kind = request.GET.get("sheet", "").partition("/")
    known = level.isdecimal() and (int(level), kind) in SHEETS
    chosen = _asked(int(level), kind) if known else SHEETS[0]
    own = list(own_items(county.pk, *chosen))
    items = [item for item in own or common_items(*chosen) if item.is_active]
    context = {
        "tabs": [(f"{each[0]:d}/{each[1]}", _title(*each), each == chosen) for each in SHEETS],
        "level": int(chosen[0]),
        "kind": str(chosen[1]),
        "is_own": bool(own),
        "items": items,
        "total": sum(item.points for item in items),
        "may_organise": policies.may(check_organise, county=county, by=user),
    }
    return render(request, "assessments/inspection_sheets.html", context)


def _title(level: Level, kind: VisitKind) -> str:
    return f"{level.label}·{kind.label}"


def edit(request: HttpRequest, level: int, kind: str) -> HttpResponse:
    """The county's own sheet, in one table; "drop" goes back to the common one."""
    user, county = signed_in(request), organised(request)
    chosen = _asked(level, kind)
    back = f"{reverse('assessments:inspection-sheets')}?sheet={level}/{kind}"
    if "drop" in request.POST:
        drop_sheet(county=county, level=level, kind=kind, by=user)
        messages.success(request, "已恢复通用的检查表。")
        return redirect(back)
    own = list(own_items(county.pk, level, kind))
    items = own or list(common_items(level, kind))
    data = posted_or_stashed(request)
    formset = SheetFormSet(data, initial=shown_items(items), prefix="rows")
    base = data.get("base", "") if data is not None else fingerprint(items)
    context: dict[str, Any] = {
        "formset": formset,
        "title": _title(*chosen),
        "base": base,
        "is_own": bool(own),
        "back": back,
        "level": level,
        "kind": kind,
        "is_bound": data is not None,
    }
    page = "assessments/inspection_sheet_edit.html"
    if request.method != "POST":
        return render(request, page, context)
    if not formset.is_valid():
        return render(request, page, context, status=422)
    try:
        save_sheet(
            county=county, level=level, kind=kind, items=typed_items(formset), base=base, by=user
        )
    except Conflict as error:
        messages.error(request, f"{error}您的内容还没有保存；再次保存会覆盖下面的现行内容。")
        context |= {"base": fingerprint(items), "saved": items}
        return render(request, page, context, status=409)
    except Refused as error:
        tell(request, error)
        return render(request, page, context, status=422)
    messages.success(request, f"{_title(*chosen)}检查表已保存，已录入的检查不受影响。")
    return redirect(back)


@require_GET
def paper(request: HttpRequest, month: Month, unit_pk: int, kind: str) -> HttpResponse:
    """The blank sheet of one unit, to be filled in by hand."""
    user = signed_in(request)
    unit = get_object_or_404(Unit.objects.visible_to(user), pk=unit_pk)
    if kind not in VisitKind.values:
        raise Http404
    visit = VisitKind(kind)
    try:
        check_record(unit=unit, kind=visit, by=user)
    except Forbidden as error:
        tell(request, error)
    today = timezone.localdate()
    sheet = blank_sheet(
        unit_name=unit.name,
        month=month,
        kind=visit,
        lines=sheet_lines(unit.root_id, unit.level, kind),
        group=group_of(unit, today),
        is_demo=is_demo_county(unit.root_id),
    )
    try:
        file = sheet_pdf(sheet, printed_on=today)
    except RenderError as error:
        messages.error(request, str(error))
        return redirect("assessments:inspection-list")
    answer = HttpResponse(file, content_type="application/pdf")
    answer["Content-Disposition"] = 'inline; filename="inspection-sheet.pdf"'
    return answer


def focus(request: HttpRequest, month: Month) -> HttpResponse:
    """Write and publish what the inspections of the month look at."""
    user, county = signed_in(request), organised(request)
    found = focus_of(county.pk, month)
    form = FocusForm(posted_or_stashed(request), focus=found)
    context: dict[str, Any] = {"form": form, "month": month, "focus": found}
    page = "assessments/inspection_focus.html"
    if request.method != "POST":
        return render(request, page, context)
    if not form.is_valid():
        return render(request, page, context, status=422)
    values = form.cleaned_data
    try:
        saved = save_focus(
            county=county,
            month=month,
            text=values["text"],
            version=values["version"],
            publish="publish" in request.POST,
            by=user,
        )
    except Conflict as error:
        messages.error(request, f"{error}您的内容还没有保存；再次保存会覆盖下面的现行内容。")
        now = focus_of(county.pk, month)
        data = request.POST.copy()
        data["version"] = str(now.version if now else 0)
        context |= {"form": FocusForm(data, focus=now), "focus": now, "saved": now}
        return render(request, page, context, status=409)
    except Refused as error:
        tell(request, error)
        return render(request, page, context, status=422)
    done = "已公布" if saved.published_at else "已保存，还没有公布"
    messages.success(request, f"{month.label}检查重点{done}。")
    return redirect(f"{reverse('assessments:inspection-list')}?month={month}")
