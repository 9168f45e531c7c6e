import datetime as dt
from typing import Any

import pytest

from campaigns.models import Survey
from campaigns.services.surveys import SurveyEntry, Values, save_surveys, values_of
from pingan.enums import PeriodState, Role
from pingan.models import AuditEvent, Period, Unit, User
from pingan.refusals import Conflict, Forbidden, Refused
from tests.campaigns.makers import AUGUST, SEPTEMBER, make_survey
from tests.factories import County, make_user

DAY = dt.date(2026, 9, 12)
TYPED: Values = (DAY, "集贸市场", 20, 18, 17, 19)


def entry(unit: Unit, now: Values | None = TYPED, **fields: Any) -> SurveyEntry:
    return SurveyEntry(**{"unit": unit, "pk": None, "was": None, "now": now, **fields})


def test_superior_records_many_at_once(tree: County, county_officer: User):
    entries = [entry(tree.townships[0]), entry(tree.departments[0]), entry(tree.townships[1], None)]

    changed = save_surveys(month=SEPTEMBER, entries=entries, by=county_officer)

    assert changed == 2
    assert {(row.unit_id, values_of(row), row.recorded_by) for row in Survey.objects.all()} == {
        (tree.townships[0].pk, TYPED, county_officer),
        (tree.departments[0].pk, TYPED, county_officer),
    }
    event = AuditEvent.objects.filter(unit_path=tree.townships[0].path).get()
    assert (event.action, event.before, event.after["slips"]) == ("录入治安测评", {}, 20)


def test_row_is_changed_and_told_before_and_after(tree: County, township_clerk: User):
    row = make_survey(tree.villages[0])
    typed: Values = (DAY, "集贸市场", 20, 10, 17, 19)

    save_surveys(
        month=SEPTEMBER,
        entries=[entry(row.unit, typed, pk=row.pk, was=values_of(row))],
        by=township_clerk,
    )

    row.refresh_from_db()
    event = AuditEvent.objects.get()
    assert row.order_good == 10
    assert (event.before, event.after) == ({"order_good": 18}, {"order_good": 10})


def test_emptied_row_is_deleted_and_its_place_is_free(tree: County, township_clerk: User):
    row = make_survey(tree.villages[0])
    entries = [entry(row.unit), entry(row.unit, None, pk=row.pk, was=values_of(row))]

    save_surveys(month=SEPTEMBER, entries=entries, by=township_clerk)

    assert Survey.objects.exclude(pk=row.pk).get().place == "集贸市场"
    assert not Survey.objects.filter(pk=row.pk).exists()
    assert [event.action for event in AuditEvent.objects.order_by("pk")] == [
        "删除治安测评",
        "录入治安测评",
    ]


def test_unchanged_rows_write_nothing(tree: County, township_clerk: User):
    row = make_survey(tree.villages[0])
    same = entry(row.unit, values_of(row), pk=row.pk, was=values_of(row))

    assert save_surveys(month=SEPTEMBER, entries=[same], by=township_clerk) == 0
    assert not AuditEvent.objects.exists()


def test_row_changed_by_another_is_a_conflict_and_nothing_is_saved(
    tree: County, township_clerk: User
):
    row = make_survey(tree.villages[0])
    seen = values_of(row)
    Survey.objects.update(satisfied=1)
    entries = [entry(tree.villages[1]), entry(row.unit, (*TYPED[:5], 2), pk=row.pk, was=seen)]

    with pytest.raises(Conflict, match="已被别人改过"):
        save_surveys(month=SEPTEMBER, entries=entries, by=township_clerk)

    assert list(Survey.objects.values_list("unit", "satisfied")) == [(row.unit_id, 1)]
    assert not AuditEvent.objects.exists()


def test_row_deleted_by_another_is_a_conflict(tree: County, township_clerk: User):
    row = make_survey(tree.villages[0])
    seen, pk = values_of(row), row.pk
    row.delete()

    with pytest.raises(Conflict, match="已被别人删除"):
        save_surveys(
            month=SEPTEMBER,
            entries=[entry(tree.villages[0], None, pk=pk, was=seen)],
            by=township_clerk,
        )


def test_row_of_another_unit_or_month_is_not_reached(tree: County, township_clerk: User):
    elsewhere = make_survey(tree.villages[2])
    earlier = make_survey(tree.villages[0], month=AUGUST)

    for row in (elsewhere, earlier):
        with pytest.raises(Conflict):
            save_surveys(
                month=SEPTEMBER,
                entries=[entry(tree.villages[0], None, pk=row.pk, was=values_of(row))],
                by=township_clerk,
            )
    assert Survey.objects.count() == 2


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ((DAY, "场镇", 20, 21, 0, 0), "不能多于有效票数"),
        ((DAY, "场镇", 0, 0, 0, 0), "至少是1"),
        ((dt.date(2026, 8, 31), "场镇", 20, 1, 1, 1), "2026年9月或次月"),
        ((dt.date(2026, 11, 1), "场镇", 20, 1, 1, 1), "2026年9月或次月"),
        ((DAY, "集贸市场", 20, 1, 1, 1), "已有一次测评"),
    ],
)
def test_impossible_rows_are_refused(
    tree: County, township_clerk: User, typed: Values, sentence: str
):
    make_survey(tree.villages[0])

    with pytest.raises(Refused, match=sentence):
        save_surveys(month=SEPTEMBER, entries=[entry(tree.villages[0], typed)], by=township_clerk)

    assert Survey.objects.count() == 1


def test_only_the_superior_records(
    tree: County, village_clerk: User, other_clerk: User, county_officer: User
):
    for person in (village_clerk, other_clerk, county_officer):
        with pytest.raises(Forbidden, match="不由您录入"):
            save_surveys(month=SEPTEMBER, entries=[entry(tree.villages[0])], by=person)

    assert not Survey.objects.exists()


def test_inspector_records_for_what_is_lent_to_him(tree: County):
    inspector = make_user(Role.INSPECTOR, tree.departments[0])
    inspector.lent_units.add(tree.townships[0])

    save_surveys(month=SEPTEMBER, entries=[entry(tree.townships[0])], by=inspector)
    with pytest.raises(Forbidden):
        save_surveys(month=SEPTEMBER, entries=[entry(tree.townships[1])], by=inspector)

    assert Survey.objects.get().unit == tree.townships[0]


def test_closed_month_takes_no_survey(tree: County, county_officer: User):
    now = dt.datetime(2026, 10, 8, tzinfo=dt.UTC)
    Period.objects.create(
        county=tree.county, month=SEPTEMBER, state=PeriodState.CLOSED, closed_at=now
    )

    with pytest.raises(Refused, match="已经结账"):
        save_surveys(month=SEPTEMBER, entries=[entry(tree.townships[0])], by=county_officer)
