"""拟奖惩: what the year's results suggest by the rules, and what speaks against it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from assessments.enums import NamingGrade, NamingState, RewardKind, VetoState
from assessments.models import Edition, Naming, Reward, Scorecard, Veto
from assessments.selectors.freezes import Freeze, frozen_units
from assessments.selectors.reward_rules import RewardRule, reward_rules
from pingan.enums import Level
from pingan.models import Unit
from pingan.months import Month


@dataclass(frozen=True, slots=True)
class Placed:
    """A unit's year among its peers; `mean` of `months` in hundredths, rounded once."""

    unit_id: int
    level: int
    mean: int
    months: int
    place: int
    peers: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """One suggested line; `hindrance` says why it cannot be booked."""

    key: str
    unit: Unit
    kind: str
    title: str
    amount: int
    reason: str
    hindrance: str = ""

    @property
    def kind_label(self) -> str:
        return str(RewardKind(self.kind).label)


def proposals(county: Unit, year: int, on: dt.date) -> list[Proposal]:
    """Everything the rules suggest for the year, in tree order. Eight queries, however many."""
    vetoes = _vetoes(county, year)
    found = list(_found(year_places(county, year), _namings(county, year), vetoes))
    units = Unit.objects.filter(pk__in={unit_id for _rule, unit_id, _t, _r in found})
    by_id = {unit.pk: unit for unit in units.select_related("parent")}
    vetoed = {veto.unit_id for veto in vetoes}
    frozen = frozen_units(on, units=by_id.values())
    booked = set(
        Reward.objects.filter(
            year=year, unit__in=by_id, cancelled_on=None, unit__path__startswith=county.path
        ).values_list("unit_id", "kind", "title")
    )
    lines = []
    for rule, unit_id, title, reason in found:
        unit = by_id[unit_id]
        hindrance = _hindrance(rule, unit, title, frozen, vetoed, booked, year)
        key = f"{rule.code}:{unit_id}:{title}" if rule.by == "naming" else f"{rule.code}:{unit_id}"
        lines.append(Proposal(key, unit, rule.kind, title, rule.amount, reason, hindrance))
    order = {rule.code: place for place, rule in enumerate(reward_rules().rules)}
    lines.sort(key=lambda line: (order[line.key.split(":")[0]], *in_tree(line.unit)))
    return lines


def in_tree(unit: Unit) -> tuple[int, int, int, str]:
    """A key that puts units as every list of them does."""
    parent = unit.parent.position if unit.parent else 0
    return (unit.level, parent, unit.position, unit.code)


def _hindrance(
    rule: RewardRule,
    unit: Unit,
    title: str,
    frozen: Mapping[int, list[Freeze]],
    vetoed: set[int],
    booked: set[tuple[int, str, str]],
    year: int,
) -> str:
    if (unit.pk, rule.kind, title) in booked:
        return "已登记"
    if rule.kind != RewardKind.REWARD:
        return ""
    if freezes := frozen.get(unit.pk):
        return freezes[0].sentence
    if unit.pk in vetoed:
        return f"{year}年受过一票否决，当年不得评先评优。"
    return ""


def _found(
    placed: Iterable[Placed], named: Iterable[Naming], vetoes: Iterable[Veto]
) -> Iterator[tuple[RewardRule, int, str, str]]:
    """Rule, unit, title, and the result it rests on. First of one is no place."""
    for rule in reward_rules().rules:
        if rule.by == "place":
            for each in placed:
                is_meant = each.level == rule.level and each.peers > 1
                if is_meant and rule.first <= each.place <= rule.last:
                    yield rule, each.unit_id, rule.title, _place_text(each)
        elif rule.by == "naming":
            for naming in named:
                title = f"{rule.title}（{naming.kind.name}）"
                yield rule, naming.unit_id, title, f"{naming.document}，{naming.valid_from}"
        else:
            seen = set()
            for veto in vetoes:
                if veto.unit_id not in seen:
                    seen.add(veto.unit_id)
                    reason = f"{veto.document}：{veto.condition.name}"
                    yield rule, veto.unit_id, rule.title, reason


def _place_text(each: Placed) -> str:
    mean = f"{each.mean // 100}.{each.mean % 100:02d}"
    return f"{each.months}个月平均{mean}分，同组{each.peers}个中第{each.place}名"


def _namings(county: Unit, year: int) -> list[Naming]:
    return list(
        Naming.objects.filter(
            unit__path__startswith=county.path,
            grade=NamingGrade.DEMONSTRATION,
            state=NamingState.NAMED,
            valid_from__year=year,
            kind__is_counted=False,
        )
        .select_related("kind")
        .order_by("unit__path", "pk")
    )


def _vetoes(county: Unit, year: int) -> list[Veto]:
    """Whatever was in force on any day of the year."""
    found = Veto.objects.filter(
        unit__path__startswith=county.path,
        state__in=[VetoState.DECIDED, VetoState.LIFTED],
        starts_on__lte=dt.date(year, 12, 31),
        ends_on__gt=dt.date(year, 1, 1),
    ).select_related("condition")
    first = dt.date(year, 1, 1)
    return [veto for veto in found if veto.lifted_on is None or veto.lifted_on > first]


def year_places(county: Unit, year: int) -> list[Placed]:
    """Places of the year by the mean of the published months; two queries.

    Among the peers of the last month; whoever was assessed in less than half of the months has
    none.
    """
    first, last = Month(year, 1), Month(year, 12)
    editions = Edition.objects.filter(county=county, month__gte=first, month__lte=last)
    months = editions.current().published().count()
    rows = (
        Scorecard.objects.filter(
            edition__county=county,
            edition__is_current=True,
            edition__published_at__isnull=False,
            month__gte=first,
            month__lte=last,
            level__in=(Level.TOWNSHIP, Level.VILLAGE, Level.SECTOR, Level.DEPARTMENT),
        )
        .order_by("month", "pk")
        .values_list("unit_id", "level", "parent_id", "peer_group", "total")
    )
    totals: dict[tuple[int, int], list[int]] = defaultdict(list)
    peers: dict[tuple[int, int], tuple[int, int, str]] = {}
    for unit_id, level, parent_id, peer_group, total in rows:
        totals[unit_id, level].append(total)
        peers[unit_id, level] = (level, parent_id, peer_group)
    groups: dict[tuple[int, int, str], list[tuple[int, int, int]]] = defaultdict(list)
    for key, found in totals.items():
        if 2 * len(found) >= months:
            mean = (2 * sum(found) + len(found)) // (2 * len(found))
            groups[peers[key]].append((key[0], mean, len(found)))
    return [
        Placed(unit_id, level, mean, count, place, len(members))
        for (level, _parent, _group), members in groups.items()
        for unit_id, mean, count, place in _ranked(members)
    ]


def _ranked(
    members: Iterable[tuple[int, int, int]],
) -> Iterator[tuple[int, int, int, int]]:
    """Equal means share a place and the next one is skipped."""
    in_order = sorted(members, key=lambda member: (-member[1], member[0]))
    means = [mean for _unit, mean, _count in in_order]
    for unit_id, mean, count in in_order:
        yield unit_id, mean, count, means.index(mean) + 1


def proposal_years(county: Unit) -> list[int]:
    """Years with a published month, the latest first. One query."""
    months = (
        Edition.objects.filter(county=county).current().published().values_list("month", flat=True)
    )
    return sorted({month.year for month in months}, reverse=True)
