"""The month desk of the county officer: how far the month is, and what is missing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from assessments.models import Edition, Inspection
from assessments.selectors.previews import Publication, publication
from campaigns.enums import ReturnState
from campaigns.models import MonthlyReturn, Survey
from pingan.enums import REPORTING_LEVELS, Level
from pingan.models import Period, Unit, UnitVersion
from pingan.months import Month

LISTED = 30  # names of one list; the rest is a number

# Whom the county inspects and surveys itself.
COUNTY_LEVELS = frozenset({Level.TOWNSHIP, Level.SECTOR})


@dataclass(frozen=True, slots=True)
class Missing:
    """A unit that something is missing of, and the return to look at where there is one."""

    unit_id: int
    name: str
    parent_name: str
    state: str
    return_id: int | None


@dataclass(frozen=True, slots=True)
class MissingList:
    """One kind of gap: the first names, and how many there are of how many."""

    title: str
    shown: tuple[Missing, ...]
    count: int
    expected: int

    @property
    def rest(self) -> int:
        return self.count - len(self.shown)


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything of the page."""

    period: Period | None
    editions: tuple[Edition, ...]
    states: tuple[tuple[str, int], ...]  # of the returns, by their word
    missing: tuple[MissingList, ...]
    publication: Publication | None  # of the current edition

    @property
    def is_closed(self) -> bool:
        return self.period is not None and not self.period.is_open

    @property
    def current(self) -> Edition | None:
        return next((edition for edition in self.editions if edition.is_current), None)

    @property
    def missing_count(self) -> int:
        return sum(each.count for each in self.missing)


NO_RETURN = "未开始"


def desk(county: Unit, month: Month) -> Desk:
    """The desk of one county's month. Nine queries at most, whatever the units."""
    units = list(
        UnitVersion.objects.on(month.last_day)
        .filter(county=county, is_scored=True, level__in=REPORTING_LEVELS | COUNTY_LEVELS)
        .select_related("parent")
    )
    returns = {
        unit_id: (pk, ReturnState(state))
        for unit_id, pk, state in MonthlyReturn.objects.filter(month=month, unit__county=county)
        .order_by()
        .values_list("unit_id", "pk", "state")
    }
    inspected = _units_with(Inspection, county, month)
    surveyed = _units_with(Survey, county, month)
    states = Counter(
        returns[unit.unit_id][1].label if unit.unit_id in returns else NO_RETURN
        for unit in units
        if unit.level in REPORTING_LEVELS
    )
    words = (NO_RETURN, *ReturnState.labels)
    editions = tuple(
        Edition.objects.filter(county=county, month=month)
        .select_related("county", "closed_by", "published_by")
        .defer("rules", "totals")
        .order_by("-number")
    )
    current = next((edition for edition in editions if edition.is_current), None)
    return Desk(
        period=Period.objects.filter(county=county, month=month)
        .select_related("closed_by")
        .first(),
        editions=editions,
        states=tuple((word, states[word]) for word in words if states[word]),
        missing=tuple(_missing(units, returns, inspected, surveyed)),
        publication=publication(current) if current else None,
    )


def _units_with(records: type[Inspection] | type[Survey], county: Unit, month: Month) -> set[int]:
    rows = records._default_manager.filter(month=month, unit__county=county)
    return set(rows.order_by().values_list("unit_id", flat=True))


def _missing(
    units: list[UnitVersion],
    returns: dict[int, tuple[int, ReturnState]],
    inspected: set[int],
    surveyed: set[int],
) -> list[MissingList]:
    reporting = [unit for unit in units if unit.level in REPORTING_LEVELS]
    of_county = [unit for unit in units if unit.level in COUNTY_LEVELS]
    townships = [unit for unit in units if unit.level == Level.TOWNSHIP]
    accepted = {
        unit_id for unit_id, (_pk, state) in returns.items() if state == ReturnState.ACCEPTED
    }
    lists = (
        ("月报未通过审核", reporting, accepted),
        ("没有督导检查的乡镇和口", of_county, inspected),
        ("没有治安测评的乡镇", townships, surveyed),
    )
    return [_list(title, expected, done, returns) for title, expected, done in lists]


def _list(
    title: str,
    expected: list[UnitVersion],
    done: set[int],
    returns: dict[int, tuple[int, ReturnState]],
) -> MissingList:
    gaps = [unit for unit in expected if unit.unit_id not in done]
    shown = tuple(_gap(unit, returns.get(unit.unit_id)) for unit in gaps[:LISTED])
    return MissingList(title, shown, len(gaps), len(expected))


def _gap(unit: UnitVersion, found: tuple[int, ReturnState] | None) -> Missing:
    return Missing(
        unit.unit_id,
        unit.name,
        unit.parent.short_name if unit.parent else "",
        found[1].label if found else NO_RETURN,
        found[0] if found else None,
    )
