"""What a new edition says about the one before: rules, units, totals, ranks, counts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from assessments.explain import count_text, points_text
from assessments.models import Edition, Scorecard
from assessments.scorelines import Card, labels_of
from assessments.tables import Labels, fact

NAMED_FACTS = 4  # counts that one sentence names
NAMED_UNITS = 40  # units that get a sentence of their own

Results = Mapping[int, tuple[Mapping[str, Any], Sequence[Card]]]


class Old(NamedTuple):
    """A card of the edition before."""

    name: str
    total: int
    rank: int
    grade: str
    colour: str
    facts: Mapping[str, int]


def describe_changes(results: Results, replaced: Sequence[Edition]) -> dict[int, list[str]]:
    """Sentences by county, for results that replace an edition. One query."""
    if not replaced:
        return {}
    old = _old_cards(replaced)
    return {
        edition.county_id: [
            *_rule_changes(edition.rules, results[edition.county_id][0]),
            *_card_changes(
                old.get(edition.pk, {}),
                results[edition.county_id][1],
                labels_of(results[edition.county_id][0]),
            ),
        ]
        for edition in replaced
    }


def _old_cards(editions: Iterable[Edition]) -> dict[int, dict[int, Old]]:
    rows = (
        Scorecard.objects.filter(edition__in=editions)
        .order_by()
        .values_list(
            "edition_id", "unit_id", "unit_name", "total", "rank", "grade", "colour", "facts"
        )
    )
    cards: dict[int, dict[int, Old]] = {}
    for edition_id, unit_id, *card in rows.iterator():
        cards.setdefault(edition_id, {})[unit_id] = Old(*card)
    return cards


def _rule_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    return [
        f"考核办法有变动：{new.get(level, old.get(level))['name']}。"
        for level in sorted(old.keys() | new.keys())
        if old.get(level) != new.get(level)
    ]


def _card_changes(old: Mapping[int, Old], cards: Sequence[Card], labels: Labels) -> list[str]:
    by_unit = {card.unit_id: card for card in cards}
    sentences, rank_only = [], 0
    for card in cards:
        before = old.get(card.unit_id)
        if before is None:
            sentences.append(f"{card.unit_name}：新参加考评，{points_text(card.total)}分。")
        elif text := _one_change(before, card, labels):
            sentences.append(text)
        elif before.rank != card.rank:
            rank_only += 1
    sentences += [
        f"{card.name}：不再参加考评。" for unit, card in old.items() if unit not in by_unit
    ]
    rest = len(sentences) - NAMED_UNITS
    if rest > 0:
        sentences = [*sentences[:NAMED_UNITS], f"另有{rest}个单位的计数或得分有变动。"]
    if rank_only:
        sentences.append(f"另有{rank_only}个单位得分不变，名次随之变动。")
    return sentences or ["各单位得分和名次不变，上月名次或单位名称等有变动。"]


def _one_change(old: Old, card: Card, labels: Labels) -> str:
    facts = json.loads(card.facts)
    changed = [name for name in facts if facts[name] != old.facts.get(name)]
    parts = []
    if old.total != card.total:
        parts.append(f"总分由{points_text(old.total)}变为{points_text(card.total)}")
    if old.rank != card.rank and (parts or changed):
        parts.append(f"名次由第{old.rank}名变为第{card.rank}名")
    if changed:
        named = [
            f"{fact(name, labels).label}由{count_text(name, old.facts.get(name, 0))}"
            f"变为{count_text(name, facts[name])}"
            for name in changed[:NAMED_FACTS]
        ]
        more = f"等{len(changed)}项计数" if len(changed) > NAMED_FACTS else ""
        parts.append("、".join(named) + more)
    return f"{card.unit_name}：{'，'.join(parts)}。" if parts else ""
