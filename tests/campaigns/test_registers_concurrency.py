"""Registers and reminders with two people, or two processes, at the same moment on PostgreSQL."""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core import mail
from django.db import connections

from campaigns.enums import FacilityKind
from campaigns.models import Facility, Notice
from campaigns.selectors.registers import FACILITIES
from campaigns.services.notices import send_mails, write_notices
from campaigns.services.registers import RegisterEdit, save_register
from pingan.enums import Role
from pingan.models import User
from pingan.refusals import Conflict, Refused
from tests.campaigns.makers import SEPTEMBER, make_return
from tests.factories import make_county, make_user

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("real_commits")]
AT_ONCE = 6
TODAY = dt.date(2026, 9, 20)


def outcome(work: Callable[[], object]) -> object:
    try:
        return work()
    except Refused as error:
        return type(error)
    finally:
        connections.close_all()


def all_at_once(*works: Callable[[], object]) -> list[object]:
    with ThreadPoolExecutor(len(works)) as pool:
        return [each.result(timeout=60) for each in [pool.submit(outcome, w) for w in works]]


def test_of_many_changes_to_one_entry_one_wins():
    unit = make_county().villages[0]
    clerk = make_user(Role.VILLAGE_CLERK, unit)
    old = Facility.objects.create(
        unit=unit,
        kind=FacilityKind.CAMERA,
        number=1,
        working=1,
        valid_from=dt.date(2026, 1, 1),
    )

    def change(number: int) -> int:
        values = {
            "kind": "camera",
            "number": number,
            "working": 0,
            "needed": None,
            "note": "",
        }
        edit = RegisterEdit(old.pk, 1, values)
        return save_register(register=FACILITIES, unit=unit, on=TODAY, edits=[edit], by=clerk)

    results = all_at_once(*(lambda number=n: change(number) for n in range(2, 2 + AT_ONCE)))

    assert sorted(map(str, results)) == sorted([*[str(Conflict)] * (AT_ONCE - 1), "1"])
    winner = results.index(1) + 2
    assert list(Facility.objects.order_by("pk").values_list("number", "valid_to")) == [
        (1, TODAY),
        (winner, None),
    ]


def test_processes_that_remind_together_write_and_mail_once(settings):
    settings.EMAIL_HOST, settings.DEFAULT_FROM_EMAIL = "mail.example", "pingan@example.cn"
    unit = make_county().villages[0]
    clerk = make_user(Role.VILLAGE_CLERK, unit)
    User.objects.filter(pk=clerk.pk).update(email="clerk@example.cn")
    make_return(unit, SEPTEMBER, due_on=dt.date(2026, 9, 21))

    all_at_once(*[write_notices] * AT_ONCE)
    sent = all_at_once(*[send_mails] * AT_ONCE)

    assert sum(int(str(number)) for number in sent) == 1
    assert (len(mail.outbox), Notice.objects.count()) == (1, 1)
