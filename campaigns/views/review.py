"""What waits for review: opened one by one beside the month before, or accepted together."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from campaigns import policies
from campaigns.checks import Finding
from campaigns.enums import Activity, Move
from campaigns.models import MonthlyReturn
from campaigns.selectors.returns import period_is_open, return_rows
from campaigns.selectors.review import FIGURES, review_rows, waiting
from campaigns.selectors.review_sheet import ReviewPart, review_sheet
from campaigns.services.remarks import Remark
from campaigns.services.returns import accept, accept_many, send_back
from campaigns.views.remembered import signed_in, tell
from campaigns.views.returns import visible_return
from pingan.refusals import Refused


@require_http_methods(["GET", "POST"])
def return_review(request: HttpRequest) -> HttpResponse:
    """The list; a POST accepts the ticked ones, or all that ask for no look, each by itself."""
    user = signed_in(request)
    returns = waiting(user)
    if request.method == "POST":
        _accept(request, returns)
        return redirect("campaigns:return-review")
    rows = review_rows(returns, user, timezone.localdate())
    context = {
        "rows": rows,
        "labels": list(FIGURES.values()),
        "clean": [item.row for item in rows if item.is_clean and not item.is_own],
    }
    return render(request, "campaigns/return_review.html", context)


def _accept(request: HttpRequest, returns: list[MonthlyReturn]) -> None:
    """Ticked boxes carry "id:version": what is accepted is what was looked at."""
    name = "clean" if "all" in request.POST else "chosen"
    ticked = [text for text in request.POST.getlist(name) if re.fullmatch(r"[0-9]+:[0-9]+", text)]
    versions = {int(pk): int(version) for pk, version in (text.split(":") for text in ticked)}
    if not versions:
        messages.error(request, "请先勾选要通过的月报。")
        return
    chosen = [each for each in returns if each.pk in versions]
    accepted, refused = accept_many(returns=chosen, versions=versions, by=signed_in(request))
    if accepted:
        messages.success(request, f"已通过{accepted}份月报。")
    for refusal in refused:
        messages.error(request, refusal.sentence)
    if gone := len(versions) - len(chosen):
        messages.warning(request, f"有{gone}份已不在待审核之列，未作处理。")


@require_http_methods(["GET", "POST"])
def review_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One return beside the month before; accepted, or sent back with remarks on its fields."""
    monthly_return, user = visible_return(request, pk), signed_in(request)
    if not policies.is_superior_of(user, monthly_return.unit):
        raise PermissionDenied(f"{monthly_return.unit.name}的月报不由您审核。")
    status = 200
    if request.method == "POST":
        if _decided(request, monthly_return):
            return redirect("campaigns:return-review")
        monthly_return = visible_return(request, pk)
        status = 422
    (row,) = return_rows([monthly_return], timezone.localdate())
    is_open = period_is_open(monthly_return.unit.root_id, monthly_return.month)
    sheet = review_sheet(monthly_return)
    context = {
        "monthly_return": monthly_return,
        "row": row,
        "sheet": sheet,
        "parts": [_shown(part, _typed(request.POST)) for part in sheet.parts],
        "may_accept": is_open and policies.may(Move.ACCEPT, monthly_return=monthly_return, by=user),
        "may_send_back": is_open
        and policies.may(Move.SEND_BACK, monthly_return=monthly_return, by=user),
        "is_own": monthly_return.submitted_by_id == user.pk,
        "ticked": request.POST.getlist("finding"),
        "reason": request.POST.get("reason", ""),
        "version": request.POST.get("version") or monthly_return.version,
    }
    return render(request, "campaigns/review_detail.html", context, status=status)


@dataclass(frozen=True, slots=True)
class RemarkPlace:
    """Where a remark can be written: a row or a whole activity, with what was typed there."""

    place: str
    label: str
    fields: list[tuple[str, str]]
    field: str = ""
    text: str = ""


def _shown(part: ReviewPart, typed: dict[str, tuple[str, str]]) -> dict[str, Any]:
    """One activity with the places of its remarks."""

    def place(key: str, label: str, fields: list[tuple[str, str]]) -> RemarkPlace:
        name = f"{part.activity.value}|{key}"
        return RemarkPlace(name, label, fields, *typed.get(name, ()))

    label = part.activity.label
    lines = [(line, place(line.key, f"{label} {line.label}", line.fields)) for line in part.lines]
    return {"part": part, "place": place("", label, []), "lines": lines}


def _decided(request: HttpRequest, monthly_return: MonthlyReturn) -> bool:
    """Do what the button says; False when it was refused, with the sentence told."""
    data, user = request.POST, signed_in(request)
    version = data.get("version", "")
    try:
        if not version.isdecimal():
            raise Refused("页面不完整，请刷新后再审核。")
        remarks = _remarks(data, review_sheet(monthly_return).questions)
        if data.get("move") == Move.ACCEPT:
            if remarks:
                raise Refused("您写了退回意见，请点“退回修改”；要通过，请先清空意见。")
            accept(monthly_return=monthly_return, version=int(version), by=user)
            messages.success(request, f"{monthly_return}：已审核通过。")
        else:
            send_back(
                monthly_return=monthly_return,
                version=int(version),
                by=user,
                reason=data.get("reason", ""),
                remarks=remarks,
            )
            messages.success(request, f"{monthly_return}：已退回，填报人会看到原因和意见。")
    except Refused as error:
        tell(request, error)
        return False
    return True


def _typed(data: QueryDict) -> dict[str, tuple[str, str]]:
    """Typed remarks by their place ("activity|row"): the field, the text."""
    places, fields, texts = (data.getlist(name) for name in ("place", "field", "remark"))
    return {
        place: (field, text.strip())
        for place, field, text in zip(places, fields, texts, strict=False)
        if text.strip()
    }


def _remarks(data: QueryDict, findings: list[Finding]) -> list[Remark]:
    """What was written beside rows, and the ticked findings in their own words."""
    ticked = set(data.getlist("finding"))
    found = [
        Remark(finding.activity, finding.text, finding.row, finding.field)
        for finding in findings
        if finding.key in ticked
    ]
    for place, (field, text) in _typed(data).items():
        activity, _bar, row = place.partition("|")
        if activity not in Activity:
            raise Refused("有一处意见找不到对应的字段，请刷新页面再写。")
        found.append(Remark(Activity(activity), text, row, field))
    return found
