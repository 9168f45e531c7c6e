"""Two people at one appeal, and filing beside publishing, on real PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.utils import timezone

from assessments.enums import AppealState
from assessments.models import Appeal, Edition, Scorecard
from assessments.services.appeals import file_appeal, refuse_appeal, uphold_appeal
from assessments.services.closing import close_month
from assessments.services.editions import open_preview, publish_edition
from pingan.enums import Role
from pingan.models import CountySettings, User
from pingan.refusals import Refused
from tests.assessments.records import MONTH, make_return
from tests.factories import County, make_county, make_user

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("real_commits")]


def outcome(work: Callable[[], object]) -> bool:
    try:
        work()
    except Refused:
        return False
    finally:
        connections.close_all()
    return True


def at_once(*works: Callable[[], object]) -> list[bool]:
    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(outcome, works))


def previewed(county: County, officer: User) -> Edition:
    CountySettings.objects.filter(county=county.county).update(preview_hours=48)
    make_return(county.townships[0])
    (edition,) = close_month(counties=[county.county], month=MONTH, by=None)
    return open_preview(edition=edition, by=officer)


def card_of(edition: Edition, county: County) -> tuple[Scorecard, str]:
    cards = Scorecard.objects.select_related("unit", "edition")
    card = cards.get(edition=edition, unit=county.townships[0])
    lost = (line[0] for line in card.lines if line[1] is not None and line[1] < line[2])
    return card, next(lost)


def test_one_item_is_contested_once_and_decided_once() -> None:
    county = make_county()
    officer = make_user(Role.COUNTY_OFFICER, county.county)
    clerk = make_user(Role.TOWNSHIP_CLERK, county.townships[0])
    edition = previewed(county, officer)

    def contest() -> None:
        card, code = card_of(edition, county)
        file_appeal(card=card, item_code=code, reason="漏计", by=clerk)

    assert sorted(at_once(contest, contest, contest)) == [False, False, True]
    appeal = Appeal.objects.get()

    def refuse() -> None:
        refuse_appeal(appeal=appeal, decision="没有依据", version=1, by=officer)

    def uphold() -> None:
        uphold_appeal(appeal=appeal, restored=1, decision="属实", version=1, by=officer)

    assert sorted(at_once(refuse, uphold, refuse)) == [False, False, True]
    appeal.refresh_from_db()
    assert appeal.version == 2
    assert (appeal.restored == 1) == (appeal.state == AppealState.UPHELD)


def test_nothing_is_published_beside_a_new_appeal() -> None:
    county = make_county()
    officer = make_user(Role.COUNTY_OFFICER, county.county)
    clerk = make_user(Role.TOWNSHIP_CLERK, county.townships[0])
    edition = previewed(county, officer)

    def contest() -> None:
        card, code = card_of(edition, county)
        file_appeal(card=card, item_code=code, reason="漏计", by=clerk)

    def publish() -> None:
        Edition.objects.filter(pk=edition.pk).update(preview_until=timezone.now())
        publish_edition(edition=edition, by=officer)

    contested, published = at_once(contest, publish)

    assert contested is not published
    edition.refresh_from_db()
    assert (edition.published_at is not None) is published
    assert Appeal.objects.pending().exists() is contested
