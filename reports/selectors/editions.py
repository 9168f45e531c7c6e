"""Which edition of a month a person is shown."""

from __future__ import annotations

from assessments.models import Edition
from pingan.models import Unit, User
from pingan.months import Month


def county_of(user: User) -> Unit:
    """The county whose months this person reads."""
    return user.unit.county or user.unit


def shown_edition(user: User, month: Month) -> Edition | None:
    """The newest edition of the month this person may see.

    The county sees a correction as soon as it is closed; everybody else keeps the published one.
    """
    return (
        Edition.objects.visible_to(user)
        .filter(month=month)
        .with_correction()
        .select_related("county")
        .order_by("-number")
        .first()
    )


def shown_editions(user: User, first: Month, last: Month) -> dict[Month, Edition]:
    """As `shown_edition`, for every month from `first` to `last` that has one. One query."""
    found = (
        Edition.objects.visible_to(user)
        .filter(month__gte=first, month__lte=last)
        .defer("rules", "changes")
        .order_by("month", "number")
    )
    return {edition.month: edition for edition in found}


def latest_month(user: User) -> Month | None:
    """The newest month with an edition this person may see."""
    edition = Edition.objects.visible_to(user).only("month").order_by("-month").first()
    return edition.month if edition else None


def published_edition(user: User) -> Edition | None:
    """The newest published month, in its newest published edition."""
    return (
        Edition.objects.visible_to(user)
        .published()
        .select_related("county")
        .order_by("-month", "-number")
        .first()
    )


def month_span(user: User) -> tuple[Month, Month] | None:
    """First and last month with an edition this person may see. One query."""
    found = Edition.objects.visible_to(user).order_by("month").values_list("month", flat=True)
    months = list(found.distinct())
    return (months[0], months[-1]) if months else None


def previous_edition(edition: Edition) -> Edition | None:
    """Last month as it stood when `edition` was closed: a later correction rewrites nothing."""
    return (
        Edition.objects.filter(
            county_id=edition.county_id,
            month=edition.month.previous,
            closed_at__lte=edition.closed_at,
        )
        .order_by("-number")
        .first()
    )
