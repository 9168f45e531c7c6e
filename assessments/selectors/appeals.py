"""Appeals as pages show them: the list with its filters, one appeal beside its item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import OuterRef, QuerySet, Subquery

from assessments.enums import AppealState
from assessments.models import Appeal, Edition, Scorecard
from assessments.scorelines import rules_for
from assessments.scoring import Item, Line, read_item
from campaigns.models import MonthlyReturn
from pingan.enums import Level
from pingan.models import User
from pingan.months import Month
from pingan.refusals import Refused
from pingan.scopes import within

TONES = {
    AppealState.PENDING: "warn",
    AppealState.UPHELD: "good",
    AppealState.REFUSED: "bad",
    AppealState.WITHDRAWN: "plain",
}


@dataclass(frozen=True, slots=True)
class AppealRow:
    """One appeal ready to print."""

    appeal: Appeal
    tone: str
    is_unapplied: bool  # upheld, but the current edition was closed before


def items_of(card: Scorecard) -> dict[str, Item]:
    """The rules that the card was scored with, by code."""
    scheme = rules_for(card.edition.rules, card.level, card.peer_group) or {"items": []}
    return {data["code"]: read_item(data) for data in scheme["items"]}


def contested(card: Scorecard, item_code: str) -> tuple[Item, int]:
    """An item of the card with what it lost, in the item's own points; Refused where absent."""
    items = items_of(card)
    for raw in card.lines:
        line = Line(*raw)
        if line.code == item_code and item_code in items:
            lost = 0 if line.points is None else max(0, line.maximum - line.points)
            return items[item_code], lost
    raise Refused("计分卡上没有这个考核项。")


def appeal_rows(user: User, *, month: Month | None, state: str, unit_path: str) -> QuerySet[Appeal]:
    """What this person sees of the appeals, pending ones first of all."""
    rows = Appeal.objects.visible_to(user).select_related("unit__parent", "filed_by", "decided_by")
    if month is not None:
        rows = rows.filter(month=month)
    if state:
        rows = rows.filter(state=state)
    if unit_path:
        rows = rows.filter(within(unit_path, "unit__path"))
    closed = Edition.objects.current().filter(
        county=OuterRef("unit__county"), month=OuterRef("month")
    )
    return rows.annotate(closed_at=Subquery(closed.values("closed_at")[:1])).order_by(
        "-month", "-filed_at", "-pk"
    )


def printed(appeals: Sequence[Appeal]) -> list[AppealRow]:
    return [
        AppealRow(
            appeal,
            TONES[AppealState(appeal.state)],
            appeal.state == AppealState.UPHELD
            and appeal.closed_at is not None  # type: ignore[attr-defined]
            and appeal.decided_at > appeal.closed_at,  # type: ignore[attr-defined]
        )
        for appeal in appeals
    ]


def current_card(appeal: Appeal, user: User) -> Scorecard | None:
    """The unit's card in the current edition of the month, where this person may open it."""
    cards = Scorecard.objects.visible_to(user).filter(
        unit=appeal.unit_id, month=appeal.month, edition__is_current=True
    )
    return cards.select_related("edition").first()


def appeals_of(card: Scorecard) -> dict[str, Appeal]:
    """The newest appeal by item, of the card's unit and month. One query."""
    found = Appeal.objects.filter(unit=card.unit_id, month=card.month)
    rows = found.exclude(state=AppealState.WITHDRAWN).select_related("filed_by", "decided_by")
    return {appeal.item_code: appeal for appeal in rows.order_by("filed_at", "pk")}


def return_behind(appeal: Appeal, user: User) -> MonthlyReturn | None:
    """The return whose records the item counts; for a group its village's."""
    is_group = appeal.unit.level == Level.GROUP
    unit_id = appeal.unit.parent_id if is_group else appeal.unit_id
    return MonthlyReturn.objects.visible_to(user).filter(unit=unit_id, month=appeal.month).first()


def months_with_appeals(user: User) -> list[Month]:
    """For the filter, the newest first."""
    months = Appeal.objects.visible_to(user).order_by("-month").values_list("month", flat=True)
    return list(months.distinct())


def is_unapplied(appeal: Appeal, card: Scorecard | None) -> bool:
    """Upheld, and the edition of this card was closed before that."""
    if appeal.state != AppealState.UPHELD or appeal.decided_at is None or card is None:
        return False
    return card.edition.published_at is None and appeal.decided_at > card.edition.closed_at
