"""A township's month in one sheet and in one workbook, as its clerk works with them."""

import io
from collections.abc import Callable
from pathlib import Path

import openpyxl
from playwright.sync_api import Page, expect

from tests.e2e import checks
from tests.e2e.test_returns import paste

PageAs = Callable[[str], Page]
TOWNSHIP, VILLAGE = "t002", "v001004"


def sheet(page: Page, activity: str) -> None:
    """The township's sheet of an activity in the running month."""
    page.goto("/grid/")
    page.goto(page.url.replace("/patrol/", f"/{activity}/"))


def test_block_from_excel_is_pasted_into_the_sheet(page_as: PageAs):
    page = page_as(TOWNSHIP)
    sheet(page, "sweep")
    cells = page.locator("tbody tr").nth(0).locator("input[type=text]")
    first = cells.nth(0).get_attribute("name")
    below = page.locator("tbody tr").nth(1).locator("input[type=text]").nth(0)

    paste(page, f"[name='{first}']", '５\t1\t2\t"1"\t\n不适用\t\t\t\t\n')
    cells.nth(4).fill("三")
    below.press("ArrowUp")
    expect(cells.nth(0)).to_be_focused()
    page.click("button:has-text('保存')")

    expect(page.locator(".alert-danger")).to_contain_text("请填整数，如 3。")
    expect(page.locator("[aria-invalid=true]")).to_have_count(1)
    checks.assert_accessible(page)
    cells.nth(4).fill("")
    page.click("button:has-text('保存')")
    expect(page.locator("main")).to_contain_text("六排查已保存")
    assert [cells.nth(place).input_value() for place in range(5)] == ["5", "1", "2", "1", ""]
    assert below.input_value() == "—"


def test_patrols_of_every_village_are_two_cells_each(page_as: PageAs):
    page = page_as(TOWNSHIP)
    sheet(page, "patrol")
    row = page.locator("tbody tr").nth(0)

    row.locator("[name$=day_heads]").fill("1×4")
    row.locator("[name$=night_heads]").fill("1×2")
    page.click("button:has-text('保存')")

    expect(page.locator("main")).to_contain_text("治安巡逻已保存，1个单位有改动")
    assert row.locator("[name$=night_heads]").input_value() == "1×2"


def test_every_sheet_is_accessible_and_fits(page_as: PageAs):
    page = page_as(TOWNSHIP)

    for activity in ("patrol", "education", "sweep", "meeting", "groups"):
        sheet(page, activity)
        checks.assert_accessible(page)
        checks.assert_no_sideways_scroll(page)


def test_workbook_goes_out_and_comes_back(page_as: PageAs, tmp_path: Path):
    page = page_as(VILLAGE)
    page.goto("/workbook/")
    checks.assert_accessible(page)
    checks.assert_no_sideways_scroll(page)
    with page.expect_download() as started:
        page.click("a:has-text('下载')")
    book = openpyxl.load_workbook(io.BytesIO(Path(started.value.path()).read_bytes()))
    patrol = book["治安巡逻"]
    patrol["F2"], patrol["G2"] = 7, "桥头路灯不亮"
    patrol["E3"] = "两个"
    wrong, right = tmp_path / "错.xlsx", tmp_path / "对.xlsx"
    book.save(wrong)
    patrol["E3"] = 2
    book.save(right)

    page.set_input_files("[name=file]", wrong)
    page.click("button:has-text('上传核对')")
    expect(page.locator("main")).to_contain_text("有 1 处错误，什么都没有写入")
    expect(page.locator("main tbody")).to_contain_text("E3")
    checks.assert_accessible(page)
    checks.assert_no_sideways_scroll(page)
    page.click("text=返回 Excel 填报")
    page.set_input_files("[name=file]", right)
    page.click("button:has-text('上传核对')")
    expect(page.locator("main")).to_contain_text("没有错误，将有 2 行变化")
    checks.assert_accessible(page)
    checks.assert_no_sideways_scroll(page)
    page.click("text=确认导入")
    expect(page.locator("main")).to_contain_text("已导入，共2行有变化")
    page.click("text=撤销这次导入")
    page.click("text=确认撤销")
    expect(page.locator("main")).to_contain_text("恢复到导入前的内容")
