"""Units that a case may be handed to, and how they are found by name."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from disputes.models import Dispute
from pingan.enums import Level
from pingan.models import Unit

RECEIVING = (Level.COUNTY, Level.TOWNSHIP, Level.VILLAGE, Level.DEPARTMENT)


def receiving_units(dispute: Dispute) -> QuerySet[Unit]:
    """The county's units that work on cases, less the one that holds it."""
    return (
        Unit.objects.living()
        .filter(Q(county=dispute.county_id) | Q(pk=dispute.county_id), level__in=RECEIVING)
        .exclude(pk=dispute.holder_id)
    )


def receiving_names(dispute: Dispute) -> list[str]:
    """What to suggest: the unit above first; a village with its township. One query."""
    rows = receiving_units(dispute).order_by("level", "parent__position", "position", "code")
    found = rows.values_list("pk", "name", "level", "parent__short_name")
    above = dispute.holder.parent_id
    names = [
        (pk != above, f"{name}（{parent}）" if level == Level.VILLAGE else name)
        for pk, name, level, parent in found
    ]
    return [name for _order, name in sorted(names, key=lambda pair: pair[0])]


def units_named(dispute: Dispute, text: str) -> list[Unit]:
    """Receiving units of that name, short name or code; 名称（上级） tells villages apart."""
    text = text.strip()
    units = receiving_units(dispute)
    found = list(units.filter(Q(name=text) | Q(code=text)))
    if not found:
        found = list(units.filter(short_name=text))
    if not found:
        name, _, parent = text.rstrip("）)").replace("(", "（").partition("（")
        found = list(units.filter(name=name, parent__short_name=parent)) if parent else []
    return found
