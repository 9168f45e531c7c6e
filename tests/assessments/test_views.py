"""Pages of the assessment: strangers, the usual way, bad input, and nothing that leaks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.models import Edition, Inspection, Scorecard
from assessments.services.closing import close_month
from assessments.services.editions import publish_edition
from campaigns.enums import ReturnState
from pingan.enums import JobState, PeriodState, Role
from pingan.models import Job, Period, Unit, User
from tests.assessments.records import (
    MONTH,
    add_group,
    add_inspection,
    add_sweep,
    make_return,
    perfect_county,
    perfect_month,
)
from tests.factories import County, make_county, make_user

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
DESK = reverse("assessments:month-detail", args=[MONTH])


@pytest.fixture(autouse=True)
def october():
    with time_machine.travel(dt.datetime(2026, 10, 8, 9, tzinfo=dt.UTC), tick=False):
        yield


def close(county: Unit) -> Edition:
    (edition,) = close_month(counties=[county], month=MONTH, by=None)
    return edition


def card_of(edition: Edition, unit: Unit) -> Scorecard:
    return Scorecard.objects.get(edition=edition, unit=unit)


def card_address(card: Scorecard) -> str:
    return reverse("assessments:scorecard-detail", args=[card.pk])


class TestDesk:
    def test_says_what_is_missing(self, tree: County, county_officer: User, client_of: ClientOf):
        draft = make_return(tree.villages[0], state=ReturnState.DRAFT)
        make_return(tree.villages[1])
        add_inspection(tree.townships[0])

        page = client_of(county_officer).get(DESK).content.decode()

        assert f'<a href="{reverse("campaigns:return-view", args=[draft.pk])}">甲1村</a>' in page
        assert "<dt>月报未开始</dt><dd>6 个单位</dd>" in page
        assert "确认结账2026年9月" in page
        assert ">甲2村<" not in page

    def test_latest_is_last_month(self, county_officer: User, client_of: ClientOf):
        answer = client_of(county_officer).get(reverse("assessments:month-list"))

        assert answer["Location"] == DESK

    @pytest.mark.parametrize("role", [Role.TOWNSHIP_CLERK, Role.VILLAGE_CLERK])
    def test_is_not_for_those_below_the_county(self, tree: County, client_of: ClientOf, role: Role):
        assert client_of(make_user(role, tree.townships[0])).get(DESK).status_code == 403

    def test_leader_reads_and_does_not_close(self, tree: County, client_of: ClientOf):
        client = client_of(make_user(Role.LEADER, tree.county))

        assert "确认结账" not in client.get(DESK).content.decode()
        assert client.post(reverse("assessments:month-close", args=[MONTH])).status_code == 403

    def test_present_month_cannot_be_closed(self, county_officer: User, client_of: ClientOf):
        month = MONTH.next
        client = client_of(county_officer)

        page = client.get(reverse("assessments:month-detail", args=[month])).content.decode()
        answer = client.post(reverse("assessments:month-close", args=[month]), follow=True)

        assert "确认结账" not in page
        assert "还没有结束，不能结账" in answer.content.decode()
        assert not Job.objects.exists()

    def test_queries_do_not_grow_with_the_county(self, client_of: ClientOf):
        counts = []
        for code, townships in (("530101", 1), ("530102", 6)):
            tree = make_county(code, f"{code}县", townships=townships)
            make_return(tree.villages[0], state=ReturnState.DRAFT)
            close(tree.county)
            client = client_of(make_user(Role.COUNTY_OFFICER, tree.county))
            with CaptureQueriesContext(connection) as captured:
                client.get(DESK)
            counts.append(len(captured))

        assert counts[0] == counts[1]


class TestCloseAndAfter:
    def test_button_closes_by_a_job(
        self,
        tree: County,
        county_officer: User,
        client_of: ClientOf,
        django_capture_on_commit_callbacks,
    ):
        perfect_county(tree)

        with django_capture_on_commit_callbacks(execute=True):
            answer = client_of(county_officer).post(
                reverse("assessments:month-close", args=[MONTH])
            )

        job = Job.objects.get()
        assert answer["Location"] == reverse("pingan:job-detail", args=[job.pk])
        assert (job.state, job.result) == (JobState.DONE, {"url": DESK})
        assert Edition.objects.get().closed_by == county_officer

    def test_reopen_wants_a_reason(self, tree: County, county_officer: User, client_of: ClientOf):
        close(tree.county)
        address = reverse("assessments:month-reopen", args=[MONTH])
        client = client_of(county_officer)

        refused = client.post(address, {"reason": " "}, follow=True)
        assert "请写明重开的原因" in refused.content.decode()
        assert Period.objects.get().state == PeriodState.CLOSED
        client.post(address, {"reason": "检查分录错"})

        assert Period.objects.get().state == PeriodState.OPEN

    def test_clerk_cannot_reopen(self, tree: County, township_clerk: User, client_of: ClientOf):
        close(tree.county)

        answer = client_of(township_clerk).post(
            reverse("assessments:month-reopen", args=[MONTH]), {"reason": "试试"}
        )

        assert answer.status_code == 403
        assert Period.objects.get().state == PeriodState.CLOSED

    def test_publish(self, tree: County, county_officer: User, client_of: ClientOf):
        edition = close(tree.county)

        answer = client_of(county_officer).post(
            reverse("assessments:edition-publish", args=[edition.pk]), follow=True
        )

        edition.refresh_from_db()
        assert edition.published_by == county_officer
        assert "第1版已公布" in answer.content.decode()

    def test_publish_another_countys_edition(self, county_officer: User, client_of: ClientOf):
        edition = close(make_county("510704", "别县").county)

        answer = client_of(county_officer).post(
            reverse("assessments:edition-publish", args=[edition.pk])
        )

        edition.refresh_from_db()
        assert (answer.status_code, edition.published_at) == (404, None)


class TestScorecard:
    def test_opens_every_point(self, tree: County, county_officer: User, client_of: ClientOf):
        made = perfect_month(tree.villages[0])
        made.patrol_rows.filter(on__day__gt=28).update(night_heads=0)
        card = card_of(close(tree.county), tree.villages[0])

        page = client_of(county_officer).get(card_address(card)).content.decode()

        assert "夜间巡逻 28 夜 / 30 夜 = 93.3%，满分 10，得 9.33" in page
        assert "坚持夜间巡逻" in page
        for activity in ("patrol", "education", "sweep", "meeting", "survey"):
            assert reverse("campaigns:return-activity", args=[made.pk, activity]) in page
        assert reverse("campaigns:return-view", args=[made.pk]) in page
        assert f"month=2026-09&amp;unit={tree.villages[0].pk}" in page

    def test_says_when_the_total_is_scaled(
        self, tree: County, county_officer: User, client_of: ClientOf
    ):
        perfect_month(tree.villages[0])
        Inspection.objects.all().delete()
        card = card_of(close(tree.county), tree.villages[0])

        page = client_of(county_officer).get(card_address(card)).content.decode()

        assert "适用的考核项满分共 88 分，得 88 分，折算为百分制 100 分" in page
        assert "不适用" in page

    def test_group_leads_to_its_villages_return(
        self, tree: County, county_officer: User, client_of: ClientOf
    ):
        made = make_return(tree.villages[0])
        add_group(made, tree.groups[0], nights=20)
        card = card_of(close(tree.county), tree.groups[0])

        page = client_of(county_officer).get(card_address(card)).content.decode()

        assert reverse("campaigns:return-activity", args=[made.pk, "groups"]) in page

    def test_township_lists_its_villages(
        self, tree: County, county_officer: User, client_of: ClientOf
    ):
        edition = close(tree.county)

        answer = client_of(county_officer).get(card_address(card_of(edition, tree.townships[0])))

        names = [unit.name for unit in answer.context["page"].below]
        assert names == ["甲1村", "甲2村"]

    def test_village_sees_its_own_card_once_published(
        self, tree: County, county_officer: User, client_of: ClientOf
    ):
        edition = close(tree.county)
        client = client_of(make_user(Role.VILLAGE_CLERK, tree.villages[0]))
        own = card_address(card_of(edition, tree.villages[0]))
        others = [
            card_address(card_of(edition, unit))
            for unit in (tree.villages[1], tree.townships[0], tree.departments[0])
        ]

        assert client.get(own).status_code == 404
        publish_edition(edition=edition, by=county_officer)

        assert client.get(own).status_code == 200
        assert [client.get(address).status_code for address in others] == [404] * 3

    @pytest.mark.parametrize("role", [Role.AUDITOR, Role.ACCOUNT_ADMIN])
    def test_administrators_see_no_card(self, tree: County, client_of: ClientOf, role: Role):
        card = card_of(close(tree.county), tree.townships[0])

        assert client_of(make_user(role, tree.county)).get(card_address(card)).status_code == 404

    def test_history_holds_the_newest_edition_of_each_month(
        self, tree: County, county_officer: User, client_of: ClientOf
    ):
        perfect_month(tree.townships[0], MONTH.previous)
        close_month(counties=[tree.county], month=MONTH.previous, by=None)
        Inspection.objects.update(points_given=0)
        close_month(counties=[tree.county], month=MONTH.previous, by=None)
        card = card_of(close(tree.county), tree.townships[0])

        answer = client_of(county_officer).get(card_address(card))

        history = answer.context["page"].history
        assert [(point.month, point.total) for point in history] == [
            ("2026-08", 7_500),
            ("2026-09", 0),
        ]
        assert '<polyline class="line"' in answer.content.decode()

    def test_queries_do_not_grow_with_what_is_below(self, client_of: ClientOf):
        counts = []
        for code, villages in (("530101", 1), ("530102", 8)):
            tree = make_county(code, f"{code}县", villages=villages)
            perfect_county(tree)
            card = card_of(close(tree.county), tree.townships[0])
            client = client_of(make_user(Role.COUNTY_OFFICER, tree.county))
            with CaptureQueriesContext(connection) as captured:
                client.get(card_address(card))
            counts.append(len(captured))

        assert counts[0] == counts[1]


def test_sweep_of_the_township_leads_to_the_units_below(
    tree: County, county_officer: User, client_of: ClientOf
):
    add_sweep(make_return(tree.villages[0]), found=2, solved=1)
    card = card_of(close(tree.county), tree.townships[0])

    page = client_of(county_officer).get(card_address(card))

    row = next(row for row in page.context["page"].rows if row.name == "排查事项化解")
    assert row.address == "#below"
