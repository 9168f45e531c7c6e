import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.test import Client

from assessments.models import Inspection
from campaigns.enums import (
    Activity,
    FacilityKind,
    FollowUpSource,
    PostKind,
    SweepAnswer,
    TeamKind,
)
from campaigns.excel import ledger_book
from campaigns.models import (
    Education,
    Facility,
    FollowUp,
    LeadingPost,
    Sweep,
    SweepCategory,
    TeamEntry,
)
from campaigns.selectors.ledgers import LEDGERS
from campaigns.views import ledgers
from pingan.enums import Level, Role
from pingan.models import Unit, User
from tests.campaigns.makers import AUGUST, SEPTEMBER, fill_in, make_return, make_survey
from tests.factories import County, make_county, make_user

ClientOf = Callable[[User], Client]


def cells(content: bytes) -> list[list[Any]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [[cell.value for cell in row] for row in book.active.iter_rows()]


def test_index_leads_to_the_first_ledger(tree: County, county_officer: User, client_of: ClientOf):
    done = client_of(county_officer).get("/ledgers/")

    assert done["Location"] == "/ledgers/patrol/"


def test_ledger_shows_the_scope_alone(
    tree: County, township_clerk: User, other_clerk: User, client_of: ClientOf
):
    fill_in(make_return(tree.villages[0]))
    fill_in(make_return(make_county("510704", "外县").villages[0]))

    own = client_of(township_clerk).get("/ledgers/education/")
    other = client_of(other_clerk).get("/ledgers/education/")

    assert [row.cells[2].text for row in own.context["rows"]] == ["甲1村", "甲1村"]
    assert other.context["rows"] == []
    assert "治安管理处罚法" not in other.content.decode()
    assert "这个范围里没有记录" in other.content.decode()


def test_ledger_pages_keep_the_filter(tree: County, county_officer: User, client_of: ClientOf):
    for unit in tree.villages:
        fill_in(make_return(unit, AUGUST))

    page = client_of(county_officer).get(
        "/ledgers/patrol/", {"first": "2026-08", "last": "2026-08", "text": "甲", "page": "2"}
    )

    assert page.context["page"].paginator.count == 62
    assert len(page.context["rows"]) == 12
    assert "?page=1&amp;first=2026-08&amp;last=2026-08&amp;text=%E7%94%B2" in page.content.decode()


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"first": "2026-09", "last": "2026-08"}, "终止月份不能早于起始月份"),
        ({"first": "九月"}, "不是月份"),
        ({"on_from": "昨天"}, "请填日期"),
    ],
)
def test_senseless_filter_is_told(
    tree: County,
    county_officer: User,
    client_of: ClientOf,
    query: dict[str, str],
    sentence: str,
):
    page = client_of(county_officer).get("/ledgers/patrol/", query)

    assert page.status_code == 200
    assert sentence in page.content.decode()


def test_unknown_ledger_is_not_found(tree: County, county_officer: User, client_of: ClientOf):
    client = client_of(county_officer)

    assert client.get("/ledgers/nothing/").status_code == 404
    assert client.get("/ledgers/nothing/download/").status_code == 404


def test_download_is_the_ledger_of_the_scope(
    tree: County, township_clerk: User, client_of: ClientOf
):
    fill_in(make_return(tree.villages[0]))
    fill_in(make_return(tree.villages[2]))
    Education.objects.filter(monthly_return__unit=tree.villages[0], on__day=15).update(
        topic="=HYPERLINK(1)"
    )

    done = client_of(township_clerk).get("/ledgers/education/download/")

    rows = cells(done.content)
    assert done["Content-Disposition"].startswith("attachment; filename*=UTF-8''%E6%B3%95")
    assert rows[0][0] == "法制宣教台账"
    assert rows[1][0] == "甲镇　2026年9月　共2行"
    assert rows[3:] == [
        [
            "月份",
            "上级单位",
            "单位",
            "状态",
            "日期",
            "形式",
            "法律或主题",
            "主讲人职务",
            "受众人数",
        ],
        [
            *("2026-09", "甲镇", "甲1村", "填报中", dt.datetime(2026, 9, 5), "广播会"),
            *("治安管理处罚法", "", 80),
        ],
        [
            *("2026-09", "甲镇", "甲1村", "填报中", dt.datetime(2026, 9, 15), "广播会"),
            *("=HYPERLINK(1)", "", 80),
        ],
    ]


def test_every_ledger_downloads(tree: County, county_officer: User, client_of: ClientOf):
    fill_in(make_return(tree.villages[0]))
    make_survey(tree.villages[0])
    client = client_of(county_officer)

    lengths = {
        activity.value: len(cells(client.get(f"/ledgers/{activity}/download/").content)) - 4
        for activity in Activity
    }

    assert lengths == {
        "patrol": 30,
        "education": 2,
        "sweep": 7,
        "meeting": 1,
        "survey": 1,
        "groups": 2,
    }


def test_too_long_a_download_is_refused_not_cut(
    tree: County, county_officer: User, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
):
    fill_in(make_return(tree.villages[0]))
    monkeypatch.setattr(ledgers, "MOST_ROWS", 29)

    done = client_of(county_officer).get("/ledgers/patrol/download/", follow=True)

    assert "共30行" in done.content.decode()
    assert "请缩小" in done.content.decode()


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "http://a.b", "1\x00\x0b2"])
def test_text_stays_text(text: str):
    content = ledger_book(title="台账", columns=[("主题", False)], rows=[[text]], notes=[])

    (cell,) = openpyxl.load_workbook(io.BytesIO(content)).active[3]
    assert (cell.value, cell.data_type, cell.hyperlink) == (
        text.replace("\x00", "").replace("\x0b", ""),
        "s",
        None,
    )


def test_sheet_is_frozen_and_filtered_below_its_notes():
    content = ledger_book(
        title="台账", columns=[("日期", False), ("数", True)], rows=[["", 1]], notes=["说明"]
    )

    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A4", "A3:B4")
    assert sheet.cell(4, 2).value == 1


def sweep_answers_of(client: Client, **query: str) -> list[tuple[str, str, Any]]:
    rows = client.get("/ledgers/sweep/", query).context["rows"]
    return [(row.cells[2].text, row.cells[5].text, row.cells[6].value) for row in rows]


def test_zero_nothing_and_not_applicable_stand_apart(
    tree: County, county_officer: User, client_of: ClientOf
):
    first, second = make_return(tree.villages[0]), make_return(tree.villages[1])
    categories = list(SweepCategory.objects.filter(county=None).order_by("position"))
    what = {"monthly_return": first, "month": first.month}
    Sweep.objects.create(**what, category=categories[0], answer=SweepAnswer.COUNTED, found=2)
    Sweep.objects.create(**what, category=categories[1], answer=SweepAnswer.ZERO)
    Sweep.objects.create(**what, category=categories[2], answer=SweepAnswer.NOT_APPLICABLE)
    client = client_of(county_officer)

    everything = sweep_answers_of(client)
    page = client.get("/ledgers/sweep/")

    blank = [("甲1村", "空", None)] * (len(categories) - 3)
    assert everything == [
        ("甲1村", "有数", 2),
        ("甲1村", "零报告", 0),
        ("甲1村", "不适用", None),
        *blank,
        *([("甲2村", "空", None)] * len(categories)),
    ]
    assert sweep_answers_of(client, answer="zero") == [("甲1村", "零报告", 0)]
    assert sweep_answers_of(client, answer="blank", text="甲1") == blank
    assert page.context["answers"] == [
        ("有数", 1),
        ("零报告", 1),
        ("不适用", 1),
        ("空", len(categories) * 2 - 3),
    ]
    assert second.pk


def test_full_return_has_nothing_blank_and_pages_meet(
    tree: County, county_officer: User, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
):
    for unit in tree.villages[:3]:
        fill_in(make_return(unit))
    monkeypatch.setattr(ledgers, "PAGE_LENGTH", 5)
    client = client_of(county_officer)

    pages = [sweep_answers_of(client, page=str(number)) for number in range(1, 6)]

    assert sweep_answers_of(client, answer="blank") == []
    assert [len(page) for page in pages] == [5, 5, 5, 5, 1]
    assert [row[0] for page in pages for row in page] == ["甲1村"] * 7 + ["甲2村"] * 7 + [
        "乙1村"
    ] * 7


def test_category_that_was_dropped_is_still_in_the_ledger(
    tree: County, county_officer: User, client_of: ClientOf
):
    fill_in(make_return(tree.villages[0]))
    make_return(tree.villages[1])
    dropped = SweepCategory.objects.filter(county=None).order_by("position").first()
    assert dropped is not None
    SweepCategory.objects.filter(pk=dropped.pk).update(is_active=False)

    rows = sweep_answers_of(client_of(county_officer))

    assert [row[1] for row in rows] == [*["零报告"] * 7, *["空"] * 6, "类别已停用"]


def test_units_without_a_row_are_named(tree: County, township_clerk: User, client_of: ClientOf):
    fill_in(make_return(tree.villages[0]))
    make_return(tree.villages[1])

    page = client_of(township_clerk).get("/ledgers/patrol/")

    assert page.context["blank_count"] == 1
    assert [each.unit.name for each in page.context["blank_returns"]] == ["甲2村"]
    assert "一行也没有填" in page.content.decode()


def test_follow_ups_by_state(tree: County, county_officer: User, client_of: ClientOf):
    make_follow_up(tree.villages[0], "路灯不亮", due_on=dt.date(2026, 9, 10))
    make_follow_up(tree.villages[1], "护栏破损", due_on=dt.date(2026, 9, 30))
    make_follow_up(
        tree.villages[2], "沟渠淤堵", solved_on=dt.date(2026, 9, 5), solved_level=Level.VILLAGE
    )
    old = make_follow_up(tree.villages[3], "旧塘护栏", due_on=dt.date(2026, 9, 25))
    FollowUp.objects.filter(pk=old.pk).update(month=AUGUST)
    client = client_of(county_officer)

    def titles(state: str) -> list[str]:
        rows = client.get("/ledgers/follow-ups/", {"state": state}).context["rows"]
        return [row.cells[5].text for row in rows]

    assert titles("") == ["路灯不亮", "护栏破损", "沟渠淤堵"]
    assert (titles("open"), titles("overdue"), titles("solved")) == (
        ["旧塘护栏", "路灯不亮", "护栏破损"],
        ["路灯不亮"],
        ["沟渠淤堵"],
    )


def make_follow_up(unit: Unit, title: str, **fields: Any) -> FollowUp:
    values = {"due_on": dt.date(2026, 9, 30), "owner_post": "村主任", "level": Level.VILLAGE}
    return FollowUp.objects.create(
        unit=unit,
        source=FollowUpSource.MEETING,
        month=SEPTEMBER,
        title=title,
        **{**values, **fields},
    )


def test_registers_show_what_stood_in_the_months(
    tree: County, township_clerk: User, client_of: ClientOf
):
    team = {"unit": tree.villages[0], "kind": TeamKind.SECURITY, "heads": 5}
    begun = {"valid_from": dt.date(2026, 1, 1)}
    TeamEntry.objects.create(**team, **begun, name="老队", valid_to=dt.date(2026, 9, 1))
    TeamEntry.objects.create(**team, name="新队", valid_from=dt.date(2026, 9, 1))
    TeamEntry.objects.create(**{**team, "unit": tree.villages[2]}, **begun, name="外镇")
    client = client_of(township_clerk)

    def teams(month: str) -> list[str]:
        rows = client.get("/ledgers/teams/", {"first": month, "last": month}).context["rows"]
        return [row.cells[3].text for row in rows]

    assert (teams("2026-08"), teams("2026-09")) == (["老队"], ["新队"])


def test_inspections_of_the_scope(tree: County, other_clerk: User, client_of: ClientOf):
    for unit in tree.townships:
        Inspection.objects.create(
            unit=unit,
            month=SEPTEMBER,
            on=dt.date(2026, 9, 18),
            points_given=9150,
            findings="缺台账",
        )
    client = client_of(other_clerk)

    page = client.get("/inspections/ledger/")
    sheet = cells(client.get("/inspections/ledger/download/").content)

    head = ["2026-09", "演示县", "乙镇", "2026-09-18", "集中检查", "", ""]
    row = [*head, "91.50", "100.00", "缺台账"]
    assert [[cell.text for cell in each.cells] for each in page.context["rows"]] == [row]
    assert sheet[0][0] == "督导检查台账"
    assert len(sheet) == 5


def test_print_holds_every_row_and_what_was_left_out(
    tree: County, county_officer: User, client_of: ClientOf
):
    for unit in tree.villages:
        fill_in(make_return(unit))

    page = client_of(county_officer).get("/ledgers/patrol/print/", {"text": "甲", "state": "draft"})

    text = page.content.decode()
    assert len(page.context["rows"]) == 60
    assert "演示县　2026年9月　共60行　单位：甲　状态：填报中" in text
    assert "乙1村" not in text
    assert "print.css" in text


def test_too_long_a_print_is_refused_not_cut(
    tree: County, county_officer: User, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
):
    fill_in(make_return(tree.villages[0]))
    monkeypatch.setattr(ledgers, "MOST_PRINTED_ROWS", 29)

    done = client_of(county_officer).get("/ledgers/patrol/print/", follow=True)

    assert "超过一次可打印的29行" in done.content.decode()


@pytest.mark.parametrize("name", [*LEDGERS, "inspections"])
def test_administrator_sees_no_record(tree: County, client_of: ClientOf, name: str):
    fill_in(make_return(tree.villages[0]))
    make_survey(tree.villages[0])
    make_follow_up(tree.villages[0], "路灯不亮")
    Inspection.objects.create(
        unit=tree.townships[0], month=SEPTEMBER, on=dt.date(2026, 9, 18), points_given=9150
    )
    begun = {"unit": tree.villages[0], "valid_from": dt.date(2026, 1, 1)}
    TeamEntry.objects.create(**begun, kind=TeamKind.SECURITY, name="老队", heads=5)
    LeadingPost.objects.create(**begun, kind=PostKind.HEAD, office="领导组")
    Facility.objects.create(**begun, kind=FacilityKind.CAMERA, number=1, working=1)
    address = "/inspections/ledger/" if name == "inspections" else f"/ledgers/{name}/"
    auditor = make_user(Role.AUDITOR, tree.county)
    officer = make_user(Role.COUNTY_OFFICER, tree.county)

    assert client_of(auditor).get(address).context["rows"] == []
    assert client_of(officer).get(address).context["rows"] != []
