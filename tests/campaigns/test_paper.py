"""Paper forms: what is on them, one page each, and the way back from the printed code."""

import datetime as dt
import io

import pdfplumber
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.content.paper import compose_forms
from campaigns.enums import Activity, ReturnState
from campaigns.models import Extension, Patrol
from campaigns.selectors.paper import (
    PAPER_FORMS,
    form_code,
    paper_month,
    printable_units,
    return_of_code,
)
from pingan.enums import UnitKind
from pingan.models import UnitVersion
from pingan.months import Month
from tests.campaigns.makers import AUGUST, SEPTEMBER, fill_in, make_return, make_survey
from tests.factories import make_unit


def sheets_of(user, *, month=SEPTEMBER, is_filled=True, activities=PAPER_FORMS):
    units = printable_units(user, month, user.unit)
    paper = paper_month(user.unit.county, month, units, is_filled=is_filled)
    return compose_forms(
        paper, activities=activities, address=lambda code: f"https://x.cn/f/{code}"
    )


def sheet(sheets, unit, title):
    (found,) = [each for each in sheets if (each.unit, each.table.title) == (unit, title)]
    return found


def pages_of(document: bytes) -> list[str]:
    with pdfplumber.open(io.BytesIO(document)) as opened:
        return [page.extract_text() for page in opened.pages]


def test_every_unit_of_the_township_has_its_forms(tree, township_clerk):
    sheets = sheets_of(township_clerk, is_filled=False)

    own = ["治安巡逻登记表", "法制宣教登记表", "六排查统计表", "综治例会登记表"]
    village = [*own, "小组评议登记表", "治安测评计票表"]
    assert [(each.unit, each.table.title) for each in sheets] == [
        *(("甲镇", title) for title in [*own, "治安测评计票表"]),
        *(("甲1村", title) for title in village),
        *(("甲2村", title) for title in village),
    ]
    august = sheets_of(township_clerk, month=AUGUST)
    assert {(each.unit, each.due) for each in august} == {
        ("甲镇", "2026年8月28日"),
        ("甲1村", "2026年8月25日"),
        ("甲2村", "2026年8月25日"),
    }


def test_filled_forms_show_what_is_saved(tree, township_clerk):
    fill_in(make_return(tree.villages[0]))
    make_survey(tree.villages[0])
    Patrol.objects.filter(on="2026-09-13").update(findings="桥头路灯坏了", handled="已报修")

    sheets = sheets_of(township_clerk)

    patrol = sheet(sheets, "甲1村", "治安巡逻登记表").table
    assert len(patrol.rows) == 30
    assert patrol.rows[12].cells == (
        "13日 周日",
        "逢场",
        "义务巡逻队",
        "2",
        "4",
        "桥头路灯坏了",
        "已报修",
    )
    assert patrol.rows[12].is_shaded
    sweep = sheet(sheets, "甲1村", "六排查统计表").table
    assert {row.cells[1] for row in sweep.rows} == {"□有数\n■零报告\n□不适用"}
    assert {row.cells[2:] for row in sweep.rows} == {("",) * 6}
    education = sheet(sheets, "甲1村", "法制宣教登记表").table
    assert education.rows[0].cells[:3] == (
        "9月5日",
        "■广播会　□宣传栏更新\n□法制课　□发放资料",
        "治安管理处罚法",
    )
    meeting = sheet(sheets, "甲1村", "综治例会登记表").table
    assert meeting.rows[0].cells[2:] == ("村支书", "12", "本月巡逻安排", "")
    groups = sheet(sheets, "甲1村", "小组评议登记表").table
    assert [row.cells for row in groups.rows] == [
        ("1组", "0", "1", "0", "0", ""),
        ("2组", "0", "1", "0", "0", ""),
    ]
    survey = sheet(sheets, "甲1村", "治安测评计票表").table
    assert survey.rows[0].cells == ("9月12日", "集贸市场", "20", "18", "17", "19")
    assert survey.rows[1].cells == ("",) * 6


def test_three_answers_of_a_sweep_stay_apart_on_paper(tree, township_clerk, village_return):
    """空, 零报告 and 不适用: nothing ticked, the second box, the third."""
    fill_in(village_return)
    rows = list(village_return.sweep_rows.order_by("category__position"))
    rows[0].delete()
    rows[1].answer = "not_applicable"
    rows[1].save()

    table = sheet(sheets_of(township_clerk), "甲1村", "六排查统计表").table

    assert [row.cells[1] for row in table.rows[:3]] == [
        "□有数\n□零报告\n□不适用",
        "□有数\n□零报告\n■不适用",
        "□有数\n■零报告\n□不适用",
    ]


def test_signed_zeros_and_an_extension_are_printed(tree, township_clerk, village_clerk):
    signed_at = dt.datetime(2026, 9, 19, 2, 0, tzinfo=dt.UTC)
    make_return(tree.villages[0], zero_signed_at=signed_at, zero_signed_by=village_clerk)
    Extension.objects.create(
        unit=tree.villages[0],
        month=SEPTEMBER,
        until="2026-10-09",
        reason="停电",
        by=township_clerk,
    )

    filled, blank = (
        sheet(sheets_of(township_clerk, is_filled=is_filled), "甲1村", "六排查统计表")
        for is_filled in (True, False)
    )

    name = village_clerk.display_name
    assert filled.table.notes[-1] == f"以上零报告属实：{name}于2026年9月19日在系统中签认。"
    assert blank.table.notes[-1].startswith("以上零报告属实（签名）：＿")
    assert (filled.due, blank.due) == ("2026年10月9日", "2026年10月9日")


def test_blank_forms_hold_nothing_of_a_filled_return(tree, township_clerk):
    fill_in(make_return(tree.villages[0]))

    table = sheet(sheets_of(township_clerk, is_filled=False), "甲1村", "治安巡逻登记表").table

    assert {row.cells[2:] for row in table.rows} == {("",) * 5}


def test_month_prints_the_tree_of_its_own_days(tree, township_clerk):
    gone = tree.villages[1]
    UnitVersion.objects.filter(unit=gone).update(valid_to="2026-09-01")

    assert "甲2村" not in {each.unit for each in sheets_of(township_clerk)}
    assert "甲2村" in {each.unit for each in sheets_of(township_clerk, month=AUGUST)}


def test_queries_do_not_grow_with_the_units(tree, township_clerk):
    fill_in(make_return(tree.villages[0]))

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            sheets_of(township_clerk)
        return len(queries)

    few = count()
    for number in range(3, 6):
        village = make_unit(
            tree.townships[0],
            kind=UnitKind.VILLAGE,
            code=f"53062810020{number}",
            name=f"甲{number}村",
        )
        fill_in(make_return(village))

    assert count() == few


def test_code_leads_back_to_the_return(tree, township_clerk, other_clerk, village_return):
    code = form_code(tree.villages[0].code, SEPTEMBER, Activity.SWEEP)

    assert code == f"{tree.villages[0].code}-2609-3"
    assert return_of_code(township_clerk, f" {code.lower()} ") == (village_return, Activity.SWEEP)
    assert return_of_code(other_clerk, code) is None


@pytest.mark.parametrize(
    "text", ["", "530628", "530628100201-2609", "530628100201-2613-1", "530628100201-2609-7",
             "530628100201-2609-0", "999999999999-2609-1", "530628100201-2610-1", "a-b-c", "²-²-²"]
)  # fmt: skip
def test_code_that_stands_for_nothing_finds_nothing(tree, township_clerk, village_return, text):
    assert return_of_code(township_clerk, text) is None


@pytest.mark.slow
def test_return_prints_each_form_on_one_page(tree, village_clerk, village_return, client_of):
    fill_in(village_return)

    page = client_of(village_clerk).get(f"/returns/{village_return.pk}/print/")

    assert page["Content-Type"] == "application/pdf"
    assert page["Content-Disposition"].startswith("inline")
    pages = pages_of(page.content)
    assert len(pages) == 6
    titles = (
        "治安巡逻登记表",
        "法制宣教登记表",
        "六排查统计表",
        "综治例会登记表",
        "小组评议登记表",
    )
    for text, title in zip(pages, titles, strict=False):
        assert title in text
        assert "甲1村" in text
        assert "2026年9月" in text
        assert "填表人（签名）" in text
        assert "单位（盖章）" in text
        assert "演示" in text
    numbers = [f"编号{tree.villages[0].code}-2609-{number}" for number in range(1, 7)]
    assert [
        number in text.replace(" ", "") for number, text in zip(numbers, pages, strict=True)
    ] == [True] * 6


@pytest.mark.slow
def test_month_of_31_days_stays_on_one_page_and_a_long_text_goes_on(tree, village_clerk, client_of):
    august = make_return(tree.villages[0], AUGUST)
    fill_in(august)
    client = client_of(village_clerk)

    short = pages_of(client.get(f"/returns/{august.pk}/patrol/print/").content)
    Patrol.objects.filter(monthly_return=august).update(findings="河堤护栏松动" * 33)
    long = pages_of(client.get(f"/returns/{august.pk}/patrol/print/").content)

    assert len(short) == 1
    assert "31日 周一" in short[0]
    assert len(long) > 1
    assert all("河堤护栏松动" in text and "发现情况" in text for text in long[:-1])
    assert "".join(long).replace("\n", "").count("单位（盖章）") == 1


@pytest.mark.slow
def test_blank_print_of_one_form(tree, village_clerk, village_return, client_of):
    fill_in(village_return)

    page = client_of(village_clerk).get(f"/returns/{village_return.pk}/education/print/?blank=1")

    (text,) = pages_of(page.content)
    assert "治安管理处罚法" not in text
    assert "□广播会" in text


def test_print_of_a_return_elsewhere_is_not_found(tree, other_clerk, village_return, client_of):
    client = client_of(other_clerk)

    assert client.get(f"/returns/{village_return.pk}/print/").status_code == 404
    assert client.get(f"/returns/{village_return.pk}/patrol/print/").status_code == 404
    assert client.get(f"/returns/{village_return.pk}/nothing/print/").status_code == 404


@pytest.mark.slow
def test_township_prints_next_months_blank_forms(tree, township_clerk, client_of):
    address = f"/returns/paper/download/?month=2026-10&activity=patrol&unit={tree.villages[1].pk}"

    page = client_of(township_clerk).get(address)

    (text,) = pages_of(page.content)
    assert "甲2村" in text
    assert "31日 周六" in text
    assert f"{tree.villages[1].code}-2610-1" in text.replace(" ", "")


@pytest.mark.slow
def test_township_prints_all_its_units_and_no_others(tree, township_clerk, client_of):
    address = f"/returns/paper/download/?month=2026-09&under={tree.townships[1].pk}&activity=sweep"

    pages = pages_of(client_of(township_clerk).get(address).content)

    assert [next(name for name in ("甲镇", "甲1村", "甲2村", "乙") if f"：{name}" in text)
            for text in pages] == ["甲镇", "甲1村", "甲2村"]  # fmt: skip


def test_paper_page_offers_units_months_and_codes(tree, township_clerk, client_of):
    text = client_of(township_clerk).get("/returns/paper/").content.decode()

    assert "以下全部单位（3 个）" in text
    assert [f">{month.label}<" in text for month in (SEPTEMBER.next, SEPTEMBER, AUGUST)] == [
        True
    ] * 3
    assert f">{Month(2026, 11).label}<" not in text


def test_too_many_units_are_sent_to_a_township(tree, county_officer, client_of, monkeypatch):
    monkeypatch.setattr("campaigns.views.paper.MOST_UNITS", 3)
    client = client_of(county_officer)

    refused = client.get("/returns/paper/download/?month=2026-09", follow=True).content.decode()
    township = client.get(f"/returns/paper/?under={tree.townships[0].pk}").content.decode()

    assert "超过一次可印的3个" in refused
    assert "请先在上面选一个乡镇或口" in refused
    assert "以下全部单位（3 个）" in township
    chosen = f'<option value="{tree.townships[0].pk}" selected>甲镇</option>'
    assert chosen in township


@pytest.mark.parametrize(
    ("number", "address"),
    [(1, "/returns/{pk}/patrol/"), (5, "/returns/{pk}/groups/"), (6, "/returns/{pk}/survey/")],
)
def test_printed_code_opens_the_form(
    tree, village_clerk, village_return, client_of, number, address
):
    code = f"{tree.villages[0].code}-2609-{number}"
    client = client_of(village_clerk)

    scanned = client.get(f"/f/{code}")
    typed = client.get("/returns/code/", {"code": code})

    assert scanned["Location"] == typed["Location"] == address.format(pk=village_return.pk)


def test_survey_form_opens_for_who_keys_it(tree, township_clerk, village_return, client_of):
    page = client_of(township_clerk).get(f"/f/{tree.villages[0].code}-2609-6")

    assert page["Location"] == "/surveys/?month=2026-09"


def test_code_of_another_township_says_why_not(tree, other_clerk, village_return, client_of):
    page = client_of(other_clerk).get(f"/f/{tree.villages[0].code}-2609-1", follow=True)

    assert "没有找到编号" in page.content.decode()
    assert page.redirect_chain[-1][0] == "/returns/paper/"


def test_scanned_code_asks_to_sign_in_first(tree, village_return, client):
    page = client.get(f"/f/{tree.villages[0].code}-2609-1")

    assert page["Location"] == f"/sign-in?next=/f/{tree.villages[0].code}-2609-1"


def test_accepted_return_still_prints(tree, village_clerk, client_of):
    """What is printed to be signed and filed is mostly accepted already."""
    handed_in = make_return(tree.villages[0], state=ReturnState.ACCEPTED)

    text = client_of(village_clerk).get(f"/returns/{handed_in.pk}/").content.decode()

    assert f"/returns/{handed_in.pk}/print/" in text
