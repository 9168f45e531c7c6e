"""What the registration form offers: units, committees with their mediators, lists."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from disputes.models import Committee, Dispute, Mediator
from pingan.enums import Level
from pingan.models import Unit, User

REGISTERING = (Level.VILLAGE, Level.TOWNSHIP, Level.COUNTY, Level.DEPARTMENT)


def registering_units(user: User) -> QuerySet[Unit]:
    """Whom this person registers for: the own unit; a township also its villages and units."""
    units = Unit.objects.living().visible_to(user).filter(level__in=REGISTERING)
    if user.unit.level == Level.COUNTY:  # the county's desk registers what comes to the county
        units = units.filter(pk=user.unit_id)
    return units.order_by("level", "position", "code")


def committees_for(user: User) -> QuerySet[Committee]:
    """Committees of the own tree that stand today, and those of the units above."""
    return (
        Committee.objects.filter(dissolved_on=None, unit__in=registering_units(user))
        .select_related("unit")
        .order_by("unit__level", "unit__position", "name")
    )


def mediators_for(user: User, dispute: Dispute | None = None) -> QuerySet[Mediator]:
    """Mediators of these committees, by number: their names are sealed.

    Of a case: those of its committee, and of the holder's where it was handed on.
    """
    rows = Mediator.objects.filter(ends_on=None)
    if dispute is None:
        rows = rows.filter(committee__in=committees_for(user))
    else:
        wanted = Q(committee=dispute.committee_id, committee__isnull=False)
        if dispute.holder_id != dispute.unit_id:
            wanted |= Q(committee__unit=dispute.holder_id, committee__dissolved_on=None)
        rows = rows.filter(wanted | Q(pk=dispute.mediator_id))
    return rows.select_related("committee").order_by("committee__name", "number")


def last_committee(user: User) -> Committee | None:
    """The committee this person registered with last, else the own unit's only one."""
    last = (
        Dispute.objects.filter(registered_by=user, committee__dissolved_on=None)
        .exclude(committee=None)
        .select_related("committee")
        .order_by("-pk")
        .first()
    )
    if last is not None:
        return last.committee
    return Committee.objects.filter(unit=user.unit_id, dissolved_on=None).first()
