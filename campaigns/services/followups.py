"""跟踪事项: registered, corrected, handed up, solved. They outlive the month they were found in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from campaigns import policies
from campaigns.enums import FollowUpSource
from campaigns.models import FollowUp, MonthlyReturn, SweepCategory
from campaigns.selectors.sections import categories_of
from pingan import audit
from pingan.enums import Level
from pingan.models import User
from pingan.refusals import Conflict, Refused

TEXTS = ("title", "place", "owner_post", "duty")
CORRECTED = (*TEXTS, "due_on")
_AUDITED = ("title", "place", "owner_post", "duty", "due_on", "level", "solved_on", "solved_level")
_LONGEST_WAIT = dt.timedelta(days=366)


@transaction.atomic
def open_follow_ups(
    *,
    monthly_return: MonthlyReturn,
    source: FollowUpSource,
    items: Sequence[Mapping[str, Any]],
    by: User,
) -> list[FollowUp]:
    """Register matters of places and things, or decisions of a meeting; all or none."""
    # The row is held, so that the same form sent twice meets its own items.
    held = MonthlyReturn.objects.select_for_update(of=("self",)).select_related("unit__parent")
    locked = held.get(pk=monthly_return.pk)
    policies.check_open_follow_up(unit=locked.unit, by=by)
    categories = {each.pk: each for each in categories_of(locked.unit.root_id)}
    made = [_new(locked, source, item, categories, by) for item in items]
    _check_doubles(locked, made)
    FollowUp.objects.bulk_create(made)
    audit.record_all(
        audit.event(
            action="登记跟踪事项",
            obj=item,
            by=by,
            unit=locked.unit,
            after=audit.snapshot(item, *_AUDITED),
        )
        for item in made
    )
    return made


def _new(
    locked: MonthlyReturn,
    source: FollowUpSource,
    values: Mapping[str, Any],
    categories: Mapping[int, SweepCategory],
    by: User,
) -> FollowUp:
    category = _category(source, values.get("category_id"), categories)
    _check_due(values["due_on"], locked.month.first_day)
    return FollowUp(
        unit=locked.unit,
        source=source,
        category=category,
        month=locked.month,
        level=locked.unit.level,
        recorded_by=by,
        due_on=values["due_on"],
        **{name: values.get(name) or "" for name in TEXTS},
    )


def _category(
    source: FollowUpSource, category_id: int | None, categories: Mapping[int, SweepCategory]
) -> SweepCategory | None:
    """Persons and belief are counted and never described: no item, no text."""
    if source != FollowUpSource.SWEEP:
        return None
    category = categories.get(category_id or 0)
    if category is None:
        raise Refused("没有这个排查类别，请刷新页面再填。")
    if category.touches_persons:
        raise Refused(f"“{category.name}”涉及人员或信仰，只报数字，不登记事项。")
    return category


def _check_due(due_on: dt.date, earliest: dt.date) -> None:
    if due_on < earliest:
        raise Refused(f"办结期限{due_on}早于发现的月份，请改正。")
    if due_on > max(earliest, timezone.localdate()) + _LONGEST_WAIT:
        raise Refused(f"办结期限{due_on}太远，请定在一年以内。")


def _check_doubles(locked: MonthlyReturn, made: Sequence[FollowUp]) -> None:
    live = FollowUp.objects.open().filter(unit_id=locked.unit_id)
    known: set[tuple[str, int | None, str, str]] = set(
        live.values_list("source", "category_id", "title", "place")
    )
    for item in made:
        key = (str(item.source), item.category_id, item.title, item.place)
        if key in known:
            raise Refused(f"“{item.title}”已经登记过，没有重复登记。是另一件事的，请写明地点。")
        known.add(key)


def _locked(follow_up: FollowUp, version: int, by: User) -> FollowUp:
    held = FollowUp.objects.select_for_update(of=("self",)).select_related("unit__parent")
    locked = held.get(pk=follow_up.pk)
    policies.check_handle_follow_up(follow_up=locked, by=by)
    if locked.version != version:
        raise Conflict(f"“{locked.title}”刚刚有变动，请看过最新内容再操作。")
    return locked


def _finish(locked: FollowUp, before: Mapping[str, Any], action: str, note: str, by: User) -> None:
    locked.version += 1
    locked.save()
    audit.record(
        action=action,
        obj=locked,
        by=by,
        unit=locked.unit,
        before=before,
        after=audit.snapshot(locked, *_AUDITED),
        note=note,
    )


@transaction.atomic
def change_follow_up(
    *, follow_up: FollowUp, version: int, values: Mapping[str, Any], by: User
) -> None:
    """Correct what was written, or give another deadline."""
    locked = _locked(follow_up, version, by)
    before = audit.snapshot(locked, *_AUDITED)
    _check_due(values["due_on"], locked.month.first_day)
    for name in CORRECTED:
        setattr(locked, name, values[name])
    _finish(locked, before, "更正跟踪事项", "", by)


@transaction.atomic
def escalate_follow_up(*, follow_up: FollowUp, version: int, note: str, by: User) -> None:
    """Hand it up to the next level, which then is the one to solve it."""
    locked = _locked(follow_up, version, by)
    above = policies.level_above(locked)
    if above is None:
        raise Refused("已经由县级办理，没有更高一级可以上交。")
    note = note.strip()
    if not note:
        raise Refused("请写明为什么上交、已经做了什么。")
    before = audit.snapshot(locked, *_AUDITED)
    locked.level = above
    _finish(locked, before, f"上交{above.label}办理", note, by)


@transaction.atomic
def solve_follow_up(
    *, follow_up: FollowUp, version: int, solved_on: dt.date, level: Level, outcome: str, by: User
) -> None:
    """Solved: when, at which level, with what outcome."""
    locked = _locked(follow_up, version, by)
    outcome = outcome.strip()
    if not outcome:
        raise Refused("请写明办理结果。")
    if level not in policies.solving_levels(locked):
        raise Refused("办结层级不对，请重新选择。")
    if solved_on > timezone.localdate():
        raise Refused("办结日期不能晚于今天。")
    if solved_on < locked.month.first_day:
        raise Refused(f"办结日期不能早于发现的月份（{locked.month.label}）。")
    before = audit.snapshot(locked, *_AUDITED)
    locked.solved_on, locked.solved_level, locked.outcome = solved_on, level, outcome
    _finish(locked, before, "办结", outcome, by)
