"""A closed month to report on: the first township does everything, the second a part."""

import datetime as dt

from assessments.models import Edition, Scorecard
from assessments.services.closing import close_month
from assessments.services.editions import publish_edition
from pingan.models import Unit
from pingan.months import Month
from tests.assessments.records import (
    MONTH,
    add_inspection,
    add_patrols,
    add_survey,
    add_sweep,
    make_return,
    perfect_month,
)
from tests.factories import County

NOW = dt.datetime(2026, 10, 9, 1, tzinfo=dt.UTC)


def weak_month(unit: Unit, month: Month = MONTH) -> None:
    """Half the patrols, three of four matters open, seven of twenty satisfied."""
    made = make_return(unit, month, is_on_time=False)
    add_patrols(made, days=15, nights=10)
    add_sweep(made, found=4, solved=1)
    add_survey(unit, month, yes=7)
    add_inspection(unit, month, given=4_000)


def fill(tree: County, month: Month = MONTH) -> None:
    """Records of a month: the last township, its villages and the last department are weak."""
    weak = {tree.townships[-1].pk, tree.departments[-1].pk}
    for unit in (*tree.townships, *tree.villages, *tree.departments):
        if unit.pk in weak or unit.parent_id in weak:
            weak_month(unit, month)
        else:
            perfect_month(unit, month)


def close(tree: County, month: Month = MONTH, *, publish: bool = True) -> Edition:
    """The month's edition."""
    (edition,) = close_month(counties=[tree.county], month=month, by=None)
    return publish_edition(edition=edition, by=None) if publish else edition


def closed(tree: County, month: Month = MONTH, *, publish: bool = True) -> Edition:
    """Filled and closed."""
    fill(tree, month)
    return close(tree, month, publish=publish)


def card_of(edition: Edition, unit: Unit) -> Scorecard:
    return Scorecard.objects.get(edition=edition, unit=unit)
