from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.enums import Move, ReturnState
from campaigns.models import MonthlyReturn, Patrol
from pingan.enums import Role
from pingan.models import User
from tests.campaigns.makers import AUGUST, SEPTEMBER, fill_in, make_return, submitted
from tests.factories import County, make_county, make_user

ClientOf = Callable[[User], Client]
LIST = "/returns/"


class _Headers(HTMLParser):
    """The row headers of the page's table: the names of the listed units."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "th" and ("scope", "row") in attrs:
            self._inside = True
            self.names.append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "th"

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.names[-1] += data


def names(response) -> list[str]:
    parser = _Headers()
    parser.feed(response.content.decode())
    return [" ".join(name.split()) for name in parser.names]


def test_list_opens_the_current_month_by_itself(
    tree: County, county_officer: User, client_of: ClientOf
):
    response = client_of(county_officer).get(LIST)

    assert names(response) == ["甲镇", "乙镇", "演示县公安局 政法口", "演示县司法局 政法口"]
    assert MonthlyReturn.objects.filter(month=SEPTEMBER).count() == 8


def test_list_holds_only_what_the_person_may_see(
    tree: County, township_clerk: User, client_of: ClientOf
):
    for unit in (*tree.townships, *tree.villages, *make_county("510704", "外县").villages):
        make_return(unit)

    response = client_of(township_clerk).get(LIST)

    assert names(response) == ["甲镇", "甲1村 甲镇", "甲2村 甲镇"]


def test_county_opens_the_villages_of_a_township(
    tree: County, county_officer: User, client_of: ClientOf
):
    stranger = make_county("510704", "外县")
    make_return(stranger.townships[0])
    client = client_of(county_officer)
    client.get(LIST)

    inside = client.get(LIST, {"unit": tree.townships[1].pk})
    outside = client.get(LIST, {"unit": stranger.townships[0].pk})

    assert names(inside) == ["乙镇", "乙1村 乙镇", "乙2村 乙镇"]
    assert names(outside)[:2] == ["甲镇", "乙镇"]


def test_list_is_narrowed_by_state_and_name(
    tree: County, township_clerk: User, village_clerk: User, client_of: ClientOf
):
    submitted(tree.villages[0], village_clerk)
    client = client_of(township_clerk)

    assert names(client.get(LIST, {"state": "submitted"})) == ["甲1村 甲镇"]
    assert names(client.get(LIST, {"text": "甲2"})) == ["甲2村 甲镇"]
    assert "没有符合条件的月报" in client.get(LIST, {"text": "没有"}).content.decode()
    assert len(names(client.get(LIST, {"state": "nonsense"}))) == 3


def test_month_is_remembered_and_a_senseless_one_is_told(
    tree: County, township_clerk: User, client_of: ClientOf
):
    make_return(tree.villages[0], AUGUST)
    client = client_of(township_clerk)

    assert names(client.get(LIST, {"month": "2026-08"})) == ["甲1村 甲镇"]
    assert names(client.get(LIST)) == ["甲1村 甲镇"]
    wrong = client.get(LIST, {"month": "2026-13"})

    assert wrong.status_code == 200
    assert "没有“2026-13”这个月份" in wrong.content.decode()


def test_village_clerk_sees_his_own_months(tree: County, village_clerk: User, client_of: ClientOf):
    make_return(tree.villages[0], AUGUST)
    make_return(tree.villages[1], AUGUST)

    response = client_of(village_clerk).get(LIST)

    assert names(response) == ["2026年9月", "2026年8月"]


def test_county_officer_opens_a_past_month(
    tree: County, county_officer: User, township_clerk: User, client_of: ClientOf
):
    address = reverse("campaigns:month-open") + "?month=2026-08"

    refused = client_of(township_clerk).post(address)
    opened = client_of(county_officer).post(address, follow=True)

    assert refused.status_code == 403
    assert "2026年8月已开启，新建8份月报。" in opened.content.decode()
    assert (
        client_of(county_officer)
        .post(reverse("campaigns:month-open") + "?month=2019-01", follow=True)
        .context["messages"]
    )


def test_list_takes_the_same_queries_for_one_and_three(
    django_assert_num_queries,
    django_assert_max_num_queries,
    tree: County,
    township_clerk: User,
    client_of: ClientOf,
):
    client = client_of(township_clerk)
    client.get(LIST)
    MonthlyReturn.objects.filter(month=AUGUST).delete()
    make_return(tree.villages[0], AUGUST)
    address = f"{LIST}?month=2026-08"
    client.get(address)
    with django_assert_max_num_queries(20) as one:
        assert len(names(client.get(address))) == 1
    for unit in (tree.villages[1], tree.townships[0]):
        fill_in(make_return(unit, AUGUST))
    with django_assert_num_queries(len(one)):
        assert len(names(client.get(address))) == 3


def test_return_tells_state_deadline_and_history(
    village_return: MonthlyReturn, village_clerk: User, client_of: ClientOf
):
    fill_in(village_return)
    client = client_of(village_clerk)
    client.post(reverse("campaigns:return-submit", args=[village_return.pk]), {"version": 1})

    page = client.get(reverse("campaigns:return-view", args=[village_return.pk]))

    text = page.content.decode()
    assert "待审核" in text
    assert "9月28日（周一）" in text
    assert f"{village_clerk.display_name} 上报" in text
    assert village_clerk.username not in text
    assert reverse("campaigns:return-withdraw", args=[village_return.pk]) in text
    assert reverse("campaigns:return-submit", args=[village_return.pk]) not in text


def test_stranger_finds_no_return(
    village_return: MonthlyReturn, other_clerk: User, client_of: ClientOf
):
    client = client_of(other_clerk)
    own = reverse("campaigns:return-view", args=[village_return.pk])

    answers = [client.get(own).status_code]
    for move in ("submit", "withdraw", "accept", "send-back"):
        address = reverse(f"campaigns:return-{move}", args=[village_return.pk])
        answers += [client.get(address).status_code, client.post(address).status_code]
    for activity in ("patrol", "education", "sweep", "meeting", "groups", "survey"):
        address = reverse("campaigns:return-activity", args=[village_return.pk, activity])
        answers += [client.get(address).status_code, client.post(address).status_code]

    assert set(answers) == {404}


def test_administrator_finds_no_return(
    tree: County, village_return: MonthlyReturn, client_of: ClientOf
):
    client = client_of(make_user(Role.AUDITOR, tree.county))

    assert client.get(f"/returns/{village_return.pk}/").status_code == 404
    assert names(client.get(LIST)) == []


def move(client: Client, monthly_return: MonthlyReturn, to: Move, **data: object):
    name = to.value.replace("_", "-")
    address = reverse(f"campaigns:return-{name}", args=[monthly_return.pk])
    return client.post(address, {"version": monthly_return.version, **data}, follow=True)


def test_complete_return_is_submitted_from_its_page(
    village_return: MonthlyReturn, village_clerk: User, client_of: ClientOf
):
    fill_in(village_return)
    client = client_of(village_clerk)

    asked = client.get(reverse("campaigns:return-submit", args=[village_return.pk]))
    done = move(client, village_return, Move.SUBMIT)

    village_return.refresh_from_db()
    assert "确认上报" in asked.content.decode()
    assert "已上报，请等待审核" in done.content.decode()
    assert village_return.state == ReturnState.SUBMITTED


def test_gaps_are_listed_and_confirmed(
    village_return: MonthlyReturn, village_clerk: User, client_of: ClientOf
):
    fill_in(village_return)
    Patrol.objects.all().delete()
    client = client_of(village_clerk)

    first = move(client, village_return, Move.SUBMIT)
    second = move(client, village_return, Move.SUBMIT, confirmed="1")

    village_return.refresh_from_db()
    assert first.status_code == 422
    assert "本月没有填写治安巡逻。" in first.content.decode()
    assert "仍要上报" in first.content.decode()
    assert "已上报" in second.content.decode()
    assert village_return.state == ReturnState.SUBMITTED


def test_empty_return_has_no_button_to_submit(
    village_return: MonthlyReturn, village_clerk: User, client_of: ClientOf
):
    page = client_of(village_clerk).get(
        reverse("campaigns:return-submit", args=[village_return.pk])
    )

    assert "五个活动都还没有填写" in page.content.decode()
    assert "确认上报" not in page.content.decode()


def test_reviewer_sends_back_and_the_clerk_reads_why(
    tree: County, village_clerk: User, reviewer: User, client_of: ClientOf
):
    monthly_return = submitted(tree.villages[0], village_clerk)

    empty = move(client_of(reviewer), monthly_return, Move.SEND_BACK, reason=" ")
    done = move(client_of(reviewer), monthly_return, Move.SEND_BACK, reason="请补<夜巡>")
    read = client_of(village_clerk).get(reverse("campaigns:return-view", args=[monthly_return.pk]))

    assert "请写明退回的原因" in empty.content.decode()
    assert "已退回" in done.content.decode()
    assert "请补&lt;夜巡&gt;" in read.content.decode()


def test_clerk_withdraws(tree: County, village_clerk: User, client_of: ClientOf):
    monthly_return = submitted(tree.villages[0], village_clerk)

    move(client_of(village_clerk), monthly_return, Move.WITHDRAW)

    monthly_return.refresh_from_db()
    assert monthly_return.state == ReturnState.DRAFT


def test_who_sees_but_may_not_review_gets_403(
    tree: County, village_clerk: User, leader: User, client_of: ClientOf
):
    monthly_return = submitted(tree.villages[0], village_clerk)
    client = client_of(leader)

    asked = client.get(reverse("campaigns:return-accept", args=[monthly_return.pk]))
    done = move(client, monthly_return, Move.ACCEPT)

    monthly_return.refresh_from_db()
    assert (asked.status_code, done.status_code) == (403, 403)
    assert monthly_return.state == ReturnState.SUBMITTED


def test_stale_version_changes_nothing(
    tree: County, village_clerk: User, reviewer: User, client_of: ClientOf
):
    monthly_return = submitted(tree.villages[0], village_clerk)
    MonthlyReturn.objects.update(version=5)

    done = move(client_of(reviewer), monthly_return, Move.ACCEPT)

    monthly_return.refresh_from_db()
    assert "刚刚有变动" in done.content.decode()
    assert monthly_return.state == ReturnState.SUBMITTED


@pytest.mark.parametrize("version", ["", "x"])
def test_move_without_version_changes_nothing(
    tree: County, village_clerk: User, reviewer: User, client_of: ClientOf, version: str
):
    monthly_return = submitted(tree.villages[0], village_clerk)

    move(client_of(reviewer), monthly_return, Move.ACCEPT, version=version)

    monthly_return.refresh_from_db()
    assert monthly_return.state == ReturnState.SUBMITTED


def test_review_lists_and_accepts_the_ticked(
    tree: County, village_clerk: User, township_clerk: User, reviewer: User, client_of: ClientOf
):
    first = submitted(tree.villages[0], village_clerk)
    second = submitted(tree.villages[1], township_clerk)
    submitted(tree.villages[2], township_clerk)
    client = client_of(reviewer)

    page = client.get("/review/")
    done = client.post("/review/", {"chosen": [f"{first.pk}:1", f"{second.pk}:9"]}, follow=True)

    text = done.content.decode()
    assert names(page) == ["甲1村 甲镇", "甲2村 甲镇"]
    assert "已通过1份月报。" in text
    assert "甲2村2026年9月的月报刚刚有变动" in text
    assert names(done) == ["甲2村 甲镇"]


def test_review_of_a_foreign_return_does_nothing(
    tree: County, other_clerk: User, village_clerk: User, client_of: ClientOf
):
    foreign = submitted(tree.villages[0], village_clerk)

    done = client_of(other_clerk).post("/review/", {"chosen": [f"{foreign.pk}:1"]}, follow=True)

    foreign.refresh_from_db()
    assert foreign.state == ReturnState.SUBMITTED
    assert "不在待审核之列" in done.content.decode()


def test_review_without_a_tick_says_so(tree: County, reviewer: User, client_of: ClientOf):
    done = client_of(reviewer).post("/review/", {"chosen": ["x", "1:2:3"]}, follow=True)

    assert "请先勾选" in done.content.decode()


def test_own_entry_has_no_box(tree: County, township_clerk: User, client_of: ClientOf):
    own = submitted(tree.villages[0], township_clerk)

    text = client_of(township_clerk).get("/review/").content.decode()

    assert "代报" in text
    assert f'value="{own.pk}:1"' not in text


def test_question_is_answered_beside_it(
    tree: County, village_return: MonthlyReturn, village_clerk: User, client_of: ClientOf
):
    fill_in(village_return)
    before = make_return(tree.villages[0], AUGUST)
    fill_in(before)
    before.meeting_rows.update(attendance=1)
    Patrol.objects.filter(monthly_return=village_return, on__day=4).update(findings="路灯不亮")
    client = client_of(village_clerk)
    questions = [
        "9月4日写了发现情况，没有写怎么处置。",
        "例会到会人数：上月1，本月12，增加到3倍以上。",
    ]

    asked = client.get(reverse("campaigns:return-submit", args=[village_return.pk]))
    half = move(
        client, village_return, Move.SUBMIT, finding=questions[:1], explanation=["已报<镇>修"]
    )
    done = move(
        client,
        village_return,
        Move.SUBMIT,
        finding=questions,
        explanation=["已报修", "召集了各组组长"],
    )

    text = asked.content.decode()
    assert text.count('name="explanation"') == 2
    assert questions[0] in text
    assert "全部相同" not in text  # plausibility is the reviewer's
    assert half.status_code == 422
    assert 'value="已报&lt;镇&gt;修"' in half.content.decode()
    assert "已上报" in done.content.decode()
    assert village_return.check_notes.count() == 2
