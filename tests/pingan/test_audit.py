"""The trail itself cannot be changed; the auditor reads it in Chinese."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from pingan import audit
from pingan.enums import Role
from pingan.models import AuditEvent, User
from pingan.selectors.audit import event_rows, events, in_words
from pingan.services import accounts
from pingan.services.settings import save_security_settings
from tests.factories import County, make_county, make_user


@pytest.fixture
def auditor(tree: County) -> User:
    return make_user(Role.AUDITOR, tree.county, "auditor")


@pytest.fixture
def admin(tree: County) -> User:
    return make_user(Role.ACCOUNT_ADMIN, tree.county, "admin")


def note(by: User, unit, action: str = "试记", **fields) -> AuditEvent:
    with transaction.atomic():
        return audit.record(action=action, obj=unit, by=by, unit=unit, **fields)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE pingan_auditevent SET action = 'x'",
        "DELETE FROM pingan_auditevent",
        "DELETE FROM pingan_auditevent WHERE id = 0 OR id > 0",
    ],
)
def test_database_itself_refuses_to_change_the_trail(county_officer, tree, statement):
    note(county_officer, tree.county)
    before = list(AuditEvent.objects.values())

    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditEvent.objects.update(action="x")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditEvent.objects.get().delete()

    assert list(AuditEvent.objects.values()) == before


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no TRUNCATE")
@pytest.mark.django_db(transaction=True)
def test_postgresql_refuses_to_empty_the_trail():
    county = make_county().county
    note(make_user(Role.COUNTY_OFFICER, county), county)

    with (
        pytest.raises(DatabaseError, match="append-only"),
        connection.cursor() as cursor,
    ):
        cursor.execute("TRUNCATE pingan_auditevent CASCADE")

    assert AuditEvent.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_record_belongs_into_the_transaction_of_its_change():
    tree = make_county()

    with pytest.raises(RuntimeError, match="inside the transaction"):
        audit.record(action="试记", obj=tree.county, by=None)


def test_changes_are_read_in_chinese(admin, tree, township_clerk):
    accounts.change_account(
        account=township_clerk,
        by=admin,
        display_name="审核员",
        unit=tree.townships[1],
        role=Role.TOWNSHIP_REVIEWER,
    )

    (row,) = event_rows(AuditEvent.objects.all())

    assert row.unit == "乙镇"
    assert {(change.label, change.before, change.after) for change in row.changes} == {
        ("称呼", township_clerk.display_name, "审核员"),
        ("岗位", "乡镇综治员", "乡镇审核员"),
        ("所在单位", "甲镇", "乙镇"),
    }


def test_new_record_shows_what_was_filled_in_alone(admin, tree):
    accounts.create_account(
        by=admin,
        username="new-clerk",
        display_name="信息员",
        unit=tree.villages[0],
        role=Role.VILLAGE_CLERK,
    )

    (row,) = event_rows(AuditEvent.objects.all())

    assert {(change.label, change.before, change.after) for change in row.changes} == {
        ("账号", "", "new-clerk"),
        ("称呼", "", "信息员"),
        ("岗位", "", "村级信息员"),
        ("所在单位", "", "甲1村"),
        ("启用", "", "是"),
    }


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "—"),
        ("", "—"),
        ([], "—"),
        (0, "0"),
        (True, "是"),
        (False, "否"),
        (["甲镇", "乙镇"], "甲镇、乙镇"),
        ({"白天": 3, "夜间": None}, "白天：3；夜间：—"),
    ],
)
def test_plain_values_are_written_as_a_reader_would(value, words):
    assert in_words(value) == words


def test_filters_choose_whole_results(auditor, admin, county_officer, tree, client_of):
    with time_machine.travel(dt.datetime(2026, 9, 1, 15, 59, tzinfo=dt.UTC)):  # 23:59 here
        first = note(admin, tree.townships[0])
    with time_machine.travel(dt.datetime(2026, 9, 1, 16, 1, tzinfo=dt.UTC)):  # the day after
        second = note(county_officer, tree.villages[2], action="另记")
    client = client_of(auditor)

    def listed(**asked: object) -> list[AuditEvent]:
        rows = client.get(reverse("pingan:audit-list"), asked).context["rows"]
        return [row.event for row in rows]

    assert listed() == [second, first]
    assert listed(who="admin") == [first]
    assert listed(action="另记") == [second]
    assert listed(text="甲镇") == [first]
    assert listed(text="单位") == [second, first]
    assert listed(unit=tree.townships[1].pk) == [second]
    assert listed(first_day="2026-09-02") == [second]
    assert listed(last_day="2026-09-01") == [first]
    assert listed(first_day="2026-09-02", last_day="2026-09-01") == []
    assert listed(first_day="not a day") == []


def test_auditor_sees_his_county_and_the_tries_of_strangers(auditor, admin, tree):
    elsewhere = make_county("510704", "别县")
    own = note(admin, tree.villages[0])
    note(make_user(Role.COUNTY_OFFICER, elsewhere.county), elsewhere.villages[0])
    accounts.record_failed_sign_in(username="nobody", is_locked=False)

    seen = list(events(auditor))

    assert [event.action for event in seen] == ["登录失败", own.action]
    assert seen[1] == own


@pytest.mark.parametrize("role", [role for role in Role if role != Role.AUDITOR])
def test_screen_is_closed_to_every_other_duty(tree, client_of, role):
    answer = client_of(make_user(role, tree.county)).get(reverse("pingan:audit-list"))

    assert answer.status_code == 403
    assert "只有审计员可以查看操作日志。" in answer.text


def test_security_change_reaches_the_auditor(auditor, tree):
    security_admin = make_user(Role.SECURITY_ADMIN, tree.county)
    rules = {"lock_minutes": 15, "idle_minutes": 60, "password_length": 10}
    save_security_settings(by=security_admin, failure_limit=4, **rules)

    (row,) = event_rows(events(auditor))

    assert [(change.label, change.before, change.after) for change in row.changes] == [
        ("连续失败几次锁定", "5", "4")
    ]


def test_screen_asks_the_same_number_of_questions_for_any_number(
    auditor, admin, tree, client_of, django_assert_num_queries
):
    client = client_of(auditor)
    address = reverse("pingan:audit-list")
    before, after = {"parent_id": tree.county.pk}, {"parent_id": None}
    changed: dict[str, Any] = {"before": before, "after": after}
    note(admin, tree.townships[0], **changed)
    client.get(address)
    with django_assert_num_queries(9):
        client.get(address)
    for village in tree.villages:
        note(admin, village, **changed)

    with django_assert_num_queries(9):
        answer = client.get(address)

    assert len(answer.context["rows"]) == 5
    assert {row.changes[0].before for row in answer.context["rows"]} == {"演示县"}


def test_pages_of_the_trail_follow_each_other(auditor, admin, tree, client_of):
    for _ in range(51):
        note(admin, tree.county)
    client = client_of(auditor)

    first = client.get(reverse("pingan:audit-list"), {"who": "admin"})
    second = client.get(reverse("pingan:audit-list"), {"who": "admin", "page": 2})

    assert (len(first.context["rows"]), len(second.context["rows"])) == (50, 1)
    assert "?page=2&amp;who=admin" in first.text
