"""The figures of one frozen edition: what every document and page of the month is drawn from."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from django.utils import timezone

from assessments.enums import Colour, Grade, RuleShape
from assessments.models import Edition, Scorecard
from assessments.scorelines import rules_for
from assessments.selectors.board import board_problems
from pingan.enums import Level, OfficeRole
from pingan.models import CountySettings, Unit
from pingan.selectors.calendars import county_settings
from pingan.selectors.offices import office_names
from reports.selectors.editions import previous_edition
from reports.tables import (
    ActivityTotals,
    ItemHead,
    MonthFigures,
    OfficeNames,
    OpenProblem,
    PeerRanking,
    RankRow,
)

PEER_LABELS = {
    Level.TOWNSHIP: "乡镇(街道)",
    Level.SECTOR: "各口",
    Level.VILLAGE: "村(社区)",
}
OTHERS = "其他"  # the siblings that are in no group of peers, beside those that are
_CARD_FIELDS = (
    "unit_id",
    "parent_id",
    "parent_name",
    "level",
    "peer_group",
    "unit_name",
    "unit_code",
    "position",
    "rank",
    "is_tied",
    "total",
    "grade",
    "colour",
    "previous_rank",
    "lines",
    "facts",
)


def month_figures(
    edition: Edition, *, issued_on: dt.date, bulletin_number: int, with_villages: bool = True
) -> MonthFigures:
    """Everything the documents of the edition may say. Seven queries, whatever the units."""
    county = edition.county
    settings = county_settings(county)
    before = previous_edition(edition)
    levels = [Level.TOWNSHIP, Level.SECTOR, Level.DEPARTMENT]
    rankings = _rankings(edition, [*levels, Level.VILLAGE] if with_villages else levels)
    townships = tuple(ranking for level, ranking in rankings if level == Level.TOWNSHIP)
    return MonthFigures(
        county_name=county.name,
        county_code=county.code[:6],
        month=edition.month,
        edition_number=edition.number,
        edition_hash=edition.hash,
        closed_on=timezone.localdate(edition.closed_at),
        issued_on=issued_on,
        bulletin_number=bulletin_number,
        is_demo=settings.is_demo,
        offices=_offices(county, settings, issued_on),
        totals=activity_totals(edition.totals),
        previous_totals=activity_totals(before.totals) if before else None,
        townships=_together(townships) if townships else _no_townships(edition),
        sectors=tuple(ranking for level, ranking in rankings if level == Level.DEPARTMENT),
        villages=tuple(ranking for level, ranking in rankings if level == Level.VILLAGE),
        changes=tuple(edition.changes),
        problems=_problems(edition),
        corrects=_corrected_number(edition),
        township_groups=townships if len(townships) > 1 else (),
    )


def _problems(edition: Edition) -> tuple[OpenProblem, ...]:
    found = board_problems(edition.county, edition.month)
    found.sort(key=lambda problem: (-problem.months, problem.path))
    return tuple(OpenProblem(each.unit_name, each.title, each.months) for each in found)


def _corrected_number(edition: Edition) -> int:
    """The edition that was out before this one; editions of the preview alone correct nothing."""
    out = Edition.objects.published().filter(
        county=edition.county_id, month=edition.month, number__lt=edition.number
    )
    return out.order_by("-number").values_list("number", flat=True).first() or 0


def activity_totals(totals: Mapping[str, int]) -> ActivityTotals:
    """The edition's sums by the names of the documents; a count nobody handed in is 0."""
    return ActivityTotals(
        **{field.name: int(totals.get(field.name, 0)) for field in fields(ActivityTotals)}
    )


def level_rules(rules: Mapping[str, Any], level: Level, group: str = "") -> Mapping[str, Any]:
    """The scheme of one group of peers, else that of its level, as the edition has frozen it."""
    return rules_for(rules, level, group) or {}


def item_heads(rules: Mapping[str, Any], level: Level, group: str = "") -> tuple[ItemHead, ...]:
    """The score items of one level, or of one group of peers, as the edition has frozen them.

    A veto moves the grade and has no points to show.
    """
    return tuple(
        ItemHead(item["code"], item["name"], item["points"])
        for item in level_rules(rules, level, group).get("items", [])
        if item["shape"] != RuleShape.VETO
    )


def _offices(county: Unit, settings: CountySettings, on: dt.date) -> OfficeNames:
    names = office_names(county, on)
    return OfficeNames(
        committee=names[OfficeRole.COMMITTEE].name,
        lead_office=names[OfficeRole.LEAD_OFFICE].name,
        township_office=names[OfficeRole.TOWNSHIP_OFFICE].name,
        document_prefix=settings.document_prefix,
    )


def _no_townships(edition: Edition) -> PeerRanking:
    heads = item_heads(edition.rules, Level.TOWNSHIP)
    return PeerRanking(edition.county.name, PEER_LABELS[Level.TOWNSHIP], heads, ())


def _rankings(edition: Edition, levels: Sequence[Level]) -> list[tuple[Level, PeerRanking]]:
    """Every ranking of these levels, townships in their order. One query.

    Departments directly below a township or the county are ranked too, under that parent's name.
    """
    cards = list(
        Scorecard.objects.filter(edition=edition, level__in=levels)
        .order_by("level", "position", "unit_code")
        .values(*_CARD_FIELDS)
    )
    order = {card["unit_id"]: place for place, card in enumerate(cards)}
    groups: dict[tuple[int, int, str], list[dict[str, Any]]] = {}
    for card in cards:  # the group whose first unit comes first in the county's order comes first
        groups.setdefault((card["level"], card["parent_id"], card["peer_group"]), []).append(card)
    siblings = Counter((level, parent) for level, parent, _group in groups)
    rankings = []
    # Sorting is stable: groups of the same siblings stay in the order of their first units.
    for level, parent, group in sorted(
        groups, key=lambda key: (key[0], order.get(key[1], -1), key[1])
    ):
        rows = sorted(
            groups[level, parent, group], key=lambda card: (card["rank"], card["position"])
        )
        name = rows[0]["parent_name"]
        label = name if level == Level.DEPARTMENT else PEER_LABELS[Level(level)]
        heads = item_heads(edition.rules, Level(level), group)
        ranked = tuple(_row(card, heads) for card in rows)
        shown = (group or OTHERS) if siblings[level, parent] > 1 else ""
        rankings.append((Level(level), PeerRanking(name, label, heads, ranked, shown)))
    return rankings


def _together(rankings: Sequence[PeerRanking]) -> PeerRanking:
    """Groups of peers as one list, group after group, under the items that any of them has."""
    if len(rankings) == 1:
        return rankings[0]
    heads = {item.code: item for ranking in rankings for item in ranking.items}
    rows = []
    for ranking in rankings:
        codes = [item.code for item in ranking.items]
        for row in ranking.rows:
            own = dict(zip(codes, row.points, strict=True))
            rows.append(replace(row, points=tuple(own.get(code) for code in heads)))
    first = rankings[0]
    return PeerRanking(first.parent_name, first.peer_label, tuple(heads.values()), tuple(rows))


def _row(card: Mapping[str, Any], heads: Sequence[ItemHead]) -> RankRow:
    points = {line[0]: line[1] for line in card["lines"]}
    return RankRow(
        unit_name=card["unit_name"],
        unit_code=card["unit_code"],
        rank=card["rank"],
        is_tied=card["is_tied"],
        total=card["total"],
        grade=Grade(card["grade"]),
        colour=Colour(card["colour"]),
        previous_rank=card["previous_rank"],
        points=tuple(points.get(head.code) for head in heads),
        open_matters=card["facts"].get("open_matters", 0),
    )
