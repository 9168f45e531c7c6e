"""What a scorecard page shows: every item explained, with the way to the records behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from assessments.enums import Colour, Grade, RuleShape
from assessments.explain import explain, explain_total
from assessments.models import Appeal, Scorecard
from assessments.scorelines import SUMMED_LEVELS
from assessments.scoring import Item, Line, applicable, losses
from assessments.selectors.appeals import appeals_of, items_of
from assessments.selectors.evidence import evidence
from assessments.selectors.record_evidence import Behind, Note
from assessments.tables import fact
from campaigns.enums import Activity
from campaigns.models import MonthlyReturn
from pingan.enums import Level
from pingan.models import User

HISTORY_MONTHS = 12
CHART_WIDTH, CHART_HEIGHT, CHART_MARGIN = 600, 160, 32
FULL = 10_000
# Counts whose records have a page of their own.
# What stands in place of the full score of an item outside the 100 points.
OUTSIDE_WORDS = {RuleShape.BONUS: "加分", RuleShape.VETO: "限等"}

_PAGES = {
    "inspection": ("assessments:inspection-list", "检查记录"),
    "undercover": ("assessments:inspection-list", "检查记录"),
    "indicator": ("campaigns:indicator-list", "指标"),
    "notices": ("assessments:notice-list", "整改通知书"),
    "problems": ("assessments:problem-list", "问题"),
    "vetoes": ("assessments:veto-list", "一票否决"),
}


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
    code: str
    notes: tuple[Note, ...]
    appeal: Appeal | None
    may_appeal: bool
    outside: str = ""

    @property
    def gained(self) -> int:
        """What a bonus adds to the total."""
        return -min(0, self.lost)

    @property
    def is_open(self) -> bool:
        """Points lost are shown opened."""
        return self.lost > 0


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
    total_text: str
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


def card_page(card: Scorecard, user: User, *, may_appeal: bool = False) -> CardPage:
    """The page of one card. A fixed number of queries, whatever the units and records."""
    items = items_of(card)
    lines = [Line(*line) for line in card.lines]
    monthly_return = _return_behind(card, user)
    notes = evidence(
        Behind(card, monthly_return, user), [items[line.code].numerator for line in lines]
    )
    appeals = appeals_of(card)
    earned, possible = applicable(lines)
    rows = []
    for line, lost in zip(lines, losses(lines), strict=True):
        item = items[line.code]
        address, label = _records(card, item, monthly_return)
        appeal = appeals.get(line.code)
        rows.append(
            CardRow(
                name=item.name,
                clause=item.clause,
                explanation=explain(line, item),
                points=line.points,
                maximum=line.maximum,
                lost=lost,
                address=address,
                address_label=label,
                code=line.code,
                notes=tuple(notes.get(item.numerator, ())) if line.points is not None else (),
                appeal=appeal,
                may_appeal=may_appeal and appeal is None and loses_points(line),
                outside=OUTSIDE_WORDS.get(item.shape, ""),
            )
        )
    return CardPage(
        tuple(rows),
        earned,
        possible,
        explain_total(lines),
        _below(card, user),
        _history(card, user),
    )


def loses_points(line: Line) -> bool:
    """Of its own points: what an appeal can be about."""
    return line.points is not None and line.points < line.maximum


def _records(card: Scorecard, item: Item, monthly_return: MonthlyReturn | None) -> tuple[str, str]:
    """Where the records of an item are: the return's page, the inspection, or the units below."""
    source = fact(item.numerator).source
    if source in _PAGES:
        page, label = _PAGES[source]
        return f"{reverse(page)}?month={card.month}&unit={card.unit_id}", label
    is_of_below = item.numerator.startswith(("area_", "villages_"))
    if is_of_below or (card.level in SUMMED_LEVELS and card.level != Level.TOWNSHIP):
        return "#below", "所辖单位"
    if source == "cases":
        days = f"first={card.month.first_day}&last={card.month.last_day}"
        return f"{reverse('disputes:dispute-list')}?state=all&unit={card.unit_id}&{days}", "纠纷"
    if monthly_return is None or source == "rating":
        return "", ""
    if source == "return":
        return reverse("campaigns:return-view", args=[monthly_return.pk]), "月报"
    source = "sweep" if source == "disputes" else source
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


def own_change(card: Scorecard) -> str:
    """What this edition says about this unit against the one before; other units' stays theirs."""
    start = f"{card.unit_name}："
    return next(
        (text.removeprefix(start) for text in card.edition.changes if text.startswith(start)), ""
    )
