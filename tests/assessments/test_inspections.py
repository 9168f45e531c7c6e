"""Recording inspections: who may, when, and what two savers do to each other."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine

from assessments.models import Inspection, InspectionGroup
from assessments.selectors.inspections import inspection_rows
from assessments.services.closing import close_month
from assessments.services.inspections import Findings, change_inspection, record_inspection
from pingan.enums import Role
from pingan.models import AuditEvent, Unit, User
from pingan.refusals import Conflict, Forbidden, Refused
from tests.assessments.records import MONTH, add_inspection
from tests.factories import County, make_county, make_user

pytestmark = pytest.mark.django_db
FOUND = Findings(dt.date(2026, 10, 5), 9_250, 10_000, "宣传栏没有更新")


@pytest.fixture(autouse=True)
def october():
    with time_machine.travel(dt.datetime(2026, 10, 8, 9, tzinfo=dt.UTC), tick=False):
        yield


def record(unit: Unit, by: User, found: Findings = FOUND) -> Inspection:
    return record_inspection(unit=unit, month=MONTH, found=found, by=by)


def test_officer_inspects_a_township(tree: County, county_officer: User):
    group = InspectionGroup.objects.create(
        county=tree.county,
        name="第一组",
        lead_unit_name="公安局",
        valid_from=dt.date(2026, 1, 1),
    )
    group.units.add(tree.townships[0])

    inspection = record(tree.townships[0], county_officer)

    assert (inspection.points_given, inspection.group) == (9_250, group)
    event = AuditEvent.objects.get(action="录入督导检查")
    assert (event.by, event.after["findings"]) == (county_officer, "宣传栏没有更新")


def test_inspector_inspects_what_is_lent_to_him(tree: County):
    inspector = make_user(Role.INSPECTOR, tree.departments[0])
    inspector.lent_units.add(tree.townships[0])

    assert record(tree.townships[0], inspector).pk

    with pytest.raises(Forbidden):
        record(tree.townships[1], inspector)


def test_township_inspects_its_villages_alone(tree: County, township_clerk: User):
    assert record(tree.villages[0], township_clerk).pk

    for unit in (tree.townships[0], tree.villages[2], tree.departments[0]):
        with pytest.raises(Forbidden):
            record(unit, township_clerk)


@pytest.mark.parametrize("role", [Role.LEADER, Role.AUDITOR])
def test_others_do_not_inspect(tree: County, role: Role):
    with pytest.raises(Forbidden):
        record(tree.townships[0], make_user(role, tree.county))


def test_closed_month_is_refused(tree: County, county_officer: User):
    close_month(counties=[tree.county], month=MONTH, by=None)

    with pytest.raises(Refused, match="已经结账"):
        record(tree.townships[0], county_officer)

    assert not Inspection.objects.exists()


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (Findings(dt.date(2026, 10, 5), 101, 100, ""), "不能高于满分"),
        (Findings(dt.date(2026, 8, 31), 1, 100, ""), "当月或次月"),
        (Findings(dt.date(2026, 11, 1), 1, 100, ""), "当月或次月"),
    ],
)
def test_impossible_sheet_is_refused(
    tree: County, county_officer: User, found: Findings, sentence: str
):
    with pytest.raises(Refused, match=sentence):
        record(tree.townships[0], county_officer, found)

    assert not Inspection.objects.exists()


def test_second_visit_of_a_day_is_refused(tree: County, county_officer: User):
    record(tree.townships[0], county_officer)

    with pytest.raises(Refused, match="已经有一次检查记录"):
        record(tree.townships[0], county_officer)

    assert Inspection.objects.count() == 1


def test_change(tree: County, county_officer: User):
    inspection = record(tree.townships[0], county_officer)
    better = Findings(FOUND.on, 9_500, 10_000, "已当场整改")

    changed = change_inspection(inspection=inspection, found=better, version=1, by=county_officer)

    assert (changed.points_given, changed.version) == (9_500, 2)
    event = AuditEvent.objects.get(action="修改督导检查")
    assert (event.before["points_given"], event.after["points_given"]) == (9_250, 9_500)


def test_change_of_an_old_version_is_a_conflict(tree: County, county_officer: User):
    inspection = record(tree.townships[0], county_officer)
    change_inspection(inspection=inspection, found=FOUND, version=1, by=county_officer)

    with pytest.raises(Conflict):
        change_inspection(
            inspection=inspection,
            found=Findings(FOUND.on, 1, 10_000, ""),
            version=1,
            by=county_officer,
        )

    inspection.refresh_from_db()
    assert inspection.points_given == 9_250


def test_list_shows_whom_one_inspects(tree: County, county_officer: User, township_clerk: User):
    other = make_county("510704", "别县")
    add_inspection(other.townships[0])
    add_inspection(tree.townships[1])
    add_inspection(tree.villages[0], given=8_000)

    of_county = inspection_rows(county_officer, MONTH)
    of_township = inspection_rows(township_clerk, MONTH)

    assert [row.name for row in of_county] == ["甲镇", "乙镇", "政法口"]
    assert [len(row.inspections) for row in of_county] == [0, 1, 0]
    assert [row.name for row in of_township] == ["甲1村", "甲2村"]
    assert of_township[0].inspections[0].points_given == 8_000
    assert inspection_rows(make_user(Role.AUDITOR, tree.county), MONTH) == []


def test_list_takes_three_queries(tree: County, county_officer: User, django_assert_num_queries):
    for unit in tree.townships:
        add_inspection(unit)

    with django_assert_num_queries(3):  # units, visits, what was found
        for row in inspection_rows(county_officer, MONTH):
            assert [inspection.group for inspection in row.inspections] in ([], [None])
