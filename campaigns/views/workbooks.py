"""The month's workbook: downloaded, filled in elsewhere, looked at, taken in, undone."""

from __future__ import annotations

import base64
import hashlib
import io
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from campaigns import policies, tasks
from campaigns.forms.imports import WorkbookUploadForm
from campaigns.forms.workbook import BookUnit, book_units, month_book
from campaigns.models import ImportRun
from campaigns.services.imports import (
    ADDED,
    CHANGED,
    REMOVED,
    apply_import,
    receive_file,
    undo_import,
)
from campaigns.services.months import ensure_month_open
from campaigns.views.remembered import county_of, remembered_month, signed_in, tell
from pingan import jobs
from pingan.models import User
from pingan.months import Month
from pingan.refusals import Refused
from pingan.workbooks import Limits

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Larger than that, a workbook takes more than a second: a job reads it and shows how far it is.
LARGE_FILE = 150 * 1024
LARGE_IMPORT = 200  # activities of returns
RUNS_SHOWN = 10
KINDS = {ADDED: "新增", CHANGED: "改动", REMOVED: "删除"}
TONES = {ADDED: "good", CHANGED: "info", REMOVED: "bad"}


@dataclass(frozen=True, slots=True)
class ChangedLine:
    """One row of the dry run, ready to print."""

    sheet: str
    cell: str
    unit: str
    row: str
    kind: str
    tone: str
    fields: list[list[Any]]  # label, old, new


def _units(request: HttpRequest, month: Month) -> list[BookUnit]:
    user = signed_in(request)
    ensure_month_open(county=county_of(user), month=month)
    units = book_units(user, month)
    if not units and not policies.enters_for(user, user.unit):
        raise PermissionDenied("您不填报月报，没有可以下载的工作簿。")
    return units


@require_GET
def workbook_latest(request: HttpRequest) -> HttpResponse:
    """The month looked at last."""
    return redirect("campaigns:workbook-month", remembered_month(request))


@require_http_methods(["GET", "POST"])
def workbook_month(request: HttpRequest, month: Month) -> HttpResponse:
    """Download and upload, with what was taken in before."""
    units = _units(request, month)
    form = WorkbookUploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            return _received(request, month, form.cleaned_data["file"])
        except Refused as error:
            tell(request, error)
    elif request.method == "POST":
        messages.error(request, "请先选择填好的工作簿。")
    is_last = month >= Month.of(timezone.localdate())
    context = {
        "month": month,
        "previous": reverse("campaigns:workbook-month", args=[month.previous]),
        "next": "" if is_last else reverse("campaigns:workbook-month", args=[month.next]),
        "form": form,
        "units": units,
        "open_units": [unit for unit in units if not unit.refusal],
        "locked_units": [unit for unit in units if unit.refusal],
        "has_villages": len(units) > 1,
        "runs": _runs(request, month),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "campaigns/workbook_month.html", context, status=status)


def _runs(request: HttpRequest, month: Month) -> list[ImportRun]:
    user = signed_in(request)
    found = ImportRun.objects.of_returns().visible_to(user)
    found = found.filter(unit=user.unit, month=month, is_applied=True)
    return list(found.select_related("by", "undone_by").defer("changes", "before")[:RUNS_SHOWN])


def _received(request: HttpRequest, month: Month, upload: UploadedFile) -> HttpResponse:
    """Read a small file at once, a large one by a job."""
    user = signed_in(request)
    size, limit = upload.size or 0, Limits().file_bytes
    if size > limit:
        raise Refused(f"文件超过{limit // 1024 // 1024} MB，请删去多余的工作表和图片后再上传。")
    content = upload.read()
    is_large = size > LARGE_FILE
    run = receive_file(
        unit=user.unit,
        month=month,
        file_name=upload.name or "",
        file_hash=hashlib.sha256(content).hexdigest(),
        by=user,
        file=base64.b64encode(content).decode("ascii") if is_large else "",
    )
    if is_large:
        return _job(tasks.check_workbook, f"核对{month.label}月报工作簿", run, user)
    try:
        tasks.check_file(run, io.BytesIO(content), user, lambda _done, _total, _message: None)
    except Refused:
        run.delete()
        raise
    return redirect("campaigns:workbook-run", run.pk)


def _job(task: Any, title: str, run: ImportRun, user: User) -> HttpResponse:
    job = jobs.start(task, title=title, unit=run.unit, by=user, run_id=run.pk, user_id=user.pk)
    return redirect("pingan:job-detail", job.pk)


@require_GET
def workbook_download(request: HttpRequest, month: Month) -> HttpResponse:
    """The month of this person's units, to be filled in."""
    user, units = signed_in(request), _units(request, month)
    if not units:
        messages.error(request, f"{month.label}还没有月报，没有可以下载的工作簿。")
        return redirect("campaigns:workbook-month", month)
    content = month_book(month=month, unit_code=user.unit.code, title=user.unit.name, units=units)
    name = f"{user.unit.name}{month.label}月报.xlsx"
    header = content_disposition_header(as_attachment=True, filename=name)
    return HttpResponse(
        content, content_type=XLSX, headers={"Content-Disposition": header or "attachment"}
    )


def _run(request: HttpRequest, pk: int) -> ImportRun:
    seen = ImportRun.objects.of_returns().visible_to(signed_in(request))
    seen = seen.select_related("unit", "by")
    return get_object_or_404(seen, pk=pk)


@require_GET
def workbook_run(request: HttpRequest, pk: int) -> HttpResponse:
    """What the workbook does: errors by cell, or every change; then confirm or undo."""
    run = _run(request, pk)
    found = run.changes
    lines = [
        ChangedLine(sheet, cell, unit, row, KINDS[kind], TONES[kind], fields)
        for sheet, cell, unit, row, kind, fields in found.get("lines", [])
    ]
    counts = [
        (sheet, [numbers.get(kind, 0) for kind in KINDS])
        for sheet, numbers in found.get("counts", {}).items()
    ]
    context = {
        "run": run,
        "month": run.month,
        "is_read": "sections" in found,
        "errors": found.get("errors", []),
        "error_count": found.get("error_count", 0),
        "rest_errors": found.get("error_count", 0) - len(found.get("errors", [])),
        "lines": lines,
        "line_count": found.get("line_count", 0),
        "rest_lines": found.get("line_count", 0) - len(lines),
        "counts": counts,
        "kinds": list(KINDS.values()),
        "is_mine": run.by_id == signed_in(request).pk,
    }
    return render(request, "campaigns/workbook_run.html", context)


@require_POST
def workbook_apply(request: HttpRequest, pk: int) -> HttpResponse:
    """One confirmation: all or nothing."""
    run, user = _run(request, pk), signed_in(request)
    if len(run.changes.get("sections", [])) > LARGE_IMPORT:
        return _job(tasks.take_in_workbook, f"导入{run.month.label}月报工作簿", run, user)
    try:
        apply_import(run=run, by=user)
    except Refused as error:
        tell(request, error)
        return redirect("campaigns:workbook-run", run.pk)
    messages.success(
        request, f"已导入，共{run.changes['line_count']}行有变化。结账前可以整批撤销。"
    )
    return redirect("campaigns:workbook-run", run.pk)


@require_POST
def workbook_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Put back, as one step, what stood before the import."""
    run = _run(request, pk)
    try:
        undo_import(run=run, by=signed_in(request))
    except Refused as error:
        tell(request, error)
    else:
        messages.success(request, "已撤销这次导入，恢复到导入前的内容。")
    return redirect("campaigns:workbook-run", run.pk)
