"""A ledger of cases: downloaded empty, filled in elsewhere, looked at, taken in, undone."""

from __future__ import annotations

import hashlib
import io

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from disputes.enums import PartyRole
from disputes.excel.ledgers import empty_book
from disputes.forms.imports import (
    BOOK_NOTES,
    MOST_CASES,
    Choices,
    LedgerUploadForm,
    form_columns,
    read_ledger,
)
from disputes.models import DESK_ROLES, DisputeImport
from disputes.services.imports import (
    UNDO_DAYS,
    ProposedCase,
    apply_ledger,
    proposed_cases,
    receive_ledger,
    undo_ledger,
    undo_until,
)
from disputes.views.answers import signed_in, tell
from disputes.views.ledgers import workbook
from pingan.models import User
from pingan.refusals import Refused

MOST_BYTES = 2 * 1024 * 1024
RUNS_SHOWN = 20
CODES_SHOWN = 10


def _desk(request: HttpRequest) -> User:
    user = signed_in(request)
    if user.role not in DESK_ROLES:
        raise PermissionDenied("您的岗位不办理纠纷。")
    return user


@require_http_methods(["GET", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """Download and upload, with what was taken in before."""
    user = _desk(request)
    form = LedgerUploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            run = _received(form.cleaned_data["file"], user)
        except Refused as error:
            tell(request, error)
        else:
            return redirect("disputes:ledger-run", run.pk)
    elif request.method == "POST":
        messages.error(request, "请先选择填好的导入表。")
    runs = DisputeImport.objects.visible_to(user).exclude(applied_at=None)
    context = {
        "form": form,
        "most": MOST_CASES,
        "days": UNDO_DAYS,
        "runs": runs.defer("proposal", "errors")[:RUNS_SHOWN],
        "waiting": DisputeImport.objects.visible_to(user).filter(applied_at=None).first(),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "disputes/import_list.html", context, status=status)


def _received(upload: UploadedFile, user: User) -> DisputeImport:
    if (upload.size or 0) > MOST_BYTES:
        raise Refused("文件超过2 MB，请删去图片和多余的工作表后再上传。")
    content = upload.read()
    proposal = read_ledger(io.BytesIO(content), user=user, today=timezone.localdate())
    file_hash = hashlib.sha256(content).hexdigest()
    return receive_ledger(file_hash=file_hash, proposal=proposal, by=user)


@require_GET
def template(request: HttpRequest) -> HttpResponse:
    """The empty workbook with this person's units and the county's lists."""
    user = _desk(request)
    columns = form_columns(Choices.of(user))
    content = empty_book(columns=columns, notes=BOOK_NOTES, free_rows=MOST_CASES)
    return workbook(content, f"{user.unit.name}矛盾纠纷台账导入表.xlsx")


def _run(request: HttpRequest, pk: int) -> DisputeImport:
    """One's own import; anybody else's is as good as none."""
    return get_object_or_404(DisputeImport.objects.visible_to(_desk(request)), pk=pk)


@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What the ledger does: errors by cell, or every case by roles and counts."""
    run, user = _run(request, pk), signed_in(request)
    until = undo_until(run)
    cases = list(run.cases.select_related("dispute"))
    context = {
        "run": run,
        "errors": run.errors,
        "rest": run.error_count - len(run.errors),
        "waiting": [(case, _roles(case)) for case in proposed_cases(run=run, by=user)],
        "cases": cases,
        "kept": [case for case in cases if case.dispute],
        "until": until if until and until > timezone.now() else None,
        "days": UNDO_DAYS,
    }
    answer = render(request, "disputes/import_detail.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


def _roles(case: ProposedCase) -> str:
    """申请人1名、被申请人2名: who they are is not shown again."""
    counts = {role: sum(party.role == role for party in case.parties) for role in PartyRole}
    return "、".join(f"{role.label}{count}名" for role, count in counts.items() if count)


@require_POST
def apply(request: HttpRequest, pk: int) -> HttpResponse:
    """One confirmation: all or nothing."""
    run = _run(request, pk)
    try:
        count = apply_ledger(run=run, by=signed_in(request))
    except Refused as error:
        tell(request, error)
    else:
        messages.success(request, f"已导入{count}件纠纷。{UNDO_DAYS}天内可以整批撤销。")
    return redirect("disputes:ledger-run", pk)


@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back, as one step, what nobody has worked on since."""
    run = _run(request, pk)
    try:
        gone, kept = undo_ledger(run=run, by=signed_in(request))
    except Refused as error:
        tell(request, error)
        return redirect("disputes:ledger-run", pk)
    text = f"已撤销这次导入，删除{len(gone)}件，案号不再使用。"
    if kept:
        named = "、".join(kept[:CODES_SHOWN]) + ("等" if len(kept) > CODES_SHOWN else "")
        text += f"另有{len(kept)}件导入后已经办理或上报，保留在系统里：{named}。"
    messages.success(request, text)
    return redirect("disputes:ledger-run", pk)
