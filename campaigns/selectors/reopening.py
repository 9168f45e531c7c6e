"""The lock of a month as its sentence, and the requests to open it again."""

from __future__ import annotations

from django.utils import timezone

from campaigns.enums import RequestState, ReturnState
from campaigns.models import MonthlyReturn, ReopenRequest
from pingan.models import Period, User


def requests_of(monthly_return: MonthlyReturn) -> list[ReopenRequest]:
    """Every request of the unit about this month, newest first."""
    rows = ReopenRequest.objects.filter(unit=monthly_return.unit_id, month=monthly_return.month)
    return list(rows.select_related("requested_by", "decided_by"))


def reopen_requests(user: User) -> list[ReopenRequest]:
    """What this person may see, undecided first."""
    rows = ReopenRequest.objects.visible_to(user).select_related(
        "unit__parent", "requested_by", "decided_by"
    )
    return sorted(rows, key=lambda row: (row.state != RequestState.PENDING, -row.pk))


def pending_requests(user: User) -> int:
    return ReopenRequest.objects.visible_to(user).filter(state=RequestState.PENDING).count()


def lock_sentence(monthly_return: MonthlyReturn) -> str:
    """Why nothing can be changed: who shut it, when, and who can open it; else empty."""
    month = monthly_return.month
    period = (
        Period.objects.filter(county_id=monthly_return.unit.root_id, month=month)
        .select_related("closed_by")
        .first()
    )
    if period is not None and period.closed_at is not None:
        by = period.closed_by.display_name if period.closed_by else "系统"
        at = timezone.localtime(period.closed_at)
        return (
            f"{month.label}已由{by}于{at.year}年{at.month}月{at.day}日{at:%H:%M}结账，不能再改。"
            "只有县级经办员可以重开。"
        )
    return _state_lock(monthly_return)


def _state_lock(monthly_return: MonthlyReturn) -> str:
    if monthly_return.state == ReturnState.SUBMITTED and monthly_return.submitted_by:
        moment = timezone.localtime(monthly_return.submitted_at)
        who = monthly_return.submitted_by.display_name
        return (
            f"已由{who}于{moment.month}月{moment.day}日{moment:%H:%M}上报，正在等待审核。"
            "要修改，填报人可以撤回，审核人可以退回。"
        )
    if monthly_return.state == ReturnState.ACCEPTED and monthly_return.reviewed_by:
        moment = timezone.localtime(monthly_return.reviewed_at)
        who = monthly_return.reviewed_by.display_name
        return (
            f"已由{who}于{moment.month}月{moment.day}日{moment:%H:%M}审核通过。"
            "要修改，请审核人先退回。"
        )
    return ""
