from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from campaigns.enums import Activity, ReturnState, SweepAnswer
from campaigns.models import CheckNote, FieldRemark, MonthlyReturn, Patrol, Sweep, SweepCategory
from pingan.models import User
from tests.campaigns.makers import AUGUST, fill_in, make_return
from tests.factories import County

ClientOf = Callable[[User], Client]
QUESTION = "民间纠纷排查数：上月2，本月9，增加到3倍以上。"


def last_month(tree: County) -> None:
    Sweep.objects.create(
        monthly_return=make_return(tree.villages[0], AUGUST),
        month=AUGUST,
        category=SweepCategory.objects.get(code="dispute", county=None),
        answer=SweepAnswer.COUNTED,
        found=2,
    )


def sweep_form(found: str, solved: str = "", **more: object) -> dict[str, object]:
    """The first category as it is typed, the others empty."""
    count = SweepCategory.objects.filter(county=None).count()
    return {
        "rows-TOTAL_FORMS": str(count),
        "rows-INITIAL_FORMS": str(count),
        "rows-0-answer": "counted",
        "rows-0-found": found,
        "rows-0-solved_in_village": solved,
        "version": "1",
        **more,
    }


def check(client: Client, monthly_return: MonthlyReturn, activity: str, data: dict[str, object]):
    address = reverse("campaigns:return-check", args=[monthly_return.pk, activity])
    return client.post(address, data)


def entry(client: Client, monthly_return: MonthlyReturn, activity: str) -> str:
    address = reverse("campaigns:return-activity", args=[monthly_return.pk, activity])
    return " ".join(client.get(address).content.decode().split())


def test_typed_table_is_checked_and_not_saved(
    tree: County, village_return: MonthlyReturn, village_clerk: User, client_of: ClientOf
):
    last_month(tree)

    text = check(client_of(village_clerk), village_return, "sweep", sweep_form("9")).content

    assert QUESTION in text.decode()
    assert 'data-for="id_rows-0-found"' in text.decode()
    assert 'name="explanation"' in text.decode()
    assert not Sweep.objects.filter(monthly_return=village_return).exists()


def test_typed_word_stays_beside_its_finding(
    tree: County, village_return: MonthlyReturn, village_clerk: User, client_of: ClientOf
):
    last_month(tree)
    data = sweep_form("9", finding=[QUESTION], explanation=["征地<后>增多"])

    text = check(client_of(village_clerk), village_return, "sweep", data).content.decode()

    assert 'value="征地&lt;后&gt;增多"' in text


def test_what_cannot_be_read_stops(
    village_return: MonthlyReturn, village_clerk: User, client_of: ClientOf
):
    client = client_of(village_clerk)

    over = check(client, village_return, "sweep", sweep_form("2", "3")).content.decode()
    word = check(client, village_return, "sweep", sweep_form("两件")).content.decode()

    assert "民间纠纷：各级化解合计3，多于排查数2。" in over
    assert "必须改正" in over
    assert "民间纠纷：请填整数，如 3。" in word


def test_every_activity_can_be_checked_as_it_is_typed(
    tree: County, village_return: MonthlyReturn, village_clerk: User, client_of: ClientOf
):
    client, of_list = client_of(village_clerk), {"rows-INITIAL_FORMS": "0", "version": "1"}
    days = {
        "rows-TOTAL_FORMS": "30",
        "rows-2-team": "volunteer",
        "rows-2-day_heads": "190",
        "rows-2-night_heads": "11",
    }
    meeting = {
        "rows-TOTAL_FORMS": "1",
        "rows-0-on": "2026-09-03",
        "rows-0-kind": "work",
        "rows-0-chair_post": "村支书",
        "rows-0-attendance": "0",
        "rows-0-items": "秋收",
    }
    lesson = {
        "rows-TOTAL_FORMS": "1",
        "rows-0-on": "2026-09-03",
        "rows-0-kind": "class",
        "rows-0-topic": "反诈",
    }
    groups = {"rows-TOTAL_FORMS": "2", "rows-0-found": "1", "rows-0-solved": "2"}

    found = [
        check(client, village_return, activity, {**of_list, **data}).content.decode()
        for activity, data in (
            ("patrol", days),
            ("meeting", meeting),
            ("education", lesson),
            ("groups", groups),
        )
    ]

    assert "9月3日巡逻合计201人，超过200人。" in found[0]
    assert "第1次会议的到会人数是0" in found[1]
    assert "第1次宣教没有填受众人数。" in found[2]
    assert "化解数2多于排查数1。" in found[3]


def test_stranger_and_closed_road_check_nothing(
    tree: County,
    village_return: MonthlyReturn,
    village_clerk: User,
    other_clerk: User,
    reviewer: User,
    client_of: ClientOf,
):
    last_month(tree)
    data = sweep_form("9")

    assert check(client_of(other_clerk), village_return, "sweep", data).status_code == 404
    assert check(client_of(village_clerk), village_return, "survey", data).status_code == 404
    assert check(client_of(reviewer), village_return, "sweep", data).content == b""


def test_explanation_is_saved_with_the_table(
    tree: County, village_return: MonthlyReturn, village_clerk: User, client_of: ClientOf
):
    last_month(tree)
    client = client_of(village_clerk)
    address = reverse("campaigns:return-activity", args=[village_return.pk, "sweep"])

    client.post(address, sweep_form("9", stay="1", finding=[QUESTION], explanation=["征地后增多"]))

    note = CheckNote.objects.get()
    assert (note.code, note.row, note.text) == ("month-sweep", "dispute", "征地后增多")
    assert 'value="征地后增多"' in entry(client, village_return, "sweep")


def test_reviewers_reasons_are_not_shown_to_the_clerk(
    village_return: MonthlyReturn, village_clerk: User, client_of: ClientOf
):
    fill_in(village_return)
    Patrol.objects.filter(on__day=4).update(findings="路灯不亮")

    text = entry(client_of(village_clerk), village_return, "patrol")

    assert "9月4日写了发现情况，没有写怎么处置。" in text
    assert "全部相同" not in text


def test_clerk_sees_exactly_the_fields_that_were_remarked(
    village_return: MonthlyReturn, village_clerk: User, client_of: ClientOf
):
    fill_in(village_return)
    MonthlyReturn.objects.update(state=ReturnState.RETURNED, return_reason="请改")
    meeting = village_return.meeting_rows.get()
    for activity, row, name, text in (
        (Activity.PATROL, "2026-09-04", "night_heads", "夜巡<人>数不对"),
        (Activity.SWEEP, "hazard", "", "隐患没有写"),
        (Activity.MEETING, str(meeting.pk), "items", "议题太短"),
        (Activity.MEETING, "", "", "再补一次评议会"),
    ):
        FieldRemark.objects.create(
            monthly_return=village_return, activity=activity, row=row, field=name, text=text
        )
    client = client_of(village_clerk)

    patrol, sweep, meetings, groups = (
        entry(client, village_return, activity)
        for activity in ("patrol", "sweep", "meeting", "groups")
    )

    assert patrol.count("is-remarked") == sweep.count("is-remarked") == 1
    assert 'title="夜巡&lt;人&gt;数不对"' in patrol
    assert '<a href="#id_rows-3-night_heads">9月4日 夜间人数</a>：夜巡&lt;人&gt;数不对' in patrol
    assert '<span class="pa-remark">议题太短</span>' in meetings
    assert "再补一次评议会" in meetings
    assert "is-remarked" not in groups
