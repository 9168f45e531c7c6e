"""What the inbox says of previews and appeals, and to whom."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from assessments.models import Scorecard
from assessments.services.appeals import file_appeal, refuse_appeal
from assessments.services.editions import open_preview
from pingan.enums import Role
from pingan.models import CountySettings, User
from reports.selectors.inbox_appeals import appeals
from tests.factories import make_county, make_user
from tests.reports.months import NOW, close, fill

SINCE = NOW - dt.timedelta(days=7)


@pytest.fixture
def previewed(tree, county_officer):
    with time_machine.travel(NOW, tick=False) as clock:
        CountySettings.objects.filter(county=tree.county).update(preview_hours=48)
        fill(tree)
        yield open_preview(edition=close(tree, publish=False), by=county_officer), clock


def marks(user):
    fresh = User.objects.select_related("unit").get(pk=user.pk)
    return [item.mark for item in appeals(fresh, SINCE)]


def filed(edition, unit, by):
    card = Scorecard.objects.select_related("unit", "edition").get(edition=edition, unit=unit)
    code = next(line[0] for line in card.lines if line[1] is not None and line[1] < line[2])
    return file_appeal(card=card, item_code=code, reason="漏计", by=by)


def test_units_are_asked_to_read_their_cards(previewed, township_clerk, other_clerk, tree):
    assert marks(township_clerk) == ["公示预览"]
    assert marks(make_user(Role.VILLAGE_CLERK, tree.villages[0])) == ["公示预览"]
    assert marks(make_user(Role.AUDITOR, tree.county)) == []
    assert marks(make_user(Role.LEADER, tree.county)) == []


def test_officer_is_told_of_appeals_and_the_unit_of_the_answer(
    previewed, tree, county_officer, other_clerk, township_clerk
):
    edition, clock = previewed
    appeal = filed(edition, tree.townships[1], other_clerk)

    assert marks(county_officer) == ["待您决定", "预览中"]
    assert marks(other_clerk) == ["公示预览", "待县级决定"]
    assert marks(township_clerk) == ["公示预览"]
    refuse_appeal(appeal=appeal, decision="没有依据", version=1, by=county_officer)
    assert marks(county_officer) == ["预览中"]
    assert marks(other_clerk) == ["公示预览", "申诉不成立"]
    clock.shift(dt.timedelta(hours=48))
    assert marks(county_officer) == ["待公布"]
    assert marks(township_clerk) == []


def test_another_county_hears_nothing(previewed, tree, other_clerk):
    edition, _clock = previewed
    filed(edition, tree.townships[1], other_clerk)
    elsewhere = make_county("510704", "别县")

    assert marks(make_user(Role.COUNTY_OFFICER, elsewhere.county)) == []
    assert marks(make_user(Role.TOWNSHIP_CLERK, elsewhere.townships[0])) == []


def test_the_same_queries_for_one_appeal_and_for_three(
    previewed, tree, county_officer, other_clerk, django_assert_num_queries
):
    edition, _clock = previewed
    officer = User.objects.select_related("unit").get(pk=county_officer.pk)
    clerk = User.objects.select_related("unit").get(pk=other_clerk.pk)
    filed(edition, tree.townships[1], other_clerk)
    for _round in range(2):
        with django_assert_num_queries(2):
            list(appeals(officer, SINCE))
        with django_assert_num_queries(2):
            list(appeals(clerk, SINCE))
        for unit in (tree.villages[2], tree.villages[3]):
            if not unit.appeals.exists():
                filed(edition, unit, other_clerk)
    assert timezone.now() < edition.preview_until
