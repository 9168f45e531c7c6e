"""How firm a ranking is: what small changes of weights, inspectors and chance would move. Pure.

Everything starts from frozen lines and counts, and is scored again by the rules of the edition.
Chance is drawn from a seed, so that the same edition always gives the same answer.
"""

from assessments.fairness.draws import (
    DRAWS,
    SURE,
    SWING,
    Firmness,
    Spread,
    firmness,
    item_swings,
    reweighted,
    survey_draws,
    top_of,
    weight_draws,
)
from assessments.fairness.inspectors import Inspector, Visit, inspectors
from assessments.fairness.items import Deciding, deciding
from assessments.fairness.sheets import Draw, Move, Sheet, ranks

__all__ = [
    "DRAWS",
    "SURE",
    "SWING",
    "Deciding",
    "Draw",
    "Firmness",
    "Inspector",
    "Move",
    "Sheet",
    "Spread",
    "Visit",
    "deciding",
    "firmness",
    "inspectors",
    "item_swings",
    "ranks",
    "reweighted",
    "survey_draws",
    "top_of",
    "weight_draws",
]
