import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.test import Client

from campaigns.enums import Activity
from campaigns.excel import ledger_book
from campaigns.models import Education
from campaigns.views import ledgers
from pingan.models import User
from tests.campaigns.makers import AUGUST, fill_in, make_return, make_survey
from tests.factories import County, make_county

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
