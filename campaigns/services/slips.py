"""Slips keyed from paper in batches: answers come in, only sums stay."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from campaigns import policies
from campaigns.enums import SLIP_STEP_COUNT, SLIP_YES_STEPS, SlipQuestion
from campaigns.models import Survey
from campaigns.selectors.slips import BATCH_ADDED, BATCH_UNDONE, last_batch, was_added
from campaigns.services.surveys import Tally, check_day, grow_survey
from pingan import audit
from pingan.models import Unit, User
from pingan.months import Month
from pingan.refusals import Conflict, Refused
from pingan.services.periods import share_period

BATCH_LENGTH = 20
Answers = tuple[int, int, int]  # a step from 1 to 4 for each of SlipQuestion, in its order


def tally(slips: Sequence[Answers]) -> Tally:
    """The sums of some slips: the best two steps of an answer are a yes."""
    yes = {
        question.value: sum(slip[place] <= SLIP_YES_STEPS for slip in slips)
        for place, question in enumerate(SlipQuestion)
    }
    return Tally(slips=len(slips), **yes)


@transaction.atomic
def add_batch(
    *,
    unit: Unit,
    month: Month,
    place: str,
    on: dt.date,
    slips: Sequence[Answers],
    batch: str,
    by: User,
) -> Survey:
    """Add a batch of slips to the place's counts. The same batch sent twice counts once."""
    share_period(county_id=unit.root_id, month=month)
    policies.check_survey(unit=unit, by=by)
    place = place.strip()
    if not place:
        raise Refused("请填测评地点，如“集贸市场”。")
    if not 1 <= len(slips) <= BATCH_LENGTH:
        raise Refused(f"一批请录1到{BATCH_LENGTH}票。")
    if any(not 1 <= step <= SLIP_STEP_COUNT for slip in slips for step in slip):
        raise Refused(f"每一问请填1到{SLIP_STEP_COUNT}。")
    check_day(unit=unit, month=month, on=on)
    more = tally(slips)
    row = grow_survey(unit=unit, month=month, place=place, on=on, more=more, by=by)
    if was_added(row, batch):
        raise Conflict("这一批已经录入过了，没有重复计数。")
    after = dataclasses.asdict(more)
    audit.record(action=BATCH_ADDED, obj=row, by=by, unit=unit, after={**after, "batch": batch})
    return row


@transaction.atomic
def undo_batch(*, survey: Survey, batch: str, by: User) -> None:
    """Take the last batch of a place out again while the month is open."""
    unit = survey.unit
    share_period(county_id=unit.root_id, month=survey.month)
    policies.check_survey(unit=unit, by=by)
    row = Survey.objects.select_for_update(of=("self",)).filter(pk=survey.pk).first()
    last = last_batch(row) if row is not None else None
    if row is None or last is None or last.batch != batch:
        raise Conflict("这一批已经撤销，或后来又录了新的一批，请看最新的内容。")
    counts = {name: getattr(row, name) - less for name, less in last.counts.items()}
    if min(counts.values()) < 0 or max(counts.values()) > counts["slips"]:
        raise Refused(f"{unit.name}“{row.place}”的票数后来改过，不能再整批撤销，请直接改数。")
    audit.record(
        action=BATCH_UNDONE, obj=row, by=by, unit=unit, before={**last.counts, "batch": batch}
    )
    if counts["slips"] == 0:
        row.delete()
        return
    for name, count in counts.items():
        setattr(row, name, count)
    row.save(update_fields=list(counts))
