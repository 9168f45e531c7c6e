"""The preview, appeals in it, and what a publication waits for."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.enums import AppealState
from assessments.models import Appeal, Edition, Scorecard
from assessments.selectors.previews import publication
from assessments.services.appeals import (
    file_appeal,
    refuse_appeal,
    uphold_appeal,
    withdraw_appeal,
)
from assessments.services.closing import close_month
from assessments.services.editions import open_preview, publish_edition
from pingan.enums import Role
from pingan.models import AuditEvent, CountySettings
from pingan.refusals import Conflict, Forbidden, Refused
from pingan.services.periods import reopen_period
from tests.assessments.records import MONTH, perfect_county
from tests.factories import make_county, make_user

CLOSED = dt.datetime(2026, 10, 8, 1, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
REASON = "逢场日巡逻记录在附页，漏计了三天"


@pytest.fixture
def clock():
    with time_machine.travel(CLOSED, tick=False) as traveller:
        yield traveller


@pytest.fixture
def edition(tree, clock):
    """September, closed: the first township is inspected badly, 48 hours of preview."""
    CountySettings.objects.filter(county=tree.county).update(preview_hours=48)
    perfect_county(tree)
    tree.townships[0].inspections.update(points_given=4_000)
    (edition,) = close_month(counties=[tree.county], month=MONTH, by=None)
    clock.shift(HOUR)
    return edition


@pytest.fixture
def previewed(edition, county_officer, clock):
    opened = open_preview(edition=edition, by=county_officer)
    clock.shift(HOUR)
    return opened


def card_of(edition, unit):
    return Scorecard.objects.select_related("unit", "edition").get(edition=edition, unit=unit)


def lossy_code(card):
    return next(line[0] for line in card.lines if line[1] is not None and line[1] < line[2])


@pytest.fixture
def card(previewed, tree):
    return card_of(previewed, tree.townships[0])


@pytest.fixture
def appeal(card, township_clerk):
    return file_appeal(card=card, item_code=lossy_code(card), reason=REASON, by=township_clerk)


def recloses(county):
    (edition,) = close_month(counties=[county], month=MONTH, by=None)
    return edition


# --- the preview


def test_preview_runs_for_the_hours_of_the_county(edition, county_officer):
    opened = open_preview(edition=edition, by=county_officer)

    assert opened.preview_until - opened.preview_opened_at == dt.timedelta(hours=48)
    assert opened.preview_opened_by == county_officer
    assert AuditEvent.objects.filter(action="发起公示预览").count() == 1


def test_preview_opened_twice_keeps_its_end(previewed, county_officer, clock):
    clock.shift(5 * HOUR)

    again = open_preview(edition=previewed, by=county_officer)

    assert again.preview_until == previewed.preview_until
    assert AuditEvent.objects.filter(action="发起公示预览").count() == 1


def test_preview_is_the_county_officers(edition, tree, township_clerk):
    with pytest.raises(Forbidden):
        open_preview(edition=edition, by=township_clerk)
    with pytest.raises(Forbidden):
        open_preview(edition=edition, by=make_user(Role.LEADER, tree.county))


def test_preview_without_hours_is_refused(edition, county_officer, tree):
    CountySettings.objects.filter(county=tree.county).update(preview_hours=0)

    with pytest.raises(Refused, match="可以直接公布"):
        open_preview(edition=edition, by=county_officer)


def test_preview_of_a_reopened_month_is_refused(edition, county_officer, tree):
    reopen_period(county=tree.county, month=MONTH, by=county_officer, reason="更正")

    with pytest.raises(Refused, match="请先结账"):
        open_preview(edition=edition, by=county_officer)


def test_cards_are_hidden_before_the_preview_and_shown_in_it(
    edition, tree, township_clerk, other_clerk, county_officer, client_of
):
    card = card_of(edition, tree.townships[0])
    address = reverse("assessments:scorecard-detail", args=[card.pk])

    assert client_of(township_clerk).get(address).status_code == 404
    open_preview(edition=edition, by=county_officer)
    assert client_of(township_clerk).get(address).status_code == 200
    assert client_of(other_clerk).get(address).status_code == 404
    ranking = client_of(township_clerk).get(reverse("reports:ranking-month", args=[MONTH]))
    assert tree.townships[1].name not in ranking.text


# --- what a publication waits for


def test_publishing_without_a_preview_is_refused(edition, county_officer):
    with pytest.raises(Refused, match=r"请先发起公示预览.*48小时"):
        publish_edition(edition=edition, by=county_officer)
    with pytest.raises(Refused, match="请先发起公示预览"):
        publish_edition(edition=edition, by=None)


def test_publishing_during_the_preview_is_refused(previewed, county_officer, clock):
    with pytest.raises(Refused, match="公示预览到10月10日（周六，调休上班）10:00结束"):
        publish_edition(edition=previewed, by=county_officer)
    clock.move_to(previewed.preview_until)

    assert publish_edition(edition=previewed, by=county_officer).published_at is not None


def test_publishing_waits_for_every_decision(appeal, previewed, county_officer, clock):
    clock.move_to(previewed.preview_until)

    with pytest.raises(Refused, match="还有1件申诉没有决定"):
        publish_edition(edition=previewed, by=county_officer)
    refuse_appeal(appeal=appeal, decision="附页没有盖章", version=1, by=county_officer)

    assert publish_edition(edition=previewed, by=county_officer).published_at is not None


def test_publishing_waits_for_the_close_that_holds_a_decision(
    appeal, previewed, county_officer, clock, tree
):
    clock.move_to(previewed.preview_until)
    uphold_appeal(appeal=appeal, restored=0, decision="记录有误", version=1, by=county_officer)

    with pytest.raises(Refused, match="1件申诉成立的决定还没有计入"):
        publish_edition(edition=previewed, by=county_officer)
    clock.shift(HOUR)
    reopen_period(county=tree.county, month=MONTH, by=county_officer, reason="按决定更正")
    same = recloses(tree.county)  # the record was right after all: the edition stays

    assert same.pk == previewed.pk
    assert publish_edition(edition=same, by=county_officer).published_at is not None


def test_restored_points_make_a_new_edition_with_the_same_preview(
    appeal, previewed, county_officer, clock, tree
):
    before = card_of(previewed, tree.townships[0])
    uphold_appeal(appeal=appeal, restored=200, decision="补计", version=1, by=county_officer)
    clock.shift(HOUR)

    new = recloses(tree.county)

    after = card_of(new, tree.townships[0])
    assert (new.number, after.total - before.total) == (2, 200)
    assert (new.preview_opened_at, new.preview_until) == (
        previewed.preview_opened_at,
        previewed.preview_until,
    )
    assert publication(new).unapplied == 0
    assert any(tree.townships[0].name in change for change in new.changes)


def test_correction_of_a_published_month_needs_no_preview(previewed, county_officer, clock, tree):
    clock.move_to(previewed.preview_until)
    publish_edition(edition=previewed, by=county_officer)
    reopen_period(county=tree.county, month=MONTH, by=county_officer, reason="更正")
    tree.townships[0].inspections.update(points_given=9_000)

    new = recloses(tree.county)

    assert (new.number, new.preview_opened_at, publication(new).is_correction) == (2, None, True)
    with pytest.raises(Refused, match="更正版，不用预览"):
        open_preview(edition=new, by=county_officer)
    assert publish_edition(edition=new, by=county_officer).published_at is not None


# --- filing


def test_appeal_is_filed_with_what_was_lost(appeal, card, township_clerk):
    assert (appeal.unit, appeal.state, appeal.lost) == (card.unit, AppealState.PENDING, 1200)
    event = AuditEvent.objects.get(action="提出申诉")
    assert (event.by, event.note) == (township_clerk, REASON)


def test_one_pending_appeal_an_item(appeal, card, township_clerk):
    with pytest.raises(Refused, match="已有一件申诉"):
        file_appeal(card=card, item_code=appeal.item_code, reason=REASON, by=township_clerk)
    assert Appeal.objects.count() == 1


def test_decided_item_is_not_contested_again(appeal, card, township_clerk, county_officer):
    refuse_appeal(appeal=appeal, decision="没有依据", version=1, by=county_officer)

    with pytest.raises(Refused, match="已有决定"):
        file_appeal(card=card, item_code=appeal.item_code, reason=REASON, by=township_clerk)


def test_withdrawn_appeal_makes_room_for_another(appeal, card, township_clerk):
    withdraw_appeal(appeal=appeal, by=township_clerk)

    again = file_appeal(card=card, item_code=appeal.item_code, reason=REASON, by=township_clerk)

    assert again.state == AppealState.PENDING
    with pytest.raises(Refused, match="已撤回"):
        withdraw_appeal(appeal=appeal, by=township_clerk)


@pytest.mark.parametrize("reason", ["", "   ", "长" * 501])
def test_appeal_needs_a_reason(card, township_clerk, reason):
    with pytest.raises(Refused, match="请写明申诉理由"):
        file_appeal(card=card, item_code=lossy_code(card), reason=reason, by=township_clerk)


def test_item_without_loss_is_not_contested(card, township_clerk):
    full = next(line[0] for line in card.lines if line[1] == line[2])

    with pytest.raises(Refused, match="没有失分"):
        file_appeal(card=card, item_code=full, reason=REASON, by=township_clerk)
    with pytest.raises(Refused, match="没有这个考核项"):
        file_appeal(card=card, item_code="nothing", reason=REASON, by=township_clerk)


def test_appeals_end_with_the_preview(card, previewed, township_clerk, clock):
    clock.move_to(previewed.preview_until)

    with pytest.raises(Refused, match=r"已于10月10日.*结束"):
        file_appeal(card=card, item_code=lossy_code(card), reason=REASON, by=township_clerk)


def test_only_the_own_people_contest(card, tree, other_clerk, county_officer):
    for person in (
        other_clerk,
        county_officer,
        make_user(Role.LEADER, tree.townships[0]),
        make_user(Role.VILLAGE_CLERK, tree.villages[0]),
        make_user(Role.INSPECTOR, tree.county),
    ):
        with pytest.raises(Forbidden):
            file_appeal(card=card, item_code=lossy_code(card), reason=REASON, by=person)


def test_township_contests_for_its_village(previewed, tree, township_clerk, other_clerk, clock):
    village = card_of(previewed, tree.villages[0])
    code, points, *rest = village.lines[0]
    village.lines = [[code, points - 100, *rest], *village.lines[1:]]
    village.save(update_fields=["lines"])

    with pytest.raises(Forbidden):
        file_appeal(card=village, item_code=code, reason=REASON, by=other_clerk)

    assert file_appeal(card=village, item_code=code, reason=REASON, by=township_clerk).lost == 100


# --- deciding


def test_decision_is_the_officers_and_has_a_reason(appeal, township_clerk, county_officer):
    with pytest.raises(Forbidden):
        refuse_appeal(appeal=appeal, decision="不", version=1, by=township_clerk)
    with pytest.raises(Refused, match="请写明决定的理由"):
        uphold_appeal(appeal=appeal, restored=1, decision=" ", version=1, by=county_officer)
    with pytest.raises(Refused, match="不能超过本项失分"):
        uphold_appeal(appeal=appeal, restored=1201, decision="补", version=1, by=county_officer)
    appeal.refresh_from_db()
    assert appeal.state == AppealState.PENDING


def test_second_decision_is_refused(appeal, county_officer):
    with pytest.raises(Conflict):
        refuse_appeal(appeal=appeal, decision="不", version=7, by=county_officer)
    refuse_appeal(appeal=appeal, decision="没有依据", version=1, by=county_officer)
    with pytest.raises(Refused, match="不能再办理"):
        uphold_appeal(appeal=appeal, restored=1, decision="补", version=2, by=county_officer)


def test_officer_of_another_county_decides_nothing(appeal, client_of):
    elsewhere = make_county("510704", "别县")
    stranger = make_user(Role.COUNTY_OFFICER, elsewhere.county)

    with pytest.raises(Forbidden):
        refuse_appeal(appeal=appeal, decision="不", version=1, by=stranger)
    client = client_of(stranger)
    assert client.get(reverse("assessments:appeal-detail", args=[appeal.pk])).status_code == 404
    assert REASON not in client.get(reverse("assessments:appeal-list")).text


# --- pages


def test_unit_files_and_withdraws_on_the_pages(card, township_clerk, client_of):
    client = client_of(township_clerk)
    address = reverse("assessments:appeal-create", args=[card.pk, lossy_code(card)])

    assert address in client.get(reverse("assessments:scorecard-detail", args=[card.pk])).text
    assert client.post(address, {"reason": " "}).status_code == 422
    assert client.post(address, {"reason": REASON}).status_code == 302
    appeal = Appeal.objects.get()
    assert REASON in client.get(reverse("assessments:scorecard-detail", args=[card.pk])).text
    client.post(reverse("assessments:appeal-withdraw", args=[appeal.pk]))
    appeal.refresh_from_db()
    assert appeal.state == AppealState.WITHDRAWN


def test_stranger_finds_no_form(card, other_clerk, county_officer, client_of):
    address = reverse("assessments:appeal-create", args=[card.pk, lossy_code(card)])

    assert client_of(other_clerk).get(address).status_code == 404
    assert client_of(county_officer).get(address).status_code == 403
    assert client_of(other_clerk).get(address + "x").status_code == 404


def test_officer_decides_on_the_page(appeal, county_officer, township_clerk, client_of):
    client = client_of(county_officer)
    address = reverse("assessments:appeal-decide", args=[appeal.pk])
    data = {"outcome": "restore", "restored": "２．５", "decision": "补计三天", "version": "1"}

    assert client.post(address, {**data, "restored": "12.01"}).status_code == 422
    assert client.post(address, {**data, "restored": ""}).status_code == 422
    assert client.post(address, {**data, "decision": ""}).status_code == 422
    assert client.post(address, {**data, "version": "9"}).status_code == 409
    assert client.post(address, data).status_code == 302
    appeal.refresh_from_db()
    assert (appeal.state, appeal.restored, appeal.decided_by) == ("upheld", 250, county_officer)
    told = client_of(township_clerk).get(reverse("assessments:appeal-detail", args=[appeal.pk]))
    assert "补回 2.50 分" in told.text
    assert "补计三天" in told.text


def test_unit_may_not_decide(appeal, township_clerk, client_of):
    data = {"outcome": "refuse", "decision": "不", "version": "1"}
    address = reverse("assessments:appeal-decide", args=[appeal.pk])

    assert client_of(township_clerk).post(address, data).status_code == 403


def test_list_filters_and_costs_the_same_for_three(
    previewed, tree, county_officer, client_of, django_assert_num_queries, township_clerk
):
    client = client_of(county_officer)
    address = reverse("assessments:appeal-list")

    def make(unit, code, state="pending"):
        return Appeal.objects.create(
            scorecard=card_of(previewed, unit),
            unit=unit,
            month=MONTH,
            item_code=code,
            item_name=f"项{code}",
            lost=100,
            reason=REASON,
            filed_at=previewed.preview_opened_at,
            filed_by=township_clerk,
            state=state,
            **(
                {"decided_at": previewed.preview_until, "decision": "不"}
                if state != "pending"
                else {}
            ),
        )

    make(tree.townships[0], "a")
    client.get(address)  # the session is written now, not while queries are counted
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    make(tree.townships[1], "b", "refused")
    make(tree.villages[0], "c")
    with CaptureQueriesContext(connection) as three:
        everything = client.get(address)
    assert len(one) == len(three)
    assert [row.appeal.item_code for row in everything.context["rows"]] == ["c", "b", "a"]
    refused = client.get(address, {"state": "refused"})
    assert [row.appeal.item_code for row in refused.context["rows"]] == ["b"]
    first = client.get(address, {"unit": tree.townships[0].pk, "month": str(MONTH)})
    assert [row.appeal.item_code for row in first.context["rows"]] == ["c", "a"]


def test_desk_leads_through_the_preview(edition, county_officer, client_of, clock):
    client = client_of(county_officer)
    desk = reverse("assessments:month-detail", args=[MONTH])

    assert "发起公示预览" in client.get(desk).text
    refused = client.post(reverse("assessments:edition-publish", args=[edition.pk]), follow=True)
    assert "请先发起公示预览" in refused.text
    opened = client.post(reverse("assessments:edition-preview", args=[edition.pk]), follow=True)
    assert "公示预览已开始，到10月10日（周六，调休上班）10:00结束" in opened.text
    assert "确认公布" not in opened.text
    clock.shift(48 * HOUR)
    client = client_of(county_officer)  # the session has idled
    assert "确认公布第 1 版" in client.get(desk).text
    client.post(reverse("assessments:edition-publish", args=[edition.pk]))
    edition.refresh_from_db()
    assert edition.published_at is not None


def test_preview_button_is_nobody_elses(edition, township_clerk, other_clerk, client_of):
    address = reverse("assessments:edition-preview", args=[edition.pk])

    assert client_of(township_clerk).post(address).status_code == 404
    edition.refresh_from_db()
    assert edition.preview_opened_at is None
    assert Edition.objects.filter(preview_opened_at__isnull=False).count() == 0
