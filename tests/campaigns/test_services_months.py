import datetime as dt

import pytest

from campaigns.models import MonthlyReturn
from campaigns.services.months import ensure_month_open, open_month
from pingan.enums import PeriodState, Role, UnitKind
from pingan.models import AuditEvent, Period, User
from pingan.months import Month
from pingan.refusals import Forbidden, Refused
from tests.campaigns.makers import AUGUST, SEPTEMBER, make_return
from tests.factories import County, make_county, make_unit, make_user


def test_opening_makes_a_draft_for_every_reporting_unit(tree: County):
    made = open_month(county=tree.county, month=SEPTEMBER)

    units = [*tree.townships, *tree.villages, *tree.departments]
    assert made == len(units)
    assert set(MonthlyReturn.objects.values_list("unit_id", "state")) == {
        (unit.pk, "draft") for unit in units
    }


def test_deadlines_come_from_the_level_and_the_shift_rule(tree: County):
    tree.county.county_settings.township_day = 10
    tree.county.county_settings.save()

    open_month(county=tree.county, month=SEPTEMBER)

    due = dict(MonthlyReturn.objects.values_list("unit_id", "due_on"))
    # 25 September 2026 is the Mid-autumn holiday, 26 and 27 a weekend.
    assert due[tree.villages[0].pk] == dt.date(2026, 9, 28)
    assert due[tree.townships[0].pk] == dt.date(2026, 9, 10)
    assert due[tree.departments[0].pk] == dt.date(2026, 9, 10)


def test_opening_again_changes_nothing(tree: County):
    open_month(county=tree.county, month=SEPTEMBER)
    before = list(MonthlyReturn.objects.values())

    made = open_month(county=tree.county, month=SEPTEMBER)

    assert made == 0
    assert list(MonthlyReturn.objects.values()) == before
    assert AuditEvent.objects.filter(action="开启月份").count() == 1


def test_a_village_set_up_later_in_the_month_gets_its_return(tree: County):
    open_month(county=tree.county, month=SEPTEMBER)
    new = make_unit(
        tree.townships[0],
        kind=UnitKind.VILLAGE,
        code="530628100209",
        name="新村",
        valid_from=dt.date(2026, 9, 15),
    )

    ensure_month_open(county=tree.county, month=SEPTEMBER)

    assert MonthlyReturn.objects.filter(unit=new, month=SEPTEMBER).count() == 1


def test_units_that_are_not_assessed_or_stood_only_later_report_nothing(tree: County):
    farm = make_unit(
        tree.county, kind=UnitKind.ZONE, code="530628400000", name="农场", is_scored=False
    )
    later = make_unit(
        tree.townships[0],
        kind=UnitKind.VILLAGE,
        code="530628100209",
        name="新村",
        valid_from=dt.date(2026, 9, 1),
    )

    open_month(county=tree.county, month=AUGUST)

    assert not MonthlyReturn.objects.filter(unit__in=[farm, later]).exists()


def test_untouched_draft_goes_with_its_unit_and_a_saved_one_stays(tree: County):
    gone, kept = tree.villages[0], tree.villages[1]
    make_return(gone)
    make_return(kept, saved_at=dt.datetime(2026, 9, 3, tzinfo=dt.UTC))
    for unit in (gone, kept):
        unit.versions.update(valid_to=dt.date(2026, 9, 10))

    open_month(county=tree.county, month=SEPTEMBER)

    assert not MonthlyReturn.objects.filter(unit=gone).exists()
    assert MonthlyReturn.objects.filter(unit=kept).exists()


def test_future_month_is_refused(tree: County):
    with pytest.raises(Refused, match="还没有到"):
        open_month(county=tree.county, month=Month(2026, 10))


def test_month_before_the_county_is_refused(tree: County):
    with pytest.raises(Refused, match="还没有设立"):
        open_month(county=tree.county, month=Month(2019, 12))


def test_closed_month_is_refused_by_hand_and_left_alone_by_a_page(tree: County):
    now = dt.datetime(2026, 10, 8, tzinfo=dt.UTC)
    Period.objects.create(
        county=tree.county, month=SEPTEMBER, state=PeriodState.CLOSED, closed_at=now
    )

    with pytest.raises(Refused, match="已经结账"):
        open_month(county=tree.county, month=SEPTEMBER)
    ensure_month_open(county=tree.county, month=SEPTEMBER)

    assert not MonthlyReturn.objects.exists()


def test_page_opens_only_the_current_month(tree: County):
    ensure_month_open(county=tree.county, month=AUGUST)

    assert not MonthlyReturn.objects.exists()


def test_only_the_county_officer_opens_by_hand(
    tree: County, county_officer: User, township_clerk: User
):
    stranger = make_user(Role.COUNTY_OFFICER, make_county("510704", "外县").county)

    for person in (township_clerk, stranger):
        with pytest.raises(Forbidden):
            open_month(county=tree.county, month=AUGUST, by=person)
    made = open_month(county=tree.county, month=AUGUST, by=county_officer)

    assert made == 8
    event = AuditEvent.objects.get(action="开启月份")
    assert (event.by, event.after) == (
        county_officer,
        {"month": "2026-08", "made": 8, "dropped": 0},
    )
    assert event.unit_path == tree.county.path


def test_query_count_does_not_grow(
    django_assert_num_queries, django_assert_max_num_queries, tree: County
):
    big = make_county("510704", "大县", townships=4, villages=3)

    with django_assert_max_num_queries(15) as small:
        open_month(county=tree.county, month=SEPTEMBER)
    with django_assert_num_queries(len(small)):
        open_month(county=big.county, month=SEPTEMBER)
