"""Of vetoes and namings in the inbox: each person is told of what is his to do."""

from __future__ import annotations

import datetime as dt

import pytest

from assessments.enums import NamingGrade, NamingState, RecheckResult, VetoState
from assessments.models import Naming, NamingKind, NamingRecheck, Veto, VetoCondition
from pingan.enums import Role
from pingan.models import Unit, User
from reports.selectors.inbox_honours import honours
from tests.factories import County, make_user

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 10, 8)
LONG_AGO = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)


def make_veto(unit: Unit, state: VetoState) -> Veto:
    is_decided = state == VetoState.DECIDED
    return Veto.objects.create(
        unit=unit,
        condition=VetoCondition.objects.filter(county=None)[0],
        facts="火灾",
        happened_on=dt.date(2026, 9, 1),
        state=state,
        proposing_unit=unit.county or unit,
        proposed_at=LONG_AGO,
        decision="属实" if is_decided else "",
        document="9号" if is_decided else "",
        decided_at=LONG_AGO if is_decided else None,
        starts_on=dt.date(2026, 9, 1) if is_decided else None,
        ends_on=dt.date(2027, 3, 1) if is_decided else None,
    )


def make_naming(unit: Unit, state: NamingState, **fields: object) -> Naming:
    term = {
        "document": "1号",
        "decided_at": LONG_AGO,
        "valid_from": dt.date(2026, 1, 1),
        "valid_to": dt.date(2028, 1, 1),
        "recheck_on": dt.date(2027, 1, 4),
    }
    return Naming.objects.create(
        unit=unit,
        kind=NamingKind.objects.get(county=None, code="village"),
        grade=NamingGrade.QUALIFIED,
        state=state,
        **(term if state == NamingState.NAMED else {}) | fields,
    )


def told(user: User) -> list[tuple[str, str]]:
    fresh = User.objects.select_related("unit").get(pk=user.pk)
    return [(item.mark, item.text) for item in honours(fresh, TODAY)]


def test_officer_is_told_of_proposals_and_unit_of_what_holds(tree: County, county_officer: User):
    make_veto(tree.villages[0], VetoState.PROPOSED)
    make_veto(tree.villages[1], VetoState.DECIDED)
    clerk = make_user(Role.VILLAGE_CLERK, tree.villages[1])

    assert told(county_officer) == [("待您决定", "甲1村：一票否决待您决定")]
    assert told(clerk) == [("否决中", "本单位一票否决，3月1日（周一）期满")]
    assert told(make_user(Role.VILLAGE_CLERK, tree.villages[0])) == []
    assert told(make_user(Role.AUDITOR, tree.county)) == []


def test_checks_go_to_the_township_or_the_county(tree: County, county_officer: User):
    reviewer = make_user(Role.TOWNSHIP_REVIEWER, tree.townships[0])
    make_naming(tree.villages[0], NamingState.APPLIED)
    make_naming(tree.townships[0], NamingState.APPLIED)
    make_naming(tree.villages[1], NamingState.CHECKED)

    assert told(reviewer) == [("待核查", "1份命名申请等您实地核查")]
    assert told(county_officer) == [
        ("待您决定", "1份命名申请已经核查，等您决定"),
        ("待核查", "1份命名申请等您实地核查"),
    ]
    assert told(make_user(Role.TOWNSHIP_REVIEWER, tree.townships[1])) == []


def test_rechecks_and_ends_are_told(tree: County, county_officer: User):
    reviewer = make_user(Role.TOWNSHIP_REVIEWER, tree.townships[0])
    clerk = make_user(Role.VILLAGE_CLERK, tree.villages[1])
    make_naming(tree.villages[0], NamingState.NAMED, recheck_on=TODAY)
    ending = make_naming(tree.villages[1], NamingState.NAMED, valid_to=dt.date(2026, 11, 7))
    NamingRecheck.objects.create(
        naming=ending, on=TODAY, result=RecheckResult.FAILED, findings="制度没有上墙"
    )

    assert told(reviewer) == [("待复核", "1个命名到了复核日期")]
    assert told(clerk) == [("还有30天", "“平安村”命名将到期，请重新申报或请县级续期")]
    assert told(county_officer) == [("待您决定", "甲2村：“平安村”复核未通过")]


def test_applicant_is_told_why_it_came_back(tree: County):
    clerk = make_user(Role.VILLAGE_CLERK, tree.villages[0])
    make_naming(tree.villages[0], NamingState.DRAFT, check_note="补巡逻台账")

    assert told(clerk) == [("已退回", "“平安村”申报被退回")]


def test_two_queries_whatever_there_is(
    tree: County, county_officer: User, django_assert_num_queries
):
    for unit in tree.villages:
        make_naming(unit, NamingState.CHECKED)
        make_veto(unit, VetoState.PROPOSED)
    fresh = User.objects.select_related("unit").get(pk=county_officer.pk)

    with django_assert_num_queries(2):
        assert len(list(honours(fresh, TODAY))) == 5
