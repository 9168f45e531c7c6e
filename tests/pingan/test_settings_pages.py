"""Sign-in rules, the county's calendar, names of its offices."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from pingan.enums import OfficeRole, Role, ShiftRule, Step
from pingan.models import AuditEvent, CountySettings, OfficeName, SecuritySettings
from pingan.months import Month
from pingan.refusals import Forbidden, Refused
from pingan.selectors.calendars import deadlines
from pingan.selectors.offices import Office, office_names
from pingan.services import settings as services
from tests.factories import make_county, make_user

NOON = dt.datetime(2026, 9, 1, 4, 0, tzinfo=dt.UTC)
COUNTY: dict[str, Any] = {
    "village_day": 20,
    "township_day": 25,
    "inspection_day": 5,
    "bulletin_day": 8,
    "shift_rule": ShiftRule.PREVIOUS_WORKDAY,
    "preview_hours": 24,
    "survey_minimum": 30,
    "is_board_public": True,
    "document_prefix": "彝创安办",
}
SECURITY = {"failure_limit": 4, "lock_minutes": 30, "idle_minutes": 20, "password_length": 12}


def test_security_administrator_changes_the_rules(tree, client_of):
    person = make_user(Role.SECURITY_ADMIN, tree.county)

    answer = client_of(person).post(reverse("pingan:security-settings"), SECURITY)

    row, event = SecuritySettings.objects.get(), AuditEvent.objects.get()
    assert answer.status_code == 302
    assert {name: getattr(row, name) for name in SECURITY} == SECURITY
    assert (event.by, event.before["idle_minutes"], event.after["idle_minutes"]) == (person, 60, 20)


@pytest.mark.parametrize(
    ("field", "value"),
    [("failure_limit", 2), ("idle_minutes", 4), ("password_length", 7), ("lock_minutes", "很久")],
)
def test_security_rules_keep_their_limits(tree, client_of, field, value):
    client = client_of(make_user(Role.SECURITY_ADMIN, tree.county))

    answer = client.post(reverse("pingan:security-settings"), {**SECURITY, field: value})

    assert (answer.status_code, bool(answer.context["form"].errors[field])) == (200, True)
    assert not SecuritySettings.objects.exists()


@pytest.mark.parametrize("role", [role for role in Role if role != Role.SECURITY_ADMIN])
def test_security_page_is_closed_to_every_other_duty(tree, client_of, role):
    client = client_of(make_user(role, tree.county))

    assert client.post(reverse("pingan:security-settings"), SECURITY).status_code == 403
    assert not SecuritySettings.objects.exists()


def test_county_officer_changes_the_calendar(county_officer, tree, client_of):
    answer = client_of(county_officer).post(reverse("pingan:county-settings"), COUNTY)

    row, event = CountySettings.objects.get(), AuditEvent.objects.get()
    assert answer.status_code == 302
    assert {name: getattr(row, name) for name in COUNTY} == COUNTY
    assert row.is_demo  # what the form does not show stays
    assert event.after["shift_rule"] == "previous_workday"
    due = deadlines(tree.villages[0], Month(2026, 9))
    assert due[Step.TOWNSHIP].on == dt.date(2026, 9, 24)  # the 25th is the Mid-autumn Festival


def test_preview_shows_the_dates_and_saves_nothing(county_officer, tree, client_of):
    client = client_of(county_officer)
    with time_machine.travel(NOON):
        saved = client.get(reverse("pingan:county-settings"))
        tried = client.post(reverse("pingan:county-settings"), {**COUNTY, "preview": "1"})

    assert "原定9月25日（周五，中秋节），按“顺延到节假日后的第一个工作日”的规则" in saved.text
    assert "原定9月25日（周五，中秋节），按“提前到节假日前的最后一个工作日”的规则" in tried.text
    assert [str(each.month) for each in tried.context["previews"]] == ["2026-09", "2026-10"]
    assert CountySettings.objects.get().village_day == 25
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"village_day": 26}, "村(社区)截止日不能晚于乡镇截止日"),
        ({"inspection_day": 9}, "督导检查截止日不能晚于通报日"),
    ],
)
def test_deadlines_keep_their_order(county_officer, tree, client_of, changed, sentence):
    answer = client_of(county_officer).post(
        reverse("pingan:county-settings"), {**COUNTY, **changed}
    )

    assert sentence in answer.text
    assert CountySettings.objects.get().village_day == 25


def test_day_beyond_the_shortest_month_is_refused(county_officer, client_of):
    answer = client_of(county_officer).post(
        reverse("pingan:county-settings"), {**COUNTY, "township_day": 29}
    )

    assert set(answer.context["form"].errors) == {"township_day"}


@pytest.mark.parametrize("role", [role for role in Role if role != Role.COUNTY_OFFICER])
def test_county_page_is_closed_to_every_other_duty(tree, client_of, role):
    client = client_of(make_user(role, tree.county))

    assert client.post(reverse("pingan:county-settings"), COUNTY).status_code == 403
    assert client.post(reverse("pingan:office-name-add"), {}).status_code == 403
    assert CountySettings.objects.get().village_day == 25


def test_officer_of_another_county_changes_only_his_own(tree, client_of):
    elsewhere = make_county("510704", "别县")
    stranger = make_user(Role.COUNTY_OFFICER, elsewhere.county)

    client_of(stranger).post(reverse("pingan:county-settings"), COUNTY)
    with pytest.raises(Forbidden, match="只能修改本县的设置"):
        services.save_county_settings(county=tree.county, by=stranger, **COUNTY)

    days = CountySettings.objects.order_by("county__code").values_list("village_day", flat=True)
    assert list(days) == [20, 25]


def test_office_takes_a_new_name_from_a_day_on(county_officer, tree, client_of):
    OfficeName.objects.create(
        county=tree.county,
        role=OfficeRole.LEAD_OFFICE,
        name="演示县综治委办公室",
        short_name="综治办",
        valid_from=dt.date(1991, 1, 1),
    )

    answer = client_of(county_officer).post(
        reverse("pingan:office-name-add"),
        {
            "role": OfficeRole.LEAD_OFFICE,
            "name": "演示县创安办公室",
            "short_name": "创安办",
            "valid_from": "2005-01-01",
        },
    )

    assert answer.status_code == 302
    before = office_names(tree.county, dt.date(2004, 12, 31))
    after = office_names(tree.county, dt.date(2005, 1, 1))
    assert before[OfficeRole.LEAD_OFFICE] == Office("演示县综治委办公室", "综治办")
    assert after[OfficeRole.LEAD_OFFICE] == Office("演示县创安办公室", "创安办")
    assert after[OfficeRole.COMMITTEE].name == "平安创建工作领导组"
    assert AuditEvent.objects.get().action == "新增机构名称"


def test_office_name_cannot_begin_before_the_last_one(county_officer, tree):
    named = {"county": tree.county, "by": county_officer, "role": OfficeRole.COMMITTEE}
    services.add_office_name(**named, name="一", short_name="一", valid_from=dt.date(2010, 1, 1))

    with pytest.raises(Refused, match="“一”从2010-01-01起使用"):
        services.add_office_name(
            **named, name="二", short_name="二", valid_from=dt.date(2010, 1, 1)
        )

    assert OfficeName.objects.get().valid_to is None


def test_deadlines_take_one_query(tree, django_assert_num_queries):
    with django_assert_num_queries(1):
        due = deadlines(tree.villages[0], Month(2026, 9))

    assert due[Step.VILLAGE].on == dt.date(2026, 9, 28)
