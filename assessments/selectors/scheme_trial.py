"""试算: the last closed month as the draft would have scored it. Nothing is written."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from assessments.enums import Colour, Grade
from assessments.models import Edition, Scheme, Scorecard
from assessments.scorelines import Card, level_of, rules_key
from assessments.selectors.results import results
from assessments.selectors.schemes import Rules, key_of, rules_of, with_scheme
from pingan.enums import Level
from pingan.models import Unit
from pingan.months import Month


@dataclass(frozen=True, slots=True)
class TrialRow:
    """One unit before and after; points in hundredths, `rise` in places."""

    unit_id: int
    name: str
    parent_name: str
    peer_group: str
    total_before: int
    total_after: int
    rank_before: int
    rank_after: int
    grade_before: Grade
    grade_after: Grade
    colour_before: Colour
    colour_after: Colour

    @property
    def rise(self) -> int:
        return self.rank_before - self.rank_after

    @property
    def fall(self) -> int:
        return -self.rise

    @property
    def gain(self) -> int:
        return self.total_after - self.total_before

    @property
    def loss(self) -> int:
        return -self.gain

    @property
    def changes_grade(self) -> bool:
        return self.grade_before != self.grade_after

    @property
    def changes_colour(self) -> bool:
        return self.colour_before != self.colour_after


@dataclass(frozen=True, slots=True)
class Trial:
    """Every unit that the draft would score, the biggest movers first."""

    month: Month
    edition: Edition
    rows: tuple[TrialRow, ...]
    grades: tuple[tuple[str, int, int], ...]  # grade, units before, units after
    colours: tuple[tuple[str, int, int], ...]
    has_ranks_in_parents: bool

    @property
    def moved(self) -> int:
        return sum(row.rise != 0 for row in self.rows)

    @property
    def regraded(self) -> int:
        return sum(row.changes_grade for row in self.rows)

    @property
    def recoloured(self) -> int:
        return sum(row.changes_colour for row in self.rows)

    @property
    def farthest(self) -> int:
        return max((abs(row.rise) for row in self.rows), default=0)


def trial(draft: Scheme, county: Unit) -> Trial | None:
    """None as long as no month of the county is closed. A fixed number of queries.

    Refused where a rule cannot work.
    """
    edition = Edition.objects.current().filter(county=county).order_by("-month").first()
    if edition is None:
        return None
    month = edition.month
    whole = with_scheme(rules_of([county], month)[county.pk], draft)
    rules = {key: text for key, text in whole.items() if level_of(key) == draft.level}
    [result] = results([county], month, {county.pk: rules})
    frozen = Scorecard.objects.filter(edition=edition, level=draft.level).order_by()
    stored = {
        card.unit_id: card for card in frozen.only("unit_id", "total", "rank", "grade", "colour")
    }
    own = key_of(draft)
    cards = [card for card in result.cards if card.unit_id in stored and _key(card, rules) == own]
    cards.sort(key=lambda card: (card.parent_code, card.position, card.unit_code))
    rows = [_row(card, stored[card.unit_id]) for card in cards]
    rows.sort(key=lambda row: (-abs(row.rise), -abs(row.gain)))
    return Trial(
        month=month,
        edition=edition,
        rows=tuple(rows),
        grades=_counts(Grade, [(row.grade_before, row.grade_after) for row in rows]),
        colours=_counts(Colour, [(row.colour_before, row.colour_after) for row in rows]),
        has_ranks_in_parents=draft.level not in (Level.TOWNSHIP, Level.SECTOR),
    )


def _key(card: Card, rules: Rules) -> str:
    """The rules that scored this card."""
    own = rules_key(card.level, card.peer_group)
    return own if own in rules else rules_key(card.level)


def _row(card: Card, before: Scorecard) -> TrialRow:
    return TrialRow(
        unit_id=card.unit_id,
        name=card.unit_name,
        parent_name=card.parent_name,
        peer_group=card.peer_group,
        total_before=before.total,
        total_after=card.total,
        rank_before=before.rank,
        rank_after=card.rank,
        grade_before=Grade(before.grade),
        grade_after=Grade(card.grade),
        colour_before=Colour(before.colour),
        colour_after=Colour(card.colour),
    )


def _counts(
    kinds: type[Grade] | type[Colour], pairs: list[tuple[str, str]]
) -> tuple[tuple[str, int, int], ...]:
    """How many units of each kind before and after."""
    before, after = Counter(was for was, _now in pairs), Counter(now for _was, now in pairs)
    return tuple((str(kind.label), before[kind], after[kind]) for kind in kinds)
