from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.enums import Activity, EducationKind, ReturnState, SweepAnswer
from campaigns.models import Education, FieldRemark, MonthlyReturn, Patrol, Sweep
from campaigns.selectors.review_sheet import review_sheet
from campaigns.services.sections import save_section
from pingan.models import User
from tests.campaigns.makers import AUGUST, SEPTEMBER, fill_in, make_return, patrol_rows, submitted
from tests.factories import County

ClientOf = Callable[[User], Client]


@pytest.fixture
def waiting(tree: County, village_clerk: User) -> MonthlyReturn:
    """A full month that waits for review, after a full month."""
    fill_in(make_return(tree.villages[0], AUGUST))
    return fill_in(submitted(tree.villages[0], village_clerk))


def address(monthly_return: MonthlyReturn) -> str:
    return reverse("campaigns:review-detail", args=[monthly_return.pk])


def decide(client: Client, monthly_return: MonthlyReturn, move: str, **data: object):
    return client.post(
        address(monthly_return),
        {"version": monthly_return.version, "move": move, **data},
        follow=True,
    )


def test_sheet_sets_every_row_beside_the_same_row_of_last_month(waiting: MonthlyReturn):
    Patrol.objects.filter(monthly_return=waiting, on__day=3).update(night_heads=1, findings="灯坏")
    Patrol.objects.filter(monthly_return=waiting, on__day=4).delete()
    Sweep.objects.filter(monthly_return=waiting, category__code="dispute").update(
        answer=SweepAnswer.COUNTED, found=3
    )
    Sweep.objects.filter(monthly_return=waiting, category__code="hazard").update(
        answer=SweepAnswer.NOT_APPLICABLE
    )
    Sweep.objects.filter(monthly_return=waiting, category__code="petition").delete()

    sheet = review_sheet(waiting)

    patrol, education, sweep, meeting, groups = sheet.parts
    assert [part.activity for part in sheet.parts] == [
        Activity.PATROL,
        Activity.EDUCATION,
        Activity.SWEEP,
        Activity.MEETING,
        Activity.GROUPS,
    ]
    third, fourth = patrol.lines[2:4]
    assert [(cell.now, cell.before, cell.change) for cell in third.cells] == [
        ("义务巡逻队", "", ""),
        ("2", "2", ""),
        ("1", "4", "-3"),
        ("灯坏", "", ""),
        ("", "", ""),
    ]
    assert [finding.code for finding in third.findings] == ["patrol-handled"]
    assert (fourth.label, fourth.is_blank, len(patrol.lines)) == ("9月4日", True, 30)
    answers = {line.key: line.cells[0].now if not line.is_blank else "空" for line in sweep.lines}
    assert answers["dispute"] == "有数"
    assert answers["order"] == "零报告"
    assert answers["hazard"] == "不适用"
    assert answers["petition"] == "空"
    assert len(education.lines) == len(education.earlier) == 2
    assert meeting.earlier[0][0] == ("日期", "2026-08-01")
    assert [line.label for line in groups.lines] == ["1组", "2组"]
    assert next((each.label, each.now, each.before) for each in sheet.figures) == (
        "巡逻天数",
        29,
        31,
    )


def test_sheet_takes_the_same_queries_for_one_row_and_many(
    django_assert_num_queries,
    django_assert_max_num_queries,
    tree: County,
    village_clerk: User,
    waiting: MonthlyReturn,
):
    bare = submitted(tree.villages[1], village_clerk)
    Education.objects.create(
        monthly_return=bare,
        month=SEPTEMBER,
        on=SEPTEMBER.first_day,
        kind=EducationKind.CLASS,
        topic="反诈",
    )
    make_return(tree.villages[1], AUGUST)
    rows = MonthlyReturn.objects.select_related("unit__parent")
    few, many = rows.get(pk=bare.pk), rows.get(pk=waiting.pk)
    with django_assert_max_num_queries(46) as one:
        review_sheet(few)
    with django_assert_num_queries(len(one)):
        review_sheet(many)


def test_page_shows_reasons_to_look_and_their_explanations(
    waiting: MonthlyReturn, reviewer: User, village_clerk: User, client_of: ClientOf
):
    Patrol.objects.filter(monthly_return=waiting, on__day=3).update(findings="灯<坏>")
    waiting.check_notes.create(code="patrol-handled", row="2026-09-03", text="已请<电>工")

    text = client_of(reviewer).get(address(waiting)).content.decode()

    assert "9月3日写了发现情况，没有写怎么处置。" in text
    assert "说明：已请&lt;电&gt;工" in text
    assert "30天的巡逻人数全部相同（白天2人、夜间4人）。" in text
    assert "灯&lt;坏&gt;" in text
    assert 'value="accept"' in text


def test_reviewer_accepts(waiting: MonthlyReturn, reviewer: User, client_of: ClientOf):
    done = decide(client_of(reviewer), waiting, "accept")

    waiting.refresh_from_db()
    assert "已审核通过" in done.content.decode()
    assert waiting.state == ReturnState.ACCEPTED


def test_reviewer_sends_back_with_a_reason_for_each_field(
    waiting: MonthlyReturn, reviewer: User, village_clerk: User, client_of: ClientOf
):
    done = decide(
        client_of(reviewer),
        waiting,
        "send_back",
        finding=["equal-heads:"],
        place=["patrol|2026-09-03", "patrol|2026-09-04", "meeting|"],
        field=["night_heads", "", ""],
        remark=["夜巡<人>数不对", "  ", "补一次评议会"],
    )
    read = client_of(village_clerk).get(reverse("campaigns:return-view", args=[waiting.pk]))

    waiting.refresh_from_db()
    assert "已退回" in done.content.decode()
    assert waiting.state == ReturnState.RETURNED
    assert waiting.return_reason == "请按标出的3处意见修改。"
    found = FieldRemark.objects.values_list("activity", "row", "field", "text")
    assert list(found) == [
        ("patrol", "", "", "30天的巡逻人数全部相同（白天2人、夜间4人）。"),
        ("patrol", "2026-09-03", "night_heads", "夜巡<人>数不对"),
        ("meeting", "", "", "补一次评议会"),
    ]
    text = " ".join(read.content.decode().split())
    assert "治安巡逻</a> 9月3日 夜间人数：夜巡&lt;人&gt;数不对" in text


def test_remarks_stay_when_the_decision_is_refused(
    waiting: MonthlyReturn, reviewer: User, client_of: ClientOf
):
    typed = {"place": ["patrol|2026-09-03"], "field": ["day_heads"], "remark": ["核对人数"]}
    client = client_of(reviewer)

    accepted = decide(client, waiting, "accept", **typed)
    odd = decide(client, waiting, "send_back", place=["x|1"], field=[""], remark=["改"])
    cut = decide(client, waiting, "send_back", version="")
    MonthlyReturn.objects.update(version=7)
    stale = decide(client, waiting, "send_back", reason="改", **typed)

    waiting.refresh_from_db()
    assert [page.status_code for page in (accepted, odd, cut, stale)] == [422] * 4
    assert "请先清空意见" in accepted.content.decode()
    assert 'value="核对人数"' in accepted.content.decode()
    assert '<option value="day_heads" selected>' in accepted.content.decode()
    assert "找不到对应的字段" in odd.content.decode()
    assert "刚刚有变动" in stale.content.decode()
    assert (waiting.state, FieldRemark.objects.count()) == (ReturnState.SUBMITTED, 0)


def test_nobody_reviews_but_the_superior(
    waiting: MonthlyReturn,
    village_clerk: User,
    other_clerk: User,
    leader: User,
    county_officer: User,
    client_of: ClientOf,
):
    people = (other_clerk, village_clerk, leader, county_officer)

    answers = [client_of(each).get(address(waiting)).status_code for each in people]
    posted = [decide(client_of(each), waiting, "accept").status_code for each in people]

    waiting.refresh_from_db()
    assert answers == posted == [404, 403, 403, 403]
    assert waiting.state == ReturnState.SUBMITTED


def test_own_submission_has_no_button_to_accept(
    tree: County, township_clerk: User, client_of: ClientOf
):
    own = submitted(tree.villages[0], township_clerk)

    text = client_of(township_clerk).get(address(own)).content.decode()
    posted = decide(client_of(township_clerk), own, "accept")

    assert 'value="accept"' not in text
    assert "须由另一位审核人通过" in text
    assert posted.status_code == 403


def test_list_accepts_all_that_ask_for_no_look(
    tree: County, village_clerk: User, waiting: MonthlyReturn, reviewer: User, client_of: ClientOf
):
    clean = submitted(tree.villages[1], village_clerk)
    client = client_of(reviewer)

    page = client.get("/review/").content.decode()
    done = client.post(
        "/review/",
        {"all": "1", "clean": [f"{clean.pk}:1"], "chosen": [f"{waiting.pk}:1"]},
        follow=True,
    )
    forged = client.post("/review/", {"chosen": [f"{waiting.pk}:1"]}, follow=True)

    assert "通过全部无疑问的（1）" in page
    assert f'name="chosen" value="{clean.pk}:1"' in page
    assert f'value="{waiting.pk}:1"' not in page
    assert "已通过1份月报。" in done.content.decode()
    assert "请打开审核" in forged.content.decode()
    clean.refresh_from_db()
    waiting.refresh_from_db()
    assert (clean.state, waiting.state) == (ReturnState.ACCEPTED, ReturnState.SUBMITTED)


def test_clerk_who_saved_the_row_finds_the_remark_settled(
    waiting: MonthlyReturn, reviewer: User, village_clerk: User, client_of: ClientOf
):
    decide(
        client_of(reviewer),
        waiting,
        "send_back",
        place=["patrol|2026-09-03"],
        field=["night_heads"],
        remark=["夜巡人数不对"],
    )
    rest = [number for number in range(1, 31) if number != 3]
    rows = [*patrol_rows(*rest), *patrol_rows(3, night_heads=6)]
    save_section(
        monthly_return=waiting, activity=Activity.PATROL, rows=rows, version=2, by=village_clerk
    )

    page = client_of(village_clerk).get(reverse("campaigns:return-view", args=[waiting.pk]))

    assert "夜巡人数不对（已改）" in page.content.decode()
