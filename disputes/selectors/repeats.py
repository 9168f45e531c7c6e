"""Repeats: cases of the same place or of the same parties, matched by digests, never by reading.

Told to whoever handles the case, and to nobody else. Of a case of another unit's tree he learns
that it exists, how high its unit stands and whether it is still open: no number, no matter, no
name. Equal names may be two people; the words say so.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q

from disputes.enums import OPEN_STATES, DisputeState
from disputes.models import Dispute, FollowVisit, Party
from pingan.enums import Level
from pingan.fields import ID_WIDTH
from pingan.models import User

KEPT_IN_MIND = dt.timedelta(days=3 * 365)
CLOSE_TOGETHER = dt.timedelta(days=365)
# So many cases of one party within a year, this one among them, should be looked at higher up.
SEVERAL = 3
_TERRITORIES = (Level.COUNTY, Level.TOWNSHIP, Level.VILLAGE)


@dataclass(frozen=True, slots=True)
class Mark:
    """What a list says beside a case: how many others, and why it should go up."""

    places: frozenset[int] = frozenset()
    parties: frozenset[int] = frozenset()
    reasons: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.places or self.parties or self.reasons)

    @property
    def text(self) -> str:
        """同一地点2件、同一当事人1件."""
        counts = (("同一地点", len(self.places)), ("同一当事人", len(self.parties)))
        return "、".join(f"{word}{count}件" for word, count in counts if count)


@dataclass(frozen=True, slots=True)
class Repeat:
    """Another case, as much of it as this person may know. `dispute_id` None: not his to open."""

    dispute_id: int | None
    code: str
    category: str
    state: str
    level: str
    why: str


@dataclass(frozen=True, slots=True)
class Repeats:
    """What the page of a case says about others like it."""

    mark: Mark = field(default_factory=Mark)
    cases: tuple[Repeat, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.mark)

    @property
    def text(self) -> str:
        return self.mark.text

    @property
    def reasons(self) -> tuple[str, ...]:
        return self.mark.reasons


def repeats_of(dispute: Dispute, user: User, today: dt.date) -> Repeats:
    """Others of the same place or parties, for the handler of this one. Six queries at most."""
    mark = marks_of([dispute], user, today).get(dispute.pk, Mark())
    found = mark.places | mark.parties
    if not found:
        return Repeats(mark)
    visible = Dispute.objects.visible_to(user).filter(pk=OuterRef("pk"))
    rows = (
        Dispute.objects.filter(pk__in=found)
        .annotate(is_visible=Exists(visible))
        .select_related("category", "unit")
        .defer("facts")
        .order_by("-registered_on", "-pk")
    )
    return Repeats(mark, tuple(_repeat(row, mark, is_visible=row.is_visible) for row in rows))


def marks_of(disputes: Sequence[Dispute], user: User, today: dt.date) -> dict[int, Mark]:
    """Marks of the cases of a list that this person handles. Five queries, whatever its length.

    The rows come with `mediator` selected: who handles a case is asked of the case itself.
    """
    own = {dispute.pk: dispute for dispute in disputes if dispute.is_known_to(user)}
    if not own:
        return {}
    places = _same_places(own, today)
    parties, close = _same_parties(own, today)
    others = {pk for found in (*places.values(), *parties.values()) for pk in found}
    hot = _hot({*own, *others})
    marks = {
        pk: Mark(
            places=frozenset(places[pk]),
            parties=frozenset(parties[pk]),
            reasons=tuple(_reasons(dispute, close[pk], hot, places[pk] | parties[pk])),
        )
        for pk, dispute in own.items()
    }
    return {pk: mark for pk, mark in marks.items() if mark}


def recent(today: dt.date, prefix: str = "") -> Q:
    """Cases that still matter: open, or registered in the last three years."""
    return Q(**{f"{prefix}state__in": OPEN_STATES}) | Q(
        **{f"{prefix}registered_on__gte": today - KEPT_IN_MIND}
    )


def _same_places(own: dict[int, Dispute], today: dt.date) -> dict[int, set[int]]:
    """By case: others of the same place. 三组晒坝 of another village is another place."""
    mine = Dispute.objects.filter(pk__in=own).exclude(place_index="")
    found: dict[int, set[int]] = defaultdict(set)
    wanted: dict[tuple[int, str], list[tuple[int, str]]] = defaultdict(list)
    fields = ("pk", "county_id", "place_index", "unit__path", "unit__level")
    for pk, county_id, index, path, level in mine.values_list(*fields):
        wanted[county_id, index].append((pk, _territory(path, level)))
    if not wanted:
        return found
    rows = Dispute.objects.filter(
        recent(today),
        county_id__in={county for county, _index in wanted},
        place_index__in={index for _county, index in wanted},
    )
    for pk, county_id, index, path, level in rows.order_by().values_list(*fields):
        other = _territory(path, level)
        for own_pk, territory in wanted.get((county_id, index), ()):
            if own_pk != pk and (territory.startswith(other) or other.startswith(territory)):
                found[own_pk].add(pk)
    return found


def _territory(path: str, level: int) -> str:
    """The land a unit works on: an office's is the county's."""
    return path if level in _TERRITORIES else path[:ID_WIDTH]


def _same_parties(
    own: dict[int, Dispute], today: dt.date
) -> tuple[dict[int, set[int]], dict[int, int]]:
    """By case: others with a party of the same name; how many of the busiest party's in a year."""
    found: dict[int, set[int]] = defaultdict(set)
    close: dict[int, int] = defaultdict(int)
    wanted: dict[tuple[int | None, str], set[int]] = defaultdict(set)
    mine = Party.objects.filter(dispute__in=own).exclude(name_index="").order_by()
    for pk, county, index in mine.values_list("dispute", "dispute__county", "name_index"):
        wanted[county, index].add(pk)
    if not wanted:
        return found, close
    rows = Party.objects.filter(
        recent(today, "dispute__"),
        name_index__in={index for _county, index in wanted},
        dispute__county__in={county for county, _index in wanted},
    )
    days: dict[tuple[int | None, str], dict[int, dt.date]] = defaultdict(dict)
    fields = ("dispute", "dispute__county", "name_index", "dispute__registered_on")
    for pk, county, index, day in rows.order_by().values_list(*fields):
        days[county, index][pk] = day
    for key, pks in wanted.items():
        for own_pk in pks:
            others = {pk: day for pk, day in days[key].items() if pk != own_pk}
            found[own_pk] |= others.keys()
            near = (
                abs(day - own[own_pk].registered_on) <= CLOSE_TOGETHER for day in others.values()
            )
            close[own_pk] = max(close[own_pk], sum(near))
    return found, close


def _hot(pks: Iterable[int]) -> set[int]:
    """Cases that may turn into a crime, or flared up again at a visit."""
    flaring = FollowVisit.objects.filter(dispute=OuterRef("pk"), is_flaring_up=True)
    rows = Dispute.objects.filter(Q(is_crime_likely=True) | Exists(flaring), pk__in=list(pks))
    return set(rows.values_list("pk", flat=True))


def _reasons(dispute: Dispute, close: int, hot: set[int], others: set[int]) -> Iterable[str]:
    if dispute.state == DisputeState.CLOSED:
        return
    if close + 1 >= SEVERAL:
        yield f"同一当事人一年内已有{close + 1}件纠纷（含本件）"
    if dispute.pk in hot:
        yield "本件有激化苗头或可能引发治安、刑事案件"
    if others & hot:
        yield "同一地点或同一当事人的其他纠纷有激化苗头或可能引发治安、刑事案件"


def _repeat(row: Dispute, mark: Mark, *, is_visible: bool) -> Repeat:
    why = [
        word
        for word, found in (("同一地点", mark.places), ("同一当事人", mark.parties))
        if row.pk in found
    ]
    return Repeat(
        dispute_id=row.pk if is_visible else None,
        code=row.code if is_visible else "其他单位的纠纷",
        category=row.category.name if is_visible else "",
        state=row.get_state_display() if is_visible else _open_or_not(row),
        level=row.unit.get_level_display(),
        why="、".join(why),
    )


def _open_or_not(row: Dispute) -> str:
    return "办理中" if row.state in OPEN_STATES else "已办结"
