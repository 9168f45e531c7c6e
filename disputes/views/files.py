"""A case's file: read, records with their papers, visits, the word to the police, prevention."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from disputes.deadlines import FOLLOW_LAW, POLICE_LAW
from disputes.enums import Prevented, RecordKind, Satisfaction
from disputes.forms.files import PoliceForm, PreventionForm, RecordForm, RightsForm, VisitForm
from disputes.models import Dispute, MediationRecord, Performance
from disputes.services.files import note_opening, open_attachment, read_file
from disputes.services.records import (
    add_record,
    add_visit,
    change_record,
    note_prevention,
    tell_police,
)
from disputes.views.answers import renew, signed_in, tell
from disputes.views.entries import Entry, differences, entry_page, handled_dispute, sealed_page
from pingan.models import User
from pingan.refusals import Conflict, Refused
from pingan.stash import posted_or_stashed
from pingan.views.files import handed_out

WORDS = {
    RecordKind.INVESTIGATION: "向当事人和知情人了解到的情况；写明问了谁（身份）、说了什么。",
    RecordKind.SITTING: "调解的经过：各方的要求、争议在哪里、怎样劝解、结果怎样。",
    RecordKind.JOINT: "几个单位一起会商的意见和分工。",
    RecordKind.EVIDENCE: "拍照或扫描后上传；证据的日期可以早于登记日期。",
    RecordKind.RIGHTS: "写明什么时候、怎样告知的；签过字的告知书可以扫描上传。",
}


@require_GET
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """Every text of the file; the opening is put down first."""
    dispute = handled_dispute(request, pk)
    opened = read_file(dispute=dispute, by=signed_in(request))
    context = {"dispute": dispute, "opened": opened}
    return sealed_page(render(request, "disputes/file_read.html", context))


@require_POST
def note_rights(request: HttpRequest, pk: int) -> HttpResponse:
    """The parties were told of their rights and duties, by one button."""
    dispute = handled_dispute(request, pk)
    form = RightsForm(request.POST, today=timezone.localdate())
    if not form.is_valid():
        messages.error(request, "请填写告知的日期，不能晚于今天。")
        return redirect("disputes:dispute-detail", pk)
    try:
        add_record(
            dispute=dispute,
            kind=RecordKind.RIGHTS,
            on=form.cleaned_data["on"],
            by=signed_in(request),
        )
    except Refused as error:
        tell(request, error)
    else:
        messages.success(request, "已登记权利义务告知。")
    return redirect("disputes:dispute-detail", pk)


def create_record(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """A new record."""
    dispute, today = handled_dispute(request, pk), timezone.localdate()
    if kind not in RecordKind.values:
        raise Http404("没有这种记录。")
    step = RecordKind(kind)
    form = RecordForm(
        posted_or_stashed(request),
        request.FILES or None,
        kind=step,
        today=today,
        initial={"on": today},
    )

    def do(data: dict[str, Any], by: User) -> None:
        add_record(dispute=dispute, kind=step, by=by, **_record(data))

    entry = Entry(f"录入{step.label}", WORDS[step], f"已录入{step.label}。")
    return entry_page(request, dispute, form, entry, do)


def edit_record(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a record. It shows its text: the opening is put down first."""
    record = _record_of(request, pk)
    dispute, kind = handled_dispute(request, record.dispute_id), RecordKind(record.kind)
    user, data = signed_in(request), posted_or_stashed(request)
    if data is None:
        note_opening(dispute=dispute, what=f"修改{kind.label}", by=user)
    form = RecordForm(
        data,
        request.FILES or None,
        kind=kind,
        has_file=record.file_id is not None,
        today=timezone.localdate(),
        initial=_shown(record) if data is None else None,
    )
    context: dict[str, Any] = {"dispute": dispute, "form": form, "record": record, "kind": kind}
    context["word"] = WORDS[kind]
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                version = form.cleaned_data["version"] or 0
                change_record(record=record, version=version, by=user, **_record(form.cleaned_data))
            except Conflict as error:
                status = _show_both(request, error, record, form, context)
            except Refused as error:
                tell(request, error)
            else:
                messages.success(request, "已保存。")
                return redirect("disputes:dispute-detail", dispute.pk)
    return sealed_page(render(request, "disputes/record_edit.html", context, status=status))


def _show_both(
    request: HttpRequest,
    error: Conflict,
    record: MediationRecord,
    form: RecordForm,
    context: dict[str, Any],
) -> int:
    """Mine beside what somebody else saved; sent again, mine goes over it."""
    note_opening(dispute=record.dispute, what="对照别人保存的内容", by=signed_in(request))
    record.refresh_from_db()
    context["saved"] = differences(form, form.cleaned_data, _shown(record))
    renew(form, record.version)
    messages.error(request, f"{error}您填写的内容还在下面，没有保存；请对照后再存。")
    return 409


def _record_of(request: HttpRequest, pk: int) -> MediationRecord:
    seen = Dispute.objects.visible_to(signed_in(request))
    rows = MediationRecord.objects.select_related("dispute__unit", "file")
    return get_object_or_404(rows.filter(dispute__in=seen), pk=pk)


def _record(data: dict[str, Any]) -> dict[str, Any]:
    return {name: data[name] for name in ("on", "place", "attending", "text", "upload")}


def _shown(record: MediationRecord) -> dict[str, Any]:
    """A record as the form shows it. Opens its text: for the handler alone."""
    return {
        "on": record.on,
        "place": record.place,
        "attending": record.attending,
        "text": record.text.reveal(),
        "version": record.version,
    }


@require_GET
def download_record(request: HttpRequest, pk: int) -> HttpResponse:
    """The paper of a record; every download is put down."""
    record = _record_of(request, pk)
    return _paper(request, record, record.dispute_id)


@require_GET
def download_performance(request: HttpRequest, pk: int) -> HttpResponse:
    """The receipt of a performance."""
    seen = Dispute.objects.visible_to(signed_in(request))
    rows = Performance.objects.select_related("agreement", "file")
    paper = get_object_or_404(rows.filter(agreement__dispute__in=seen), pk=pk)
    return _paper(request, paper, paper.agreement.dispute_id)


def _paper(
    request: HttpRequest, paper: MediationRecord | Performance, dispute_pk: int
) -> HttpResponse:
    dispute = handled_dispute(request, dispute_pk)
    if paper.file is None:
        raise Http404("这份记录没有附件。")
    file = open_attachment(dispute=dispute, paper=paper, by=signed_in(request))
    return sealed_page(handed_out(file))


def create_visit(request: HttpRequest, pk: int) -> HttpResponse:
    """A follow-up visit."""
    dispute, today = handled_dispute(request, pk), timezone.localdate()
    form = VisitForm(posted_or_stashed(request), today=today, initial={"on": today})

    def do(data: dict[str, Any], by: User) -> None:
        add_visit(
            dispute=dispute,
            on=data["on"],
            is_performed=data["is_performed"],
            satisfaction=Satisfaction(data["satisfaction"]),
            is_flaring_up=data["is_flaring_up"],
            text=data["text"],
            by=by,
        )

    word = "问问协议履行得怎样、当事人满不满意、有没有再起争执的苗头。"
    entry = Entry("登记回访", word, "已登记回访。", law=FOLLOW_LAW)
    return entry_page(request, dispute, form, entry, do)


def report_to_police(request: HttpRequest, pk: int) -> HttpResponse:
    """The duty to tell the police at once."""
    dispute = handled_dispute(request, pk)
    form = PoliceForm(posted_or_stashed(request))

    def do(data: dict[str, Any], by: User) -> None:
        tell_police(dispute=dispute, note=data["note"], by=by)

    word = "先打电话或当面报告，再在这里登记。报告的时间和报告人按现在、按您的账号记下，不用填写。"
    entry = Entry("报告公安机关", word, "已登记报告公安机关。", "登记", POLICE_LAW)
    return entry_page(request, dispute, form, entry, do)


def prevent(request: HttpRequest, pk: int) -> HttpResponse:
    """What was prevented from growing out of the case: a kind and a count of people."""
    dispute = handled_dispute(request, pk)
    start = {
        "kind": dispute.prevented,
        "people": dispute.prevented_people or None,
        "version": dispute.version,
    }
    form = PreventionForm(posted_or_stashed(request), initial=start)

    def do(data: dict[str, Any], by: User) -> None:
        kind = Prevented(data["kind"]) if data["kind"] else None
        note_prevention(
            dispute=dispute,
            kind=kind,
            people=data["people"] or 0,
            version=data["version"] or 0,
            by=by,
        )

    word = "因为及时调解而没有发生的，按件数和人数计入统计，不写姓名。"
    entry = Entry("登记防止激化", word, "已登记防止激化。")
    return entry_page(request, dispute, form, entry, do)
