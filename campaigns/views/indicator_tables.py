"""One form of one period over all units: as a table, and as a grid that a township fills in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from campaigns import policies
from campaigns.enums import Move
from campaigns.figures import percent
from campaigns.forms.indicators import GridForm
from campaigns.models import IndicatorForm, IndicatorReport
from campaigns.selectors.indicator_reports import (
    ReportLine,
    last_import,
    parse_start,
    report_lines,
    reports_of,
)
from campaigns.selectors.indicators import FormFields, form_fields
from campaigns.services import indicator_reports as services
from campaigns.services.indicator_imports import ReportSave, take_in
from campaigns.spans import Span
from campaigns.views.indicators import tabs
from campaigns.views.remembered import county_of, signed_in
from pingan.enums import Level
from pingan.refusals import Refused
from pingan.stash import posted_or_stashed


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one request shows: the form, the period, and the rows in sight."""

    form: IndicatorForm
    span: Span
    fields: FormFields
    lines: list[ReportLine]

    @property
    def address(self) -> tuple[int, str]:
        return self.form.pk, self.span.starts_on.isoformat()


def sheet_of(request: HttpRequest, pk: int, start: str) -> Sheet:
    """The rows that this person may see, or 404 where there is none."""
    user = signed_in(request)
    form = get_object_or_404(IndicatorForm, pk=pk, county=county_of(user))
    span = parse_start(form, start)
    reports = list(reports_of(form, span, user)) if span else []
    if span is None or not reports:
        raise Http404
    fields = form_fields(form)
    return Sheet(form, span, fields, report_lines(form, fields, reports))


@require_GET
def indicator_table(request: HttpRequest, pk: int, start: str) -> HttpResponse:
    """The answers of every unit in sight, with their sum."""
    return render_table(request, sheet_of(request, pk, start))


def render_table(
    request: HttpRequest, sheet: Sheet, *, status: int = 200, **more: Any
) -> HttpResponse:
    """The page of the table, with what is wrong in an uploaded workbook."""
    context = {
        "sheet": sheet,
        "sums": _sums(sheet),
        "may_fill": bool(editable(request, sheet)),
        "last_import": last_import(signed_in(request).unit_id, sheet.form, sheet.span),
        "shows_parents": signed_in(request).unit.level == Level.COUNTY,
        **tabs(request),
        **more,
    }
    return render(request, "campaigns/indicator_table.html", context, status=status)


def _sums(sheet: Sheet) -> list[str]:
    """Sums of the counts, then the ratios of the sums: a ratio is never an average."""
    totals: dict[int, int | None] = {}
    for index, each in enumerate(sheet.fields.counts):
        numbers = [line.cells[index].number for line in sheet.lines]
        known = [number for number in numbers if number is not None]
        totals[each.pk] = sum(known) if known else None
    counts = [
        "" if totals[each.pk] is None else str(totals[each.pk]) for each in sheet.fields.counts
    ]
    ratios = [
        percent(totals.get(ratio.numerator_id or 0), totals.get(ratio.denominator_id or 0))
        for ratio in sheet.fields.ratios
    ]
    return [*counts, *ratios]


@dataclass
class GridCell:
    field: forms.BoundField
    before: int | None
    was: str | None = None  # what is saved, where an upload would change it


@dataclass
class GridRow:
    """One unit of the grid: its form, and what came of saving it."""

    line: ReportLine
    form: GridForm
    problems: list[str] = field(default_factory=list)

    @property
    def cells(self) -> list[GridCell]:
        return [
            GridCell(bound, cell.before, self._was(bound, cell.text))
            for bound, cell in zip(self.form.cells(), self.line.cells, strict=True)
        ]

    def _was(self, bound: forms.BoundField, saved: str) -> str | None:
        if not self.form.is_bound:
            return None
        typed = str(bound.value() or "").strip()
        return (saved or "空") if typed != saved else None


@require_http_methods(["GET", "POST"])
def indicator_grid(request: HttpRequest, pk: int, start: str) -> HttpResponse:
    """The rows that this person fills in, as one grid. Faulty cells keep back only themselves."""
    sheet = sheet_of(request, pk, start)
    rows = grid_rows(request, sheet, posted_or_stashed(request))
    if not rows:
        messages.info(request, "这张表现在没有等您填写的行。")
        return redirect("campaigns:indicator-table", *sheet.address)
    if request.method == "POST":
        saved = _save(request, sheet, rows)
        faulty = [row for row in rows if row.problems]
        if saved:
            messages.success(request, f"已保存{saved}个单位。")
        if not faulty:
            if not saved:
                messages.info(request, "没有改动。")
            return redirect("campaigns:indicator-table", *sheet.address)
        messages.error(request, f"有{len(faulty)}个单位还有问题，请看标出的地方。")
    return render_grid(request, sheet, rows, status=422 if request.method == "POST" else 200)


def _save(request: HttpRequest, sheet: Sheet, rows: list[GridRow]) -> int:
    """Save row by row; what comes from a workbook ("together") all or nothing."""
    if "together" not in request.POST:
        return sum(_save_row(request, row) for row in rows)
    saves = [save for row in rows if (save := _read_row(row))]
    if not any(row.problems for row in rows):
        try:
            return take_in(
                unit=signed_in(request).unit,
                span=sheet.span,
                saves=saves,
                file_name=request.POST.get("file_name", ""),
                by=signed_in(request),
            )
        except Refused as error:
            rows[0].problems.append(str(error))
    messages.error(request, "有单位没有通过，工作簿里的数一个也没有写入。")
    return 0


def editable(request: HttpRequest, sheet: Sheet) -> list[ReportLine]:
    """The rows that this person may fill in now."""
    user = signed_in(request)
    return [
        line for line in sheet.lines if policies.may_move(Move.EDIT, record=line.report, by=user)
    ]


def grid_rows(request: HttpRequest, sheet: Sheet, data: Any) -> list[GridRow]:
    """A row for each report; bound to what was typed where something was."""
    return [
        GridRow(
            line,
            GridForm(
                data,
                prefix=f"r{line.report.pk}",
                counts=sheet.fields.counts,
                name=line.name,
                initial=_initial(line),
            ),
        )
        for line in editable(request, sheet)
    ]


def _initial(line: ReportLine) -> dict[str, Any]:
    cells = {f"a{cell.indicator.pk}": cell.text for cell in line.cells}
    return {"version": line.report.version, **cells}


def _read_row(row: GridRow) -> ReportSave | None:
    """What the row asks to be saved: a cell that cannot be read keeps what is saved there."""
    form, line = row.form, row.line
    form.is_valid()
    version = form.cleaned_data.get("version")
    if version is None:
        row.problems.append("这一行不完整，没有保存。请刷新页面再填。")
        return None
    for bound in form.cells():
        row.problems += [f"{bound.label}：{error}" for error in bound.errors]
    saved = {cell.indicator.pk: cell.value for cell in line.cells if cell.value}
    answers = form.answers({pk: value.note for pk, value in saved.items()})
    for faulty in form.faulty & saved.keys():
        answers[faulty] = services.Answer(saved[faulty].number, saved[faulty].note)
    return ReportSave(line.report, answers, version)


def _save_row(request: HttpRequest, row: GridRow) -> bool:
    """Save what can be read of one row, and hand it in where asked; True when something changed."""
    save, user = _read_row(row), signed_in(request)
    if save is None:
        return False
    report = save.report
    try:
        changed = services.save_answers(
            report=report, answers=save.answers, version=save.version, by=user
        )
        if "submit" in request.POST and not save.answers:
            row.problems.append("还没有填，没有上报。")
        elif "submit" in request.POST and not row.problems:
            services.submit_report(report=report, version=report.version, by=user)
            changed = True
    except services.Unfit as error:
        row.problems += error.sentences
        return False
    except Refused as error:
        row.problems.append(str(error))
        return False
    return changed


def render_grid(
    request: HttpRequest, sheet: Sheet, rows: list[GridRow], *, status: int = 200, **more: Any
) -> HttpResponse:
    """The grid page. Versions go out anew: who saves again has seen what was saved meanwhile."""
    if rows and rows[0].form.is_bound:
        rows = [_again(row) for row in rows]
    context = {
        "sheet": sheet,
        "rows": rows,
        "together": "together" in request.POST,
        "file_name": request.POST.get("file_name", ""),
        **tabs(request),
        **more,
    }
    return render(request, "campaigns/indicator_grid.html", context, status=status)


def _again(row: GridRow) -> GridRow:
    """The row as typed, on the version that is saved now."""
    fresh = IndicatorReport.objects.get(pk=row.line.report.pk)
    data = {**row.form.typed, row.form.add_prefix("version"): str(fresh.version)}
    form = GridForm(data, prefix=row.form.prefix, counts=row.form.counts, name=row.line.name)
    return GridRow(row.line, form, row.problems)
