"""Many people at the same moment, on real PostgreSQL."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from campaigns.enums import Activity
from campaigns.models import MonthlyReturn, Patrol
from campaigns.services.months import open_month
from campaigns.services.returns import accept
from campaigns.services.sections import save_section
from pingan.enums import Role
from pingan.models import AuditEvent, Unit, User
from pingan.refusals import Conflict, Refused
from tests.campaigns.makers import SEPTEMBER, make_return, patrol_rows, submitted
from tests.campaigns.test_views_merges import form_of
from tests.factories import make_county, make_user

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("real_commits")]
PEOPLE = 6


def outcome(work: Callable[..., object], **what: object) -> object:
    """What the work gave or how it was refused, on a connection that ends with it."""
    try:
        return work(**what)
    except Refused as error:
        return type(error)
    finally:
        connections.close_all()


def all_at_once(work: Callable[..., object], calls: list[dict[str, object]]) -> list[object]:
    with ThreadPoolExecutor(len(calls)) as pool:
        waiting = [pool.submit(outcome, work, **call) for call in calls]
        return [each.result(timeout=60) for each in waiting]


def loaded(monthly_return: MonthlyReturn) -> MonthlyReturn:
    """A copy of one's own, as each request has it."""
    return MonthlyReturn.objects.select_related("unit__parent").get(pk=monthly_return.pk)


def test_of_many_savers_one_wins_and_the_others_are_told():
    tree = make_county()
    monthly_return = make_return(tree.villages[0])
    clerk = make_user(Role.VILLAGE_CLERK, tree.villages[0])

    results = all_at_once(
        save_section,
        [
            {
                "monthly_return": loaded(monthly_return),
                "activity": Activity.PATROL,
                "rows": patrol_rows(3, night_heads=number),
                "version": 1,
                "by": clerk,
            }
            for number in range(1, PEOPLE + 1)
        ],
    )

    monthly_return.refresh_from_db()
    assert sorted(map(str, results)) == sorted([*[str(Conflict)] * (PEOPLE - 1), "True"])
    winner = results.index(True) + 1
    assert Patrol.objects.get().night_heads == winner
    assert (monthly_return.version, AuditEvent.objects.count()) == (2, 1)


def test_of_two_reviewers_one_accepts():
    tree = make_county()
    clerk = make_user(Role.VILLAGE_CLERK, tree.villages[0])
    reviewers: list[User] = [make_user(Role.TOWNSHIP_REVIEWER, tree.townships[0]) for _ in range(2)]
    monthly_return = submitted(tree.villages[0], clerk)

    results = all_at_once(
        accept,
        [
            {"monthly_return": loaded(monthly_return), "version": 1, "by": reviewer}
            for reviewer in reviewers
        ],
    )

    assert set(map(str, results)) == {"None", str(Conflict)}
    assert AuditEvent.objects.filter(action="审核通过").count() == 1


def test_month_opened_by_many_at_once_is_opened_once():
    tree = make_county()
    county = Unit.objects.get(pk=tree.county.pk)

    all_at_once(open_month, [{"county": county, "month": SEPTEMBER} for _ in range(PEOPLE)])

    assert MonthlyReturn.objects.count() == 8
    assert MonthlyReturn.objects.values("unit").distinct().count() == 8


def post(client: Client, where: str, form: dict[str, str]) -> int:
    return client.post(where, form).status_code


def test_people_who_fill_in_different_days_at_once_lose_nothing():
    tree = make_county()
    monthly_return = make_return(tree.villages[0])
    where = reverse("campaigns:return-activity", args=[monthly_return.pk, Activity.PATROL])
    calls: list[dict[str, object]] = []
    for number in range(PEOPLE):
        client = Client()
        clerk = make_user(Role.VILLAGE_CLERK, tree.villages[0], f"clerk-{number}")
        client.force_login(clerk, backend="django.contrib.auth.backends.ModelBackend")
        form = form_of(client.get(where))
        calls.append(
            {"client": client, "where": where, "form": {**form, f"rows-{number}-day_heads": "3"}}
        )

    results = all_at_once(post, calls)

    assert results == [302] * PEOPLE
    saved = Patrol.objects.order_by("on").values_list("on__day", "day_heads")
    assert list(saved) == [(day, 3) for day in range(1, PEOPLE + 1)]
    assert AuditEvent.objects.filter(action="保存治安巡逻").count() == PEOPLE
