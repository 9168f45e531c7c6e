"""Schemes, inspections, editions, and what follows from them; one concept a module."""

from assessments.models.appeals import Appeal
from assessments.models.editions import Edition, Scorecard
from assessments.models.inspections import (
    Draw,
    Inspection,
    InspectionEntry,
    InspectionGroup,
    LeaderRating,
    MonthFocus,
    SheetItem,
)
from assessments.models.namings import (
    Naming,
    NamingAnswer,
    NamingCriterion,
    NamingKind,
    NamingRecheck,
)
from assessments.models.problems import (
    LadderStep,
    Problem,
    Recheck,
    RectificationNotice,
    RectificationReply,
)
from assessments.models.regulation import KeyPlace, KeyPlaceProgress
from assessments.models.rewards import InformationReward, PostTenure, Reward
from assessments.models.schemes import PeerGroup, Scheme, ScoreItem
from assessments.models.vetoes import Veto, VetoCondition

__all__ = [
    "Appeal",
    "Draw",
    "Edition",
    "InformationReward",
    "Inspection",
    "InspectionEntry",
    "InspectionGroup",
    "KeyPlace",
    "KeyPlaceProgress",
    "LadderStep",
    "LeaderRating",
    "MonthFocus",
    "Naming",
    "NamingAnswer",
    "NamingCriterion",
    "NamingKind",
    "NamingRecheck",
    "PeerGroup",
    "PostTenure",
    "Problem",
    "Recheck",
    "RectificationNotice",
    "RectificationReply",
    "Reward",
    "Scheme",
    "ScoreItem",
    "Scorecard",
    "SheetItem",
    "Veto",
    "VetoCondition",
]
