"""Which scheme counts for which level, peer group, county and month."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import F, Q

from assessments.enums import SchemeState
from assessments.models import Scheme, ScoreItem
from assessments.scorelines import rules_key
from assessments.tables import INDICATOR
from campaigns.models import Indicator
from pingan.models import Unit
from pingan.months import Month

# `rules_key` of a level, or of a level's peer group, to the scheme's full text, as an edition
# keeps it.
Rules = dict[str, dict[str, Any]]


def rules_of(counties: Sequence[Unit], month: Month) -> dict[int, Rules]:
    """The adopted rules by county: its own scheme of a level or the common one, the newest.

    One query; another one where an item is scored on an indicator.
    """
    ids = [county.pk for county in counties]
    items = (
        ScoreItem.objects.filter(
            Q(scheme__county=None) | Q(scheme__county_id__in=ids),
            Q(scheme__valid_to=None) | Q(scheme__valid_to__gte=month),
            scheme__valid_from__lte=month,
            scheme__state=SchemeState.ADOPTED,
        )
        .select_related("scheme__peer_group")
        .order_by(
            F("scheme__county_id").asc(nulls_first=True),
            "scheme__version",
            "scheme_id",
            "position",
        )
    )
    schemes = _texts(items)
    common = {key_of(scheme): text for scheme, text in schemes if not scheme.county_id}
    rules: dict[int, Rules] = {county_id: common.copy() for county_id in ids}
    for scheme, text in schemes:
        if scheme.county_id:
            rules[scheme.county_id][key_of(scheme)] = text
    return rules


def key_of(scheme: Scheme) -> str:
    """The key of this scheme in an edition's rules."""
    return rules_key(scheme.level, scheme.peer_group.name if scheme.peer_group else "")


def text_of(scheme: Scheme) -> dict[str, Any]:
    """A scheme's full text, as an edition keeps it; a draft's too. Two queries at most."""
    items = scheme.items.select_related("scheme__peer_group").order_by("position")
    found = _texts(items)
    return found[0][1] if found else _head(scheme)


def with_scheme(rules: Mapping[str, dict[str, Any]], scheme: Scheme) -> Rules:
    """These rules as they would be with this scheme in force."""
    return {**rules, key_of(scheme): text_of(scheme)}


def _texts(items: Iterable[ScoreItem]) -> list[tuple[Scheme, dict[str, Any]]]:
    rows = list(items)
    labels = _labels(rows)
    schemes: dict[int, tuple[Scheme, dict[str, Any]]] = {}
    for item in rows:
        found = schemes.setdefault(item.scheme_id, (item.scheme, _head(item.scheme)))
        found[1]["items"].append(_item(item, labels))
    return list(schemes.values())


def _head(scheme: Scheme) -> dict[str, Any]:
    return {
        "name": scheme.name,
        "version": scheme.version,
        "grade_bands": scheme.grade_bands,
        "colour_rules": scheme.colour_rules,
        "items": [],
    }


Labels = Mapping[tuple[int | None, str], tuple[str, str]]


def _item(item: ScoreItem, labels: Labels) -> dict[str, Any]:
    names = ("code", "name", "source", "shape", "points", "parameters", "clause")
    text = {name: getattr(item, name) for name in names}
    if item.section:
        text["section"] = item.section
    if used := _indicators(item):
        county = item.scheme.county_id
        text["labels"] = {
            f"{INDICATOR}{code}": list(label)
            for code in sorted(used)
            if (label := labels.get((county, code)) or labels.get((None, code)))
        }
    return text


def _labels(items: Iterable[ScoreItem]) -> Labels:
    """Names and unit words of the indicators that these items use, by county and code."""
    codes = {code for item in items for code in _indicators(item)}
    if not codes:
        return {}
    found = Indicator.objects.filter(code__in=codes).values_list(
        "county_id", "code", "name", "measure"
    )
    return {(county, code): (name, measure) for county, code, name, measure in found}


def _indicators(item: ScoreItem) -> set[str]:
    names = (item.parameters.get(name) for name in ("numerator", "denominator", "needs"))
    return {
        name.removeprefix(INDICATOR)
        for name in names
        if isinstance(name, str) and name.startswith(INDICATOR)
    }
