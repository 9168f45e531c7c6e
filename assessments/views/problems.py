"""Problems: the list, a new one, one problem with its moves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from assessments.enums import ProblemSource
from assessments.forms import problems as forms
from assessments.forms.places import NamelessForm
from assessments.models import Inspection, Problem, RectificationNotice
from assessments.policies import may
from assessments.policies import problems as policies
from assessments.selectors.problems import (
    history_of,
    problem_row,
    problems_listed,
    raisable_units,
    units_below,
)
from assessments.services import problems as services
from assessments.tables import TOWNSHIP_INSPECTORS
from assessments.views.answers import signed_in, tell
from pingan.enums import Role
from pingan.models import Unit, User
from pingan.months import Month
from pingan.refusals import Conflict, Refused
from pingan.stash import posted_or_stashed

PAGE_LENGTH = 50
DAYS_GIVEN = 15
LABELS = {
    "title": "问题",
    "detail": "情况",
    "responsible_post": "责任岗位",
    "due_on": "整改期限",
}
_RAISERS = (Role.COUNTY_OFFICER, Role.INSPECTOR, *TOWNSHIP_INSPECTORS)


@require_GET
def problem_list(request: HttpRequest) -> HttpResponse:
    """What stands on the board, the longest overdue first."""
    user, today = signed_in(request), timezone.localdate()
    below = units_below(user)
    form = forms.ProblemFilterForm(
        request.GET or {"state": "open"}, units=[(unit.pk, unit.name) for unit in below]
    )
    form.is_valid()
    data = form.cleaned_data
    chosen = {
        "state": data.get("state") or "open",
        "months": data.get("months", ""),
        "source": data.get("source", ""),
        "text": data.get("text", ""),
    }
    place = next((unit for unit in below if unit.pk == data.get("below")), None)
    found = problems_listed(user, chosen, today, place)
    page = Paginator(found, PAGE_LENGTH).get_page(request.GET.get("page"))
    kept = {**chosen, "below": place.pk if place else ""}
    context = {
        "form": form,
        "page": page,
        "rows": [problem_row(problem, today) for problem in page],
        "query": "&" + urlencode(kept),
        "may_raise": user.role in _RAISERS,
        "shows_units": user.role != Role.VILLAGE_CLERK,
    }
    return render(request, "assessments/problem_list.html", context)


@require_http_methods(["GET", "POST"])
def problem_create(request: HttpRequest) -> HttpResponse:
    """Register a problem; ?unit= chooses the unit beforehand."""
    user, today = signed_in(request), timezone.localdate()
    if user.role not in _RAISERS:
        return redirect("assessments:problem-list")
    start = {
        "unit": request.GET.get("unit", ""),
        "found_on": today,
        "due_on": today + dt.timedelta(days=DAYS_GIVEN),
    }
    form = forms.NewProblemForm(
        posted_or_stashed(request), initial=start, units=raisable_units(user), today=today
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                problem = _raise(form.cleaned_data, user)
            except Refused as error:
                tell(request, error)
            else:
                messages.success(request, f"已登记“{problem.title}”，解决以前一直留在公示栏。")
                return redirect("assessments:problem-detail", problem.pk)
    return render(request, "assessments/problem_create.html", {"form": form}, status=status)


def _raise(data: dict[str, Any], user: User) -> Problem:
    return services.raise_problem(
        unit=get_object_or_404(Unit.objects.visible_to(user), pk=data["unit"]),
        month=Month.of(data["found_on"]),
        source=ProblemSource(data["source"]),
        title=data["title"],
        detail=data["detail"],
        responsible_post=data["responsible_post"],
        found_on=data["found_on"],
        due_on=data["due_on"],
        by=user,
    )


def _visible(request: HttpRequest, pk: int) -> Problem:
    rows = Problem.objects.visible_to(signed_in(request))
    return get_object_or_404(
        rows.select_related("unit__parent", "follow_up", "recorded_by", "solved_by"), pk=pk
    )


@require_GET
def problem_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _show(request, _visible(request, pk))


def _show(
    request: HttpRequest, problem: Problem, status: int = 200, **typed: NamelessForm
) -> HttpResponse:
    """The problem, and the forms of the moves that this person may make now."""
    user, today = signed_in(request), timezone.localdate()
    version = {"version": problem.version}
    may_solve = may(policies.check_solve_problem, problem=problem, by=user)
    solve = {**version, "solved_on": today, "solution": problem.solution}
    inspections = Inspection.objects.visible_to(user).filter(problems=problem)
    notices = RectificationNotice.objects.visible_to(user).filter(problems=problem)
    context = {
        "row": problem_row(problem, today),
        "problem": problem,
        "inspection": inspections.first(),
        "notices": list(notices.order_by("pk")),
        "history": history_of(problem),
        "may_change": may(policies.check_change_problem, problem=problem, by=user),
        "may_report": may(policies.check_report_problem, problem=problem, by=user),
        "may_solve": may_solve,
        "may_send_back": may_solve and bool(problem.solution),
        "may_reopen": may(policies.check_reopen_problem, problem=problem, by=user),
        "report": forms.ReportForm(initial=version, prefix="report"),
        "solve": forms.SolveForm(initial=solve, prefix="solve"),
        "send_back": forms.SendBackForm(initial=version, prefix="back"),
        "reopen": forms.ReopenForm(initial=version, prefix="reopen"),
        **typed,
    }
    return render(request, "assessments/problem_detail.html", context, status=status)


def _move(
    request: HttpRequest,
    pk: int,
    name: str,
    form: NamelessForm,
    move: Callable[[Problem, dict[str, Any], User], Problem],
    told: str,
) -> HttpResponse:
    """One move; what was typed stays on the page where it is refused."""
    problem = _visible(request, pk)
    status = 422
    if form.is_valid():
        try:
            move(problem, form.cleaned_data, signed_in(request))
        except Refused as error:
            tell(request, error)
            problem = _visible(request, pk)
            form.renewed(problem.version)
            status = 409 if isinstance(error, Conflict) else 422
        else:
            messages.success(request, told)
            return redirect("assessments:problem-detail", pk)
    return _show(request, problem, status, **{name: form})


@require_POST
def problem_report(request: HttpRequest, pk: int) -> HttpResponse:
    return _move(
        request,
        pk,
        "report",
        forms.ReportForm(request.POST, prefix="report"),
        lambda problem, data, user: services.report_problem(
            problem=problem, version=data["version"], solution=data["solution"], by=user
        ),
        "整改结果已报告，等待上级确认。",
    )


@require_POST
def problem_solve(request: HttpRequest, pk: int) -> HttpResponse:
    return _move(
        request,
        pk,
        "solve",
        forms.SolveForm(request.POST, prefix="solve"),
        lambda problem, data, user: services.solve_problem(
            problem=problem,
            version=data["version"],
            solved_on=data["solved_on"],
            solution=data["solution"],
            by=user,
        ),
        "问题已销号，从公示栏撤下。",
    )


@require_POST
def problem_return(request: HttpRequest, pk: int) -> HttpResponse:
    return _move(
        request,
        pk,
        "send_back",
        forms.SendBackForm(request.POST, prefix="back"),
        lambda problem, data, user: services.send_back_problem(
            problem=problem, version=data["version"], reason=data["reason"], by=user
        ),
        "已退回，问题仍留在公示栏。",
    )


@require_POST
def problem_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    return _move(
        request,
        pk,
        "reopen",
        forms.ReopenForm(request.POST, prefix="reopen"),
        lambda problem, data, user: services.reopen_problem(
            problem=problem, version=data["version"], reason=data["reason"], by=user
        ),
        "问题已重新打开。",
    )


@require_http_methods(["GET", "POST"])
def problem_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a problem; of two who save, the second sees what the first wrote."""
    problem, user = _visible(request, pk), signed_in(request)
    if not may(policies.check_change_problem, problem=problem, by=user):
        return redirect("assessments:problem-detail", pk)
    start = {name: getattr(problem, name) for name in (*LABELS, "version")}
    form = forms.ProblemForm(posted_or_stashed(request), initial=start)
    context: dict[str, Any] = {"form": form, "problem": problem}
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            try:
                services.change_problem(
                    problem=problem, version=data["version"], values=data, by=user
                )
            except Conflict as error:
                messages.error(request, f"{error}您的内容还没有保存，请对照下面的改动。")
                problem.refresh_from_db()
                form.renewed(problem.version)
                context["saved"] = differences(LABELS, data, problem)
                status = 409
            except Refused as error:
                tell(request, error)
            else:
                messages.success(request, "已更正。")
                return redirect("assessments:problem-detail", pk)
    return render(request, "assessments/problem_edit.html", context, status=status)


def differences(
    labels: dict[str, str], typed: dict[str, Any], saved: Any
) -> list[tuple[str, Any, Any]]:
    """What was typed beside what somebody else has saved, where they differ."""
    return [
        (label, typed[name], getattr(saved, name))
        for name, label in labels.items()
        if typed[name] != getattr(saved, name)
    ]
