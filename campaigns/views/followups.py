"""Follow-up items: the list, one item with its moves, and the lines that register new ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from campaigns import policies
from campaigns.enums import Activity, FollowUpSource
from campaigns.forms.followups import (
    EscalateForm,
    FollowUpFilterForm,
    FollowUpForm,
    FollowUpLine,
    SolveForm,
)
from campaigns.forms.rows import BaseRowSet, row_set, typed_rows
from campaigns.models import FollowUp, MonthlyReturn
from campaigns.selectors.followups import (
    Ask,
    asks,
    decisions_of,
    follow_up_row,
    follow_ups,
    open_matters,
    rows_of,
)
from campaigns.selectors.history import history
from campaigns.services import followups as services
from campaigns.views.remembered import signed_in, tell
from campaigns.views.returns import visible_return
from pingan.enums import Level, Role
from pingan.refusals import Refused
from pingan.stash import posted_or_stashed

PAGE_LENGTH = 50
MATTERS, DECISIONS = "matters", "decisions"  # prefixes of the two tables of lines
MOST_ASKED = 20
BLANK_DECISIONS = 2
_SOURCES = {MATTERS: FollowUpSource.SWEEP, DECISIONS: FollowUpSource.MEETING}


@require_GET
def follow_up_list(request: HttpRequest) -> HttpResponse:
    """What is open, the longest overdue first."""
    user, today = signed_in(request), timezone.localdate()
    form = FollowUpFilterForm(request.GET)
    data = form.cleaned_data if form.is_valid() else {}
    chosen = {
        "state": data.get("state") or "open",
        "scope": data.get("scope", ""),
        "source": data.get("source", ""),
        "text": data.get("text", ""),
    }
    found = follow_ups(user, **chosen, today=today)
    page = Paginator(found, PAGE_LENGTH).get_page(request.GET.get("page"))
    context = {
        "rows": rows_of(list(page), today),
        "page": page,
        "query": "&" + urlencode(chosen),
        "form": form,
        "chosen": chosen,
        "shows_units": user.role != Role.VILLAGE_CLERK,
    }
    return render(request, "campaigns/follow_up_list.html", context)


def _visible(request: HttpRequest, pk: int) -> FollowUp:
    rows = FollowUp.objects.visible_to(signed_in(request))
    return get_object_or_404(rows.select_related("unit__parent", "category", "recorded_by"), pk=pk)


@require_GET
def follow_up_view(request: HttpRequest, pk: int) -> HttpResponse:
    """One item: what it is, where it stands, what was done."""
    return _show(request, _visible(request, pk))


def _show(
    request: HttpRequest,
    item: FollowUp,
    *,
    solve: SolveForm | None = None,
    escalate: EscalateForm | None = None,
    status: int = 200,
) -> HttpResponse:
    today = timezone.localdate()
    version = {"version": item.version}
    levels = policies.solving_levels(item)
    start = {**version, "solved_on": today, "level": item.level}
    context = {
        "row": follow_up_row(item, today),
        "item": item,
        "above": policies.level_above(item),
        "may_handle": policies.may_handle_follow_up(follow_up=item, by=signed_in(request)),
        "solve": solve or SolveForm(initial=start, levels=levels, today=today),
        "escalate": escalate or EscalateForm(initial=version, prefix="up"),
        "history": history(item),
    }
    return render(request, "campaigns/follow_up_view.html", context, status=status)


@require_http_methods(["POST"])
def follow_up_solve(request: HttpRequest, pk: int) -> HttpResponse:
    """Close an item."""
    item, today = _visible(request, pk), timezone.localdate()
    form = SolveForm(request.POST, levels=policies.solving_levels(item), today=today)
    if not form.is_valid():
        return _show(request, item, solve=form, status=422)
    data = form.cleaned_data
    try:
        services.solve_follow_up(
            follow_up=item,
            version=data["version"],
            solved_on=data["solved_on"],
            level=Level(data["level"]),
            outcome=data["outcome"],
            by=signed_in(request),
        )
    except Refused as error:
        tell(request, error)
        return _show(request, _visible(request, pk), solve=form, status=422)
    messages.success(request, f"“{item.title}”已办结。")
    return redirect("campaigns:follow-up-list")


@require_http_methods(["POST"])
def follow_up_escalate(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand an item up."""
    item = _visible(request, pk)
    form = EscalateForm(request.POST, prefix="up")
    if not form.is_valid():
        return _show(request, item, escalate=form, status=422)
    data = form.cleaned_data
    try:
        services.escalate_follow_up(
            follow_up=item, version=data["version"], note=data["note"], by=signed_in(request)
        )
    except Refused as error:
        tell(request, error)
        return _show(request, _visible(request, pk), escalate=form, status=422)
    messages.success(request, f"“{item.title}”已上交。")
    return redirect("campaigns:follow-up-view", pk)


@require_http_methods(["GET", "POST"])
def follow_up_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct an item."""
    item, user = _visible(request, pk), signed_in(request)
    if not policies.may_handle_follow_up(follow_up=item, by=user):
        return redirect("campaigns:follow-up-view", pk)
    start = {name: getattr(item, name) for name in (*services.CORRECTED, "version")}
    form = FollowUpForm(request.POST or None, initial=start)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            try:
                services.change_follow_up(
                    follow_up=item, version=data["version"], values=data, by=user
                )
            except Refused as error:
                tell(request, error)
            else:
                messages.success(request, "已更正。")
                return redirect("campaigns:follow-up-view", pk)
    context = {"item": item, "form": form}
    return render(request, "campaigns/follow_up_edit.html", context, status=status)


def matter_lines(found: Sequence[Ask], data: QueryDict | None = None) -> BaseRowSet:
    """A line for every open matter that is not registered yet."""
    rows = [{"category": ask.category_id} for ask in found for _ in range(ask.missing)]
    return _lines(MATTERS, rows[:MOST_ASKED], data)


def decision_lines(data: QueryDict | None = None) -> BaseRowSet:
    """Blank lines for what a meeting decided."""
    return _lines(DECISIONS, [{} for _ in range(BLANK_DECISIONS)], data)


def _lines(prefix: str, rows: list[dict[str, Any]], data: QueryDict | None) -> BaseRowSet:
    made: type[BaseRowSet] = row_set(FollowUpLine)
    if data is not None:
        return made(data, prefix=prefix, is_fixed=False)
    return made(initial=rows, prefix=prefix, is_fixed=False)


def decisions_context(
    request: HttpRequest, monthly_return: MonthlyReturn, lines: BaseRowSet | None = None
) -> dict[str, Any]:
    """The table of decisions, under the meetings and on the page of items."""
    may = policies.may_open_follow_up(unit=monthly_return.unit, by=signed_in(request))
    return {
        "decisions": rows_of(decisions_of(monthly_return), timezone.localdate()),
        "may_decide": may,
        "decision_lines": lines or decision_lines(),
    }


@require_http_methods(["GET", "POST"])
def follow_up_register(request: HttpRequest, pk: int) -> HttpResponse:
    """The open matters of a month's sweep and the decisions of its meetings, a line each."""
    monthly_return = visible_return(request, pk)
    if request.method == "POST":
        return _register(request, monthly_return)
    stashed = posted_or_stashed(request)
    kept = None
    if stashed and f"{DECISIONS}-TOTAL_FORMS" in stashed:
        rows = typed_rows(FollowUpLine, stashed, DECISIONS)
        kept = row_set(FollowUpLine)(initial=rows, prefix=DECISIONS, is_fixed=False)
        return _show_lines(request, monthly_return, decisions=kept)
    if stashed:
        rows = typed_rows(FollowUpLine, stashed, MATTERS)
        kept = row_set(FollowUpLine)(initial=rows, prefix=MATTERS, is_fixed=False)
    return _show_lines(request, monthly_return, matters=kept)


def _register(request: HttpRequest, monthly_return: MonthlyReturn) -> HttpResponse:
    prefix = DECISIONS if f"{DECISIONS}-TOTAL_FORMS" in request.POST else MATTERS
    lines = _lines(prefix, [], request.POST)
    shown = {prefix: lines}
    if not lines.is_valid():
        return _show_lines(request, monthly_return, **shown, status=422)
    items = [form.row() for form in lines.forms if not form.is_blank]
    if not items:
        messages.info(request, "没有填写事项，没有登记。")
        return redirect("campaigns:follow-up-register", monthly_return.pk)
    try:
        services.open_follow_ups(
            monthly_return=monthly_return,
            source=_SOURCES[prefix],
            items=items,
            by=signed_in(request),
        )
    except Refused as error:
        tell(request, error)
        return _show_lines(request, monthly_return, **shown, status=422)
    messages.success(request, f"已登记{len(items)}件事项，办结前一直在“跟踪事项”里。")
    if prefix == DECISIONS:
        return redirect("campaigns:return-activity", monthly_return.pk, Activity.MEETING)
    left = asks(monthly_return)
    target = "campaigns:follow-up-register" if left else "campaigns:return-view"
    return redirect(target, monthly_return.pk)


def _show_lines(
    request: HttpRequest,
    monthly_return: MonthlyReturn,
    *,
    matters: BaseRowSet | None = None,
    decisions: BaseRowSet | None = None,
    status: int = 200,
) -> HttpResponse:
    found = asks(monthly_return)
    lines = matters or matter_lines(found)
    names = {str(ask.category_id): ask.name for ask in found}
    context = {
        "monthly_return": monthly_return,
        "asks": found,
        "matters": rows_of(open_matters(monthly_return), timezone.localdate()),
        "matter_lines": lines,
        "matter_rows": [
            (names.get(str(form["category"].value()), "排查事项"), form) for form in lines.forms
        ],
        "problems": [
            problem
            for table in (matters, decisions)
            if table is not None and table.is_bound
            for problem in table.problems()
        ],
        **decisions_context(request, monthly_return, decisions),
    }
    return render(request, "campaigns/follow_up_register.html", context, status=status)
