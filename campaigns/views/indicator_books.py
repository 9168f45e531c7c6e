"""The workbook of a form and period: downloaded, filled in elsewhere, uploaded for a look."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from campaigns.forms.indicator_book import indicator_book, read_indicator_book
from campaigns.forms.indicators import UploadForm
from campaigns.selectors.indicator_reports import last_import
from campaigns.services.indicator_imports import take_back
from campaigns.views.indicator_tables import (
    Sheet,
    editable,
    grid_rows,
    render_grid,
    render_table,
    sheet_of,
)
from campaigns.views.remembered import signed_in, tell
from pingan.refusals import Refused

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ERRORS_SHOWN = 200


def _what(request: HttpRequest, sheet: Sheet) -> dict[str, Any]:
    return {
        "form": sheet.form,
        "span": sheet.span,
        "fields": sheet.fields,
        "lines": sheet.lines,
        "editable": {line.report.pk for line in editable(request, sheet)},
    }


@require_GET
def indicator_download(request: HttpRequest, pk: int, start: str) -> HttpResponse:
    """The rows in sight, prefilled; what may not be filled in is locked."""
    sheet, user = sheet_of(request, pk, start), signed_in(request)
    content = indicator_book(**_what(request, sheet), unit_code=user.unit.code)
    response = HttpResponse(content, content_type=_XLSX)
    name = quote(f"{sheet.form.name}（{sheet.span.label}）{user.unit.name}.xlsx")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return response


@require_http_methods(["GET", "POST"])
def indicator_upload(request: HttpRequest, pk: int, start: str) -> HttpResponse:
    """Nothing is written yet: every error by its cell, or the grid with what would change."""
    sheet = sheet_of(request, pk, start)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "GET" or not form.is_valid():
        if request.method == "POST":
            messages.error(request, "请先选择填好的工作簿。")
        return redirect("campaigns:indicator-table", *sheet.address)
    try:
        found = read_indicator_book(form.cleaned_data["file"].file, **_what(request, sheet))
    except Refused as error:
        tell(request, error)
        return redirect("campaigns:indicator-table", *sheet.address)
    if found.errors:
        return render_table(request, sheet, status=422, errors=found.errors[:ERRORS_SHOWN])
    rows = grid_rows(request, sheet, found.data)
    return render_grid(
        request,
        sheet,
        rows,
        together=True,
        changed=found.changed,
        file_name=form.cleaned_data["file"].name,
    )


@require_POST
def indicator_import_undo(request: HttpRequest, pk: int, start: str) -> HttpResponse:
    """Take the latest workbook of one's own unit back as one step."""
    sheet, user = sheet_of(request, pk, start), signed_in(request)
    run = last_import(user.unit_id, sheet.form, sheet.span)
    if run is None:
        messages.info(request, "没有可以撤销的导入。")
        return redirect("campaigns:indicator-table", *sheet.address)
    try:
        count = take_back(run=run, by=user)
    except Refused as error:
        tell(request, error)
    else:
        messages.success(request, f"已撤销“{run.file_name}”的导入，{count}个单位恢复原状。")
    return redirect("campaigns:indicator-table", *sheet.address)
