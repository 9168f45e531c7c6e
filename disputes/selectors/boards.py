"""The board of a county or township: counts by unit, category, channel, level. Never a name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from operator import itemgetter

from django.db.models import Count, Q, Sum

from disputes.enums import Channel, Prevented
from disputes.figures import Figures, Segment, level_bar, shade, summed, totals_by
from disputes.models import DisputeTerm
from disputes.selectors.figures import cases_of, figures_table
from disputes.selectors.workload import Workload, workloads
from disputes.spans import Span
from pingan.enums import Level
from pingan.fields import ID_WIDTH
from pingan.models import Unit, User

TERRITORIES = (Level.TOWNSHIP, Level.VILLAGE)


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table and one tile of the map; `board` is the unit whose board it leads to."""

    name: str
    figures: Figures
    board: int | None = None
    shade: int = 0
    bar: tuple[Segment, ...] = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """What was prevented, by kind: cases and people."""

    name: str
    cases: int
    people: int


@dataclass(frozen=True, slots=True)
class Board:
    """A unit's period, ready to print."""

    unit: Unit
    span: Span
    total: Figures
    bar: tuple[Segment, ...]
    units: list[Line]
    categories: list[Line]
    channels: list[Line]
    prevented: list[Kept] = field(default_factory=list)
    workloads: list[Workload] = field(default_factory=list)

    @property
    def tiles(self) -> list[Line]:
        """The units of the map: townships of the county, villages of the township."""
        return [line for line in self.units if line.bar]

    @property
    def is_empty(self) -> bool:
        return self.total == Figures()


def board_of(user: User, unit: Unit, span: Span, today: dt.date) -> Board:
    """Ten queries, whatever the units and cases."""
    table = figures_table(user, span, ("unit_id", "category_id", "channel"), unit)
    total = summed(table.values())
    return Board(
        unit=unit,
        span=span,
        total=total,
        bar=level_bar(total),
        units=_unit_lines(unit, totals_by(table, itemgetter(0))),
        categories=_category_lines(totals_by(table, itemgetter(1))),
        channels=_channel_lines(totals_by(table, itemgetter(2))),
        prevented=_prevented(user, unit, span),
        workloads=workloads(user, span, today, unit),
    )


def _unit_lines(unit: Unit, by_unit: dict[int, Figures]) -> list[Line]:
    """The units right below, each with all of its tree; last the unit's own desk."""
    depth = len(unit.path)
    paths = Unit.objects.filter(pk__in=list(by_unit)).values_list("pk", "path")
    child_of = {pk: int(path[depth : depth + ID_WIDTH] or unit.pk) for pk, path in paths}
    sums = totals_by({(pk,): each for pk, each in by_unit.items()}, lambda key: child_of[key[0]])
    most = max((each.received for each in sums.values()), default=0)
    shown = Q(parent=unit, level__in=TERRITORIES, valid_to=None) | Q(pk__in=sums)
    children = Unit.objects.filter(shown).order_by("level", "position", "code")
    lines = []
    for child in children.exclude(pk=unit.pk):
        figures = sums.get(child.pk, Figures())
        is_place = child.level in TERRITORIES
        lines.append(
            Line(
                name=child.short_name,
                figures=figures,
                board=child.pk if child.level == Level.TOWNSHIP else None,
                shade=shade(figures.received, most) if is_place else 0,
                bar=level_bar(figures) if is_place else (),
            )
        )
    return [*lines, Line(f"{unit.short_name}本级", sums.get(unit.pk, Figures()))]


def _category_lines(found: dict[int, Figures]) -> list[Line]:
    names = DisputeTerm.objects.filter(pk__in=list(found)).values_list("pk", "name")
    return _by_received(Line(name, found[pk]) for pk, name in names)


def _channel_lines(found: dict[str, Figures]) -> list[Line]:
    return [Line(each.label, found[each.value]) for each in Channel if each.value in found]


def _by_received(lines: Iterable[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: (-line.figures.received, -line.figures.mediated))


def _prevented(user: User, unit: Unit, span: Span) -> list[Kept]:
    rows = (
        cases_of(user, unit)
        .filter(settled_on__range=span.days)
        .exclude(prevented="")
        .order_by()
        .values("prevented")
        .annotate(cases=Count("pk"), people=Sum("prevented_people"))
    )
    found = {row["prevented"]: (row["cases"], row["people"]) for row in rows}
    return [Kept(each.label, *found[each.value]) for each in Prevented if each.value in found]
