"""领导评分: one leading post's points of a month, the whole column at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from assessments.models import LeaderRating
from assessments.policies.inspections import check_organise
from assessments.selectors.ratings import RatedUnit, rated_units
from pingan import audit
from pingan.models import Unit, User
from pingan.months import Month
from pingan.refusals import Conflict, Refused
from pingan.services.periods import share_period

WHOLE = 10_000


@dataclass(frozen=True, slots=True)
class RatingLine:
    """A unit's points as typed, None where there are none; `version` is what the page showed."""

    unit_id: int
    points: int | None
    note: str
    version: int


class RatingConflict(Conflict):
    """Others changed some of the same units since; `units` are their names."""

    def __init__(self, units: list[str]) -> None:
        super().__init__(f"您打开这一页之后，别人已经改过{'、'.join(units)}的评分。")
        self.units = units


@transaction.atomic
def save_ratings(
    *, county: Unit, month: Month, post: str, lines: Sequence[RatingLine], by: User
) -> int:
    """Write what changed; the number of units changed. All or nothing."""
    check_organise(county=county, by=by)
    share_period(county_id=county.pk, month=month)
    post = post.strip()
    if not post:
        raise Refused("请填评分领导的职务，不写姓名。")
    Unit.objects.select_for_update(of=("self",), no_key=True).get(pk=county.pk)
    units = {unit.unit_id: unit for unit in rated_units(by, month)}
    if any(line.unit_id not in units for line in lines):
        raise Refused("表里有本月不考核的单位，请重新打开本页。")
    changed = [line for line in lines if not _is_same(line, _saved(units, line, post))]
    stale = [
        units[line.unit_id].name
        for line in changed
        if line.version != _version(_saved(units, line, post))
    ]
    if stale:
        raise RatingConflict(stale)
    for line in changed:
        if line.points is not None and not 0 <= line.points <= WHOLE:
            raise Refused(f"{units[line.unit_id].name}的评分应在0到100之间。")
        if line.points is None and line.note:
            raise Refused(f"{units[line.unit_id].name}写了理由，请同时给分。")
        _write(units[line.unit_id], line, month, post, by)
    if changed:
        audit.record(
            action="保存领导评分",
            obj=county,
            by=by,
            unit=county,
            before=_told(units, changed, post),
            after={
                "month": str(month),
                "post": post,
                "ratings": [[units[each.unit_id].name, each.points, each.note] for each in changed],
            },
        )
    return len(changed)


def _saved(units: dict[int, RatedUnit], line: RatingLine, post: str) -> LeaderRating | None:
    return units[line.unit_id].by_post.get(post)


def _version(saved: LeaderRating | None) -> int:
    return saved.version if saved else 0


def _is_same(line: RatingLine, saved: LeaderRating | None) -> bool:
    if saved is None:
        return line.points is None and not line.note
    return (line.points, line.note) == (saved.points_given, saved.note)


def _write(unit: RatedUnit, line: RatingLine, month: Month, post: str, by: User) -> None:
    saved = unit.by_post.get(post)
    if line.points is None:
        if saved is not None:
            saved.delete()
        return
    LeaderRating.objects.update_or_create(
        unit_id=unit.unit_id,
        month=month,
        rater_post=post,
        defaults={
            "points_given": line.points,
            "points_possible": WHOLE,
            "note": line.note,
            "recorded_by": by,
            "version": _version(saved) + 1,
        },
    )


def _told(
    units: dict[int, RatedUnit], changed: Sequence[RatingLine], post: str
) -> dict[str, object]:
    """What was there before."""
    rows = []
    for line in changed:
        saved = _saved(units, line, post)
        rows.append([units[line.unit_id].name, saved.points_given if saved else None])
    return {"ratings": rows}
