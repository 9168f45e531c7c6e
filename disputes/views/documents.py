"""Papers of a case to be printed, and the whole file."""

from __future__ import annotations

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from disputes.forms.cases import PurposeForm
from disputes.models import Dispute
from disputes.services.documents import (
    Printed,
    list_papers,
    made_file,
    note_file_order,
    print_paper,
)
from disputes.tasks import make_case_file
from disputes.views.answers import signed_in, tell, visible_dispute
from pingan import jobs
from pingan.refusals import Refused

WHOLE = "file"


@never_cache
def index(request: HttpRequest, pk: int) -> HttpResponse:
    """What can be printed; a POST prints one of it. Only for who handles the case."""
    dispute = visible_dispute(request, pk)
    user = signed_in(request)
    form = PurposeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return _answer(request, dispute, form.cleaned_data["purpose"])
        except Refused as error:
            tell(request, error)
    try:
        papers = list_papers(dispute=dispute, by=user)
    except Refused as error:
        tell(request, error)
        return redirect("disputes:dispute-detail", pk)
    context = {"dispute": dispute, "form": form, "papers": papers}
    status = 422 if request.method == "POST" else 200
    return render(request, "disputes/document_list.html", context, status=status)


def _answer(request: HttpRequest, dispute: Dispute, purpose: str) -> HttpResponse:
    """The paper that was asked for: "agreement.pdf" as final, "agreement.pdf.draft" as it is."""
    user = signed_in(request)
    wanted = request.POST.get("paper", "")
    if wanted == WHOLE:
        with transaction.atomic():
            note_file_order(dispute=dispute, purpose=purpose, by=user)
            job = jobs.start(
                make_case_file,
                title=f"{dispute.code}卷宗",
                unit=user.unit,
                by=user,
                dispute_id=dispute.pk,
                user_id=user.pk,
            )
        return redirect("pingan:job-detail", job.pk)
    key, _, kind = wanted.partition(".")
    suffix, _, stage = kind.partition(".")
    return _handed_out(
        print_paper(
            dispute=dispute,
            key=key,
            suffix=suffix,
            is_final=not stage,
            purpose=purpose,
            by=user,
        )
    )


@never_cache
@require_GET
def whole(request: HttpRequest, pk: int, file_pk: int) -> HttpResponse:
    """The whole file that this person has ordered."""
    dispute = visible_dispute(request, pk)
    try:
        printed = made_file(dispute=dispute, pk=file_pk, by=signed_in(request))
    except Refused as error:
        tell(request, error)
        return redirect("disputes:dispute-detail", pk)
    if printed is None:
        raise Http404("卷宗已经过了一小时的保存时间，请重新生成。")
    return _handed_out(printed)


def _handed_out(printed: Printed) -> HttpResponse:
    answer = HttpResponse(printed.content, content_type=printed.media_type)
    answer["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=printed.name) or "attachment"
    )
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer
