"""Two who set the same thing at the same moment, on real PostgreSQL."""

from __future__ import annotations

import datetime as dt

import pytest

from disputes.enums import CommitteeKind, TermKind
from disputes.models import Committee, DisputeTerm, Mediator
from disputes.selectors.terms import list_of
from disputes.services.committees import CommitteeEntry, found_committee
from disputes.services.mediators import MediatorEntry, appoint_mediator
from disputes.services.settings import add_term, save_days
from pingan.enums import Role
from pingan.refusals import Conflict, Refused
from tests.campaigns.test_concurrency import all_at_once
from tests.disputes.makers import make_committee
from tests.factories import make_county, make_user

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("real_commits")]
PEOPLE = 4
DAYS = {"settle_days": 30, "level_days": 5, "follow_days": 30, "keep_years": 3}


def test_a_countys_list_is_copied_once():
    tree = make_county()
    officer = make_user(Role.COUNTY_OFFICER, tree.county)
    common = DisputeTerm.objects.filter(county=None, kind=TermKind.CATEGORY).count()
    same = {"county": tree.county, "kind": TermKind.CATEGORY, "by": officer}

    results = all_at_once(add_term, [{**same, "name": f"第{n}类"} for n in range(PEOPLE)])

    assert not [result for result in results if result is Refused]
    assert len(list_of(tree.county.pk, TermKind.CATEGORY)) == common + PEOPLE


def test_of_two_who_save_the_days_at_once_one_wins():
    tree = make_county()
    officer = make_user(Role.COUNTY_OFFICER, tree.county)
    same = {"county": tree.county, "days": DAYS, "base": "30-7-30-5", "by": officer}

    results = all_at_once(save_days, [same for _ in range(PEOPLE)])

    assert results.count(Conflict) == PEOPLE - 1


def test_a_short_name_is_borne_once_and_mediators_get_different_numbers():
    tree = make_county()
    officer = make_user(Role.COUNTY_OFFICER, tree.county)
    entry = CommitteeEntry(
        kind=CommitteeKind.VILLAGE,
        name="调解委员会",
        code="同人调",
        members=5,
        women=1,
        founded_on=dt.date(2020, 1, 1),
        term_starts_on=dt.date(2025, 1, 1),
    )

    results = all_at_once(
        found_committee, [{"unit": unit, "entry": entry, "by": officer} for unit in tree.villages]
    )
    own = make_committee(tree.townships[0])
    people = [
        {
            "committee": own,
            "entry": MediatorEntry(name=f"演示第{n}", starts_on=dt.date(2025, 2, 1)),
            "by": officer,
        }
        for n in range(PEOPLE)
    ]
    all_at_once(appoint_mediator, people)

    assert results.count(Refused) == len(tree.villages) - 1
    assert Committee.objects.filter(code="同人调").count() == 1
    assert sorted(Mediator.objects.values_list("number", flat=True)) == ["01", "02", "03", "04"]
