import pytest

from campaigns import policies
from campaigns.enums import MOVES, Move, ReturnState
from campaigns.models import MonthlyReturn
from pingan.enums import Role
from pingan.models import Unit
from pingan.refusals import Forbidden, Refused
from tests.campaigns.makers import make_return
from tests.factories import County, make_user


def unit_named(tree: County, name: str) -> Unit:
    return {
        "county": tree.county,
        "township": tree.townships[0],
        "other township": tree.townships[1],
        "village": tree.villages[0],
        "next village": tree.villages[1],
        "other village": tree.villages[2],
        "department": tree.departments[0],
    }[name]


ENTERS = {
    (Role.VILLAGE_CLERK, "village"): {"village"},
    (Role.VILLAGE_CLERK, "department"): {"department"},
    (Role.TOWNSHIP_CLERK, "township"): {"township", "village", "next village"},
    (Role.TOWNSHIP_REVIEWER, "township"): {"township"},
    (Role.COUNTY_OFFICER, "county"): set(),
    (Role.LEADER, "township"): set(),
    (Role.INSPECTOR, "county"): set(),
    (Role.AUDITOR, "county"): set(),
}
REVIEWS = {
    (Role.VILLAGE_CLERK, "village"): set(),
    (Role.TOWNSHIP_CLERK, "township"): {"village", "next village"},
    (Role.TOWNSHIP_REVIEWER, "township"): {"village", "next village"},
    (Role.COUNTY_OFFICER, "county"): {"township", "other township", "department"},
    (Role.LEADER, "county"): set(),
    (Role.INSPECTOR, "county"): set(),
    (Role.ACCOUNT_ADMIN, "county"): set(),
}
UNITS = (
    "township",
    "other township",
    "village",
    "next village",
    "other village",
    "department",
)


@pytest.mark.parametrize(("role", "place"), ENTERS)
def test_who_enters_for_which_unit(tree: County, role: Role, place: str):
    user = make_user(role, unit_named(tree, place))

    entered = {name for name in UNITS if policies.enters_for(user, unit_named(tree, name))}

    assert entered == ENTERS[role, place]


@pytest.mark.parametrize(("role", "place"), REVIEWS)
def test_who_reviews_which_unit(tree: County, role: Role, place: str):
    user = make_user(role, unit_named(tree, place))

    reviewed = {name for name in UNITS if policies.is_superior_of(user, unit_named(tree, name))}

    assert reviewed == REVIEWS[role, place]


@pytest.mark.parametrize(("role", "place"), REVIEWS)
def test_list_of_reviewed_returns_says_the_same(tree: County, role: Role, place: str):
    user = make_user(role, unit_named(tree, place))
    for name in UNITS:
        make_return(unit_named(tree, name))

    found = MonthlyReturn.objects.reviewed_by(user)

    expected = {unit_named(tree, name).pk for name in REVIEWS[role, place]}
    assert {each.unit_id for each in found} == expected


def test_deactivated_person_does_nothing(tree: County):
    user = make_user(Role.TOWNSHIP_CLERK, tree.townships[0], is_active=False)

    assert not policies.enters_for(user, tree.villages[0])
    assert not policies.is_superior_of(user, tree.villages[0])


@pytest.mark.parametrize("move", Move)
@pytest.mark.parametrize("state", ReturnState)
def test_moves_follow_the_table(tree: County, move: Move, state: ReturnState):
    reason = "请补齐" if state == ReturnState.RETURNED else ""
    monthly_return = make_return(tree.villages[0], state=state, return_reason=reason)
    role = Role.TOWNSHIP_REVIEWER
    place = tree.townships[0]
    if move in (Move.EDIT, Move.SUBMIT, Move.WITHDRAW):
        role, place = Role.VILLAGE_CLERK, tree.villages[0]
    user = make_user(role, place)

    allowed = policies.may(move, monthly_return=monthly_return, by=user)

    assert allowed == (state in MOVES[move][0])
    if not allowed:
        with pytest.raises(Refused, match=r"。$"):
            policies.check(move, monthly_return=monthly_return, by=user)


def test_nobody_accepts_what_he_submitted(tree: County):
    user = make_user(Role.TOWNSHIP_CLERK, tree.townships[0])
    own = make_return(tree.villages[0], state=ReturnState.SUBMITTED, submitted_by=user)

    with pytest.raises(Forbidden, match="代为上报"):
        policies.check_accept(monthly_return=own, by=user)


def test_inspector_surveys_the_townships_lent_to_him(tree: County):
    user = make_user(Role.INSPECTOR, tree.departments[0])
    user.lent_units.add(tree.townships[0])

    surveyed = {name for name in UNITS if policies.may_survey(unit=unit_named(tree, name), by=user)}

    assert surveyed == {"township", "department"}
