"""The items of a draft: added, changed, weighed, moved, taken out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction

from assessments.models import Scheme, ScoreItem
from assessments.policies import schemes as policies
from assessments.selectors.scheme_pages import indicator_labels, item_values, same_scheme
from assessments.services.schemes import count_revision, hold_draft
from pingan import audit
from pingan.models import User
from pingan.refusals import Conflict, Refused

FIELDS = ("section", "name", "source", "shape", "points", "parameters", "clause")
UP, DOWN = -1, 1


@dataclass(frozen=True, slots=True)
class ItemText:
    """What is typed about one item; points in hundredths."""

    section: str
    name: str
    source: str
    shape: str
    points: int
    parameters: Mapping[str, Any]
    clause: str


@transaction.atomic
def add_item(*, scheme: Scheme, text: ItemText, revision: int, by: User) -> ScoreItem:
    """A new item, last of its section."""
    draft = hold_draft(scheme=scheme, revision=revision, by=by)
    item = ScoreItem(scheme=draft, position=10_000, code=_new_code(draft, text.source))
    _fill(item, text, draft)
    item.save()
    _settle(draft)
    audit.record(
        action="增加考核项",
        obj=item,
        by=by,
        unit=draft.county,
        after={"scheme": str(draft), **audit.snapshot(item, *FIELDS)},
    )
    return item


@transaction.atomic
def change_item(*, item: ScoreItem, text: ItemText, revision: int, by: User) -> ScoreItem:
    """Rewrite one item; its code stays, so that versions can be laid side by side."""
    draft = hold_draft(scheme=item.scheme, revision=revision, by=by)
    held = _held(item)
    before = audit.snapshot(held, *FIELDS)
    _fill(held, text, draft)
    held.save()
    _settle(draft)
    audit.record(
        action="修改考核项",
        obj=held,
        by=by,
        unit=draft.county,
        before=before,
        after=audit.snapshot(held, *FIELDS),
        note=str(draft),
    )
    return held


@transaction.atomic
def remove_item(*, item: ScoreItem, revision: int, by: User) -> None:
    """Take one item out of the draft."""
    draft = hold_draft(scheme=item.scheme, revision=revision, by=by)
    held = _held(item)
    audit.record(
        action="删除考核项",
        obj=held,
        by=by,
        unit=draft.county,
        before={"scheme": str(draft), **audit.snapshot(held, *FIELDS)},
    )
    held.delete()
    _settle(draft)


@transaction.atomic
def weigh_items(*, scheme: Scheme, points: Mapping[int, int], revision: int, by: User) -> Scheme:
    """New points for many items at once, by id; what each may be its own rule says."""
    draft = hold_draft(scheme=scheme, revision=revision, by=by)
    labels = indicator_labels(draft.county_id or 0)
    changed = []
    before, after = {}, {}
    for item in draft.items.order_by("position"):
        wanted = points.get(item.pk, item.points)
        if wanted == item.points:
            continue
        before[item.name], after[item.name] = item.points, wanted
        item.points = wanted
        policies.check_item(item_values(item), labels)
        changed.append(item)
    if not changed:
        return draft
    ScoreItem.objects.bulk_update(changed, ["points"])
    count_revision(scheme=draft)
    audit.record(
        action="调整考核分值", obj=draft, by=by, unit=draft.county, before=before, after=after
    )
    return draft


@transaction.atomic
def move_item(*, item: ScoreItem, step: int, revision: int, by: User) -> None:
    """One place up or down within its section."""
    draft = hold_draft(scheme=item.scheme, revision=revision, by=by)
    held = _held(item)
    order = _ordered(draft)
    section = [each.pk for each in order if each.section == held.section]
    place = section.index(held.pk)
    if not 0 <= place + step < len(section):
        return
    other = section[place + step]
    ids = [each.pk for each in order]
    here, there = ids.index(held.pk), ids.index(other)
    order[here], order[there] = order[there], order[here]
    _number(order)
    count_revision(scheme=draft)
    _record_order(draft, by)


@transaction.atomic
def move_section(*, scheme: Scheme, section: str, step: int, revision: int, by: User) -> None:
    """A whole section one place up or down."""
    draft = hold_draft(scheme=scheme, revision=revision, by=by)
    order = _ordered(draft)
    sections = list(dict.fromkeys(each.section for each in order))
    if section not in sections:
        raise Refused(f"草案里已经没有“{section}”这个分类，请刷新后再试。")
    place = sections.index(section)
    if not 0 <= place + step < len(sections):
        return
    sections[place], sections[place + step] = sections[place + step], sections[place]
    order.sort(key=lambda each: sections.index(each.section))
    _number(order)
    count_revision(scheme=draft)
    _record_order(draft, by)


def _record_order(draft: Scheme, by: User) -> None:
    names = [item.name for item in _ordered(draft)]
    audit.record(
        action="调整考核项顺序", obj=draft, by=by, unit=draft.county, after={"items": names}
    )


def _held(item: ScoreItem) -> ScoreItem:
    """The item as it is saved; the draft above it is locked already."""
    held = ScoreItem.objects.select_related("scheme").filter(pk=item.pk).first()
    if held is None:
        raise Conflict("这个考核项已经被别人删除。")
    return held


def _fill(item: ScoreItem, text: ItemText, draft: Scheme) -> None:
    for name, value in asdict(text).items():
        setattr(item, name, value)
    policies.check_item(item_values(item), indicator_labels(draft.county_id or 0))


def _new_code(draft: Scheme, source: str) -> str:
    """Never one that another version uses for something else."""
    lineage = same_scheme(draft.county_id, draft.level, draft.peer_group)
    used = set(ScoreItem.objects.filter(scheme__in=lineage).values_list("code", flat=True))
    stem = source.replace("_", "-")
    return next(code for n in range(1, 10_000) if (code := f"{stem}-{n}") not in used)


def _settle(draft: Scheme) -> None:
    """Items of a section stay together; positions count from one."""
    _number(_ordered(draft))
    count_revision(scheme=draft)


def _ordered(draft: Scheme) -> list[ScoreItem]:
    items = list(draft.items.order_by("position", "pk"))
    sections = list(dict.fromkeys(item.section for item in items))
    return sorted(items, key=lambda item: sections.index(item.section))


def _number(items: Sequence[ScoreItem]) -> None:
    changed = []
    for position, item in enumerate(items, start=1):
        if item.position != position:
            item.position = position
            changed.append(item)
    ScoreItem.objects.bulk_update(changed, ["position"])
