"""Which scheme counts for which level, county and month."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import F, Q

from assessments.models import Scheme, ScoreItem
from pingan.models import Unit
from pingan.months import Month

Rules = dict[str, dict[str, Any]]  # level to the scheme's full text, as an edition keeps it


def rules_of(counties: Sequence[Unit], month: Month) -> dict[int, Rules]:
    """The rules by county: its own scheme of a level or the common one, the newest. One query."""
    ids = [county.pk for county in counties]
    items = (
        ScoreItem.objects.filter(
            Q(scheme__county=None) | Q(scheme__county_id__in=ids),
            Q(scheme__valid_to=None) | Q(scheme__valid_to__gte=month),
            scheme__valid_from__lte=month,
        )
        .select_related("scheme")
        .order_by(F("scheme__county_id").asc(nulls_first=True), "scheme__version", "position")
    )
    schemes: dict[int, tuple[Scheme, dict[str, Any]]] = {}
    for item in items:
        _scheme, text = schemes.setdefault(item.scheme_id, (item.scheme, _head(item.scheme)))
        text["items"].append(_item(item))
    common = {
        str(int(scheme.level)): text for scheme, text in schemes.values() if not scheme.county_id
    }
    rules: dict[int, Rules] = {county_id: common.copy() for county_id in ids}
    for scheme, text in schemes.values():
        if scheme.county_id:
            rules[scheme.county_id][str(int(scheme.level))] = text
    return rules


def _head(scheme: Scheme) -> dict[str, Any]:
    return {
        "name": scheme.name,
        "version": scheme.version,
        "grade_bands": scheme.grade_bands,
        "colour_rules": scheme.colour_rules,
        "items": [],
    }


def _item(item: ScoreItem) -> dict[str, Any]:
    names = ("code", "name", "source", "shape", "points", "parameters", "clause")
    return {name: getattr(item, name) for name in names}
