"""The names of a case are where they must be, and nowhere else."""

from __future__ import annotations

import datetime as dt
import logging
import re
from collections.abc import Iterator

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.urls import reverse

from disputes.services.names import find_by_name, look_at_names
from pingan.enums import Role
from pingan.models import AuditEvent, User
from tests.disputes.addresses import Cases, general, make_cases, of_records, text_of
from tests.disputes.whole_cases import ADDRESS, CONTACT, FACTS, NAMES, SECRETS
from tests.factories import County, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
MOST_PAGES = 120
LINK = re.compile(r'(?:href|hx-get|action)="(/[^"#]*)"')
ELSEWHERE = ("/sign-out", "/static/", "/password")
# Whose pages are walked: unit, duty. Nobody of them has the case in hand.
READERS = (
    *(("village", Role.VILLAGE_CLERK), ("township", Role.TOWNSHIP_CLERK)),
    *(("township", Role.TOWNSHIP_REVIEWER), ("county", Role.COUNTY_OFFICER)),
    *(("county", Role.LEADER), ("department", Role.INSPECTOR), ("county", Role.AUDITOR)),
    *(("county", Role.ACCOUNT_ADMIN), ("county", Role.SECURITY_ADMIN)),
)


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(dt.datetime(2026, 9, 20, 4, tzinfo=dt.UTC), tick=False)


@pytest.fixture
def handler(tree: County) -> User:
    return make_user(Role.VILLAGE_CLERK, tree.villages[0], "handler")


@pytest.fixture
def cases(tree: County, handler: User) -> Cases:
    """Cases whose names were looked at and searched for, so that the trail could tell."""
    found = make_cases(tree, handler)
    look_at_names(dispute=found.working, purpose="通知双方到场", by=handler)
    assert find_by_name(name=NAMES[0], purpose="核对是否重复", by=handler)
    return found


def told(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret in text]


def walked(client: Client, starts: list[str]) -> Iterator[tuple[str, str]]:
    """Every page that can be reached from these by links, one of each shape, and what it says."""
    todo = list(starts)
    seen: set[str] = set()
    while todo and len(seen) < MOST_PAGES:
        address = todo.pop(0)
        shape = re.sub(r"\d+|=[^&]*", "0", address) if "dispute" not in address else address
        if shape in seen or address.startswith(ELSEWHERE):
            continue
        seen.add(shape)
        text = text_of(client.get(address))
        yield address, text
        todo += [link.replace("&amp;", "&") for link in LINK.findall(text)]


@pytest.mark.parametrize(("place", "role"), READERS)
def test_nobody_who_does_not_handle_a_case_reads_a_name(
    tree: County, cases: Cases, client_of, caplog, place: str, role: Role
):
    homes = {
        "village": tree.villages[0],
        "township": tree.townships[0],
        "county": tree.county,
        "department": tree.departments[0],
    }
    reader = make_user(role, homes[place], "reader")
    if role == Role.INSPECTOR:
        reader.lent_units.set(tree.townships)
    caplog.set_level(logging.DEBUG)
    starts = ["/", *general(), *(address for _name, address in of_records(cases))]
    starts += [reverse("disputes:dispute-detail", args=[case.pk]) for case in (cases.closed,)]

    pages = dict(walked(client_of(reader), starts))

    assert len(pages) >= len(starts) // 2
    leaks = {address: told(text) for address, text in pages.items() if told(text)}
    assert leaks == {}
    assert told(caplog.text) == []


def test_lists_of_the_handler_show_masks_alone(
    tree: County, handler: User, cases: Cases, client_of
):
    client = client_of(handler)
    case = reverse("disputes:dispute-detail", args=[cases.working.pk])

    pages = {address: text_of(client.get(address)) for address in ("/", *general(), case)}

    assert {address: told(text) for address, text in pages.items() if told(text)} == {}
    assert "演＊＊＊" in pages[case]


def test_no_table_holds_a_name_in_plain(
    tree: County, handler: User, cases: Cases, client_of, caplog
):
    client = client_of(handler)
    case = reverse("disputes:dispute-names", args=[cases.working.pk])
    shown = text_of(client.post(case, {"purpose": "通知双方到场"}))
    client.get(reverse("disputes:dispute-edit", args=[cases.working.pk]))
    search = {"name": NAMES[0], "purpose": "核对是否重复"}
    client.post(reverse("disputes:dispute-search"), search)

    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            if leaks := told(str(cursor.fetchall())):
                found[table] = leaks

    assert all(word in shown for word in (*NAMES, CONTACT, ADDRESS)), "there is something to leak"
    assert found == {}
    assert told(str([session.get_decoded() for session in Session.objects.all()])) == []
    assert told(caplog.text) == []


def test_form_kept_when_the_session_has_ended_is_sealed(
    tree: County, handler: User, cases: Cases, client_of
):
    client = client_of(handler)
    edit = reverse("disputes:dispute-edit", args=[cases.working.pk])
    client.get(edit)
    client.logout()
    client.get("/")

    client.post(edit, {"party-0-name": NAMES[0], "facts": FACTS})

    assert told(str([session.get_decoded() for session in Session.objects.all()])) == []


def test_search_by_who_does_not_handle_the_case_finds_nothing_and_is_put_down(
    tree: County, cases: Cases, client_of
):
    client = client_of(make_user(Role.TOWNSHIP_CLERK, tree.townships[0], "reader"))
    before = AuditEvent.objects.count()

    answer = client.post(
        reverse("disputes:dispute-search"), {"name": NAMES[0], "purpose": "想看看是谁"}
    )

    text = text_of(answer)
    assert [code for code in cases.codes if code in text] == []
    event = AuditEvent.objects.latest("pk")
    assert AuditEvent.objects.count() == before + 1
    assert (event.action, event.note) == ("按姓名查找纠纷", "想看看是谁（找到0件）")
    assert told(str(event.before) + str(event.after) + event.object_name) == []


def test_search_never_puts_the_name_into_an_address(
    tree: County, handler: User, cases: Cases, client_of
):
    client = client_of(handler)
    where = reverse("disputes:dispute-search")

    by_get = text_of(client.get(where, {"name": NAMES[0], "purpose": "核对"}))
    by_post = client.post(where, {"name": NAMES[0], "purpose": "核对"})

    assert cases.working.code not in by_get
    assert cases.working.code in text_of(by_post)
    assert by_post["Cache-Control"] == "no-store"


def test_handing_over_and_going_up_take_the_names_along(
    tree: County, handler: User, cases: Cases, client_of
):
    client = client_of(handler)
    case = cases.working
    where = reverse("disputes:dispute-names", args=[case.pk])
    assert told(text_of(client.post(where, {"purpose": "通知双方"})))

    client.post(
        reverse("disputes:dispute-escalate", args=[case.pk]),
        {"reason": "本级难以协调", "version": str(case.version)},
    )
    case.refresh_from_db()
    answer = client.post(where, {"purpose": "通知双方"})

    assert case.holder == tree.townships[0]
    assert answer.status_code in {302, 403, 404}
    assert told(text_of(answer)) == []
