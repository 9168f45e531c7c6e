"""The rules of rewards as data: places and amounts, funds, the limits of information rewards."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).resolve().parents[1] / "data" / "reward_rules.json"


@dataclass(frozen=True, slots=True)
class RewardRule:
    """What a result of the year brings; `by`: place, naming or veto."""

    code: str
    kind: str
    by: str
    title: str
    amount: int
    level: int = 0
    first: int = 0
    last: int = 0


@dataclass(frozen=True, slots=True)
class InformationRules:
    """Limits in 分, usual topics and funds of rewards for information."""

    minimum: int
    maximum: int
    topics: tuple[str, ...]
    funds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RewardRules:
    funds: tuple[str, ...]
    information: InformationRules
    rules: tuple[RewardRule, ...]


@cache
def reward_rules() -> RewardRules:
    """The file, read once."""
    found = json.loads(FILE.read_text(encoding="utf-8"))
    asked = found["information"]
    return RewardRules(
        funds=tuple(found["funds"]),
        information=InformationRules(
            minimum=asked["minimum"],
            maximum=asked["maximum"],
            topics=tuple(asked["topics"]),
            funds=tuple(asked["funds"]),
        ),
        rules=tuple(RewardRule(**rule) for rule in found["rules"]),
    )
