"""Quarter and year totals from the months' published editions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q

from assessments.enums import Colour, Grade, VetoState
from assessments.models import Edition, Scorecard, Veto
from pingan.models import User
from pingan.months import Month
from pingan.scopes import may_see
from reports.selectors.figures import level_rules
from reports.selectors.rankings import Peers, find_peers, peers_in
from reports.standings import Entry, Standing, least_months, standings
from reports.tables import NOT_APPLICABLE, points_text

QUARTERS = "一二三四"


@dataclass(frozen=True, slots=True)
class Span:
    """A year, or one quarter of it."""

    year: int
    quarter: int | None

    @property
    def months(self) -> tuple[Month, ...]:
        first = 3 * self.quarter - 2 if self.quarter else 1
        last = 3 * self.quarter if self.quarter else 12
        return tuple(Month(self.year, number) for number in range(first, last + 1))

    @property
    def label(self) -> str:
        return f"{self.year}年" + (f"第{QUARTERS[self.quarter - 1]}季度" if self.quarter else "")


@dataclass(frozen=True, slots=True)
class MonthCell:
    """One month of one unit. `text` is the total, 未参评, or a dash for a month without result."""

    text: str
    title: str
    total: int | None
    colour: Colour | None
    card_id: int | None
    is_vetoed: bool


@dataclass(frozen=True, slots=True)
class StandingRow:
    """One unit's line."""

    unit_id: int
    name: str
    code: str
    position: int
    is_closed: bool  # merged away or dissolved since
    is_vetoed: bool
    is_own: bool
    cells: tuple[MonthCell, ...]
    standing: Standing

    @property
    def mean_text(self) -> str:
        return points_text(self.standing.mean)

    @property
    def place_text(self) -> str:
        place = self.standing.place
        return f"{place.rank}" if place else NOT_APPLICABLE


@dataclass(frozen=True, slots=True)
class StandingPage:
    """The table of a period; `peers` None where no month of it is published."""

    span: Span
    peers: Peers | None
    tabs: tuple[Peers, ...]
    published: tuple[bool, ...]
    rows: tuple[StandingRow, ...]

    @property
    def count(self) -> int:
        return sum(self.published)

    @property
    def least(self) -> int:
        return least_months(self.count)

    @property
    def missing(self) -> list[Month]:
        """Months without a published result."""
        return [m for m, is_out in zip(self.span.months, self.published, strict=True) if not is_out]


def published_editions(user: User, months: Sequence[Month]) -> dict[Month, Edition]:
    """The newest published edition of each month. One query."""
    found = (
        Edition.objects.visible_to(user)
        .published()
        .filter(month__gte=months[0], month__lte=months[-1])
        .select_related("county")
        .defer("changes")
        .order_by("month", "number")
    )
    return {edition.month: edition for edition in found}


def published_years(user: User) -> tuple[int, int] | None:
    """First and last year with a published month. One query."""
    found = Edition.objects.visible_to(user).published().order_by("month")
    months = list(found.values_list("month", flat=True).distinct())
    return (months[0].year, months[-1].year) if months else None


def standing_page(
    user: User, span: Span, *, parent_id: int | None, level: int | None, group: str | None
) -> StandingPage | None:
    """The table asked for; None where it does not exist. Four queries, whatever the units.

    A unit stands among the peers, and is measured by the grades, of its newest month.
    """
    editions = published_editions(user, span.months)
    published = tuple(month in editions for month in span.months)
    if not editions:
        return StandingPage(span, None, (), published, ())
    newest = editions[max(editions)]
    groups = peers_in(newest)
    peers = find_peers(newest, groups, parent_id=parent_id, level=level, group=group)
    if peers is None:
        return None
    cards = _cards(editions.values(), peers)
    vetoed = _vetoed(cards, span.months)
    tabs = tuple(each for each in groups if each.parent_id == newest.county_id)
    rows = _rows(cards, editions, vetoed, span, published, peers, user)
    return StandingPage(span, peers, tabs, published, rows)


def _cards(editions: Any, peers: Peers) -> list[dict[str, Any]]:
    """Every card of the period of the units that stood below the parent in any month of it,
    wherever they stood and whatever their group was called in the others."""
    kept = Scorecard.objects.filter(edition__in=[e.pk for e in editions], level=peers.level)
    below = kept.filter(parent=peers.parent_id).values("unit_id")
    return list(
        kept.filter(unit__in=below)
        .order_by("month", "position")
        .values(
            *("pk", "unit_id", "unit_name", "unit_code", "position", "month", "peer_group"),
            "parent_id",
            *("total", "rank", "peers", "grade", "colour"),
            path=F("unit__path"),
            valid_to=F("unit__valid_to"),
            in_force=F("facts__vetoes_in_force"),
        )
    )


def _vetoed(cards: Sequence[Mapping[str, Any]], months: Sequence[Month]) -> set[tuple[int, Month]]:
    """(unit, month) with a veto in force on its last day: frozen in the card, or decided since."""
    rows = Veto.objects.filter(
        Q(lifted_on=None) | Q(lifted_on__gt=F("starts_on")),
        unit__in={card["unit_id"] for card in cards},
        state__in=[VetoState.DECIDED, VetoState.LIFTED],
        starts_on__lte=months[-1].last_day,
        ends_on__gt=months[0].first_day,
    ).values_list("unit_id", "starts_on", "ends_on", "lifted_on")
    found = {
        (unit, month)
        for unit, starts_on, ends_on, lifted_on in rows
        for month in months
        if starts_on
        and ends_on  # a decided veto has both
        and starts_on <= month.last_day < min(ends_on, lifted_on or ends_on)
    }
    return found | {(card["unit_id"], card["month"]) for card in cards if card["in_force"]}


def _rows(
    cards: Sequence[Mapping[str, Any]],
    editions: Mapping[Month, Edition],
    vetoed: set[tuple[int, Month]],
    span: Span,
    published: Sequence[bool],
    peers: Peers,
    user: User,
) -> tuple[StandingRow, ...]:
    by_unit: dict[int, dict[Month, Mapping[str, Any]]] = {}
    for card in cards:
        by_unit.setdefault(card["unit_id"], {})[card["month"]] = card
    last = {unit: own[max(own)] for unit, own in by_unit.items()}
    place = (peers.parent_id, peers.group)
    kept = [unit for unit, card in last.items() if (card["parent_id"], card["peer_group"]) == place]
    end = span.months[-1].last_day
    under_veto = {unit for unit, month in vetoed if unit in by_unit and month in editions}
    entries = {
        unit: Entry(
            peers.group,
            tuple(
                by_unit[unit][month]["total"] if month in by_unit[unit] else None
                for month in span.months
            ),
            _bands(editions[last[unit]["month"]], peers),
            unit in under_veto,
        )
        for unit in kept
    }
    found = standings(entries, published)
    rows = [
        StandingRow(
            unit_id=unit,
            name=last[unit]["unit_name"],
            code=last[unit]["unit_code"],
            position=last[unit]["position"],
            is_closed=last[unit]["valid_to"] is not None and last[unit]["valid_to"] <= end,
            is_vetoed=unit in under_veto,
            is_own=unit == user.unit_id,
            cells=tuple(
                _cell(by_unit[unit].get(month), month in editions, (unit, month) in vetoed, user)
                for month in span.months
            ),
            standing=found[unit],
        )
        for unit in kept
    ]
    return tuple(sorted(rows, key=_order))


def _order(row: StandingRow) -> tuple[int, int, int]:
    """By place; those without one at the end, in the county's order."""
    place = row.standing.place
    return (0, place.rank, row.position) if place else (1, 0, row.position)


def _cell(
    card: Mapping[str, Any] | None, is_published: bool, is_vetoed: bool, user: User
) -> MonthCell:
    if card is None:
        text = "未参评" if is_published else NOT_APPLICABLE
        why = "本月没有参加考评" if is_published else "本月考评结果没有公布"
        return MonthCell(text, why, None, None, None, is_vetoed)
    grade, colour = Grade(card["grade"]), Colour(card["colour"])
    title = f"第{card['rank']}名（{card['peers']}个单位），{grade.label}，{colour.label}"
    if is_vetoed:
        title += "，一票否决期内"
    card_id = card["pk"] if may_see(user, card["path"]) else None
    return MonthCell(points_text(card["total"]), title, card["total"], colour, card_id, is_vetoed)


def _bands(edition: Edition, peers: Peers) -> list[tuple[str, int]]:
    """The lowest totals of the grades, as that month's rules had them."""
    scheme = level_rules(edition.rules, peers.level, peers.group)
    return [(grade, lowest) for grade, lowest in scheme.get("grade_bands", [])]
