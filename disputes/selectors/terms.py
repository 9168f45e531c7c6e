"""A county's lists and terms of days."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet

from disputes.enums import TermKind
from disputes.models import Dispute, DisputeSettings, DisputeTerm

# From how many people on (GB/T 31000, the common list), the largest first.
SCALES = ((30, "major"), (10, "large"), (5, "general"), (0, "individual"))


def terms_of(county_id: int, kind: TermKind) -> QuerySet[DisputeTerm]:
    """The county's own list of a kind, else the common one; active entries in their order."""
    own = DisputeTerm.objects.filter(kind=kind, is_active=True)
    has_own = own.filter(county=county_id).exists()
    return own.filter(Q(county=county_id) if has_own else Q(county=None)).order_by("position")


def scale_by_people(county_id: int, people: int) -> DisputeTerm | None:
    """The scale that follows from how many are concerned, where the county's list has it."""
    code = next(code for least, code in SCALES if people >= least)
    return terms_of(county_id, TermKind.SCALE).filter(code=code).first()


def settings_of(county_id: int) -> DisputeSettings:
    """The county's terms of days, else the law's and the usual ones."""
    found = DisputeSettings.objects.filter(county=county_id).first()
    return found or DisputeSettings(county_id=county_id)


def list_of(county_id: int, kind: TermKind) -> list[DisputeTerm]:
    """The county's own list with what is retired, else the common one; in its order."""
    rows = DisputeTerm.objects.filter(Q(county=county_id) | Q(county=None), kind=kind)
    found = list(rows.order_by("position", "pk"))
    own = [row for row in found if row.county_id]
    return own or found


def uses_of(county_id: int) -> dict[int, int]:
    """How many cases of the county bear each entry. Three queries."""
    found: dict[int, int] = {}
    for kind in TermKind:
        rows = Dispute.objects.filter(county=county_id).order_by().values_list(f"{kind.value}_id")
        found |= {pk: count for pk, count in rows.annotate(Count("pk")) if pk is not None}
    return found
