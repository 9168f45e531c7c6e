"""A month's scores, computed and not written: for the close, for a draft scheme, for what-ifs.

`results(counties, month)` gives what a close now would write; with `rules` (as `rules_of` and
`with_scheme` of `selectors/schemes.py` give them, by county) what other rules would make of the
same records. `rescored(edition, rules)` scores an edition's frozen counts again, without reading
a record: for rules that are scored on the same counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Sum

from assessments.enums import AppealState
from assessments.models import Appeal, Edition, Scorecard
from assessments.scorelines import (
    Card,
    Facts,
    LevelRules,
    Node,
    Previous,
    assess,
    hash_of,
    read_scheme,
    sum_up,
)
from assessments.scoring import InvalidRule, Line
from assessments.selectors.facts import counted
from assessments.selectors.schemes import Rules, rules_of
from pingan.models import Unit
from pingan.months import Month
from pingan.refusals import Refused

Progress = Callable[[int, int, str], Any]
Restored = Mapping[int, Mapping[str, int]]  # unit to item code to points given back


@dataclass(slots=True)
class Result:
    """One county's month, computed but not written."""

    county: Unit
    rules: Rules
    totals: Facts
    cards: list[Card]
    hash: str


def results(
    counties: Sequence[Unit],
    month: Month,
    rules: Mapping[int, Rules] | None = None,
    *,
    progress: Progress | None = None,
) -> list[Result]:
    """Score county by county; each county's counts are let go as soon as it is scored.

    A fixed number of queries, whatever the number of counties and units. Refused where a county
    has no units that month, or where a rule cannot work.
    """
    texts = rules if rules is not None else rules_of(counties, month)
    ready = _ready(counties, texts)
    previous = _previous_ranks(counties, month)
    restored = _restored(counties, month)
    months = counted(counties, month, ready)
    found = []
    for done, county in enumerate(counties, start=1):
        own = months.pop(county.pk, None)
        if own is None:
            raise Refused(f"{county.name}在{month.label}没有可以考评的单位，不能结账。")
        totals = own.totals()
        sum_up(own.nodes, own.facts)
        own.add_vetoes()
        cards = assess(_root(county), own.nodes, own.facts, ready[county.pk], previous, restored)
        found.append(_result(county, month, texts[county.pk], totals, cards))
        if progress is not None:
            progress(done, len(counties), f"{county.name}：{len(cards)} 个单位已计分")
    return found


def rescored(edition: Edition, rules: Rules) -> Result:
    """An edition's frozen counts under these rules; what it gave back on appeal it gives here too.

    Two queries. Counts that the edition does not hold do not apply.
    """
    county, month = edition.county, edition.month
    ready = _ready([county], {county.pk: rules})[county.pk]
    fields = ("unit_id", "parent_id", "level", "unit_code", "unit_name", "position", "peer_group")
    rows = Scorecard.objects.filter(edition=edition).order_by()
    nodes: list[Node] = []
    facts: dict[int, Facts] = {}
    restored: dict[int, dict[str, int]] = {}
    for *node, own, lines in rows.values_list(*fields, "facts", "lines").iterator():
        nodes.append(Node(*node))
        facts[node[0]] = own
        given = {
            line.code: line.restored for line in (Line(*row) for row in lines) if line.restored
        }
        if given:
            restored[node[0]] = given
    previous = _previous_ranks([county], month)
    cards = assess(_root(county), nodes, facts, ready, previous, restored)
    return _result(county, month, rules, edition.totals, cards)


def _result(county: Unit, month: Month, rules: Rules, totals: Facts, cards: list[Card]) -> Result:
    if not cards:
        raise Refused(f"{county.name}在{month.label}没有适用的考核办法，不能结账。")
    return Result(county, rules, totals, cards, hash_of(county.code, str(month), rules, cards))


def _root(county: Unit) -> Node:
    return Node(county.pk, 0, county.level, county.code, county.name, county.position)


def _ready(
    counties: Sequence[Unit], texts: Mapping[int, Rules]
) -> dict[int, dict[str, LevelRules]]:
    """Every county's rules, ready to score with; a common scheme is read once for all."""
    read: dict[int, LevelRules] = {}
    ready: dict[int, dict[str, LevelRules]] = {}
    for county in counties:
        own = ready[county.pk] = {}
        for key, text in texts[county.pk].items():
            try:
                if id(text) not in read:
                    read[id(text)] = read_scheme(text)
            except InvalidRule as error:
                raise Refused(f"{county.name}的考核办法有误，不能结账。{error}") from error
            own[key] = read[id(text)]
    return ready


def _previous_ranks(counties: Sequence[Unit], month: Month) -> dict[int, Previous]:
    """Last month's places by unit. One query."""
    rows = (
        Scorecard.objects.filter(
            month=month.previous,
            edition__month=month.previous,
            edition__is_current=True,
            edition__county__in=counties,
        )
        .order_by()
        .values_list("unit_id", "parent_id", "rank", "peer_group")
    )
    return {
        unit_id: Previous(parent_id, rank, group)
        for unit_id, parent_id, rank, group in rows.iterator()
    }


def _restored(counties: Sequence[Unit], month: Month) -> Restored:
    """What upheld appeals of the month give back. One query."""
    rows = (
        Appeal.objects.filter(
            month=month, unit__county__in=counties, state=AppealState.UPHELD, restored__gt=0
        )
        .order_by()
        .values_list("unit_id", "item_code")
        .annotate(Sum("restored"))
    )
    given: dict[int, dict[str, int]] = defaultdict(dict)
    for unit_id, code, points in rows:
        given[unit_id][code] = points
    return given
