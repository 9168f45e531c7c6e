import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.enums import RequestState, ReturnState
from campaigns.models import MonthlyReturn, ReopenRequest
from campaigns.services.reopening import grant_reopen, refuse_reopen, request_reopen
from pingan.enums import PeriodState, Role
from pingan.models import AuditEvent, Period, User
from pingan.refusals import Forbidden, Refused
from tests.campaigns.makers import SEPTEMBER, make_return
from tests.factories import County, make_county, make_user

ClientOf = Callable[[User], Client]
NOON = dt.datetime(2026, 10, 10, 4, 0, tzinfo=dt.UTC)


@pytest.fixture
def closed(tree: County, county_officer: User) -> MonthlyReturn:
    """An accepted return of a month that the county officer closed."""
    Period.objects.create(
        county=tree.county,
        month=SEPTEMBER,
        state=PeriodState.CLOSED,
        closed_at=NOON,
        closed_by=county_officer,
    )
    return make_return(tree.villages[0], state=ReturnState.ACCEPTED)


@pytest.fixture
def asked(closed: MonthlyReturn, village_clerk: User) -> ReopenRequest:
    return request_reopen(monthly_return=closed, reason=" 漏报一起纠纷 ", by=village_clerk)


def test_request_keeps_reason_and_person(asked: ReopenRequest, village_clerk: User):
    assert (asked.state, asked.reason) == (RequestState.PENDING, "漏报一起纠纷")
    assert asked.requested_by == village_clerk
    event = AuditEvent.objects.get()
    assert (event.action, event.note) == ("申请重开", "漏报一起纠纷")


def test_one_request_at_a_time(asked: ReopenRequest, closed: MonthlyReturn, village_clerk: User):
    with pytest.raises(Refused, match="正在等县里决定"):
        request_reopen(monthly_return=closed, reason="还有", by=village_clerk)

    assert ReopenRequest.objects.count() == 1


@pytest.mark.parametrize("reason", ["", "  ", "长" * 201])
def test_request_needs_a_reason(closed: MonthlyReturn, village_clerk: User, reason: str):
    with pytest.raises(Refused, match="请写明为什么"):
        request_reopen(monthly_return=closed, reason=reason, by=village_clerk)


def test_open_month_needs_no_request(village_return: MonthlyReturn, village_clerk: User):
    with pytest.raises(Refused, match="没有结账"):
        request_reopen(monthly_return=village_return, reason="改", by=village_clerk)


def test_stranger_asks_for_nothing(closed: MonthlyReturn, other_clerk: User, reviewer: User):
    for each in (other_clerk, reviewer):
        with pytest.raises(Forbidden):
            request_reopen(monthly_return=closed, reason="改", by=each)


def test_granted_request_opens_the_month_and_gives_the_return_back(
    asked: ReopenRequest, closed: MonthlyReturn, county_officer: User
):
    grant_reopen(request=asked, by=county_officer, note="五日内改好")

    closed.refresh_from_db()
    period = Period.objects.get()
    assert (period.state, period.reopen_reason) == ("open", "甲1村申请更正：漏报一起纠纷")
    assert (closed.state, closed.return_reason) == ("returned", "重开更正：漏报一起纠纷")
    assert (asked.state, asked.decision) == (RequestState.GRANTED, "五日内改好")
    assert asked.decided_by == county_officer
    actions = AuditEvent.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["申请重开", "重开月份", "退回", "同意重开"]


def test_second_request_of_an_open_month_gives_its_return_back_too(
    tree: County, asked: ReopenRequest, township_clerk: User, county_officer: User
):
    other = make_return(tree.villages[1], state=ReturnState.ACCEPTED)
    second = request_reopen(monthly_return=other, reason="也漏了", by=township_clerk)
    grant_reopen(request=asked, by=county_officer)

    grant_reopen(request=second, by=county_officer)

    other.refresh_from_db()
    assert other.state == ReturnState.RETURNED
    assert Period.objects.get().reopen_reason == "甲1村申请更正：漏报一起纠纷"


def test_return_that_was_never_handed_in_stays_a_draft(
    tree: County, closed: MonthlyReturn, village_clerk: User, county_officer: User
):
    MonthlyReturn.objects.filter(pk=closed.pk).update(state=ReturnState.DRAFT)
    asked = request_reopen(monthly_return=closed, reason="补报", by=village_clerk)

    grant_reopen(request=asked, by=county_officer)

    closed.refresh_from_db()
    assert (closed.state, Period.objects.get().state) == ("draft", "open")


def test_refused_request_leaves_the_month_closed(
    asked: ReopenRequest, closed: MonthlyReturn, county_officer: User, village_clerk: User
):
    with pytest.raises(Refused, match="请写明不同意的原因"):
        refuse_reopen(request=asked, by=county_officer, reason=" ")

    refuse_reopen(request=asked, by=county_officer, reason="已通报，下月补记")

    closed.refresh_from_db()
    assert (asked.state, asked.decision) == (RequestState.REFUSED, "已通报，下月补记")
    assert (closed.state, Period.objects.get().state) == ("accepted", "closed")
    with pytest.raises(Refused, match="这份申请未同意"):
        grant_reopen(request=asked, by=county_officer)
    assert request_reopen(monthly_return=closed, reason="再请", by=village_clerk).pk != asked.pk


def test_only_the_countys_officer_decides(asked: ReopenRequest, reviewer: User, leader: User):
    stranger = make_user(Role.COUNTY_OFFICER, make_county("510704", "外县").county, "stranger")

    for each in (reviewer, leader, stranger):
        with pytest.raises(Forbidden):
            grant_reopen(request=asked, by=each)
        with pytest.raises(Forbidden):
            refuse_reopen(request=asked, by=each, reason="不")

    assert Period.objects.get(month=SEPTEMBER).state == PeriodState.CLOSED


def test_lock_says_who_shut_it_and_the_road_is_walked_by_pages(
    closed: MonthlyReturn, village_clerk: User, county_officer: User, client_of: ClientOf
):
    clerk, officer = client_of(village_clerk), client_of(county_officer)
    own = reverse("campaigns:return-view", args=[closed.pk])
    ask = reverse("campaigns:return-reopen", args=[closed.pk])

    locked = clerk.get(own).content.decode()
    blank = clerk.post(ask, {"reason": " "})
    sent = clerk.post(ask, {"reason": "漏报<一>起"}, follow=True).content.decode()
    listed = officer.get("/reopen-requests/").content.decode()
    request = ReopenRequest.objects.get()
    decide = reverse("campaigns:reopen-decide", args=[request.pk])
    silent = officer.post(decide, {"refuse": "1"}, follow=True).content.decode()
    granted = officer.post(decide, {"grant": "1"}, follow=True).content.decode()
    read = clerk.get(own).content.decode()

    name = county_officer.display_name
    assert f"2026年9月已由{name}于2026年10月10日12:00结账，不能再改。" in locked
    assert "只有县级经办员可以重开。" in locked
    assert ask in locked
    assert blank.status_code == 422
    assert "重开申请已送出" in sent
    assert "漏报&lt;一&gt;起" in listed
    assert "请写明不同意的原因" in silent
    assert "2026年9月已重开，甲1村的月报已退回更正。" in granted
    assert "已同意" in read
    assert "重开更正：漏报&lt;一&gt;起" in read


def test_strangers_see_no_request(
    asked: ReopenRequest, other_clerk: User, reviewer: User, client_of: ClientOf
):
    decide = reverse("campaigns:reopen-decide", args=[asked.pk])

    assert "漏报" not in client_of(other_clerk).get("/reopen-requests/").content.decode()
    assert "漏报" in client_of(reviewer).get("/reopen-requests/").content.decode()
    assert 'name="grant"' not in client_of(reviewer).get("/reopen-requests/").content.decode()
    assert client_of(other_clerk).post(decide, {"grant": "1"}).status_code == 404
    assert client_of(reviewer).post(decide, {"grant": "1"}).status_code == 403


def test_lock_of_a_submitted_return_names_who_can_open_it(
    tree: County, village_clerk: User, client_of: ClientOf
):
    waiting = make_return(tree.villages[0], state=ReturnState.SUBMITTED, submitted_by=village_clerk)

    page = client_of(village_clerk).get(reverse("campaigns:return-view", args=[waiting.pk]))

    name = village_clerk.display_name
    sentence = (
        f"已由{name}于9月20日10:00上报，正在等待审核。要修改，填报人可以撤回，审核人可以退回。"
    )
    assert sentence in page.content.decode()
