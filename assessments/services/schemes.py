"""A scheme on its way: copied as a draft, its head changed, adopted, withdrawn."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from assessments.enums import SchemeState
from assessments.models import PeerGroup, Scheme, ScoreItem
from assessments.policies import schemes as policies
from assessments.selectors.scheme_pages import (
    adopted_before,
    indicator_labels,
    item_values,
    month_is_closed,
    same_scheme,
)
from pingan import audit
from pingan.models import Unit, User
from pingan.months import Month
from pingan.refusals import Conflict, Refused

HEAD = ("name", "basis", "valid_from", "grade_bands", "colour_rules")
ITEM = ("position", "section", "code", "name", "source", "shape", "points", "parameters", "clause")


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above the items; `grade_bands` from high to low, in hundredths."""

    name: str
    basis: str
    valid_from: Month
    grade_bands: Sequence[Sequence[Any]]
    colour_rules: Mapping[str, Any]


@transaction.atomic
def draft_scheme(
    *, source: Scheme, peer_group: PeerGroup | None, today: dt.date, by: User
) -> Scheme:
    """A new draft with everything of `source`, for its level or for one group of peers in it."""
    county = _hold_county(by)
    policies.check_make_schemes(county=county, by=by)
    if peer_group is not None and peer_group.level != source.level:
        raise Refused(f"“{peer_group.name}”不是这个层级的同组，请另选一个。")
    peer_group = _living(peer_group)
    lineage = same_scheme(county.pk, source.level, peer_group)
    waiting = lineage.filter(state=SchemeState.DRAFT).first()
    if waiting is not None:
        raise Refused(
            f"《{waiting.name}》第{waiting.version}版草案还没有采用，请接着改这一份，或先撤回它。"
        )
    adopted = lineage.adopted().order_by("-valid_from", "-version").first()
    first = Month.of(today).next
    draft = Scheme.objects.create(
        county=county,
        level=source.level,
        peer_group=peer_group,
        name=_name(source, peer_group),
        basis=source.basis,
        state=SchemeState.DRAFT,
        version=(lineage.aggregate(last=Max("version"))["last"] or 0) + 1,
        valid_from=max(first, adopted.valid_from) if adopted else first,
        grade_bands=source.grade_bands,
        colour_rules=source.colour_rules,
    )
    _copy_items(source, draft)
    audit.record(
        action="起草考核办法",
        obj=draft,
        by=by,
        unit=county,
        after=audit.snapshot(draft, "level", "version", *HEAD),
        note=f"复制自《{source.name}》第{source.version}版",
    )
    return draft


def _living(group: PeerGroup | None) -> PeerGroup | None:
    """A group that was given other units goes on under its name: the one that goes on."""
    if group is None or group.valid_to is None:
        return group
    same = PeerGroup.objects.filter(
        county=group.county_id, level=group.level, name=group.name, valid_to=None
    )
    return same.first() or group


def _hold_county(by: User) -> Unit:
    """Two drafts at once: the second waits, then finds the first."""
    return Unit.objects.select_for_update().get(pk=by.unit.root_id)


def _name(source: Scheme, peer_group: PeerGroup | None) -> str:
    if peer_group is None or peer_group.name in source.name:
        return source.name
    return f"{source.name}（{peer_group.name}）"[:60]


def _copy_items(source: Scheme, draft: Scheme) -> None:
    ScoreItem.objects.bulk_create(
        ScoreItem(scheme=draft, **{name: getattr(item, name) for name in ITEM})
        for item in source.items.order_by("position", "pk")
    )


def hold_draft(*, scheme: Scheme, revision: int, by: User) -> Scheme:
    """The draft, held alone until the transaction ends; Conflict where somebody changed it."""
    locked = Scheme.objects.select_for_update(of=("self",)).filter(pk=scheme.pk).first()
    if locked is None:
        raise Refused("这份草案已经撤回。需要时请重新复制一份。")
    locked = Scheme.objects.select_related("county", "peer_group").get(pk=locked.pk)
    policies.check_edit_scheme(scheme=locked, by=by)
    if locked.revision != revision:
        raise Conflict("您打开这一页之后，别人改过这份草案。")
    return locked


def count_revision(*, scheme: Scheme) -> None:
    """The draft is another one now: whoever has an older page open is told."""
    scheme.revision += 1
    scheme.save(update_fields=["revision"])


@transaction.atomic
def change_head(*, scheme: Scheme, head: Head, revision: int, today: dt.date, by: User) -> Scheme:
    """Name, basis, first month, grades and colours of a draft."""
    draft = hold_draft(scheme=scheme, revision=revision, by=by)
    _check_month(draft, head.valid_from, today)
    policies.check_bands(head.grade_bands, head.colour_rules)
    before = audit.snapshot(draft, *HEAD)
    for name in HEAD:
        setattr(draft, name, getattr(head, name))
    draft.revision += 1
    draft.save(update_fields=[*HEAD, "revision"])
    audit.record(
        action="修改考核办法草案",
        obj=draft,
        by=by,
        unit=draft.county,
        before=before,
        after=audit.snapshot(draft, *HEAD),
    )
    return draft


def _check_month(draft: Scheme, month: Month, today: dt.date) -> None:
    assert draft.county is not None
    closed = month_is_closed(draft.county.pk, month)
    policies.check_start(month=month, today=today, closed=closed)
    policies.check_after(month=month, adopted=adopted_before(draft))
    policies.check_group_holds(group=draft.peer_group, month=month)


@transaction.atomic
def adopt_scheme(*, scheme: Scheme, revision: int, today: dt.date, by: User) -> Scheme:
    """The draft counts from its first month; the version before it ends the month before."""
    _hold_county(by)
    draft = hold_draft(scheme=scheme, revision=revision, by=by)
    check_adoption(draft=draft, today=today)
    before = adopted_before(draft)
    ended = list(
        same_scheme(draft.county_id, draft.level, draft.peer_group).adopted().filter(valid_to=None)
    )
    for old in ended:
        old.valid_to = draft.valid_from.previous
        old.save(update_fields=["valid_to"])
    draft.state = SchemeState.ADOPTED
    draft.adopted_at, draft.adopted_by = timezone.now(), by
    draft.revision += 1
    draft.save(update_fields=["state", "adopted_at", "adopted_by", "revision"])
    audit.record(
        action="采用考核办法",
        obj=draft,
        by=by,
        unit=draft.county,
        before={"state": SchemeState.DRAFT.label},
        after={"state": SchemeState.ADOPTED.label, "valid_from": draft.valid_from},
        note=f"第{before.version}版用到{draft.valid_from.previous.label}" if before else "",
    )
    return draft


def check_adoption(*, draft: Scheme, today: dt.date) -> None:
    """Refused with the sentence why, as long as the draft is not ready."""
    _check_month(draft, draft.valid_from, today)
    policies.check_bands(draft.grade_bands, draft.colour_rules)
    assert draft.county_id is not None
    items = [item_values(item) for item in draft.items.order_by("position")]
    policies.check_whole(items, indicator_labels(draft.county_id))


@transaction.atomic
def withdraw_draft(*, scheme: Scheme, revision: int, by: User) -> None:
    """Throw a draft away; the trail keeps what it was."""
    draft = hold_draft(scheme=scheme, revision=revision, by=by)
    audit.record(
        action="撤回考核办法草案",
        obj=draft,
        by=by,
        unit=draft.county,
        before={
            **audit.snapshot(draft, "level", "version", *HEAD),
            "items": [item_values(item) for item in draft.items.order_by("position")],
        },
    )
    draft.delete()
