"""Registers kept, ledgers printed and the inbox read in a real browser."""

import io
from collections.abc import Callable

import pdfplumber
from playwright.sync_api import Browser, Page, expect

from reports.demo.accounts import PASSWORD
from tests.e2e import checks

PageAs = Callable[[str], Page]
VILLAGE, TOWNSHIP = "v001003", "t001"
NEWCOMER = "v001004"  # has not looked at the inbox yet
A4_ACROSS = (842, 595)


def sound(page: Page) -> None:
    checks.assert_accessible(page)
    checks.assert_no_sideways_scroll(page)


def row(page: Page, label: str):
    return page.locator("tr", has_text=label).first


def test_change_is_shown_now_and_the_old_entry_last_month(page_as: PageAs):
    page = page_as(VILLAGE)
    page.goto("/registers/")
    page.click("text=登记变动：设施")
    sound(page)

    place = row(page, "报警点(电话)")
    place.locator("[name$=-number]").fill("１2")
    place.locator("[name$=-number]").press("ArrowRight")
    page.keyboard.type("11")
    page.click("text=保存")

    sound(page)
    expect(row(page, "报警点(电话)").locator("td").nth(1)).to_have_text("12")
    page.click("[aria-label=上一月]")
    assert page.locator("tr", has_text="报警点(电话)").count() == 0


def test_register_is_kept_without_a_script(browser: Browser, base_url: str):
    context = browser.new_context(base_url=base_url, java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto("/")
    page.fill("[name=username]", VILLAGE)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")

    page.goto("/registers/")
    page.locator("a", has_text="群防群治队伍").click()
    last = page.locator("tbody tr").last
    last.locator("select").select_option("ten_households")
    last.locator("[name$=-name]").fill("东片十户联防")
    last.locator("[name$=-heads]").fill("10")
    page.click("text=保存")

    expect(page.locator("td", has_text="东片十户联防")).to_be_visible()
    context.close()


def test_township_reads_tables_and_rates(page_as: PageAs):
    page = page_as(TOWNSHIP)
    page.goto("/registers/")

    for tab in ("群防群治队伍", "设施", "覆盖率"):
        page.locator(".pa-tabs >> text=" + tab).click()
        sound(page)

    assert "%" in page.locator("main").inner_text()


def test_ledger_prints_across_a4_with_its_heads_on_every_page(page_as: PageAs):
    page = page_as(TOWNSHIP)
    page.goto("/ledgers/sweep/")
    sound(page)
    page.click("main >> text=打印")
    sound(page)
    expect(page.locator("[data-print]")).to_be_visible()

    with pdfplumber.open(io.BytesIO(page.pdf(prefer_css_page_size=True))) as sheets:
        sizes = {(round(sheet.width), round(sheet.height)) for sheet in sheets.pages}
        # The heads are shaded: a page without them would have no filled rectangle.
        shaded = [any(box["fill"] for box in sheet.rects) for sheet in sheets.pages]

    assert sizes == {A4_ACROSS}
    assert len(shaded) > 1
    assert all(shaded)


def test_inbox_is_read_and_marked(page_as: PageAs):
    page = page_as(NEWCOMER)
    page.goto("/")
    sound(page)

    expect(page.locator("text=签发通报").first).to_be_visible()
    page.click("text=全部看过")

    expect(page.locator("text=没有变化。")).to_be_visible()
    page.click("main >> text=提醒")
    sound(page)
