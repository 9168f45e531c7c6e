"""All villages of a township in one sheet."""

import datetime as dt
from html.parser import HTMLParser

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns.enums import Activity, ReturnState, SweepAnswer, Team
from campaigns.forms.day_text import UnreadableDays, read_days, write_days
from campaigns.models import Education, GroupRecord, Meeting, MonthlyReturn, Patrol, Sweep
from campaigns.selectors.sections import categories_of
from campaigns.services.sections import save_section
from tests.campaigns.makers import AUGUST, SEPTEMBER, fill_in, make_return, patrol_rows
from tests.campaigns.test_workbooks import everything


@pytest.mark.parametrize(
    ("text", "heads"),
    [
        ("", {}),
        ("1-3×2", {1: 2, 2: 2, 3: 2}),
        ("１－２×３，5日×0", {1: 3, 2: 3, 5: 0}),
        ("1至2x4人；3*1", {1: 4, 2: 4, 3: 1}),
        ("每天2", dict.fromkeys(range(1, 31), 2)),
        ("1-2×3 2×3", {1: 3, 2: 3}),
    ],
)
def test_days_are_read(text, heads):
    assert read_days(text, 30) == heads


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("1-30", "“1-30”没有写人数"),
        ("3", "“3”没有写人数"),
        ("31×2", "本月没有31日"),
        ("0×2", "本月没有0日"),
        ("5-3×2", "前后颠倒"),
        ("1-3×2，2×5", "2日写了两次，人数不同"),
        ("三人", "看不懂“三人”"),
        ("1×99999", "人数不能大于9999"),
    ],
)
def test_days_that_cannot_be_read_say_why(text, sentence):
    with pytest.raises(UnreadableDays) as caught:
        read_days(text, 30)

    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    "heads", [{}, {1: 0}, {1: 2, 2: 2, 3: 4, 5: 4}, dict.fromkeys(range(1, 31), 7)]
)
def test_days_written_read_back_the_same(heads):
    assert read_days(write_days(heads), 30) == heads


class _Inputs(HTMLParser):
    """What a browser would send of the sheet's form."""

    def __init__(self):
        super().__init__()
        self.values, self.area, self.inside = {}, None, False

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if tag == "form":
            self.inside = "data-entry" in found
        if not self.inside or "disabled" in found or "name" not in found:
            return
        if tag == "input":
            self.values[found["name"]] = found.get("value", "")
        elif tag == "textarea":
            self.area = found["name"]
            self.values[self.area] = ""

    def handle_data(self, data):
        if self.area:
            self.values[self.area] += data

    def handle_endtag(self, tag):
        if tag == "textarea":
            self.area = None


def address(activity, month=SEPTEMBER):
    return reverse("campaigns:grid-month", args=[month, activity])


def sheet_of(response):
    """The inputs of a page as they would be sent."""
    parser = _Inputs()
    parser.feed(response.content.decode())
    return parser.values


@pytest.fixture
def month(tree):
    """September of the first township and its two villages; the first village is filled in."""
    returns = [make_return(unit) for unit in (tree.townships[0], *tree.villages[:2])]
    fill_in(returns[1])
    Patrol.objects.filter(on__day__gt=20).delete()  # the days that are still to come
    return returns


@pytest.mark.slow
@pytest.mark.parametrize("activity", ["patrol", "education", "sweep", "meeting", "groups"])
def test_sheet_sent_back_untouched_changes_nothing(activity, month, township_clerk, client_of):
    client = client_of(township_clerk)
    Meeting.objects.update(items="第一项\n第二项")
    Patrol.objects.filter(on__day__lt=5).update(team=Team.GUARD, findings="路灯坏了")
    before = everything(*month)

    answer = client.post(address(activity), sheet_of(client.get(address(activity))), follow=True)

    assert "没有改动" in answer.content.decode()
    assert everything(*month) == before
    assert set(
        MonthlyReturn.objects.filter(pk__in=[m.pk for m in month]).values_list("version")
    ) == {(1,)}


def test_patrols_of_a_month_are_two_cells(month, township_clerk, client_of):
    client = client_of(township_clerk)
    first, second = month[1].pk, month[2].pk
    sheet = sheet_of(client.get(address("patrol")))
    assert sheet[f"{first}.month.day_heads"] == "1-20×2"

    sheet[f"{second}.month.day_heads"] = "１-10×３，12×0"
    sheet[f"{second}.month.night_heads"] = "1×2"
    sheet[f"{second}.month.team"] = "十户联防"
    sheet[f"{first}.month.day_heads"] = "1-19×2"
    client.post(address("patrol"), sheet)

    rows = Patrol.objects.filter(monthly_return=second).order_by("on")
    assert [row.on.day for row in rows] == [*range(1, 11), 12]
    assert {row.team for row in rows} == {Team.TEN_HOUSEHOLDS}
    assert (rows[0].day_heads, rows[0].night_heads, rows[10].day_heads) == (3, 2, 0)
    last = Patrol.objects.get(monthly_return=first, on=dt.date(2026, 9, 20))
    assert (last.day_heads, last.night_heads) == (None, 4)


def test_day_with_findings_is_not_emptied_here(month, township_clerk, client_of):
    client = client_of(township_clerk)
    Patrol.objects.filter(monthly_return=month[1], on__day=3).update(findings="路灯坏了")
    sheet = sheet_of(client.get(address("patrol")))
    sheet[f"{month[1].pk}.month.day_heads"] = sheet[f"{month[1].pk}.month.night_heads"] = ""

    answer = client.post(address("patrol"), sheet)

    assert "3日写有发现情况，不能在这里清空" in answer.content.decode()
    assert [row.on.day for row in Patrol.objects.filter(monthly_return=month[1])] == [3]


def test_days_to_come_are_told_and_the_days_before_are_saved(month, township_clerk, client_of):
    client = client_of(township_clerk)
    pk = month[2].pk
    sheet = sheet_of(client.get(address("patrol")))
    sheet[f"{pk}.month.day_heads"], sheet[f"{pk}.month.night_heads"] = "19-22×3", "每天2"

    page = client.post(address("patrol"), sheet).content.decode()

    assert "甲2村 白天人数：还没到9月21日，不能提前填巡逻。" in page
    rows = Patrol.objects.filter(monthly_return=pk).order_by("on")
    assert [(row.on.day, row.day_heads, row.night_heads) for row in rows][-2:] == [
        (19, 3, 2),
        (20, 3, 2),
    ]
    assert "19-22×3" in page


def test_after_handing_in_only_later_days_are_written(month, township_clerk, client_of, clock):
    client = client_of(township_clerk)
    MonthlyReturn.objects.filter(pk=month[1].pk).update(
        state=ReturnState.SUBMITTED, submitted_at="2026-09-20T02:00:00Z"
    )
    clock.move_to("2026-09-22T02:00:00Z")
    client = client_of(township_clerk)
    sheet = sheet_of(client.get(address("patrol")))
    name = f"{month[1].pk}.month.day_heads"
    assert sheet[name] == "1-20×2"

    sheet[name] = "1-21×2"
    assert client.post(address("patrol"), sheet).status_code == 302
    sheet = sheet_of(client.get(address("patrol")))
    sheet[name] = "1-22×3"
    page = client.post(address("patrol"), sheet).content.decode()

    assert "9月1日的巡逻已经随月报在9月20日上报，不能再改" in page
    heads = Patrol.objects.filter(monthly_return=month[1]).order_by("on")
    assert [row.day_heads for row in heads] == [2] * 20 + [3, 3]


def test_sweep_tells_zero_blank_and_not_applicable_apart(month, township_clerk, client_of):
    client = client_of(township_clerk)
    pk = month[2].pk
    first, second, third, *rest = categories_of(month[2].unit.root_id)
    sheet = sheet_of(client.get(address("sweep")))

    sheet[f"{pk}.{first.pk}.found"] = "1,002"
    sheet[f"{pk}.{first.pk}.solved_in_village"] = "２"
    sheet[f"{pk}.{second.pk}.found"] = "0"
    sheet[f"{pk}.{third.pk}.found"] = "不适用"
    client.post(address("sweep"), sheet)

    rows = {row.category_id: row for row in Sweep.objects.filter(monthly_return=pk)}
    assert rows.keys() == {first.pk, second.pk, third.pk}
    assert (rows[first.pk].found, rows[first.pk].solved_in_village) == (1002, 2)
    assert rows[second.pk].answer == SweepAnswer.ZERO
    assert rows[third.pk].answer == SweepAnswer.NOT_APPLICABLE
    again = sheet_of(client.get(address("sweep")))
    shown = [again[f"{pk}.{each.pk}.found"] for each in (first, second, third, rest[0])]
    assert shown == ["1002", "0", "—", ""]


def test_failing_cells_are_marked_and_the_others_saved(month, township_clerk, client_of):
    client = client_of(township_clerk)
    pk = month[2].pk
    first, second, third, *_rest = categories_of(month[2].unit.root_id)
    sheet = sheet_of(client.get(address("sweep")))
    sheet[f"{pk}.{first.pk}.found"] = "三件"
    sheet[f"{pk}.{second.pk}.found"] = "1"
    sheet[f"{pk}.{second.pk}.solved_in_group"] = "2"
    sheet[f"{pk}.{third.pk}.found"] = "4"
    sheet[f"{month[0].pk}.{first.pk}.found"] = "0"

    answer = client.post(address("sweep"), sheet)
    page, again = answer.content.decode(), sheet_of(answer)

    assert answer.status_code == 422
    assert f"甲2村 {first.name} 排查数：请填整数，如 3。" in page
    assert f"甲2村 {second.name} 排查数：各级化解合计2，多于排查数1。" in page
    assert page.count('aria-invalid="true"') == 2
    assert "其余的已经保存，2个单位有改动。" in page
    assert (again[f"{pk}.{first.pk}.found"], again[f"{pk}.{third.pk}.found"]) == ("三件", "4")
    saved = Sweep.objects.filter(monthly_return__in=[month[0].pk, pk])
    assert sorted(saved.values_list("category", "found")) == [(first.pk, 0), (third.pk, 4)]

    again[f"{pk}.{first.pk}.found"], again[f"{pk}.{second.pk}.found"] = "3", "2"
    assert client.post(address("sweep"), again).status_code == 302
    assert Sweep.objects.filter(monthly_return=pk).count() == 3


def test_new_entries_are_added_once_when_one_of_them_fails(month, township_clerk, client_of):
    client = client_of(township_clerk)
    pk = month[2].pk
    sheet = sheet_of(client.get(address("education")))
    bad = {"on": "99", "kind": "广播会", "topic": "反诈", "host_post": "", "audience": "3"}
    good = {"on": "8", "kind": "广播会", "topic": "禁毒", "host_post": "村支书", "audience": "９０"}
    for key, row in (("+0", bad), ("+1", good)):
        sheet |= {f"{pk}.{key}.{name}": text for name, text in row.items()}

    answer = client.post(address("education"), sheet)
    again = sheet_of(answer)

    assert Education.objects.get(monthly_return=pk).topic == "禁毒"
    assert again[f"{pk}.+0.on"] == "99"
    assert "反诈" not in [again.get(f"{pk}.+{number}.topic") for number in (1, 2)]
    again[f"{pk}.+0.on"] = "9月9日"
    assert client.post(address("education"), again).status_code == 302
    rows = Education.objects.filter(monthly_return=pk).order_by("on")
    assert [(row.on.day, row.topic, row.audience) for row in rows] == [
        (8, "禁毒", 90),
        (9, "反诈", 3),
    ]


def test_emptied_entry_goes_and_wrong_word_is_told(month, township_clerk, client_of):
    client = client_of(township_clerk)
    sheet = sheet_of(client.get(address("education")))
    one, two = Education.objects.filter(monthly_return=month[1]).order_by("on")
    for name in ("on", "kind", "topic", "host_post", "audience"):
        sheet[f"{month[1].pk}.{one.pk}.{name}"] = ""
    sheet[f"{month[1].pk}.{two.pk}.kind"] = "大会"

    page = client.post(address("education"), sheet).content.decode()

    assert "没有“大会”，请填：广播会、宣传栏更新、法制课、发放资料。" in page
    assert list(Education.objects.filter(monthly_return=month[1])) == [two]


def test_groups_are_rows_of_their_village(month, township_clerk, client_of):
    client = client_of(township_clerk)
    sheet = sheet_of(client.get(address("groups")))
    group = month[2].unit.children.order_by("position").first()
    sheet[f"{month[2].pk}.{group.pk}.patrol_nights"] = "12"

    client.post(address("groups"), sheet)

    record = GroupRecord.objects.get(monthly_return=month[2])
    assert (record.group, record.patrol_nights, record.briefs) == (group, 12, 0)


def test_conflict_holds_up_only_its_own_village(month, township_clerk, village_clerk, client_of):
    client = client_of(township_clerk)
    sheet = sheet_of(client.get(address("patrol")))
    save_section(
        monthly_return=month[1],
        activity=Activity.PATROL,
        rows=[*patrol_rows(1, day_heads=9), *patrol_rows(*range(2, 21))],
        version=1,
        by=village_clerk,
    )
    sheet[f"{month[1].pk}.month.day_heads"] = "1-5×6"
    sheet[f"{month[2].pk}.month.day_heads"] = "1-5×6"

    answer = client.post(address("patrol"), sheet)
    page, again = answer.content.decode(), sheet_of(answer)

    assert "甲1村：您打开页面以后已被别人改过：9月1日 白天人数 2 → 9" in page
    assert Patrol.objects.filter(monthly_return=month[2]).count() == 5
    assert Patrol.objects.filter(monthly_return=month[1], day_heads=6).count() == 0
    assert again[f"{month[1].pk}.month.day_heads"] == "1-5×6"
    assert client.post(address("patrol"), again).status_code == 302
    assert Patrol.objects.filter(monthly_return=month[1], day_heads=6).count() == 5


def test_village_untouched_here_is_not_written_over(
    month, township_clerk, village_clerk, client_of
):
    client = client_of(township_clerk)
    sheet = sheet_of(client.get(address("patrol")))
    save_section(
        monthly_return=month[1],
        activity=Activity.PATROL,
        rows=patrol_rows(1, day_heads=9),
        version=1,
        by=village_clerk,
    )
    sheet[f"{month[2].pk}.month.day_heads"] = "1×6"

    assert client.post(address("patrol"), sheet).status_code == 302
    assert Patrol.objects.get(monthly_return=month[1]).day_heads == 9


def test_handed_in_village_is_grey_and_stays(month, township_clerk, client_of):
    client = client_of(township_clerk)
    MonthlyReturn.objects.filter(pk=month[1].pk).update(
        state=ReturnState.SUBMITTED, submitted_at="2026-09-20T02:00:00Z"
    )
    sheet = sheet_of(client.get(address("meeting")))
    meeting = Meeting.objects.get(monthly_return=month[1])
    name = f"{month[1].pk}.{meeting.pk}.attendance"
    assert name not in sheet

    sheet |= {name: "99", f"version.{month[1].pk}": "1"}
    client.post(address("meeting"), sheet)

    assert Meeting.objects.get().attendance == 12


def test_form_cut_short_on_its_way_is_not_saved(month, township_clerk, client_of):
    client = client_of(township_clerk)
    sheet = sheet_of(client.get(address("patrol")))
    del sheet["complete"]
    sheet[f"{month[1].pk}.month.day_heads"] = ""

    answer = client.post(address("patrol"), sheet)

    assert (answer.status_code, Patrol.objects.count()) == (422, 20)


def test_only_townships_have_the_sheet(
    month, village_clerk, county_officer, leader, other_clerk, tree, client_of
):
    for person in (village_clerk, county_officer, leader):
        assert client_of(person).get(address("patrol")).status_code == 403
    make_return(tree.townships[1])
    page = client_of(other_clerk).get(address("patrol")).content.decode()
    assert "乙镇" in page
    assert "甲1村" not in page
    assert client_of(other_clerk).get(address("survey")).status_code == 404


def test_sheet_asks_as_often_for_one_unit_as_for_three(tree, township_clerk, client_of):
    client = client_of(township_clerk)
    make_return(tree.villages[0], AUGUST)
    client.get(address("sweep", AUGUST))
    counts = []
    for more in ([], [tree.townships[0]]):  # then another village has a month, too
        for unit in more:
            make_return(unit, AUGUST)
        with CaptureQueriesContext(connection) as asked:
            client.get(address("sweep", AUGUST))
        counts.append(len(asked))

    assert counts[0] == counts[1]
