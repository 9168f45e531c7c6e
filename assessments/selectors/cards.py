"""What a scorecard page shows: every item explained, with the way to the records behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from assessments.enums import Colour, Grade
from assessments.explain import explain
from assessments.models import Scorecard
from assessments.scorelines import SUMMED_LEVELS, rules_for
from assessments.scoring import Item, Line, applicable, losses, read_item
from assessments.tables import fact
from campaigns.enums import Activity
from campaigns.models import MonthlyReturn
from pingan.enums import Level
from pingan.models import User

HISTORY_MONTHS = 12
CHART_WIDTH, CHART_HEIGHT, CHART_MARGIN = 600, 160, 32
FULL = 10_000


@dataclass(frozen=True, slots=True)
class CardRow:
    """One item of the card. `address` leads to the records behind the count."""

    name: str
    clause: str
    explanation: str
    points: int | None
    maximum: int
    lost: int
    address: str
    address_label: str


@dataclass(frozen=True, slots=True)
class Below:
    """A unit below, with its card where this person may open it."""

    name: str
    total: int
    rank: int
    grade: Grade
    colour: Colour
    card_id: int


@dataclass(frozen=True, slots=True)
class HistoryPoint:
    """One month of the chart, placed in the drawing."""

    month: str
    total: int
    rank: int
    peers: int
    x: int
    y: int
    card_id: int


@dataclass(frozen=True, slots=True)
class CardPage:
    """Everything of the page but the card itself."""

    rows: tuple[CardRow, ...]
    earned: int
    possible: int
    below: tuple[Below, ...]
    history: tuple[HistoryPoint, ...]

    @property
    def is_scaled(self) -> bool:
        """Some item does not apply: the total is scaled to 100."""
        return self.possible != FULL

    @property
    def lost(self) -> int:
        return sum(row.lost for row in self.rows)

    @property
    def polyline(self) -> str:
        return " ".join(f"{point.x},{point.y}" for point in self.history)


def card_page(card: Scorecard, user: User) -> CardPage:
    """The page of one card. Three queries, whatever the items."""
    items = _items_of(card)
    lines = [Line(*line) for line in card.lines]
    monthly_return = _return_behind(card, user)
    earned, possible = applicable(lines)
    rows = tuple(
        _row(card, items[line.code], line, lost, monthly_return)
        for line, lost in zip(lines, losses(lines), strict=True)
    )
    return CardPage(rows, earned, possible, _below(card, user), _history(card, user))


def _items_of(card: Scorecard) -> dict[str, Item]:
    """The rules that the card was scored with, by code."""
    scheme = rules_for(card.edition.rules, card.level, card.peer_group) or {"items": []}
    return {data["code"]: read_item(data) for data in scheme["items"]}


def _row(
    card: Scorecard, item: Item, line: Line, lost: int, monthly_return: MonthlyReturn | None
) -> CardRow:
    address, label = _records(card, item, monthly_return)
    return CardRow(
        item.name,
        item.clause,
        explain(line, item),
        line.points,
        line.maximum,
        lost,
        address,
        label,
    )


def _records(card: Scorecard, item: Item, monthly_return: MonthlyReturn | None) -> tuple[str, str]:
    """Where the records of an item are: the return's page, the inspection, or the units below."""
    source = fact(item.numerator).source
    month = str(card.month)
    if source == "inspection":
        return reverse("assessments:inspection-list") + f"?month={month}&unit={card.unit_id}", (
            "检查记录"
        )
    is_of_below = item.numerator.startswith(("area_", "villages_"))
    if is_of_below or (card.level in SUMMED_LEVELS and card.level != Level.TOWNSHIP):
        return "#below", "所辖单位"
    if monthly_return is None:
        return "", ""
    if source == "return":
        return reverse("campaigns:return-view", args=[monthly_return.pk]), "月报"
    activity = Activity.GROUPS if card.level == Level.GROUP else Activity(source)
    address = reverse("campaigns:return-activity", args=[monthly_return.pk, activity.value])
    return address, activity.label


def _return_behind(card: Scorecard, user: User) -> MonthlyReturn | None:
    """The return the counts come from: the unit's own, for a group its village's."""
    unit_id = card.parent_id if card.level == Level.GROUP else card.unit_id
    return MonthlyReturn.objects.visible_to(user).filter(unit=unit_id, month=card.month).first()


def _below(card: Scorecard, user: User) -> tuple[Below, ...]:
    cards = (
        Scorecard.objects.visible_to(user)
        .filter(edition=card.edition_id, parent=card.unit_id)
        .order_by("level", "rank", "position")
        .values_list("unit_name", "total", "rank", "grade", "colour", "pk")
    )
    return tuple(
        Below(name, total, rank, Grade(grade), Colour(colour), pk)
        for name, total, rank, grade, colour, pk in cards
    )


def _history(card: Scorecard, user: User) -> tuple[HistoryPoint, ...]:
    """The unit's last twelve months up to this one, each in the newest edition one may see."""
    first = card.month.shift(1 - HISTORY_MONTHS)
    rows = (
        Scorecard.objects.visible_to(user)
        .filter(unit=card.unit_id, month__gte=first, month__lte=card.month)
        .order_by("month", "edition__number")
        .values_list("month", "total", "rank", "peers", "pk")
    )
    newest = {row[0]: row for row in rows}
    return place_points([newest[month] for month in first.until(card.month) if month in newest])


def place_points(months: Sequence[tuple[object, int, int, int, int]]) -> tuple[HistoryPoint, ...]:
    """Months from left to right, 100 points at the top, the lowest tens below them."""
    if not months:
        return ()
    lowest = min(total for _month, total, *_rest in months) // 1000 * 1000
    span = max(FULL - lowest, 1000)
    step = (CHART_WIDTH - 2 * CHART_MARGIN) // max(len(months) - 1, 1)
    height = CHART_HEIGHT - 2 * CHART_MARGIN
    return tuple(
        HistoryPoint(
            str(month),
            total,
            rank,
            peers,
            CHART_MARGIN + place * step,
            CHART_MARGIN + (FULL - total) * height // span,
            card_id,
        )
        for place, (month, total, rank, peers, card_id) in enumerate(months)
    )
