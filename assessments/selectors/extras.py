"""Counts that only some rules are scored on: read, and kept on a card, only where one asks.

Secret visits, leaders' ratings, disputes, rectification and problems join the one statement of
`facts.py`; indicators and last year's counts are a query each.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum, Value
from django.db.models.fields.json import KeyTextTransform

from assessments.enums import NoticeState
from assessments.models import LeaderRating, Problem, RectificationNotice, Scorecard, Veto
from assessments.scorelines import Facts, LevelRules, level_of
from assessments.selectors.counting import plain_rows, sum_rows
from assessments.tables import INDICATOR, LAST_YEAR, VETOES
from campaigns.enums import IndicatorAnswer, ReturnState
from campaigns.models import IndicatorValue, Sweep
from disputes.models import Dispute
from disputes.selectors.figures import unsettled
from pingan.enums import Level
from pingan.months import Month

DISPUTE_CATEGORY = "dispute"
SOLVED = ("solved_in_group", "solved_in_village", "solved_in_township", "solved_in_county")

# Counts that come together: where a rule asks for one, a card has all of its kind.
KINDS: dict[str, tuple[str, ...]] = {
    "secret": ("undercover_given", "undercover_possible"),
    "rating": ("rating_given", "rating_possible"),
    "disputes": ("disputes_found", "disputes_solved"),
    "cases": ("cases_received", "cases_settled", "cases_overdue"),
    "notices": ("notices_due", "notices_closed"),
    "problems": ("problems_open", "problems_lasting"),
}
# A township answers for its villages' disputes too: whichever is asked for brings all.
DISPUTES = (*KINDS["disputes"], "area_disputes_found", "area_disputes_solved")
CASES = (*KINDS["cases"], *(f"area_{name}" for name in KINDS["cases"]))


@dataclass(slots=True)
class Wanted:
    """What the rules ask for, by county and level."""

    levels: dict[tuple[int, int], set[str]] = field(default_factory=lambda: defaultdict(set))

    def of(self, county_id: int, level: int) -> set[str]:
        return self.levels.get((county_id, level), set())

    def any(self) -> set[str]:
        """Every name that some rule asks for."""
        return set().union(*self.levels.values())

    def zeros(self, county_id: int, level: int) -> Facts:
        """The extra counts of a unit of this level, before anything is counted."""
        names = self.of(county_id, level)
        zeros = {name: 0 for kind in KINDS.values() if not names.isdisjoint(kind) for name in kind}
        return {**zeros, VETOES: 0} if VETOES in names else zeros

    def loose(self) -> set[str]:
        """Names that are not in the table: indicators, last year's counts."""
        return {name for name in self.any() if name.startswith((INDICATOR, LAST_YEAR))}


def wanted_by(rules: Mapping[int, Mapping[str, LevelRules]]) -> Wanted:
    """What every county's rules are scored on, with what it is summed up from."""
    names: dict[int, set[str]] = {}
    wanted = Wanted()
    for county_id, own in rules.items():
        for key, scheme in own.items():
            if id(scheme) not in names:
                names[id(scheme)] = scheme.facts()
            wanted.levels[county_id, level_of(key)] |= names[id(scheme)]
        wanted.levels[county_id, Level.DEPARTMENT] |= wanted.of(county_id, Level.SECTOR)
        for kind, summed in (("disputes", DISPUTES), ("cases", CASES)):
            if not wanted.of(county_id, Level.TOWNSHIP).isdisjoint(summed):
                for level in (Level.TOWNSHIP, Level.VILLAGE):
                    wanted.levels[county_id, level] |= set(KINDS[kind])
    return wanted


def extra_records(county_ids: list[int], month: Month, wanted: Wanted) -> Iterator[QuerySet[Any]]:
    """The vetoes in force, and one set of rows for every kind that is asked for."""
    names = wanted.any()
    of_counties = {"unit__county_id__in": county_ids}
    yield sum_rows(
        Veto.objects.in_force(on=month.last_day).filter(**of_counties),
        "unit_id",
        Value("vetoes"),
        Count("pk"),
    )
    if not names.isdisjoint(KINDS["rating"]):
        yield sum_rows(
            LeaderRating.objects.filter(month=month, **of_counties),
            "unit_id",
            Value("rating"),
            Sum("points_given"),
            Sum("points_possible"),
        )
    if not names.isdisjoint(KINDS["disputes"]):
        yield _disputes(county_ids, month)
    if not names.isdisjoint(KINDS["cases"]):
        yield _cases(county_ids, month)
    if not names.isdisjoint(KINDS["notices"]):
        yield _notices(month, of_counties)
    if not names.isdisjoint(KINDS["problems"]):
        lasting = Q(found_on__lte=month.previous.last_day)
        yield sum_rows(
            Problem.objects.open_on(month.last_day).filter(**of_counties),
            "unit_id",
            Value("problems"),
            Count("pk"),
            Count("pk", filter=lasting),
        )


def _disputes(county_ids: list[int], month: Month) -> QuerySet[Any]:
    """The sweep's own category, of accepted returns."""
    return sum_rows(
        Sweep.objects.filter(
            month=month,
            monthly_return__month=month,
            monthly_return__state=ReturnState.ACCEPTED,
            monthly_return__unit__county_id__in=county_ids,
            category__code=DISPUTE_CATEGORY,
        ),
        "monthly_return__unit_id",
        Value("disputes"),
        Sum("found"),
        sum((Sum(name) for name in SOLVED[1:]), start=Sum(SOLVED[0])),
    )


def _cases(county_ids: list[int], month: Month) -> QuerySet[Any]:
    """Of the desk of disputes: registered and settled in the month, over their term at its end."""
    days = (month.first_day, month.last_day)
    received, settled = Q(registered_on__range=days), Q(settled_on__range=days)
    settled &= Q(settled_level__isnull=False)
    late = unsettled(month.last_day)
    return sum_rows(
        Dispute.objects.filter(received | settled | late, county__in=county_ids),
        "unit_id",
        Value("cases"),
        *(Count("pk", filter=each) for each in (received, settled, late)),
    )


def _notices(month: Month, of_counties: Mapping[str, Any]) -> QuerySet[Any]:
    """Notices whose recheck was due in the month; of those the ones closed by its end."""
    states = [NoticeState.SIGNED, NoticeState.REPLIED, NoticeState.CLOSED, NoticeState.AGAIN]
    return sum_rows(
        RectificationNotice.objects.filter(
            recheck_on__gte=month.first_day,
            recheck_on__lte=month.last_day,
            state__in=states,
            **of_counties,
        ),
        "unit_id",
        Value("notices"),
        Count("pk"),
        Count("pk", filter=Q(closed_on__lte=month.last_day)),
    )


def _add_kind(kind: str) -> Any:
    names = KINDS[kind]

    def add(own: Facts, *numbers: int) -> None:
        if names[0] in own:
            own.update(zip(names, numbers, strict=False))

    return add


ADD_EXTRA = {kind: _add_kind(kind) for kind in KINDS}


def loose_facts(
    county_ids: Sequence[int], month: Month, wanted: Wanted
) -> Iterator[tuple[int, str, int]]:
    """Values of indicators, and last year's counts: (unit, name, value). Two queries at most."""
    names = wanted.loose()
    indicators = {name for name in names if INDICATOR in name}
    if indicators:
        yield from _indicators(county_ids, month, indicators)
    if others := sorted(names - indicators):
        yield from _last_year(county_ids, month.shift(-12), others)


def _indicators(
    county_ids: Sequence[int], month: Month, names: set[str]
) -> Iterator[tuple[int, str, int]]:
    """Accepted values whose period is exactly the month, or the same month last year."""
    codes = {name.removeprefix(LAST_YEAR).removeprefix(INDICATOR) for name in names}
    prefixes = {month.first_day: INDICATOR}
    if any(name.startswith(LAST_YEAR) for name in names):
        prefixes[month.shift(-12).first_day] = LAST_YEAR + INDICATOR
    rows = (
        IndicatorValue.objects.filter(
            report__state=ReturnState.ACCEPTED,
            report__starts_on__in=prefixes,
            report__ends_on__in=[month.last_day, month.shift(-12).last_day],
            report__unit__county_id__in=county_ids,
            indicator__code__in=codes,
            answer=IndicatorAnswer.COUNTED,
        )
        # A county's own indicator comes after the common one of the same code, and counts.
        .order_by(F("indicator__county_id").asc(nulls_first=True), "pk")
        .values_list("report__unit_id", "report__starts_on", "indicator__code", "number")
    )
    for unit_id, starts_on, code, number in rows:
        assert number is not None  # the table's own constraint for a counted answer
        yield unit_id, f"{prefixes[starts_on]}{code}", number


def _last_year(
    county_ids: Sequence[int], month: Month, names: Sequence[str]
) -> Iterator[tuple[int, str, int]]:
    """Counts of the cards of the editions that are current for the month a year before."""
    rows = (
        Scorecard.objects.filter(
            month=month,
            edition__month=month,
            edition__is_current=True,
            edition__county_id__in=county_ids,
        )
        .order_by()
        .values_list(
            "unit_id", *(KeyTextTransform(name.removeprefix(LAST_YEAR), "facts") for name in names)
        )
    )
    for unit_id, *values in plain_rows(rows):
        for name, value in zip(names, values, strict=True):
            if value is not None:
                yield unit_id, name, int(value)
