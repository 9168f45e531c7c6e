import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.enums import ReturnState
from campaigns.models import Extension, MonthlyReturn
from campaigns.selectors.deadlines import due_sentence, extension_of
from campaigns.services.extensions import grant_extension, withdraw_extension
from campaigns.services.returns import submit
from pingan.enums import PeriodState
from pingan.models import AuditEvent, Period, User
from pingan.refusals import Forbidden, Refused
from tests.campaigns.makers import SEPTEMBER, fill_in, make_return
from tests.factories import County

ClientOf = Callable[[User], Client]
RULE = dt.date(2026, 9, 28)  # 25 September 2026 is the mid-autumn holiday
UNTIL = dt.date(2026, 10, 9)


def address(monthly_return: MonthlyReturn) -> str:
    return reverse("campaigns:return-extension", args=[monthly_return.pk])


def test_extension_moves_the_deadline_and_lateness(
    clock, village_return: MonthlyReturn, reviewer: User, village_clerk: User
):
    grant_extension(monthly_return=village_return, until=UNTIL, reason=" 停电一周 ", by=reviewer)
    fill_in(village_return)
    clock.move_to(dt.datetime(2026, 10, 9, 8, 0, tzinfo=dt.UTC))

    submit(monthly_return=village_return, version=1, by=village_clerk)

    extension = Extension.objects.get()
    assert (extension.unit, extension.month) == (village_return.unit, SEPTEMBER)
    assert (extension.until, extension.reason, extension.by) == (UNTIL, "停电一周", reviewer)
    assert (village_return.due_on, village_return.is_on_time) == (UNTIL, True)
    event = AuditEvent.objects.order_by("pk")[0]
    assert (event.action, event.note) == ("批准延期", "停电一周")
    assert event.after["due_on"] == "2026-10-09"


def test_extension_granted_afterwards_decides_lateness_anew(
    village_return: MonthlyReturn, reviewer: User
):
    moment = dt.datetime(2026, 10, 8, 2, 0, tzinfo=dt.UTC)
    MonthlyReturn.objects.update(
        state=ReturnState.SUBMITTED,
        submitted_at=moment,
        first_submitted_at=moment,
        is_on_time=False,
    )
    what: dict[str, Any] = {"monthly_return": village_return, "reason": "停电", "by": reviewer}

    grant_extension(until=dt.date(2026, 10, 7), **what)
    early = village_return.is_on_time
    grant_extension(until=dt.date(2026, 10, 8), **what)

    assert (early, village_return.is_on_time) == (False, True)
    assert Extension.objects.get().until == dt.date(2026, 10, 8)


def test_withdrawn_extension_leaves_the_rule(village_return: MonthlyReturn, reviewer: User):
    grant_extension(monthly_return=village_return, until=UNTIL, reason="停电", by=reviewer)

    withdraw_extension(monthly_return=village_return, by=reviewer)

    assert village_return.due_on == RULE
    assert not Extension.objects.exists()
    assert AuditEvent.objects.latest("pk").action == "收回延期"
    with pytest.raises(Refused, match="没有延期"):
        withdraw_extension(monthly_return=village_return, by=reviewer)


def test_extension_that_was_used_stays(
    clock, village_return: MonthlyReturn, reviewer: User, village_clerk: User
):
    grant_extension(monthly_return=village_return, until=UNTIL, reason="停电", by=reviewer)
    fill_in(village_return)
    clock.move_to(dt.datetime(2026, 10, 1, 8, 0, tzinfo=dt.UTC))
    submit(monthly_return=village_return, version=1, by=village_clerk)

    with pytest.raises(Refused, match="已按延期上报"):
        withdraw_extension(monthly_return=village_return, by=reviewer)

    assert Extension.objects.count() == 1


@pytest.mark.parametrize(
    ("until", "reason", "sentence"),
    [
        (UNTIL, "  ", "请写明延期的原因"),
        (UNTIL, "长" * 201, "不超过200字"),
        (RULE, "停电", "须晚于原定的9月28日"),
        (dt.date(2026, 11, 1), "停电", "不能晚于10月31日"),
    ],
)
def test_extension_needs_a_reason_and_a_sensible_day(
    village_return: MonthlyReturn, reviewer: User, until: dt.date, reason: str, sentence: str
):
    with pytest.raises(Refused, match=sentence):
        grant_extension(monthly_return=village_return, until=until, reason=reason, by=reviewer)

    assert not Extension.objects.exists()


def test_closed_month_is_not_extended(tree: County, village_return: MonthlyReturn, reviewer: User):
    moment = dt.datetime(2026, 10, 10, tzinfo=dt.UTC)
    Period.objects.create(
        county=tree.county, month=SEPTEMBER, state=PeriodState.CLOSED, closed_at=moment
    )

    with pytest.raises(Refused, match="已经结账"):
        grant_extension(monthly_return=village_return, until=UNTIL, reason="停电", by=reviewer)


def test_reviewers_extend_villages_and_the_county_extends_townships(
    tree: County,
    village_return: MonthlyReturn,
    reviewer: User,
    county_officer: User,
    township_clerk: User,
    village_clerk: User,
    client_of: ClientOf,
):
    township = make_return(tree.townships[0])
    people = (county_officer, reviewer, township_clerk, village_clerk)

    of_village = [client_of(each).get(address(village_return)).status_code for each in people]
    of_township = [client_of(each).get(address(township)).status_code for each in people]

    assert of_village == [403, 200, 403, 403]
    assert of_township == [200, 403, 403, 404]
    for each in (township_clerk, village_clerk, county_officer):
        with pytest.raises(Forbidden):
            grant_extension(monthly_return=village_return, until=UNTIL, reason="停电", by=each)
    grant_extension(monthly_return=township, until=UNTIL, reason="停电", by=county_officer)


def test_page_grants_changes_and_withdraws(
    village_return: MonthlyReturn, reviewer: User, village_clerk: User, client_of: ClientOf
):
    client, own = client_of(reviewer), address(village_return)

    odd = client.post(own, {"until": "不知道", "reason": "停电"})
    done = client.post(own, {"until": "2026-10-09", "reason": "停<电>"}, follow=True)
    read = client_of(village_clerk).get(reverse("campaigns:return-view", args=[village_return.pk]))
    listed = client_of(village_clerk).get("/returns/").content.decode()
    again = client.get(own).content.decode()
    gone = client.post(own, {"withdraw": "1"}, follow=True)

    assert odd.status_code == 422
    assert "已批准延期" in done.content.decode()
    words = "10月9日（周五）。原定9月28日（周一）"
    assert words in read.content.decode()
    assert "批准延期，原因：停&lt;电&gt;。" in read.content.decode()
    assert "10月9日" in listed
    assert 'value="2026-10-09"' in again
    assert "延期已收回" in gone.content.decode()
    assert not Extension.objects.exists()


def test_due_sentence_without_extension_is_the_rules(village_return: MonthlyReturn):
    sentence = due_sentence(village_return, extension_of(village_return))

    assert sentence.startswith("原定9月25日")
