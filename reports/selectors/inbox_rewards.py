"""Of rewards for information and case bulletins: what waits for the county's officers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db.models import Count, Q

from assessments.enums import InformationState
from assessments.models import InformationReward, Reward
from pingan.enums import Role
from pingan.models import User
from reports.selectors.inbox_item import Item

UNPAID_DAYS = 30


def rewards_waiting(user: User, today: dt.date) -> Iterator[Item]:
    """Two queries, and none for anybody else: others shall not even know that there are any."""
    if user.role != Role.COUNTY_OFFICER:
        return
    page = "assessments:information-list"
    verified = Q(state=InformationState.VERIFIED) & ~Q(verified_by=user)
    counts = (
        InformationReward.objects.visible_to(user)
        .order_by()
        .aggregate(
            received=Count("pk", filter=Q(state=InformationState.RECEIVED)),
            verified=Count("pk", filter=verified),
        )
    )
    if counts["received"]:
        yield Item("待核实", "warn", f"{counts['received']}条信息等待核实", "", page)
    if counts["verified"]:
        yield Item("待审批", "warn", f"{counts['verified']}条信息奖励等您审批", "", page)
    since = today - dt.timedelta(days=UNPAID_DAYS)
    unpaid = (
        Reward.objects.visible_to(user)
        .filter(amount__gt=0, paid_on=None, cancelled_on=None, decided_on__lte=since)
        .count()
    )
    if unpaid:
        text = f"{unpaid}条奖惩决定{UNPAID_DAYS}天以上没有兑现"
        yield Item("待兑现", "info", text, "", "assessments:reward-list")
