"""Who guesses the address of another unit's case, paper or export finds nothing."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import transaction
from django.test import Client

from pingan.enums import Role
from pingan.models import User
from tests.disputes.addresses import (
    CLOSED_TITLE,
    OPEN_TITLE,
    Cases,
    general,
    make_cases,
    of_records,
    text_of,
)
from tests.disputes.whole_cases import SECRETS
from tests.factories import County, make_county, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
# The county's own settings are shown to no clerk at all.
OF_THE_COUNTY = "disputes:setting-"
# Papers of a case are handed out by the case's own addresses alone.
SEALED_FILES = "files"


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(dt.datetime(2026, 9, 20, 4, tzinfo=dt.UTC), tick=False)


@pytest.fixture
def handler(tree: County) -> User:
    return make_user(Role.VILLAGE_CLERK, tree.villages[0], "handler")


@pytest.fixture
def cases(tree: County, handler: User) -> Cases:
    return make_cases(tree, handler)


def asked(client: Client, address: str) -> set[int]:
    """What GET and POST answer; nothing of it stays."""
    with transaction.atomic():
        found = {client.get(address).status_code, client.post(address, {}).status_code}
        transaction.set_rollback(True)
    return found


def strangers(tree: County) -> list[User]:
    """Desks of other units: a township, a village of the same township, a department, a county."""
    other = make_county("510704", "别县")
    return [
        make_user(Role.TOWNSHIP_CLERK, tree.townships[1], "town"),
        make_user(Role.TOWNSHIP_REVIEWER, tree.townships[1], "reviewer"),
        make_user(Role.VILLAGE_CLERK, tree.villages[1], "village"),
        make_user(Role.VILLAGE_CLERK, tree.departments[0], "department"),
        make_user(Role.COUNTY_OFFICER, other.county, "far"),
    ]


def test_stranger_finds_no_address_of_a_case(tree: County, handler: User, cases: Cases, client_of):
    people = [(user, client_of(user)) for user in strangers(tree)]
    found = []

    for name, address in of_records(cases):
        for user, client in people:
            answers = asked(client, address)
            hidden = {403, 404, 405} if name.startswith(OF_THE_COUNTY) else {404, 405}
            if not answers <= hidden or answers == {405}:
                found.append(f"{user.username} {name} {address}: {answers}")

    assert not found, "\n".join(found)


def test_the_same_addresses_are_there_for_who_works_on_the_case(
    tree: County, handler: User, cases: Cases, client_of
):
    officer = make_user(Role.COUNTY_OFFICER, tree.county, "officer")
    people = [client_of(handler), client_of(officer)]
    missing = []

    for name, address in of_records(cases):
        if name == SEALED_FILES:
            continue
        if all(asked(client, address) <= {403, 404, 405} for client in people):
            missing.append(f"{name} {address}")

    assert not missing, "\n".join(missing)


def test_lists_boards_and_exports_of_a_stranger_show_nothing_of_the_case(
    tree: County, handler: User, cases: Cases, client_of
):
    words = (*SECRETS, *cases.codes, OPEN_TITLE, CLOSED_TITLE, "辘轳", "碾盘")
    found = []

    for user in strangers(tree):
        client = client_of(user)
        for address in general():
            text = text_of(client.get(address))
            found += [f"{user.username} {address}: {word}" for word in words if word in text]

    assert not found, "\n".join(found)


def test_lists_of_the_handler_do_show_the_case(
    tree: County, handler: User, cases: Cases, client_of
):
    client = client_of(handler)

    text = " ".join(text_of(client.get(address)) for address in general())

    assert OPEN_TITLE in text
    assert all(code in text for code in (cases.working.code, cases.agreed.code))
