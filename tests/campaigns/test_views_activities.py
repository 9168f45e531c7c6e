import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from campaigns.enums import Activity, ReturnState
from campaigns.models import Education, GroupRecord, Meeting, MonthlyReturn, Patrol, Sweep
from campaigns.services.sections import save_section
from pingan.models import User
from tests.campaigns.makers import AUGUST, fill_in, make_return, make_survey, patrol_rows
from tests.factories import PASSWORD, County

ClientOf = Callable[[User], Client]


def address(monthly_return: MonthlyReturn, activity: str = "patrol") -> str:
    return reverse("campaigns:return-activity", args=[monthly_return.pk, activity])


def posted(rows: list[dict[str, Any]], **fields: Any) -> dict[str, Any]:
    data: dict[str, Any] = {"rows-TOTAL_FORMS": len(rows), "rows-INITIAL_FORMS": len(rows)}
    for index, row in enumerate(rows):
        data |= {f"rows-{index}-{name}": value for name, value in row.items()}
    return {**data, "version": 1, **fields}


def days(**filled: dict[str, str]) -> list[dict[str, str]]:
    """Thirty days; d3={"day_heads": "2"} fills the third."""
    return [{"team": "volunteer", **filled.get(f"d{day}", {})} for day in range(1, 31)]


def test_patrol_page_shows_every_day_with_its_marks(
    village_return: MonthlyReturn, village_clerk: User, client_of: ClientOf
):
    page = client_of(village_clerk).get(address(village_return))

    rows = [(row.label, row.note, row.is_marked) for row in page.context["rows"]]
    assert len(rows) == 30
    assert rows[2] == ("9月3日", "周四 逢场", True)
    assert rows[3] == ("9月4日", "周五", False)
    assert rows[24] == ("9月25日", "周五 中秋节", True)


def test_patrol_is_saved_with_full_width_digits(
    village_return: MonthlyReturn, village_clerk: User, client_of: ClientOf
):
    rows = days(d3={"day_heads": "２", "night_heads": "１２", "findings": "路灯坏"})

    done = client_of(village_clerk).post(address(village_return), posted(rows), follow=True)

    row = Patrol.objects.get()
    assert (row.day_heads, row.night_heads, row.findings) == (2, 12, "路灯坏")
    assert "治安巡逻已保存。" in done.content.decode()


def test_saving_to_go_on_stays_on_the_table(
    village_return: MonthlyReturn, village_clerk: User, client_of: ClientOf
):
    done = client_of(village_clerk).post(
        address(village_return), posted(days(d3={"day_heads": "2"}), stay="1")
    )

    assert done["Location"] == address(village_return)


def test_one_wrong_cell_saves_nothing_and_keeps_everything_typed(
    village_return: MonthlyReturn, village_clerk: User, client_of: ClientOf
):
    rows = days(d3={"day_heads": "2"}, d4={"day_heads": "二"})

    page = client_of(village_clerk).post(address(village_return), posted(rows))

    assert page.status_code == 422
    assert page.context["problems"] == ["9月4日 白天人数：请填整数，如 3。"]
    assert [page.context["table"].forms[day]["day_heads"].value() for day in (2, 3)] == ["2", "二"]
    assert not Patrol.objects.exists()


@pytest.mark.parametrize("missing", ["version", "rows-TOTAL_FORMS", "last day"])
def test_form_cut_short_on_its_way_saves_nothing(
    village_return: MonthlyReturn, village_clerk: User, client_of: ClientOf, missing: str
):
    data = posted(days(d3={"day_heads": "2"}))
    if missing == "last day":
        data["rows-TOTAL_FORMS"] = 29
    else:
        del data[missing]

    page = client_of(village_clerk).post(address(village_return), data)

    assert page.status_code == 422
    assert not Patrol.objects.exists()


@pytest.mark.parametrize(
    ("fill", "filled"),
    [
        ("month", range(1, 21)),  # today is the 20th
        ("week-1", [1, 2, 3, 4, 5, 6]),
        ("week-2", [3, 7, 8, 9, 10, 11, 12, 13]),
        ("week-4", [3]),
        ("day-0", [1, 3]),
        ("day-20", [3]),
        ("yesterday", [3, 20]),
        ("nothing", [3]),
    ],
)
def test_filling_fills_open_days_without_saving(
    village_return: MonthlyReturn,
    village_clerk: User,
    client_of: ClientOf,
    fill: str,
    filled: list[int],
):
    rows = days(d3={"day_heads": "2", "night_heads": "4"})
    usual = {"usual_team": "guard", "usual_day_heads": "３", "usual_night_heads": "5"}

    page = client_of(village_clerk).post(address(village_return), posted(rows, fill=fill, **usual))

    forms = page.context["table"].forms
    shown = [number for number, form in enumerate(forms, 1) if form["night_heads"].value()]
    assert shown == sorted({3, *filled})
    assert forms[2]["night_heads"].value() == "4"
    assert page.context["usual"]["day_heads"] == "3"
    assert not Patrol.objects.exists()


def test_usual_heads_are_those_of_most_days_of_last_month(
    village_return: MonthlyReturn, village_clerk: User, client_of: ClientOf
):
    august = fill_in(make_return(village_return.unit, AUGUST))
    Patrol.objects.filter(monthly_return=august, on__day=4).update(day_heads=9)

    page = client_of(village_clerk).get(address(village_return))

    assert page.context["usual"] == {"team": "volunteer", "day_heads": "2", "night_heads": "4"}


def test_handed_in_days_are_read_and_later_ones_written(
    tree: County, village_clerk: User, client_of: ClientOf, clock: time_machine.Traveller
):
    monthly_return = fill_in(make_return(tree.villages[0], state=ReturnState.ACCEPTED))
    Patrol.objects.filter(on__day__gt=20).delete()
    clock.move_to(dt.datetime(2026, 9, 25, 4, tzinfo=dt.UTC))
    client = client_of(village_clerk)

    page = client.get(address(monthly_return))
    # What the browser sends: nothing of the days that are shut; a tampered one is not listened to.
    rows = [*({} for _ in range(20)), *({"team": "guard"} for _ in range(10))]
    rows[18] = {"team": "guard", "day_heads": "99"}
    rows[23] |= {"day_heads": "7"}
    done = client.post(address(monthly_return), posted(rows), follow=True)

    text = page.content.decode()
    assert "月报已在9月20日上报" in text
    assert 'name="rows-19-day_heads"' not in text
    assert 'name="rows-20-day_heads"' in text
    assert 'name="rows-25-day_heads"' not in text
    assert "还没到9月26日，不能提前填巡逻。" in text
    assert "治安巡逻已保存。" in done.content.decode()
    heads = dict(Patrol.objects.values_list("on__day", "day_heads"))
    assert heads == {**dict.fromkeys(range(1, 21), 2), 24: 7}
    assert MonthlyReturn.objects.get().state == ReturnState.ACCEPTED


def test_weeks_begin_on_monday_and_hold_every_day_once(
    village_return: MonthlyReturn, village_clerk: User, client_of: ClientOf
):
    weeks = client_of(village_clerk).get(address(village_return)).context["weeks"]

    assert [[day.on.day if day else 0 for day in week.days] for week in weeks] == [
        [0, 1, 2, 3, 4, 5, 6],
        [7, 8, 9, 10, 11, 12, 13],
        [14, 15, 16, 17, 18, 19, 20],
        [21, 22, 23, 24, 25, 26, 27],
        [28, 29, 30, 0, 0, 0, 0],
    ]
    assert [week.is_open for week in weeks] == [True, True, True, False, False]


def choices(page: Any) -> list[Any]:
    return page.context["clashing"].choices


def test_conflict_shows_both_and_mine_may_be_saved_over(
    village_return: MonthlyReturn, village_clerk: User, township_clerk: User, client_of: ClientOf
):
    save_section(
        monthly_return=village_return,
        activity=Activity.PATROL,
        rows=patrol_rows(3),
        version=1,
        by=township_clerk,
    )
    client = client_of(village_clerk)
    rows = days(d3={"day_heads": "9"})

    page = client.post(address(village_return), posted(rows))
    kept = Patrol.objects.get().day_heads
    again = client.post(address(village_return), posted(rows, version=page.context["version"]))

    text = page.content.decode()
    assert (page.status_code, kept, again.status_code) == (409, 2, 302)
    assert page.context["table"].forms[2]["day_heads"].value() == "9"
    assert "对方已改" in text
    told = [(each.row, each.field, each.mine, each.theirs) for each in choices(page)]
    assert ("9月3日", "白天人数", "9", "2") in told
    assert Patrol.objects.get().day_heads == 9


def test_expired_session_eats_no_table(
    village_return: MonthlyReturn, village_clerk: User, other_clerk: User
):
    client = Client()
    sign_in = {"username": village_clerk.username, "password": PASSWORD}
    client.post(reverse("pingan:sign-in"), sign_in)
    client.cookies.pop("sessionid")
    client.post(address(village_return), posted(days(d3={"day_heads": "7"})))

    client.post(reverse("pingan:sign-in"), sign_in)
    page = client.get(address(village_return))

    assert page.context["table"].forms[2]["day_heads"].value() == "7"
    assert not Patrol.objects.exists()


def test_who_only_looks_reads_a_table_without_fields(
    village_return: MonthlyReturn, reviewer: User, client_of: ClientOf
):
    fill_in(village_return)
    client = client_of(reviewer)

    for activity in ("patrol", "education", "sweep", "meeting", "groups"):
        page = client.get(address(village_return, activity))
        assert "<input" not in page.content.decode().split("<main", 1)[1]
        assert page.context["rows"]
    refused = client.post(address(village_return), posted(days(d3={"day_heads": "2"})))

    assert refused.status_code == 403
    assert Patrol.objects.filter(day_heads=2).count() == 30


def test_accepted_return_keeps_what_was_typed_on_the_page(
    tree: County, village_clerk: User, client_of: ClientOf
):
    monthly_return = make_return(tree.villages[0], state=ReturnState.ACCEPTED)

    row = {"kind": "class", "on": "2026-09-05", "topic": "反诈", "audience": "60"}

    page = client_of(village_clerk).post(address(monthly_return, "education"), posted([row]))

    assert page.status_code == 422
    assert "已经审核通过" in page.content.decode()
    assert page.context["table"].forms[0]["topic"].value() == "反诈"
    assert not Education.objects.exists()


def test_education_rows_are_added_and_deleted(
    village_return: MonthlyReturn, village_clerk: User, client_of: ClientOf
):
    client = client_of(village_clerk)
    row = {"kind": "class", "on": "2026-09-05", "topic": "反诈", "audience": "60"}
    client.post(address(village_return, "education"), posted([row, {"kind": "broadcast"}]))
    saved = Education.objects.get()

    client.post(
        address(village_return, "education"),
        posted([{**row, "id": saved.pk, "DELETE": "on"}, {**row, "topic": "禁毒"}], version=2),
    )

    assert (saved.topic, saved.audience) == ("反诈", 60)
    assert [each.topic for each in Education.objects.all()] == ["禁毒"]


def test_topics_of_last_month_are_a_starting_point(
    village_return: MonthlyReturn, village_clerk: User, client_of: ClientOf
):
    fill_in(make_return(village_return.unit, AUGUST))
    client = client_of(village_clerk)

    education = client.post(
        address(village_return, "education"), posted([{"topic": "已填"}], fill="previous")
    )
    meeting = client.post(address(village_return, "meeting"), posted([], fill="previous"))

    topics = [form["topic"].value() for form in education.context["table"].forms]
    assert topics == ["已填", "治安管理处罚法", "治安管理处罚法"]
    assert education.context["table"].forms[1]["on"].value() in (None, "")
    assert [form["items"].value() for form in meeting.context["table"].forms] == ["本月巡逻安排"]


def test_meeting_is_saved(village_return: MonthlyReturn, village_clerk: User, client_of: ClientOf):
    row = {
        "kind": "work",
        "on": "2026-09-05",
        "chair_post": "村支书",
        "attendance": "12",
        "items": "巡逻",
        "decisions": "",
    }

    client_of(village_clerk).post(address(village_return, "meeting"), posted([row]))

    assert Meeting.objects.values_list("chair_post", "attendance").get() == ("村支书", 12)


def test_all_zero_report_is_one_button_and_one_save(
    village_return: MonthlyReturn, village_clerk: User, client_of: ClientOf
):
    client = client_of(village_clerk)
    rows = [{"found": "3", "solved_in_group": "1"}, *({} for _ in range(6))]

    page = client.post(address(village_return, "sweep"), posted(rows, fill="zero"))
    shown = [form["answer"].value() for form in page.context["table"].forms]
    rows = [{**row, "answer": answer} for row, answer in zip(rows, shown, strict=True)]
    client.post(address(village_return, "sweep"), posted(rows))

    assert shown == ["", *["zero"] * 6]
    assert list(Sweep.objects.values_list("answer", "found")) == [
        ("counted", 3),
        *[("zero", 0)] * 6,
    ]
    assert page.context["table"].forms[0].open_matters == 2


def test_categories_that_touch_persons_are_marked(
    village_return: MonthlyReturn, village_clerk: User, client_of: ClientOf
):
    page = client_of(village_clerk).get(address(village_return, "sweep"))

    marked = [row.label for row in page.context["rows"] if row.note == "只报数"]
    assert marked == ["重点人口", "突出信访", "群体性事件苗头", "邪教和非法宗教活动"]


def test_groups_of_a_village_are_saved(
    tree: County, village_return: MonthlyReturn, village_clerk: User, client_of: ClientOf
):
    rows = [{"patrol_nights": "5", "appraisal": "92"}, {}]

    client_of(village_clerk).post(address(village_return, "groups"), posted(rows))

    row = GroupRecord.objects.get()
    assert (row.group, row.patrol_nights, row.appraisal) == (tree.groups[0], 5, 92)


def test_survey_is_read_beside_the_own_activities(
    village_return: MonthlyReturn, village_clerk: User, client_of: ClientOf
):
    make_survey(village_return.unit)

    text = client_of(village_clerk).get(address(village_return, "survey")).content.decode()

    assert "集贸市场" in text
    assert "18（90.0%）" in text


@pytest.mark.parametrize("activity", ["nothing", "groups"])
def test_activity_that_the_unit_does_not_have_is_not_found(
    tree: County, township_clerk: User, client_of: ClientOf, activity: str
):
    township = make_return(tree.townships[0])

    assert client_of(township_clerk).get(address(township, activity)).status_code == 404


def test_table_takes_the_same_queries_however_full(
    django_assert_num_queries,
    django_assert_max_num_queries,
    village_return: MonthlyReturn,
    village_clerk: User,
    client_of: ClientOf,
):
    client = client_of(village_clerk)
    client.get(address(village_return))
    with django_assert_max_num_queries(24) as empty:
        client.get(address(village_return))
    fill_in(village_return)
    with django_assert_num_queries(len(empty)):
        client.get(address(village_return))


def test_empty_day_begins_with_the_usual_team(
    village_return: MonthlyReturn, village_clerk: User, client_of: ClientOf
):
    fill_in(make_return(village_return.unit, AUGUST))
    Patrol.objects.update(team="ten_households")

    page = client_of(village_clerk).get(address(village_return))

    assert {form["team"].value() for form in page.context["table"].forms} == {"ten_households"}
