import datetime as dt
import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns.enums import FollowUpSource
from campaigns.models import FollowUp, MonthlyReturn, SweepCategory
from pingan.enums import Level
from pingan.models import User
from tests.campaigns.makers import make_return
from tests.campaigns.test_services_followups import item, register, solve, sweep
from tests.factories import County

ClientOf = Callable[[User], Client]
LINE = {
    "title": "三组水渠堵塞",
    "place": "三组",
    "owner_post": "村主任",
    "due_on": "2026-09-30",
}


def lines(*rows: dict[str, Any], prefix: str = "matters") -> dict[str, Any]:
    data: dict[str, Any] = {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": 0}
    for index, row in enumerate(rows):
        data |= {f"{prefix}-{index}-{name}": value for name, value in row.items()}
    return data


def matter(**values: Any) -> dict[str, Any]:
    return {**LINE, "category": SweepCategory.objects.get(code="hazard").pk, **values}


def page_of(monthly_return: MonthlyReturn) -> str:
    return reverse("campaigns:follow-up-register", args=[monthly_return.pk])


def test_a_line_is_shown_for_every_open_matter(
    village_return: MonthlyReturn, village_clerk: User, client_of: ClientOf
):
    sweep(village_return, "hazard", 3, solved_in_village=1)
    sweep(village_return, "petition", 5)

    page = client_of(village_clerk).get(page_of(village_return))

    assert [name for name, _form in page.context["matter_rows"]] == ["安全隐患"] * 2
    assert "未化解2件，已登记0件，还差2件" in page.content.decode()


def test_lines_are_registered_and_blank_ones_wait(
    village_return: MonthlyReturn, village_clerk: User, client_of: ClientOf
):
    sweep(village_return, "hazard", 2)
    client = client_of(village_clerk)

    done = client.post(page_of(village_return), lines(matter(), {"category": matter()["category"]}))
    rest = client.post(page_of(village_return), lines(matter(title="桥头护栏损坏")))

    # One line is left after the first; after the second the month's page comes next.
    assert done["Location"] == page_of(village_return)
    assert rest["Location"] == reverse("campaigns:return-view", args=[village_return.pk])
    rows = FollowUp.objects.order_by("pk").values_list("title", "owner_post", "due_on")
    assert list(rows) == [
        ("三组水渠堵塞", "村主任", dt.date(2026, 9, 30)),
        ("桥头护栏损坏", "村主任", dt.date(2026, 9, 30)),
    ]


def test_name_of_a_person_is_pointed_at_and_nothing_is_saved(
    village_return: MonthlyReturn, village_clerk: User, client_of: ClientOf
):
    client = client_of(village_clerk)
    row = matter(title="张三与李四争地界")

    page = client.post(page_of(village_return), lines(row))
    kept = FollowUp.objects.count()
    client.post(page_of(village_return), lines({**row, "not_name": "on"}))

    assert page.status_code == 422
    assert "请写地点或事情，不写人名" in page.content.decode()
    assert (kept, FollowUp.objects.count()) == (0, 1)


def test_line_without_post_or_deadline_is_not_saved(
    village_return: MonthlyReturn, village_clerk: User, client_of: ClientOf
):
    page = client_of(village_clerk).post(
        page_of(village_return), lines(matter(owner_post="", due_on=""))
    )

    assert page.context["problems"] == [
        "第1行 责任岗位：请填责任岗位。",
        "第1行 办结期限：请填办结期限。",
    ]
    assert not FollowUp.objects.exists()


def test_tampered_category_of_persons_is_refused(
    village_return: MonthlyReturn, village_clerk: User, client_of: ClientOf
):
    category = SweepCategory.objects.get(code="key_persons").pk

    page = client_of(village_clerk).post(page_of(village_return), lines(matter(category=category)))

    assert page.status_code == 422
    assert "只报数字，不登记事项" in page.content.decode()
    assert not FollowUp.objects.exists()


def test_decisions_become_items_and_lead_back_to_the_meetings(
    village_return: MonthlyReturn, village_clerk: User, client_of: ClientOf
):
    done = client_of(village_clerk).post(page_of(village_return), lines(LINE, prefix="decisions"))

    assert done["Location"] == reverse(
        "campaigns:return-activity", args=[village_return.pk, "meeting"]
    )
    assert FollowUp.objects.get().source == FollowUpSource.MEETING


def test_who_only_looks_finds_no_lines(
    village_return: MonthlyReturn, reviewer: User, other_clerk: User, client_of: ClientOf
):
    sweep(village_return, "hazard", 2)

    page = client_of(reviewer).get(page_of(village_return))
    refused = client_of(reviewer).post(page_of(village_return), lines(matter()))
    hidden = client_of(other_clerk).get(page_of(village_return))

    assert "matters-0-title" not in page.content.decode()
    assert (refused.status_code, hidden.status_code) == (403, 404)
    assert not FollowUp.objects.exists()


def listed(client: Client, **query: str) -> list[str]:
    page = client.get(reverse("campaigns:follow-up-list"), query)
    return [row.item.title for row in page.context["rows"]]


@pytest.fixture
def five(tree: County, village_return: MonthlyReturn, village_clerk: User) -> list[FollowUp]:
    """Two late, one due, one solved here; one in another township."""
    found = register(
        village_return,
        village_clerk,
        item(title="还有十天", due_on=dt.date(2026, 9, 30)),
        item(title="超期两天", due_on=dt.date(2026, 9, 18)),
        item(title="超期九天", due_on=dt.date(2026, 9, 11)),
        item(title="办结了的", due_on=dt.date(2026, 9, 5)),
    )
    solve(found[3], village_clerk)
    other = make_return(tree.villages[2])
    far = FollowUp.objects.create(
        unit=other.unit,
        month=other.month,
        source=FollowUpSource.PATROL,
        title="别处的事",
        owner_post="村主任",
        due_on=dt.date(2026, 9, 1),
        level=other.unit.level,
    )
    return [*found, far]


def test_list_begins_with_the_longest_overdue(
    five: list[FollowUp], village_clerk: User, client_of: ClientOf
):
    client = client_of(village_clerk)

    assert listed(client) == ["超期九天", "超期两天", "还有十天"]
    assert listed(client, state="overdue") == ["超期九天", "超期两天"]
    assert listed(client, state="solved") == ["办结了的"]
    assert listed(client, state="all") == ["超期九天", "超期两天", "还有十天", "办结了的"]
    assert listed(client, text="两天") == ["超期两天"]
    assert listed(client, source="meeting") == []
    words = [row.word for row in client.get(reverse("campaigns:follow-up-list")).context["rows"]]
    assert words == ["超期9天", "超期2天", "还有10天"]


def test_everybody_sees_his_own_tree(
    five: list[FollowUp],
    reviewer: User,
    other_clerk: User,
    county_officer: User,
    client_of: ClientOf,
):
    assert listed(client_of(reviewer), state="overdue") == ["超期九天", "超期两天"]
    assert listed(client_of(other_clerk)) == ["别处的事"]
    assert listed(client_of(county_officer), state="overdue") == [
        "别处的事",
        "超期九天",
        "超期两天",
    ]


def test_scope_tells_own_matters_from_those_in_my_hands(
    tree: County, five: list[FollowUp], township_clerk: User, client_of: ClientOf
):
    register(make_return(tree.townships[0]), township_clerk, item(title="乡镇自己的"))
    FollowUp.objects.filter(title="超期两天").update(level=Level.TOWNSHIP)
    client = client_of(township_clerk)

    assert listed(client, scope="own") == ["乡镇自己的"]
    assert listed(client, scope="mine") == ["超期两天", "乡镇自己的"]
    assert listed(client) == ["超期九天", "超期两天", "还有十天", "乡镇自己的"]


def test_list_takes_the_same_queries_however_long(
    five: list[FollowUp], county_officer: User, client_of: ClientOf
):
    client = client_of(county_officer)
    address = reverse("campaigns:follow-up-list")
    client.get(address)

    counts = []
    for state in ("solved", "all"):
        with CaptureQueriesContext(connection) as queries:
            client.get(address, {"state": state})
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_item_is_shown_with_its_moves_and_history(
    five: list[FollowUp], village_clerk: User, reviewer: User, client_of: ClientOf
):
    address = reverse("campaigns:follow-up-view", args=[five[0].pk])

    own = client_of(village_clerk).get(address).content.decode()
    looked_at = client_of(reviewer).get(address).content.decode()

    assert "登记跟踪事项" in own
    assert "上交乡镇办理" in own
    assert "现由村(社区)办理" in looked_at
    assert "<input" not in looked_at.split("<main", 1)[1]


def test_item_is_solved_by_form(five: list[FollowUp], village_clerk: User, client_of: ClientOf):
    address = reverse("campaigns:follow-up-solve", args=[five[0].pk])
    data = {"version": 1, "solved_on": "2026-09-19", "level": 4, "outcome": "已经疏通"}
    client = client_of(village_clerk)

    wrong = client.post(address, {**data, "outcome": "王某已经搬走"})
    late = client.post(address, {**data, "solved_on": "2026-09-21"})
    stale = client.post(address, {**data, "version": 7})
    done = client.post(address, data)

    assert [wrong.status_code, late.status_code, stale.status_code] == [422] * 3
    assert "像是人名" in wrong.content.decode()
    assert "不能晚于今天" in late.content.decode()
    assert "刚刚有变动" in stale.content.decode()
    assert done.status_code == 302
    five[0].refresh_from_db()
    assert (five[0].solved_on, five[0].solved_level) == (dt.date(2026, 9, 19), 4)


def test_item_is_handed_up_by_form(
    five: list[FollowUp], village_clerk: User, township_clerk: User, client_of: ClientOf
):
    address = reverse("campaigns:follow-up-escalate", args=[five[0].pk])
    data = {"up-version": 1, "up-note": ""}
    client = client_of(village_clerk)

    wrong = client.post(address, data)
    done = client.post(address, {**data, "up-note": "涉及县道"}, follow=True)
    no_more = client.post(address, {**data, "up-version": 2, "up-note": "再上交"})

    assert (wrong.status_code, no_more.status_code) == (422, 403)
    assert "涉及县道" in done.content.decode()
    assert "<input" not in done.content.decode().split("<main", 1)[1]
    view = client_of(township_clerk).get(reverse("campaigns:follow-up-view", args=[five[0].pk]))
    assert "上交县办理" in view.content.decode()


def test_item_is_corrected_by_form(
    five: list[FollowUp], village_clerk: User, reviewer: User, client_of: ClientOf
):
    address = reverse("campaigns:follow-up-edit", args=[five[0].pk])
    data = {"version": 1, "title": "新的说法", "owner_post": "村主任", "due_on": "2026-10-10"}
    client = client_of(village_clerk)

    shown = client.get(address).content.decode()
    wrong = client.post(address, {**data, "title": " "})
    done = client.post(address, data)

    assert "还有十天" in shown
    assert (wrong.status_code, done.status_code) == (422, 302)
    five[0].refresh_from_db()
    assert (five[0].title, five[0].due_on) == ("新的说法", dt.date(2026, 10, 10))
    assert client_of(reviewer).get(address).status_code == 302


@pytest.mark.parametrize("word", ["view", "edit", "solve", "escalate"])
def test_item_of_another_township_is_not_found(
    five: list[FollowUp], village_clerk: User, client_of: ClientOf, word: str
):
    client = client_of(village_clerk)
    ask = client.get if word in ("view", "edit") else client.post

    assert ask(reverse(f"campaigns:follow-up-{word}", args=[five[4].pk])).status_code == 404


def test_an_open_item_leads_to_the_registration_of_a_dispute(
    village_return: MonthlyReturn, village_clerk: User, client_of: ClientOf
):
    sweep(village_return, "hazard", 1)
    matter = item(title="两户争水渠", place="三组")
    [follow_up] = register(village_return, village_clerk, matter)
    client = client_of(village_clerk)

    page = client.get(reverse("campaigns:follow-up-view", args=[follow_up.pk])).content.decode()

    [address] = re.findall(r'href="([^"]*)">登记为纠纷', page)
    form = client.get(html.unescape(address)).context["form"]
    assert (form["title"].value(), form["place"].value()) == ("两户争水渠", "三组")
    assert form["unit"].value() == follow_up.unit_id
