"""From the close to the public: the preview of an edition, then its publication."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from assessments.models import Edition
from assessments.policies.previews import check_open_preview, check_publish
from assessments.selectors.previews import publication
from pingan import audit
from pingan.models import User


@transaction.atomic
def open_preview(*, edition: Edition, by: User | None) -> Edition:
    """Let every unit read its own scorecard and appeal; opening it twice changes nothing."""
    edition = _held(edition)
    facts = publication(edition)
    check_open_preview(edition=edition, facts=facts, by=by)
    if edition.preview_opened_at is not None:
        return edition
    edition.preview_opened_at = timezone.now()
    edition.preview_until = edition.preview_opened_at + dt.timedelta(hours=facts.hours)
    edition.preview_opened_by = by
    edition.save(update_fields=["preview_opened_at", "preview_until", "preview_opened_by"])
    audit.record(
        action="发起公示预览",
        obj=edition,
        by=by,
        unit=edition.county,
        before={"preview_opened_at": None},
        after=audit.snapshot(edition, "preview_opened_at", "preview_until", "hash"),
    )
    return edition


@transaction.atomic
def publish_edition(*, edition: Edition, by: User | None) -> Edition:
    """Show the edition to the whole county; publishing twice changes nothing."""
    edition = _held(edition)
    check_publish(edition=edition, facts=publication(edition), now=timezone.now(), by=by)
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


def _held(edition: Edition) -> Edition:
    """The row alone: filing and deciding appeals hold it too, so none slips in beside it."""
    held = Edition.objects.select_for_update(of=("self",)).select_related("county")
    return held.get(pk=edition.pk)
