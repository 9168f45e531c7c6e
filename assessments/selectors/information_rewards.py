"""Rewards for information: the list, its totals, and how often a code was tried in vain."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from assessments.enums import InformationState
from assessments.models import InformationReward
from pingan.models import AuditEvent, User

WRONG_CODE = "领奖码核对不符"
TRIES, MINUTES = 5, 30

TONES = {
    InformationState.RECEIVED: "warn",
    InformationState.VERIFIED: "warn",
    InformationState.APPROVED: "info",
    InformationState.PAID: "good",
    InformationState.REFUSED: "plain",
}


def information_rewards(user: User, chosen: Mapping[str, Any]) -> QuerySet[InformationReward]:
    rows = InformationReward.objects.visible_to(user).select_related("township")
    if chosen.get("year"):
        rows = rows.filter(received_on__year=chosen["year"])
    if chosen.get("state"):
        rows = rows.filter(state=chosen["state"])
    if chosen.get("topic"):
        rows = rows.filter(topic__icontains=chosen["topic"])
    if chosen.get("tail"):
        rows = rows.filter(code_tail=chosen["tail"].upper())
    return rows


def information_totals(rows: QuerySet[InformationReward]) -> dict[str, int]:
    """Counts and money (分) of the chosen rows. One query."""
    paid, approved = Q(state=InformationState.PAID), Q(state=InformationState.APPROVED)
    return rows.order_by().aggregate(
        received=Count("pk"),
        waiting=Count(
            "pk", filter=Q(state__in=[InformationState.RECEIVED, InformationState.VERIFIED])
        ),
        approved=Count("pk", filter=approved),
        approved_money=Sum("amount", filter=approved, default=0),
        paid=Count("pk", filter=paid),
        paid_money=Sum("amount", filter=paid, default=0),
        refused=Count("pk", filter=Q(state=InformationState.REFUSED)),
    )


def information_sums(rows: QuerySet[InformationReward]) -> list[dict[str, Any]]:
    """What was paid, by fund and topic. One query."""
    paid = rows.filter(state=InformationState.PAID).order_by("fund", "topic")
    found: Any = paid.values("fund", "topic").annotate(number=Count("pk"), money=Sum("amount"))
    return list(found)


def wrong_codes(reward: InformationReward, since: dt.datetime) -> int:
    """How often a wrong code was tried for this one. One query."""
    return AuditEvent.objects.filter(
        object_type=str(InformationReward._meta.verbose_name),
        object_id=str(reward.pk),
        action=WRONG_CODE,
        at__gte=since,
    ).count()
