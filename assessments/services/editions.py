"""Publishing an edition: from then on the whole county sees it."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from assessments import policies
from assessments.models import Edition
from pingan import audit
from pingan.models import User


@transaction.atomic
def publish_edition(*, edition: Edition, by: User | None) -> Edition:
    """Show the edition to the whole county; publishing twice changes nothing."""
    edition = (
        Edition.objects.select_for_update(of=("self",)).select_related("county").get(pk=edition.pk)
    )
    policies.check_publish(edition=edition, by=by)
    if edition.published_at is not None:
        return edition
    edition.published_at = timezone.now()
    edition.published_by = by
    edition.save(update_fields=["published_at", "published_by"])
    audit.record(
        action="公布考评结果",
        obj=edition,
        by=by,
        unit=edition.county,
        before={"published_at": None},
        after={"published_at": edition.published_at, "hash": edition.hash},
    )
    return edition
