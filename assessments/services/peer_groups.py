"""Groups of peers: set up, changed from a month on, ended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max, Q, QuerySet

from assessments.models import PeerGroup, Scheme
from assessments.policies import peer_groups as policies
from pingan import audit
from pingan.models import Unit, User
from pingan.months import Month
from pingan.refusals import Conflict, Refused


@dataclass(frozen=True, slots=True)
class Peers:
    """Who is in a group, and from which month on."""

    name: str
    kinds: Sequence[str]
    units: Sequence[Unit]
    start: Month


@transaction.atomic
def add_peer_group(
    *, county: Unit, level: int, peers: Peers, today: dt.date, by: User
) -> PeerGroup:
    """A new group, behind those that are there."""
    _hold(county)
    policies.check_make_groups(county=county, by=by)
    _check(county, level, peers, today, _others(county, level, peers.start))
    last = PeerGroup.objects.filter(county=county, level=level).aggregate(last=Max("position"))
    group = _make(county, level, peers, (last["last"] or 0) + 1)
    audit.record(action="设立同组", obj=group, by=by, unit=county, after=_said(peers))
    return group


@transaction.atomic
def change_peer_group(
    *, group: PeerGroup, peers: Peers, seen: str, today: dt.date, by: User
) -> PeerGroup:
    """Other units from a month on: the old group ends there, a new one begins.

    A group that has not begun is simply rewritten. `seen` is what the page showed.
    """
    held = _held(group, seen, by)
    others = _others(held.county, held.level, peers.start).exclude(pk=held.pk)
    _check(held.county, held.level, peers, today, others)
    before = describe(held)
    if held.valid_from <= today:
        _check_name(held, peers.name)
        held.valid_to = peers.start.first_day
        held.save(update_fields=["valid_to"])
        made = _make(held.county, held.level, peers, held.position)
    else:
        made = held
        made.name, made.unit_kinds = peers.name, list(peers.kinds)
        made.valid_from = peers.start.first_day
        made.save(update_fields=["name", "unit_kinds", "valid_from"])
        made.units.set(peers.units)
    audit.record(
        action="调整同组", obj=made, by=by, unit=held.county, before=before, after=_said(peers)
    )
    return made


@transaction.atomic
def end_peer_group(*, group: PeerGroup, start: Month, seen: str, today: dt.date, by: User) -> None:
    """From that month on the units are ranked with the rest of their level again."""
    held = _held(group, seen, by)
    policies.check_start(month=start, today=today)
    if held.valid_from >= start.first_day and not held.schemes.exists():
        audit.record(action="取消同组", obj=held, by=by, unit=held.county, before=describe(held))
        held.delete()
        return
    if held.valid_from >= start.first_day:
        raise Refused(f"“{held.name}”还没有启用，但已经有考核办法用它。请先撤回那份考核办法。")
    held.valid_to = start.first_day
    held.save(update_fields=["valid_to"])
    audit.record(
        action="停用同组", obj=held, by=by, unit=held.county, after={"valid_to": held.valid_to}
    )


def _check_name(group: PeerGroup, name: str) -> None:
    """A scheme finds its group by name: renamed, its units would be scored by other rules."""
    schemes = Scheme.objects.filter(
        county=group.county_id, level=group.level, peer_group__name=group.name
    )
    if name != group.name and schemes.exists():
        raise Refused(
            f"“{group.name}”有自己的考核办法，改名后办法就对不上了。请保留原名，只调整单位。"
        )


def describe(group: PeerGroup) -> dict[str, object]:
    """The group as plain values: for the trail, and to notice that somebody changed it."""
    return {
        "name": group.name,
        "kinds": list(group.unit_kinds),
        "units": sorted(unit.name for unit in group.units.all()),
        "valid_from": str(group.valid_from),
        "valid_to": str(group.valid_to or ""),
    }


def _said(peers: Peers) -> dict[str, object]:
    return {
        "name": peers.name,
        "kinds": list(peers.kinds),
        "units": sorted(unit.name for unit in peers.units),
        "valid_from": str(peers.start.first_day),
    }


def _hold(county: Unit) -> None:
    """Two people at the groups of one county: the second waits."""
    Unit.objects.select_for_update().get(pk=county.pk)


def _held(group: PeerGroup, seen: str, by: User) -> PeerGroup:
    _hold(group.county)
    policies.check_make_groups(county=group.county, by=by)
    held = PeerGroup.objects.select_related("county").filter(pk=group.pk).first()
    if held is None:
        raise Refused("这个同组已经被取消。")
    if mark(held) != seen:
        raise Conflict("您打开这一页之后，别人改过这个同组。")
    if held.valid_to is not None:
        raise Refused(f"“{held.name}”已经定了停用日期，不能再改；需要时另设一组。")
    return held


def mark(group: PeerGroup) -> str:
    """A short sign of what the group is now, carried by the page."""
    return "|".join(str(value) for value in describe(group).values())


def _others(county: Unit, level: int, start: Month) -> QuerySet[PeerGroup]:
    """Groups of the level that are still there when this one begins, or begin later."""
    return PeerGroup.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=start.first_day), county=county, level=level
    ).prefetch_related("units")


def _check(
    county: Unit, level: int, peers: Peers, today: dt.date, others: QuerySet[PeerGroup]
) -> None:
    policies.check_start(month=peers.start, today=today)
    policies.check_content(level=level, kinds=peers.kinds, units=peers.units, county=county)
    policies.check_alone(name=peers.name, kinds=peers.kinds, units=peers.units, others=others)


def _make(county: Unit, level: int, peers: Peers, position: int) -> PeerGroup:
    group = PeerGroup.objects.create(
        county=county,
        level=level,
        name=peers.name,
        position=position,
        unit_kinds=list(peers.kinds),
        valid_from=peers.start.first_day,
    )
    group.units.set(peers.units)
    return group
