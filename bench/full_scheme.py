"""A scheme with every source and every shape for each level above the groups, and its peers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from assessments.enums import ItemSource, RuleShape
from assessments.models import PeerGroup, Scheme, ScoreItem
from pingan.enums import Level, UnitKind
from pingan.months import Month

FIRST_MONTH = Month(2000, 1)
LEVELS = (Level.TOWNSHIP, Level.VILLAGE, Level.SECTOR, Level.DEPARTMENT)
NIGHTS = {"numerator": "nights_covered", "denominator": "nights_expected"}
CRIMES = {"numerator": "indicator.crimes", "denominator": 1}

# (code, source, shape, points, parameters); without bonus and veto they make 100 points.
ITEMS: tuple[tuple[str, ItemSource, RuleShape, int, dict[str, Any]], ...] = (
    (
        *("days", ItemSource.ROUTINE, RuleShape.RATIO, 500),
        {"numerator": "patrol_days_covered", "denominator": "patrol_days_expected"},
    ),
    ("nights", ItemSource.ROUTINE, RuleShape.MEAN, 500, {**NIGHTS, "each": 30, "within": 2}),
    (
        *("key-days", ItemSource.ROUTINE, RuleShape.BANDS, 500),
        {
            "numerator": "key_days_covered",
            "denominator": "key_days_expected",
            "bands": [[95, 500], [80, 400], [60, 200]],
        },
    ),
    (
        *("broadcast", ItemSource.ROUTINE, RuleShape.MISSING, 500),
        {"numerator": "broadcasts", "denominator": 2, "each": 250},
    ),
    (
        *("heads", ItemSource.ROUTINE, RuleShape.MEAN, 500),
        {"numerator": "patrol_heads", "denominator": 1, "each": 5, "of": "peers"},
    ),
    (
        *("answers", ItemSource.ROUTINE, RuleShape.MISSING, 500),
        {"numerator": "categories_answered", "denominator": "categories_expected", "each": 100},
    ),
    (
        *("solved", ItemSource.ROUTINE, RuleShape.BANDS, 500),
        {
            "numerator": "matters_solved",
            "denominator": "matters_found",
            "bands": [[95, 500], [80, 300]],
            "needs": "returns_received",
        },
    ),
    (
        *("open", ItemSource.ROUTINE, RuleShape.EVENTS, 500),
        {"numerator": "open_matters", "each": 50, "cap": 400},
    ),
    (
        *("meeting", ItemSource.ROUTINE, RuleShape.BANDS, 500),
        {"numerator": "meetings", "denominator": 1, "counted": True, "bands": [[2, 500], [1, 300]]},
    ),
    ("last-year", ItemSource.ROUTINE, RuleShape.LAST_YEAR, 500, {**NIGHTS, "each": 20}),
    (
        *("inspection", ItemSource.INSPECTION, RuleShape.JUDGED, 1000),
        {"numerator": "inspection_given", "denominator": "inspection_possible"},
    ),
    (
        *("undercover", ItemSource.UNDERCOVER, RuleShape.JUDGED, 500),
        {"numerator": "undercover_given", "denominator": "undercover_possible"},
    ),
    (
        *("rating", ItemSource.RATING, RuleShape.JUDGED, 500),
        {"numerator": "rating_given", "denominator": "rating_possible"},
    ),
    (
        *("order", ItemSource.SURVEY, RuleShape.INDEX, 500),
        {"numerator": "order_good", "denominator": "survey_slips", "minimum": 20},
    ),
    (
        *("safe", ItemSource.SURVEY, RuleShape.INDEX, 500),
        {
            "numerator": "feels_safe",
            "denominator": "survey_slips",
            "minimum": 20,
            "bands": [[90, 500], [70, 350]],
        },
    ),
    (
        *("satisfied", ItemSource.SURVEY, RuleShape.MEAN, 500),
        {"numerator": "satisfied", "denominator": "survey_slips", "steps": [[0, 100], [5, 200]]},
    ),
    (
        *("crimes", ItemSource.INDICATOR, RuleShape.LAST_YEAR, 500),
        {**CRIMES, "each": 10, "change": 5, "direction": "down"},
    ),
    (
        *("disputes", ItemSource.DISPUTES, RuleShape.RATIO, 300),
        {"numerator": "disputes_solved", "denominator": "disputes_found", "target": 95},
    ),
    (
        *("notices", ItemSource.RECTIFICATION, RuleShape.RATIO, 200),
        {"numerator": "notices_closed", "denominator": "notices_due"},
    ),
    (
        *("problems", ItemSource.RECTIFICATION, RuleShape.EVENTS, 500),
        {"numerator": "problems_open", "each": 200, "uncapped": True},
    ),
    (
        *("on-time", ItemSource.TIMELINESS, RuleShape.RATIO, 500),
        {"numerator": "returns_on_time", "denominator": "returns_expected"},
    ),
    (
        *("bonus", ItemSource.ROUTINE, RuleShape.BONUS, 200),
        {"numerator": "education_sessions", "each": 50},
    ),
    (
        *("lasting", ItemSource.RECTIFICATION, RuleShape.VETO, 0),
        {"numerator": "problems_lasting", "grade": "qualified"},
    ),
)


def write_schemes() -> None:
    """The newest common schemes: what every county without its own is scored by."""
    for level in LEVELS:
        common = Scheme.objects.get(county=None, level=level, version=1)
        scheme = Scheme.objects.create(
            level=level,
            version=2,
            name=common.name,
            valid_from=FIRST_MONTH,
            grade_bands=common.grade_bands,
            colour_rules=common.colour_rules,
        )
        ScoreItem.objects.bulk_create(
            ScoreItem(
                scheme=scheme,
                position=position,
                section="全部来源",
                code=code,
                name=code,
                source=source,
                shape=shape,
                points=points,
                parameters=parameters,
                clause="依据考核办法",
            )
            for position, (code, source, shape, points, parameters) in enumerate(ITEMS, start=1)
        )


def write_peer_groups(counties: Iterable[int]) -> None:
    """The 镇 of every county are ranked with one another, and so are the rest."""
    PeerGroup.objects.bulk_create(
        PeerGroup(
            county_id=county,
            level=Level.TOWNSHIP,
            name="镇",
            unit_kinds=[UnitKind.TOWN],
            valid_from=dt.date(2015, 1, 1),
        )
        for county in counties
    )
