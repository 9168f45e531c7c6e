"""待办: what waits, why, until when; what changed since the last look."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campaigns.enums import (
    Activity,
    FollowUpSource,
    PeriodKind,
    RequestState,
    ReturnState,
)
from campaigns.models import (
    Extension,
    FieldRemark,
    FollowUp,
    IndicatorForm,
    IndicatorReport,
    MonthlyReturn,
    ReopenRequest,
)
from pingan import audit
from pingan.enums import Level, PeriodState, Role
from pingan.models import Period, Unit, User
from pingan.months import Month
from reports.selectors.inbox import inbox
from reports.selectors.inbox_item import Item
from tests.campaigns.makers import AUGUST, SEPTEMBER, make_return
from tests.factories import County, make_user

ClientOf = Callable[[User], Client]
NOW = dt.datetime(2026, 9, 20, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def village_clerk(tree: County) -> User:
    return make_user(Role.VILLAGE_CLERK, tree.villages[0], "village")


def items(user: User, seen_at: dt.datetime | None = None) -> list[Item]:
    return inbox(user, seen_at, TODAY).items


def lines(user: User) -> list[tuple[str, str]]:
    return [(item.mark, item.text) for item in items(user)]


def returned(unit: Unit, month: Month, **fields: Any) -> MonthlyReturn:
    return make_return(unit, month, state=ReturnState.RETURNED, return_reason="人数不对", **fields)


def test_returned_month_says_why_and_where_to_correct(tree: County, village_clerk: User):
    back = returned(tree.villages[0], AUGUST)
    for resolved_at in (None, None, NOW):
        FieldRemark.objects.create(
            monthly_return=back, activity=Activity.PATROL, text="核对", resolved_at=resolved_at
        )

    [item] = items(village_clerk)

    assert (item.mark, item.page, item.key) == ("已退回", "campaigns:return-view", back.pk)
    assert item.text == "2026年8月：本单位月报被退回，还没有改好重报"
    assert item.detail == "人数不对　标出2处要改。已逾期23天，8月28日（周五）截止。"


def test_overdue_months_never_disappear(tree: County, village_clerk: User):
    make_return(tree.villages[0], Month(2025, 3))
    make_return(tree.villages[0], AUGUST)
    make_return(tree.villages[0], SEPTEMBER)  # has a card of its own
    make_return(tree.villages[0], Month(2026, 7), state=ReturnState.ACCEPTED)
    make_return(tree.villages[0], Month(2026, 6), state=ReturnState.SUBMITTED)
    make_return(tree.villages[1], AUGUST)
    Period.objects.create(
        county=tree.county, month=Month(2025, 3), state=PeriodState.CLOSED, closed_at=NOW
    )

    found = items(village_clerk)

    assert [(item.mark, item.text) for item in found] == [
        ("已逾期541天", "2025年3月：本单位月报没有上报"),
        ("已逾期23天", "2026年8月：本单位月报没有上报"),
        ("待审核", "2026年6月：本单位月报等待审核"),
    ]
    assert found[0].detail.endswith("本月已结账，要补报请县级先重开。")


def test_day_is_explained_by_the_holiday_rule(tree: County, village_clerk: User):
    # 25 July 2026 is a Saturday: Monday the 27th.
    make_return(tree.villages[0], Month(2026, 7), due_on=dt.date(2026, 7, 27))

    [item] = items(village_clerk)

    assert item.detail == (
        "7月27日（周一）截止。原定7月25日（周六），按“顺延到节假日后的第一个工作日”的规则"
        "顺延至7月27日（周一）。"
    )


def test_extension_says_who_allowed_it_and_why(
    tree: County, village_clerk: User, township_clerk: User
):
    make_return(tree.villages[0], SEPTEMBER, due_on=dt.date(2026, 9, 18))
    Extension.objects.create(
        unit=tree.villages[0],
        month=SEPTEMBER,
        until=dt.date(2026, 9, 22),
        reason="停电",
        by=township_clerk,
    )

    [item] = items(village_clerk)

    assert item.mark == "还有2天"
    assert item.detail == f"延期至9月22日（周二），{township_clerk.display_name}批准：停电。"


def test_indicator_reports_due_soon_or_sent_back(tree: County, village_clerk: User):
    form = IndicatorForm.objects.create(
        county=tree.county,
        code="A1",
        name="案件月报",
        period=PeriodKind.MONTH,
        levels=[3],
        basis="县平安办通知",
    )
    what = {"form": form, "unit": tree.villages[0]}

    def make(month: int, due_on: dt.date, **fields: Any) -> None:
        IndicatorReport.objects.create(
            **what,
            starts_on=dt.date(2026, month, 1),
            ends_on=dt.date(2026, month, 28),
            due_on=due_on,
            **fields,
        )

    make(8, dt.date(2026, 9, 21))
    make(7, dt.date(2026, 10, 20), state=ReturnState.RETURNED, return_reason="分母不对")
    make(6, dt.date(2026, 10, 20))

    assert lines(village_clerk) == [
        ("已退回", "案件月报（2026年7月）"),
        ("还有1天", "案件月报（2026年8月）"),
    ]


def test_requests_to_reopen_on_both_sides(
    tree: County, village_clerk: User, county_officer: User, other_clerk: User
):
    mine = make_return(tree.villages[0], AUGUST, state=ReturnState.ACCEPTED)
    asked = ReopenRequest.objects.create(unit=tree.villages[0], month=AUGUST, reason="漏报两次巡逻")

    assert [(i.mark, i.text, i.detail, i.page) for i in items(county_officer)] == [
        ("待您决定", "甲1村申请重开2026年8月", "漏报两次巡逻", "campaigns:reopen-list")
    ]
    [own] = items(village_clerk)
    assert (own.mark, own.text, own.key) == ("待县级决定", "2026年8月：已申请重开", mine.pk)
    assert lines(other_clerk) == []

    asked.state, asked.decided_at, asked.decision = RequestState.REFUSED, NOW, "已公布"
    asked.save()
    before, after = NOW - dt.timedelta(hours=1), NOW + dt.timedelta(hours=1)

    assert [(i.text, i.detail) for i in items(village_clerk, before)] == [
        ("2026年8月：重开申请未同意", "已公布")
    ]
    assert items(village_clerk, after) == items(county_officer, before) == []


def make_follow_up(unit: Unit, day: dt.date, **fields: Any) -> FollowUp:
    values = {"title": "路灯不亮", "owner_post": "村主任", "level": Level.VILLAGE, **fields}
    return FollowUp.objects.create(
        unit=unit, source=FollowUpSource.MEETING, month=AUGUST, due_on=day, **values
    )


def test_follow_ups_near_their_deadline(
    tree: County, village_clerk: User, township_clerk: User, county_officer: User
):
    make_follow_up(tree.villages[0], dt.date(2026, 9, 10))
    make_follow_up(tree.villages[0], dt.date(2026, 9, 28), title="还早")
    make_follow_up(tree.villages[1], dt.date(2026, 9, 22), title="护栏", level=Level.COUNTY)
    make_follow_up(
        tree.villages[1],
        dt.date(2026, 9, 1),
        title="办完了",
        solved_on=TODAY,
        solved_level=Level.VILLAGE,
    )

    assert lines(village_clerk) == [("已逾期10天", "跟踪事项　路灯不亮")]
    assert lines(township_clerk) == [
        ("已逾期10天", "跟踪事项　甲1村：路灯不亮"),
        ("还有2天", "跟踪事项　甲2村：护栏"),
    ]
    assert lines(county_officer) == [("还有2天", "跟踪事项　甲2村：护栏")]


def test_many_follow_ups_lead_to_their_list(tree: County, village_clerk: User):
    for day in range(1, 12):
        make_follow_up(tree.villages[0], dt.date(2026, 9, day))

    found = items(village_clerk)

    assert len(found) == 9
    assert (found[-1].page, found[-1].key) == ("campaigns:follow-up-list", None)


def note(action: str, obj: Any, unit: Unit, by: User | None, text: str = "") -> None:
    with transaction.atomic():
        audit.record(action=action, obj=obj, by=by, unit=unit, note=text, after={"x": 1})


def changes(user: User, seen_at: dt.datetime | None = None) -> list[tuple[str, str]]:
    return [(change.text, change.who) for change in inbox(user, seen_at, TODAY).changes]


def test_changes_are_what_others_did_in_the_scope(
    tree: County, village_clerk: User, township_clerk: User, county_officer: User
):
    own = make_return(tree.villages[0], AUGUST, state=ReturnState.ACCEPTED)
    other = make_return(tree.villages[2], AUGUST, state=ReturnState.ACCEPTED)
    town = make_return(tree.townships[0], AUGUST, state=ReturnState.ACCEPTED)
    period = Period.objects.create(county=tree.county, month=AUGUST)
    note("审核通过", own, tree.villages[0], township_clerk)
    note("保存治安巡逻", own, tree.villages[0], township_clerk)
    note("上报", own, tree.villages[0], village_clerk)
    note("审核通过", other, tree.villages[2], township_clerk)
    note("审核通过", town, tree.townships[0], county_officer, "好")
    note("结账", period, tree.county, county_officer)
    note("改密码", village_clerk, tree.villages[0], township_clerk)

    officer, clerk = county_officer.display_name, township_clerk.display_name
    closing = (f"{period}　结账", officer)
    assert changes(village_clerk) == [closing, ("甲1村 2026-08 月报　审核通过", clerk)]
    assert changes(township_clerk) == [
        closing,
        ("甲镇 2026-08 月报　审核通过", officer),
        ("甲1村 2026-08 月报　上报", village_clerk.display_name),
    ]
    assert changes(county_officer) == []
    assert changes(village_clerk, NOW + dt.timedelta(seconds=1)) == []


def test_county_learns_of_townships_and_departments_alone(
    tree: County, county_officer: User, township_clerk: User
):
    for unit in (tree.townships[0], tree.villages[0], tree.departments[0]):
        note("上报", make_return(unit, AUGUST), unit, township_clerk)

    assert [text for text, _who in changes(county_officer)] == [
        "演示县公安局 2026-08 月报　上报",
        "甲镇 2026-08 月报　上报",
    ]


def test_what_is_new_stays_new_until_it_is_marked_or_the_session_ends(
    tree: County,
    village_clerk: User,
    township_clerk: User,
    client_of: ClientOf,
    clock: time_machine.Traveller,
):
    note("审核通过", make_return(tree.villages[0], AUGUST), tree.villages[0], township_clerk)
    clock.shift(60)
    client = client_of(village_clerk)

    def shows_it(of: Client) -> bool:
        return "甲1村 2026-08 月报　审核通过" in of.get("/").content.decode()

    first, again = shows_it(client), shows_it(client)
    link = f'<a href="/returns/{MonthlyReturn.objects.get(month=AUGUST).pk}/">甲1村 2026-08 月报'
    assert link in client.get("/").content.decode()
    clock.shift(60)
    done = client.post("/inbox/seen")
    marked = shows_it(client)
    next_session = shows_it(client_of(User.objects.get(pk=village_clerk.pk)))

    assert (first, again, marked, next_session) == (True, True, False, False)
    assert done["Location"] == "/"
    assert client.get("/inbox/seen").status_code == 405


def test_inbox_takes_the_same_queries_for_one_unit_and_many(tree: County, township_clerk: User):
    county_officer = make_user(Role.COUNTY_OFFICER, tree.county)
    counts: list[list[int]] = []
    for months in (1, 5):
        for number in range(1, months + 1):
            for unit in tree.villages if months > 1 else tree.villages[:1]:
                if not MonthlyReturn.objects.filter(unit=unit, month=Month(2026, number)).exists():
                    make_return(unit, Month(2026, number))
                    make_follow_up(unit, TODAY)
                    ReopenRequest.objects.create(
                        unit=unit, month=Month(2026, number), reason="漏报"
                    )
                    note("上报", MonthlyReturn.objects.latest("pk"), unit, county_officer)
        counted = []
        for user in (township_clerk, county_officer):
            fresh = User.objects.select_related("unit").get(pk=user.pk)
            with CaptureQueriesContext(connection) as queries:
                inbox(fresh, None, TODAY)
            counted.append(len(queries))
        counts.append(counted)

    assert counts[0] == counts[1]
    assert max(counts[0]) <= 23


def test_home_prints_every_kind_of_item(tree: County, village_clerk: User, client_of: ClientOf):
    returned(tree.villages[0], AUGUST)
    make_follow_up(tree.villages[0], dt.date(2026, 9, 10))
    ReopenRequest.objects.create(unit=tree.villages[0], month=Month(2026, 7), reason="漏报")

    page = client_of(village_clerk).get("/").content.decode()

    assert "本单位月报被退回" in page
    assert "路灯不亮" in page
    assert "2026年7月：已申请重开" in page
    assert "9月13日 10:00以来的变化" in page


def test_own_card_keeps_the_extended_day(tree: County, village_clerk: User, client_of: ClientOf):
    until = dt.date(2026, 9, 30)
    make_return(tree.villages[0], SEPTEMBER, due_on=until)
    Extension.objects.create(unit=tree.villages[0], month=SEPTEMBER, until=until, reason="停电")

    page = client_of(village_clerk).get("/")

    own = page.context["own"]
    assert (own.due.on, own.due.sentence) == (until, "9月30日（周三）截止。")
    assert "延期至9月30日（周三），经批准：停电。" in page.content.decode()
