"""Repeats: the handler is told, nobody is named."""

from __future__ import annotations

import datetime as dt

import pytest

from disputes.enums import PartyRole, Satisfaction
from disputes.models import Dispute, FollowVisit
from disputes.selectors.repeats import marks_of, repeats_of
from disputes.services.names import erase_due
from disputes.services.registration import PartyEntry
from pingan.enums import Role
from tests.disputes.makers import make_dispute
from tests.factories import make_county, make_user

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 10, 12)
NAMES = ("演示甲", "演示乙", "演示丙", "演示丁")


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(dt.datetime(2026, 10, 12, 10, tzinfo=dt.UTC), tick=False)


@pytest.fixture
def clerk(tree):
    return make_user(Role.VILLAGE_CLERK, tree.villages[0], "village")


@pytest.fixture
def stranger(tree):
    return make_user(Role.VILLAGE_CLERK, tree.villages[2], "far-village")


def people(*names: str) -> tuple[PartyEntry, ...]:
    roles = (PartyRole.APPLICANT, PartyRole.RESPONDENT)
    return tuple(PartyEntry(role, name) for role, name in zip(roles, names, strict=True))


def told(dispute: Dispute, user) -> list[tuple]:
    return [
        (each.code, each.category, each.state, each.level, each.why)
        for each in repeats_of(dispute, user, TODAY).cases
    ]


def test_same_place_and_same_party_are_told_to_the_handler(tree, clerk):
    first = make_dispute(tree.villages[0], clerk, parties=people("演示甲", "演示乙"))
    second = make_dispute(
        tree.villages[0], clerk, parties=people("演示丙", "演 示 甲"), place="别处"
    )
    third = make_dispute(
        tree.villages[0], clerk, parties=people("演示丙", "演示丁"), place="三组 晒坝"
    )

    found = repeats_of(first, clerk, TODAY)

    assert found.text == "同一地点1件、同一当事人1件"
    assert told(first, clerk) == [
        (third.code, "邻里", "已登记", "村(社区)", "同一地点"),
        (second.code, "邻里", "已登记", "村(社区)", "同一当事人"),
    ]
    assert not found.reasons


def test_nobody_but_the_handler_is_told(tree, clerk, county_officer, township_clerk):
    make_dispute(tree.villages[0], clerk)
    second = make_dispute(tree.villages[0], clerk)

    assert repeats_of(second, clerk, TODAY)
    for other in (county_officer, township_clerk):
        assert not repeats_of(second, other, TODAY)
        assert marks_of([second], other, TODAY) == {}


def test_of_another_units_case_only_its_level_is_told(tree, clerk, stranger):
    theirs = make_dispute(tree.villages[2], stranger, title="演示事由", facts="演示甲动了手")
    mine = make_dispute(tree.villages[0], clerk)

    found = repeats_of(mine, clerk, TODAY)

    assert told(mine, clerk) == [("其他单位的纠纷", "", "办理中", "村(社区)", "同一当事人")]
    assert found.cases[0].dispute_id is None
    for word in (*NAMES, theirs.code, theirs.title, tree.villages[2].name):
        assert word not in repr(found)


def test_the_same_words_in_another_village_are_another_place(tree, clerk, stranger):
    make_dispute(tree.villages[2], stranger, parties=people("演示丙", "演示丁"))
    mine = make_dispute(tree.villages[0], clerk)
    officer = make_user(Role.COUNTY_OFFICER, tree.county, "county")
    make_dispute(tree.county, officer, parties=people("演示戊", "演示己"))

    assert repeats_of(mine, clerk, TODAY).text == "同一地点1件"  # the county's own, of all its land


def test_old_closed_cases_and_erased_names_no_longer_count(tree, clerk):
    old = make_dispute(tree.villages[0], clerk)
    erased = make_dispute(tree.villages[0], clerk)
    mine = make_dispute(tree.villages[0], clerk)
    Dispute.objects.filter(pk=old.pk).update(
        registered_on=dt.date(2023, 1, 1), state="closed", closed_on=dt.date(2023, 3, 1)
    )
    Dispute.objects.filter(pk=erased.pk).update(
        state="closed", closed_on=dt.date(2026, 9, 2), erase_on=dt.date(2026, 9, 3)
    )

    assert len(repeats_of(mine, clerk, TODAY).cases) == 1
    erase_due(today=TODAY)

    assert not repeats_of(mine, clerk, TODAY)


def test_an_old_case_that_is_still_open_counts(tree, clerk):
    old = make_dispute(tree.villages[0], clerk)
    mine = make_dispute(tree.villages[0], clerk)
    Dispute.objects.filter(pk=old.pk).update(registered_on=dt.date(2021, 1, 1))

    assert repeats_of(mine, clerk, TODAY).text == "同一地点1件、同一当事人1件"


def test_several_of_one_party_within_a_year_should_go_up(tree, clerk):
    places = ("一处", "二处", "三处")
    cases = [
        make_dispute(tree.villages[0], clerk, parties=people("演示甲", other), place=place)
        for place, other in zip(places, NAMES[1:], strict=True)
    ]

    assert repeats_of(cases[0], clerk, TODAY).reasons == ("同一当事人一年内已有3件纠纷（含本件）",)

    Dispute.objects.filter(pk=cases[2].pk).update(registered_on=dt.date(2025, 8, 1))
    assert repeats_of(cases[0], clerk, TODAY).reasons == ()


def test_a_case_that_may_flare_up_should_go_up(tree, clerk):
    first = make_dispute(tree.villages[0], clerk, is_crime_likely=True)
    second = make_dispute(tree.villages[0], clerk)
    third = make_dispute(tree.villages[0], clerk, parties=people("演示丙", "演示丁"), place="别处")
    FollowVisit.objects.create(
        dispute=third,
        on=TODAY,
        is_performed=False,
        satisfaction=Satisfaction.UNSATISFIED,
        is_flaring_up=True,
    )

    own = "本件有激化苗头或可能引发治安、刑事案件"
    marks = marks_of([first, second, third], clerk, TODAY)

    assert marks[first.pk].reasons == marks[third.pk].reasons == (own,)
    assert marks[second.pk].reasons == (
        "同一地点或同一当事人的其他纠纷有激化苗头或可能引发治安、刑事案件",
    )
    assert marks[third.pk].text == ""


def test_a_case_alone_has_no_mark(tree, clerk):
    mine = make_dispute(tree.villages[0], clerk)

    assert marks_of([mine], clerk, TODAY) == {}
    assert not repeats_of(mine, clerk, TODAY)


def test_marks_of_a_list_take_five_queries_whatever_its_length(
    tree, clerk, django_assert_num_queries
):
    for _number in range(3):
        make_dispute(tree.villages[0], clerk)
    cases = list(Dispute.objects.handled_by(clerk).select_related("mediator"))

    for rows in (cases[:1], cases):
        with django_assert_num_queries(5):
            marks = marks_of(rows, clerk, TODAY)
        assert {len(mark.places) for mark in marks.values()} == {2}


def test_another_county_never_matches(tree, clerk):
    other = make_county("530629", "邻县")
    neighbour = make_user(Role.VILLAGE_CLERK, other.villages[0], "neighbour")
    make_dispute(other.villages[0], neighbour)
    mine = make_dispute(tree.villages[0], clerk)

    assert not repeats_of(mine, clerk, TODAY)
