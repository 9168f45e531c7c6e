import datetime as dt

import pytest

from campaigns.enums import SweepAnswer
from campaigns.forms.person_names import person_name_in
from campaigns.models import Sweep, SweepCategory
from pingan.months import Month
from reports.demo import followups
from tests.campaigns.makers import make_return
from tests.factories import County

JULY = Month(2026, 7)
TODAY = dt.date(2026, 9, 20)


def sweep(tree: County, code: str) -> Sweep:
    return Sweep(
        monthly_return=make_return(tree.villages[0], JULY),
        month=JULY,
        category=SweepCategory.objects.get(code=code),
        answer=SweepAnswer.COUNTED,
        found=60,
        solved_in_village=10,
    )


def test_made_up_items_name_no_person():
    texts = [text for titles in followups.TITLES.values() for text in titles]
    texts += [*followups.PLACES, *followups.POSTS]
    texts += [*followups.DUTIES.values(), *followups.OUTCOMES.values()]

    assert [text for text in texts if person_name_in(text)] == []


@pytest.mark.parametrize("code", ["key_persons", "petition", "mass_incident", "cult"])
def test_counts_of_persons_get_no_items(tree: County, code: str):
    assert followups.follow_ups_of(sweep(tree, code), TODAY) == []


def test_every_open_matter_gets_an_item_and_most_are_solved(tree: County):
    items = followups.follow_ups_of(sweep(tree, "hazard"), TODAY)

    solved = [item for item in items if item.solved_on]
    assert len(items) == 50
    assert 40 <= len(solved) <= 50
    assert all(item.solved_on and JULY.last_day < item.solved_on < TODAY for item in solved)
    assert all(item.solved_level == item.level and item.outcome for item in solved)
