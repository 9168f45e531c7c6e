"""A case that is registered without a scale gets the one of its people."""

import datetime as dt

import pytest

from disputes.enums import TermKind
from disputes.models import DisputeTerm
from pingan.enums import Role
from tests.disputes.makers import make_dispute, term
from tests.factories import County, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(dt.datetime(2026, 9, 20, 4, tzinfo=dt.UTC), tick=False)


BY_PEOPLE = (
    *((2, "individual"), (4, "individual"), (5, "general"), (9, "general")),
    *((10, "large"), (29, "large"), (30, "major"), (3000, "major")),
)


@pytest.mark.parametrize(("people", "code"), BY_PEOPLE)
def test_scale_follows_from_the_people(tree: County, people: int, code: str):
    clerk = make_user(Role.VILLAGE_CLERK, tree.villages[0])

    dispute = make_dispute(tree.villages[0], clerk, people=people)

    assert dispute.scale == term(TermKind.SCALE, code)


def test_chosen_scale_stays_and_a_list_without_it_leaves_it_open(tree: County):
    clerk = make_user(Role.VILLAGE_CLERK, tree.villages[0])
    large = term(TermKind.SCALE, "large")
    own = DisputeTerm.objects.create(
        county=tree.county, kind=TermKind.SCALE, code="own", name="本县自定", position=1
    )

    chosen = make_dispute(tree.villages[0], clerk, people=2, scale=large)
    unknown = make_dispute(tree.villages[0], clerk, people=2)

    assert (chosen.scale, unknown.scale) == (large, None)
    assert own.pk
