"""The counts of a month, for all given counties at once: five queries, whatever their number.

Only accepted returns count. Every record kind gives rows of one shape (unit, kind, six numbers),
so that one statement reads them all; what the numbers are stands beside each kind. Counts that
only some rules are scored on (`extras.py`) are read, and stand on a card, only where a rule of the
unit's level uses them: a card under the older rules is what it always was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, F, FilteredRelation, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from assessments.enums import VisitKind
from assessments.models import Inspection
from assessments.scorelines import Facts, LevelRules, Node
from assessments.selectors.counting import plain_rows, sum_rows
from assessments.selectors.extras import (
    ADD_EXTRA,
    SOLVED,
    Wanted,
    extra_records,
    loose_facts,
    wanted_by,
)
from assessments.selectors.peers import peer_groups_on
from assessments.tables import VETOES
from campaigns.enums import EducationKind, MeetingKind, ReturnState
from campaigns.models import (
    Education,
    GroupRecord,
    Meeting,
    MonthlyReturn,
    Survey,
    Sweep,
    SweepCategory,
)
from pingan.calendars import key_dates
from pingan.enums import REPORTING_LEVELS, Level
from pingan.models import Unit, UnitVersion
from pingan.months import Month

SCORED_LEVELS = (Level.TOWNSHIP, Level.VILLAGE, Level.GROUP, Level.SECTOR, Level.DEPARTMENT)

# What a reporting unit's month is made of; a 口 starts from the same zeros and is summed up.
UNIT_FACTS = (
    *("returns_expected", "returns_received", "returns_on_time"),
    *("patrol_days_covered", "patrol_days_expected", "nights_covered", "nights_expected"),
    *("key_days_covered", "key_days_expected", "patrol_heads"),
    *("broadcasts", "columns", "education_sessions", "education_audience"),
    *("meetings", "work_meetings", "appraisal_meetings"),
    *("categories_answered", "categories_expected", "matters_found", "matters_solved"),
    *("solved_in_group", "solved_in_village", "solved_in_township", "solved_in_county"),
    *("survey_slips", "order_good", "feels_safe", "satisfied"),
    *("inspection_given", "inspection_possible"),
)
GROUP_FACTS = (
    *("returns_received", "nights_covered", "nights_expected", "briefs"),
    *("matters_found", "matters_solved", "appraisal_given", "appraisal_possible"),
)


@dataclass(slots=True)
class CountyMonth:
    """One county's scored units of the month, with the counts of each."""

    nodes: list[Node] = field(default_factory=list)
    facts: dict[int, Facts] = field(default_factory=dict)
    vetoes: dict[int, int] = field(default_factory=dict)

    def totals(self) -> Facts:
        """Sums over the reporting units. Before `sum_up`: no count is in there twice."""
        sums = dict.fromkeys(UNIT_FACTS, 0)
        for node in self.nodes:
            if node.level in REPORTING_LEVELS:
                own = self.facts[node.unit_id]
                for name in UNIT_FACTS:
                    sums[name] += own[name]
        return sums

    def add_vetoes(self) -> None:
        """After `sum_up`: a veto is its unit's alone. No count where there is none."""
        for unit_id, vetoes in self.vetoes.items():
            self.facts[unit_id][VETOES] = vetoes


def counted(
    counties: Sequence[Unit], month: Month, rules: Mapping[int, Mapping[str, LevelRules]]
) -> dict[int, CountyMonth]:
    """The counts of the month by county; a county without scored units that month is absent."""
    ids = [county.pk for county in counties]
    wanted = wanted_by(rules)
    months = _trees(ids, month, wanted)
    facts = {unit_id: own for county in months.values() for unit_id, own in county.facts.items()}
    for unit_id, *numbers in plain_rows(_returns(ids, month)):
        if own := facts.get(unit_id):
            _add_return(own, *numbers)
    vetoes: dict[int, int] = {}
    for unit_id, kind, *numbers in plain_rows(_records(ids, month, wanted)):
        if kind == "vetoes":
            vetoes[unit_id] = numbers[0]
        elif own := facts.get(unit_id):
            ADD[kind](own, *numbers)
    for county in months.values():
        county.vetoes = {unit: vetoes[unit] for unit in vetoes.keys() & county.facts.keys()}
    _add_loose(months, wanted, loose_facts(ids, month, wanted))
    return months


def _add_loose(
    months: Mapping[int, CountyMonth], wanted: Wanted, found: Iterable[tuple[int, str, int]]
) -> None:
    """Indicators and last year's counts, each to the units whose rules ask for it."""
    if not wanted.loose():
        return
    asked = {
        node.unit_id: (county.facts[node.unit_id], wanted.of(county_id, node.level))
        for county_id, county in months.items()
        for node in county.nodes
    }
    for unit_id, name, value in found:
        own, names = asked.get(unit_id, ({}, frozenset()))
        if name in names:
            own[name] = value


def _trees(county_ids: list[int], month: Month, wanted: Wanted) -> dict[int, CountyMonth]:
    """Units and their zeros, with what was expected of each. Three queries."""
    categories = _expected_categories(county_ids)
    group_of = peer_groups_on(county_ids, month.last_day)
    rows = (
        UnitVersion.objects.on(month.last_day)
        .filter(county_id__in=county_ids, level__in=SCORED_LEVELS, is_scored=True)
        .order_by()
        .values_list(
            "county_id",
            "unit_id",
            "parent_id",
            "level",
            "code",
            "name",
            "position",
            "kind",
            Coalesce("unit__market_days", Value("")),
            Coalesce("parent__market_days", Value("")),
        )
    )
    months: dict[int, CountyMonth] = defaultdict(CountyMonth)
    all_zeros: dict[tuple[int, int], Facts] = {}
    days = month.days
    for county_id, *node, kind, market_days, parent_market_days in plain_rows(rows):
        group = group_of(county_id, node[0], node[2], kind)
        county, unit = months[county_id], Node._make((*node, group))
        county.nodes.append(unit)
        zeros = all_zeros.get((county_id, unit.level))
        if zeros is None:
            zeros = all_zeros[county_id, unit.level] = {
                **_zeros(unit.level, days),
                **wanted.zeros(county_id, unit.level),
            }
        own = zeros.copy()
        if unit.level in REPORTING_LEVELS:
            own["returns_expected"] = 1
            own["patrol_days_expected"] = own["nights_expected"] = days
            # A village without a market of its own goes to its township's.
            own["key_days_expected"] = len(key_dates(month, market_days or parent_market_days))
            own["categories_expected"] = categories[county_id]
        county.facts[unit.unit_id] = own
    return months


def _zeros(level: int, days: int) -> Facts:
    if level == Level.GROUP:
        return {**dict.fromkeys(GROUP_FACTS, 0), "nights_expected": days}
    return dict.fromkeys(UNIT_FACTS, 0)


def _expected_categories(county_ids: list[int]) -> dict[int, int]:
    """How many categories a sweep has: the county's own list, else the common one."""
    found: dict[int | None, int] = dict(
        SweepCategory.objects.filter(Q(county=None) | Q(county_id__in=county_ids), is_active=True)
        .order_by()
        .values_list("county_id")
        .annotate(Count("pk"))
    )
    common = found.get(None, 0)
    return {county_id: found.get(county_id, common) for county_id in county_ids}


def _returns(county_ids: list[int], month: Month) -> QuerySet[Any]:
    """Accepted returns with their patrols: unit, on time, days, nights, key days, heads."""
    by_day, by_night = Q(day__day_heads__gt=0), Q(day__night_heads__gt=0)
    return (
        MonthlyReturn.objects.accepted()
        .filter(month=month, unit__county_id__in=county_ids)
        .annotate(day=FilteredRelation("patrol_rows", condition=Q(patrol_rows__month=month)))
        .order_by()
        .values_list("unit_id", "is_on_time")
        .annotate(
            days=Count("day", filter=by_day),
            nights=Count("day", filter=by_night),
            key_days=Count("day", filter=(by_day | by_night) & Q(day__is_key_day=True)),
            heads=Coalesce(Sum("day__day_heads"), 0) + Coalesce(Sum("day__night_heads"), 0),
        )
    )


def _records(county_ids: list[int], month: Month, wanted: Wanted) -> QuerySet[Any]:
    """Everything else that is counted, as rows of (unit, kind, six numbers). One statement."""
    unit = "monthly_return__unit"
    accepted = {
        "month": month,
        "monthly_return__month": month,
        "monthly_return__state": ReturnState.ACCEPTED,
        f"{unit}__county_id__in": county_ids,
    }
    looked_at = {"month": month, "unit__county_id__in": county_ids}
    return sum_rows(
        Education.objects.filter(**accepted), f"{unit}_id", F("kind"), Count("pk"), Sum("audience")
    ).union(
        sum_rows(Meeting.objects.filter(**accepted), f"{unit}_id", F("kind"), Count("pk")),
        sum_rows(
            Sweep.objects.filter(**accepted),
            f"{unit}_id",
            Value("sweep"),
            Count("pk"),
            *(_sum_of_things(name) for name in ("found", *SOLVED)),
        ),
        sum_rows(
            GroupRecord.objects.filter(**accepted),
            "group_id",
            Value("group"),
            Sum("patrol_nights"),
            Sum("briefs"),
            Sum("found"),
            Sum("solved"),
            Coalesce(Sum("appraisal"), 0),
            Count("appraisal") * 100,
        ),
        sum_rows(
            Survey.objects.filter(**looked_at),
            "unit_id",
            Value("survey"),
            *(Sum(name) for name in ("slips", "order_good", "feels_safe", "satisfied")),
        ),
        sum_rows(
            Inspection.objects.filter(**looked_at),
            "unit_id",
            F("kind"),
            Sum("points_given"),
            Sum("points_possible"),
        ),
        *extra_records(county_ids, month, wanted),
        all=True,
    )


def _sum_of_things(name: str) -> Any:
    """Matters of places and things alone: a count of persons is reported and never scored, so
    that nobody gains by leaving one out."""
    return Coalesce(Sum(name, filter=Q(category__touches_persons=False)), 0)


def _add_return(
    own: Facts, is_on_time: bool, days: int, nights: int, key_days: int, heads: int
) -> None:
    own["returns_received"] = 1
    own["returns_on_time"] = int(is_on_time)
    own["patrol_days_covered"] = days
    own["nights_covered"] = nights
    # The market rule may have changed since the day was written: never more than expected.
    own["key_days_covered"] = min(key_days, own["key_days_expected"])
    own["patrol_heads"] = heads


def _add_education(own: Facts, sessions: int, audience: int, *_rest: int) -> None:
    own["education_sessions"] += sessions
    own["education_audience"] += audience


def _add_broadcasts(own: Facts, sessions: int, audience: int, *_rest: int) -> None:
    own["broadcasts"] += sessions
    _add_education(own, sessions, audience)


def _add_columns(own: Facts, sessions: int, audience: int, *_rest: int) -> None:
    own["columns"] += sessions
    _add_education(own, sessions, audience)


def _add_meetings(own: Facts, meetings: int, *_rest: int) -> None:
    own["meetings"] += meetings


def _add_work_meetings(own: Facts, meetings: int, *_rest: int) -> None:
    own["meetings"] += meetings
    own["work_meetings"] += meetings


def _add_appraisals(own: Facts, meetings: int, *_rest: int) -> None:
    own["meetings"] += meetings
    own["appraisal_meetings"] += meetings


def _add_sweep(
    own: Facts, answers: int, found: int, group: int, village: int, township: int, county: int
) -> None:
    # A category may have been retired since: never more answers than expected.
    own["categories_answered"] = min(answers, own["categories_expected"])
    own["matters_found"] = found
    own["matters_solved"] = group + village + township + county
    own["solved_in_group"] = group
    own["solved_in_village"] = village
    own["solved_in_township"] = township
    own["solved_in_county"] = county


def _add_group(
    own: Facts, nights: int, briefs: int, found: int, solved: int, given: int, possible: int
) -> None:
    own["returns_received"] = 1
    own["nights_covered"] = min(nights, own["nights_expected"])
    own["briefs"] = briefs
    own["matters_found"] = found
    own["matters_solved"] = solved
    own["appraisal_given"] = given
    own["appraisal_possible"] = possible


def _add_survey(
    own: Facts, slips: int, order_good: int, feels_safe: int, satisfied: int, *_rest: int
) -> None:
    own["survey_slips"] = slips
    own["order_good"] = order_good
    own["feels_safe"] = feels_safe
    own["satisfied"] = satisfied


def _add_inspection(own: Facts, given: int, possible: int, *_rest: int) -> None:
    own["inspection_given"] = given
    own["inspection_possible"] = possible


ADD: dict[str, Callable[..., None]] = {
    EducationKind.BROADCAST: _add_broadcasts,
    EducationKind.COLUMN: _add_columns,
    EducationKind.CLASS: _add_education,
    EducationKind.MATERIAL: _add_education,
    MeetingKind.WORK: _add_work_meetings,
    MeetingKind.APPRAISAL: _add_appraisals,
    MeetingKind.BRIEF: _add_meetings,
    "sweep": _add_sweep,
    "group": _add_group,
    "survey": _add_survey,
    VisitKind.OPEN: _add_inspection,
    **ADD_EXTRA,
}
