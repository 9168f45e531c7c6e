"""A county's lists and terms of days."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from disputes.enums import TermKind
from disputes.models import DisputeSettings, DisputeTerm


def terms_of(county_id: int, kind: TermKind) -> QuerySet[DisputeTerm]:
    """The county's own list of a kind, else the common one; active entries in their order."""
    own = DisputeTerm.objects.filter(kind=kind, is_active=True)
    has_own = own.filter(county=county_id).exists()
    return own.filter(Q(county=county_id) if has_own else Q(county=None)).order_by("position")


def settings_of(county_id: int) -> DisputeSettings:
    """The county's terms of days, else the law's and the usual ones."""
    found = DisputeSettings.objects.filter(county=county_id).first()
    return found or DisputeSettings(county_id=county_id)
