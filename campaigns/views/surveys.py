"""The 治安测评 of a month: all units on one page, entered by their superior."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from campaigns import policies
from campaigns.forms.rows import BaseRowSet, row_set, typed_rows
from campaigns.forms.surveys import SurveyRow, told
from campaigns.models import Survey
from campaigns.selectors.returns import period_is_open
from campaigns.selectors.surveys import SurveyedUnit, surveyed_units
from campaigns.services.surveys import FIELDS, SurveyEntry, save_surveys
from campaigns.views.remembered import county_of, month_links, remembered_month, signed_in, tell
from pingan.months import Month
from pingan.refusals import Refused
from pingan.stash import posted_or_stashed


@dataclass(frozen=True, slots=True)
class SurveyLine:
    """One row of the grid: its form, the unit, and the saved row for the rates."""

    form: SurveyRow
    unit: SurveyedUnit
    saved: Survey | None
    is_first: bool


@require_http_methods(["GET", "POST"])
def survey_list(request: HttpRequest) -> HttpResponse:
    """Show the surveys of the month, and the grid to whoever may record them."""
    user, month = signed_in(request), remembered_month(request)
    units = surveyed_units(user, month)
    entered = [each for each in units if policies.may_survey(unit=each.unit, by=user)]
    is_open = period_is_open(county_of(user).pk, month)
    if request.method == "POST":
        return _posted(request, month, units, entered)
    table = None
    if entered and is_open:
        table = _grid(request, entered)
    return _render(request, month, units, entered, table)


def _grid(request: HttpRequest, entered: list[SurveyedUnit]) -> BaseRowSet:
    stashed = posted_or_stashed(request)
    if stashed:
        return _shown(typed_rows(SurveyRow, stashed), entered)
    return _shown(_saved(entered), entered)


def _saved(entered: list[SurveyedUnit]) -> list[dict[str, Any]]:
    """A row for each saved survey; a blank one for a unit without any."""
    return [row for unit in entered for row in _rows_of(unit)]


def _rows_of(unit: SurveyedUnit) -> list[dict[str, Any]]:
    rows = [
        {
            "unit": unit.unit.pk,
            "id": survey.pk,
            "was": told(survey),
            **{name: getattr(survey, name) for name in FIELDS},
        }
        for survey in unit.surveys
    ]
    return rows or [{"unit": unit.unit.pk}]


def _shown(rows: list[dict[str, Any]], entered: list[SurveyedUnit]) -> BaseRowSet:
    return row_set(SurveyRow)(initial=rows, **_options(rows, entered))


def _options(rows: list[dict[str, Any]], entered: list[SurveyedUnit]) -> dict[str, Any]:
    names = {str(each.unit.pk): each.name for each in entered}
    labels = [names.get(str(row.get("unit")), f"第{n}行") for n, row in enumerate(rows, start=1)]
    return {"labels": labels, "is_fixed": False}


def _posted(
    request: HttpRequest,
    month: Month,
    units: list[SurveyedUnit],
    entered: list[SurveyedUnit],
) -> HttpResponse:
    data = request.POST
    rows: list[dict[str, Any]] = list(typed_rows(SurveyRow, data))
    if add := data.get("add"):
        table = _shown(_with_blank(rows, add), entered)
        return _render(request, month, units, entered, table)
    table = row_set(SurveyRow)(data, **_options(rows, entered))
    if not table.is_valid():
        return _render(request, month, units, entered, table, status=422)
    try:
        changed = save_surveys(month=month, entries=_entries(table, entered), by=signed_in(request))
    except Refused as error:
        tell(request, error)
        return _render(request, month, units, entered, table, status=409)
    messages.success(request, f"已保存{changed}行测评。" if changed else "测评没有改动。")
    return redirect(f"{reverse('campaigns:survey-list')}?month={month}")


def _with_blank(rows: list[dict[str, Any]], unit: str) -> list[dict[str, Any]]:
    """The rows with one more place for this unit, behind its others."""
    last = max((n for n, row in enumerate(rows) if row["unit"] == unit), default=len(rows) - 1)
    return [*rows[: last + 1], {"unit": unit}, *rows[last + 1 :]]


def _entries(table: BaseRowSet, entered: list[SurveyedUnit]) -> list[SurveyEntry]:
    """Typed rows with their units; a unit outside this person's grid is refused."""
    units = {each.unit.pk: each.unit for each in entered}
    entries = []
    for form in table.forms:
        assert isinstance(form, SurveyRow)
        data = form.cleaned_data
        if data["unit"] not in units:
            raise Refused("表格里有不由您录入的单位，没有保存。请刷新页面再填。")
        entries.append(SurveyEntry(units[data["unit"]], data["id"], data["was"], form.now))
    return entries


def _lines(table: BaseRowSet, entered: list[SurveyedUnit]) -> list[SurveyLine]:
    units = {str(each.unit.pk): each for each in entered}
    saved = {str(survey.pk): survey for each in entered for survey in each.surveys}
    lines: list[SurveyLine] = []
    for form in table.forms:
        assert isinstance(form, SurveyRow)
        unit = units.get(str(form["unit"].value()))
        if unit is None:
            continue
        row = saved.get(str(form["id"].value()))
        is_first = not lines or lines[-1].unit is not unit
        lines.append(SurveyLine(form, unit, row, is_first))
    return lines


def _render(
    request: HttpRequest,
    month: Month,
    units: list[SurveyedUnit],
    entered: list[SurveyedUnit],
    table: BaseRowSet | None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "units": units if table is None else [each for each in units if each not in entered],
        "table": table,
        "lines": _lines(table, entered) if table is not None else [],
        "problems": table.problems() if table is not None and table.is_bound else [],
        "surveyed": sum(bool(each.surveys) for each in units),
        "total": len(units),
        "is_open": period_is_open(county_of(signed_in(request)).pk, month),
        **month_links(month),
    }
    return render(request, "campaigns/survey_list.html", context, status=status)
