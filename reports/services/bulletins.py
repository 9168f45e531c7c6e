"""Issuing: a number of the county's register for one frozen edition."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from assessments.models import Edition
from assessments.services.editions import publish_edition
from pingan import audit
from pingan.models import Unit, User
from reports import policies
from reports.models import Bulletin, CaseBulletin


def issue_bulletin(*, edition: Edition, by: User | None, issued_on: dt.date) -> Bulletin:
    """Give the edition the next number of the year and publish it; twice gives the same bulletin.

    The county's row is the lock of its register: two officers never draw one number.
    """
    with transaction.atomic():
        county = Unit.objects.select_for_update(no_key=True).get(pk=edition.county_id)
        edition = Edition.objects.select_related("county").get(pk=edition.pk)
        issued = Bulletin.objects.filter(edition=edition).first()
        if issued is not None:
            policies.check_officer(by, edition)
            return issued
        policies.check_issue(by, edition, issued_on=issued_on, today=timezone.localdate())
        if edition.published_at is None:
            edition = publish_edition(edition=edition, by=by)
        bulletin = Bulletin.objects.create(
            county=county,
            edition=edition,
            year=issued_on.year,
            number=next_number(county=county, year=issued_on.year),
            issued_on=issued_on,
            issued_by=by,
        )
        audit.record(
            action="签发通报",
            obj=bulletin,
            by=by,
            unit=county,
            after={
                **audit.snapshot(bulletin, "year", "number", "issued_on"),
                "month": edition.month,
                "edition": edition.number,
                "hash": edition.hash,
            },
        )
    return bulletin


def next_number(*, county: Unit, year: int) -> int:
    """The number the next bulletin of the year will have, of whatever kind it is."""
    registers = (Bulletin.objects, CaseBulletin.objects)
    found = (
        register.filter(county=county, year=year).aggregate(last=Max("number"))["last"]
        for register in registers
    )
    return max((last or 0) for last in found) + 1
