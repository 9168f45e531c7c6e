"""The close: a month's accepted records become numbered, frozen scorecards.

One transaction: the periods are held alone, so whatever was accepted before is counted and
nothing is accepted meanwhile. Counts come from a fixed number of statements, the rules run in
plain Python, the cards are written in bulk. Killed half-way, it leaves nothing; run again with
nothing changed, it gives the same edition.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from assessments import policies
from assessments.models import Edition, Scorecard
from assessments.scorelines import Card, canonical, hash_of
from assessments.selectors.results import Progress, Result, results
from assessments.services.bulk import insert_rows
from assessments.services.changes import describe_changes
from pingan import audit
from pingan.enums import PeriodState
from pingan.models import Period, Unit, User
from pingan.months import Month
from pingan.services.periods import hold_periods

COLUMNS = (
    *("edition_id", "month", "unit_id", "parent_id", "parent_code", "parent_name", "level"),
    *("unit_code", "unit_name", "position", "total", "rank", "peers", "is_tied"),
    *("previous_rank", "grade", "colour", "lines", "facts", "peer_group"),
)


def close_month(
    *,
    counties: Sequence[Unit],
    month: Month,
    by: User | None,
    progress: Progress | None = None,
) -> list[Edition]:
    """Close the month of these counties; their current editions, in the same order.

    An edition is new only where its hash differs from the one before. Refused, with nothing
    written, when the month is not over, has no units, or is being closed by somebody else.
    """
    for county in counties:
        policies.check_close(county=county, month=month, today=timezone.localdate(), by=by)
    with transaction.atomic():
        periods = hold_periods(counties=counties, month=month)
        computed = results(counties, month, progress=progress)
        current = {
            edition.county_id: edition
            for edition in Edition.objects.current().filter(county__in=counties, month=month)
        }
        changed = [result for result in computed if _hash_of(current, result.county) != result.hash]
        made = _write(changed, month, by, current)
        _settle(periods, made, by)
    return [made.get(county.pk) or current[county.pk] for county in counties]


def _hash_of(editions: Mapping[int, Edition], county: Unit) -> str:
    edition = editions.get(county.pk)
    return edition.hash if edition else ""


def _write(
    changed: Sequence[Result], month: Month, by: User | None, current: Mapping[int, Edition]
) -> dict[int, Edition]:
    """New editions for these results, with their cards; by county."""
    if not changed:
        return {}
    replaced = [current[result.county.pk] for result in changed if result.county.pk in current]
    changes = describe_changes({r.county.pk: (r.rules, r.cards) for r in changed}, replaced)
    if replaced:
        Edition.objects.filter(pk__in=[edition.pk for edition in replaced]).update(is_current=False)
    now = timezone.now()
    editions = Edition.objects.bulk_create(
        Edition(
            county=result.county,
            month=month,
            number=current[result.county.pk].number + 1 if result.county.pk in current else 1,
            hash=result.hash,
            closed_at=now,
            closed_by=by,
            unit_count=len(result.cards),
            rules=result.rules,
            totals=result.totals,
            changes=changes.get(result.county.pk, []),
            **_preview_of(current.get(result.county.pk)),
        )
        for result in changed
    )
    insert_rows(Scorecard, COLUMNS, _rows(editions, changed, month))
    return {edition.county_id: edition for edition in editions}


def _preview_of(replaced: Edition | None) -> dict[str, Any]:
    """A close within the preview stays in it: units go on reading, until the same moment."""
    if replaced is None or replaced.published_at is not None:
        return {}
    return {
        "preview_opened_at": replaced.preview_opened_at,
        "preview_until": replaced.preview_until,
        "preview_opened_by_id": replaced.preview_opened_by_id,
    }


def _rows(
    editions: Sequence[Edition], changed: Sequence[Result], month: Month
) -> Iterator[tuple[Any, ...]]:
    for edition, result in zip(editions, changed, strict=True):
        head = (edition.pk, int(month))
        for card in result.cards:
            yield (*head, *card)


def _settle(periods: Sequence[Period], made: Mapping[int, Edition], by: User | None) -> None:
    """Close the periods that are open, and say in the trail what was done."""
    opened = [period for period in periods if period.is_open]
    if opened:
        Period.objects.filter(pk__in=[period.pk for period in opened]).update(
            state=PeriodState.CLOSED, closed_at=timezone.now(), closed_by=by
        )
    events = [
        audit.event(
            action="结账",
            obj=edition,
            by=by,
            unit=edition.county,
            after={
                "month": edition.month,
                "number": edition.number,
                "unit_count": edition.unit_count,
                "hash": edition.hash,
            },
        )
        for edition in made.values()
    ]
    events += [
        audit.event(
            action="结账",
            obj=period,
            by=by,
            unit=period.county,
            note="数据没有变化，沿用现行版次",
        )
        for period in opened
        if period.county_id not in made
    ]
    if events:
        audit.record_all(events)


def hash_from_database(edition: Edition) -> str:
    """The hash computed again from the stored rows: equal, unless somebody changed them."""
    rows = Scorecard.objects.filter(edition=edition).order_by().values_list(*Card._fields)
    cards = [
        Card._make((*row[:-3], canonical(row[-3]), canonical(row[-2]), row[-1]))
        for row in rows.iterator()
    ]
    return hash_of(edition.county.code, str(edition.month), edition.rules, cards)
