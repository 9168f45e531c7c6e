"""Lists of cases, and the page of one."""

from __future__ import annotations

from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from disputes import policies
from disputes.enums import OPEN_STATES, DisputeState
from disputes.forms.cases import CaseFilterForm
from disputes.forms.fields import yuan
from disputes.models import DESK_ROLES
from disputes.selectors.case_page import case_page
from disputes.selectors.cases import (
    TONES,
    cases,
    cases_in_hand,
    cases_waiting,
    level_board,
    offers_to,
    rows_of,
    state_counts,
)
from disputes.selectors.files import case_file
from disputes.views.answers import signed_in, visible_dispute
from pingan.enums import ADMINISTRATOR_ROLES
from pingan.models import User

PAGE_LENGTH = 50


@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """The desk: offers to answer, cases nobody has taken, and those in hand by their clock."""
    user, today = signed_in(request), timezone.localdate()
    if user.role not in DESK_ROLES:
        raise PermissionDenied("您的岗位不办理纠纷。")
    page = Paginator(cases_in_hand(user), PAGE_LENGTH).get_page(request.GET.get("page"))
    context = {
        "offers": offers_to(user),
        "waiting": rows_of(list(cases_waiting(user)), user, today),
        "rows": rows_of(list(page), user, today),
        "page": page,
        "today": today,
    }
    return render(request, "disputes/dispute_mine.html", context)


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Every case of the own tree, without names."""
    user, today = signed_in(request), timezone.localdate()
    if user.role in ADMINISTRATOR_ROLES:
        raise PermissionDenied("管理员不查看业务记录。")
    form = CaseFilterForm(request.GET, user=user)
    filters = form.filters()
    page = Paginator(cases(user, filters, today), PAGE_LENGTH).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "form": form,
        "rows": rows_of(list(page), user, today),
        "page": page,
        "query": "&" + urlencode(query, doseq=True) if query else "",
        "board": level_board(user, today),
        "states": _states(user, filters.state),
        "is_filtered": bool(query),
        "offers": offers_to(user) if user.role in DESK_ROLES else [],
        "may_register": user.role in DESK_ROLES,
    }
    return render(request, "disputes/dispute_list.html", context)


def _states(user: User, chosen: str) -> list[tuple[str, str, int, bool]]:
    """Every state that has cases: value, name, how many, whether it is shown now."""
    counts = state_counts(user)
    return [
        (state.value, state.label, counts[state], chosen == state)
        for state in DisputeState
        if state in counts
    ]


@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One case: clocks, way, and what may be done now."""
    user, today = signed_in(request), timezone.localdate()
    dispute = visible_dispute(request, pk)
    knows = dispute.is_known_to(user)
    page = case_page(dispute, user, today)
    context = {
        "dispute": dispute,
        "amount": yuan(dispute.amount),
        "is_offered_to_us": page.offer is not None and page.offer.to_unit_id == user.unit_id,
        "tone": TONES.get(DisputeState(dispute.state), "plain"),
        "page": page,
        "file": case_file(dispute, today),
        "today": today,
        "knows": knows,
        "may_take": not knows and policies.may(policies.check_take, dispute=dispute, by=user),
        "is_open": dispute.state in OPEN_STATES,
    }
    return render(request, "disputes/dispute_detail.html", context)
