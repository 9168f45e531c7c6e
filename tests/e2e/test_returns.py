"""A month entered the way clerks do it: keyboard, paste, without a script, two at a time."""

import datetime as dt
import re
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect

from reports.demo.accounts import PASSWORD
from tests.e2e import checks

PageAs = Callable[[str], Page]
CHINA = ZoneInfo("Asia/Shanghai")
DAYS_TYPED = 5
pytestmark = pytest.mark.skipif(
    dt.datetime.now(CHINA).day < DAYS_TYPED,
    reason="a month so young has too few days to type into",
)
VILLAGE, TOWNSHIP = "v001003", "t001"


def open_activity(page: Page, activity: str) -> None:
    """The newest month's table of one activity, from the list of one's own months."""
    page.goto("/returns/")
    page.locator("main th a").first.click()
    page.goto(f"{page.url}{activity}/")


def cell(page: Page, row: int, name: str):
    return page.locator(f"[name=rows-{row}-{name}]")


def paste(page: Page, selector: str, text: str) -> None:
    """What the browser does on Ctrl+V of a block copied in Excel or WPS."""
    page.evaluate(
        """([selector, text]) => {
            const data = new DataTransfer();
            data.setData("text/plain", text);
            const event = new ClipboardEvent("paste",
                {clipboardData: data, bubbles: true, cancelable: true});
            document.querySelector(selector).dispatchEvent(event);
        }""",
        [selector, text],
    )


def test_days_are_typed_pasted_and_saved(page_as: PageAs):
    page = page_as(VILLAGE)
    open_activity(page, "patrol")

    cell(page, 0, "day_heads").fill("１２")
    cell(page, 0, "day_heads").press("Enter")
    expect(cell(page, 1, "day_heads")).to_be_focused()
    cell(page, 1, "day_heads").press("ArrowRight")
    expect(cell(page, 1, "night_heads")).to_be_focused()
    paste(page, "[name=rows-1-day_heads]", '7\t８\t"路灯\t""坏"""\t已报修\n1,234\t9\n')
    checks.assert_accessible(page)
    page.click("text=保存并继续填")

    expect(page.locator(".alert")).to_contain_text("治安巡逻已保存")
    names = ("day_heads", "night_heads", "findings", "handled")
    assert [cell(page, 1, name).input_value() for name in names] == [
        "7",
        "8",
        '路灯\t"坏"',
        "已报修",
    ]
    assert cell(page, 0, "day_heads").input_value() == "12"
    assert cell(page, 2, "day_heads").input_value() == "1234"


def test_a_month_of_patrols_is_a_few_taps(page_as: PageAs):
    page = page_as("v001004")
    open_activity(page, "patrol")
    page.fill("[name=usual_day_heads]", "3")
    page.fill("[name=usual_night_heads]", "5")
    boxes = page.locator("[data-day] input")
    for index in range(boxes.count()):
        boxes.nth(index).fill("")

    page.click("text=填满全月空白")
    filled = [boxes.nth(index).input_value() for index in range(boxes.count())]
    page.click("text=撤销填入")
    undone = {boxes.nth(index).input_value() for index in range(boxes.count())}
    page.click("text=填满全月空白")
    page.click("[aria-label$='2日照常用人数填'] >> nth=0")  # the second tap takes a day back
    page.click("[data-line-of='2']")
    page.keyboard.type("路灯坏")
    checks.assert_accessible(page)
    checks.assert_no_sideways_scroll(page)
    page.click("button:text('保存并继续填')")

    expect(page.locator(".alert")).to_contain_text("治安巡逻已保存")
    days = len(filled) // 2
    assert filled == ["3", "5"] * days
    assert undone == {""}
    assert cell(page, 1, "day_heads").input_value() == ""
    assert cell(page, 2, "findings").input_value() == "路灯坏"
    assert cell(page, days - 1, "night_heads").input_value() == "5"


def test_touch_fills_the_usual_number_and_a_second_one_edits(browser: Browser, base_url: str):
    phone = browser.new_context(
        base_url=base_url, viewport=checks.PHONE, has_touch=True, is_mobile=True
    )
    page = phone.new_page()
    page.goto("/sign-in")
    page.fill("[name=username]", "v001004")
    page.fill("[name=password]", PASSWORD)
    page.click("main button")
    open_activity(page, "patrol")
    page.fill("[name=usual_night_heads]", "6")
    box = cell(page, 3, "night_heads")
    box.fill("")
    box.blur()

    box.tap()
    tapped = (box.input_value(), box.evaluate("box => box === document.activeElement"))
    box.tap()

    assert tapped == ("6", False)
    expect(box).to_be_focused()
    phone.close()


def test_open_matters_are_counted_while_typing(page_as: PageAs):
    page = page_as(VILLAGE)
    open_activity(page, "sweep")

    figures = {"found": "５", "group": "2", "village": "1", "township": "0", "county": "0"}
    for name, figure in figures.items():
        box = cell(page, 0, name if name == "found" else f"solved_in_{name}")
        box.fill(figure)
        box.press("Tab")

    expect(page.locator("[data-open]").first).to_have_text("2")


def test_second_saver_sees_the_first_ones_change(page_as: PageAs):
    village, township = page_as(VILLAGE), page_as(TOWNSHIP)
    open_activity(village, "patrol")
    address = village.url
    township.goto(address)
    cell(township, 4, "day_heads").fill("33")
    township.click("text=保存并继续填")

    cell(village, 4, "day_heads").fill("44")
    village.click("button:text('保存并继续填')")
    expect(village.locator("main")).to_contain_text("对方已改")
    checks.assert_accessible(village)
    checks.assert_no_sideways_scroll(village)
    kept = cell(village, 4, "day_heads").input_value()
    told = village.locator("main table").first.inner_text()
    village.click("text=全部用我的")
    township.goto(address)

    assert kept == "44"
    assert re.search(r"44\s+33", told)
    assert cell(township, 4, "day_heads").input_value() == "44"


def test_entry_works_without_scripts(browser: Browser, base_url: str):
    context = browser.new_context(base_url=base_url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/sign-in")
    page.fill("[name=username]", VILLAGE)
    page.fill("[name=password]", PASSWORD)
    page.click("main button")
    open_activity(page, "education")
    before = page.locator("tbody tr").count()

    page.click("text=添加一行")
    page.click("text=照上月的主题")
    expect(page.locator("main")).to_contain_text("还没有保存")
    more = page.locator("tbody tr").count()
    page.goto(page.url)

    assert more > before
    assert page.locator("tbody tr").count() == before
    context.close()


def test_sweep_is_signed_and_its_open_matter_followed_up(page_as: PageAs):
    page = page_as(VILLAGE)
    open_activity(page, "sweep")
    month = page.url.removesuffix("sweep/")

    cell(page, 1, "answer").select_option("not_applicable")
    expect(cell(page, 1, "found")).to_have_value("")
    cell(page, 6, "found").fill("２")
    cell(page, 6, "found").press("Tab")
    expect(cell(page, 6, "answer")).to_have_value("counted")
    cell(page, 6, "solved_in_village").fill("1")
    page.click("text=其余全部零报告")
    page.check("[name=zero_signed]")
    checks.assert_accessible(page)
    checks.assert_no_sideways_scroll(page)
    page.click("button[name=save]")

    expect(page.locator("main")).to_contain_text("安全隐患未化解1件，已登记0件，还差1件")
    line = page.locator("form", has_text="安全隐患").locator("tr", has_text="安全隐患")
    for name, text in (("title", "陈某家门前路面塌陷"), ("owner_post", "村主任")):
        line.locator(f"[name$={name}]").fill(text)
    line.locator("[name$=due_on]").fill(f"{dt.datetime.now(CHINA) + dt.timedelta(days=9):%Y-%m-%d}")
    page.click("button.btn-primary:text('登记')")
    expect(page.locator("main")).to_contain_text("像是人名")
    checks.assert_accessible(page)
    checks.assert_no_sideways_scroll(page)
    page.locator("[name$=title]").first.fill("二组村道路面塌陷")
    page.click("button.btn-primary:text('登记')")

    page.goto("/follow-ups/")
    checks.assert_accessible(page)
    checks.assert_no_sideways_scroll(page)
    page.click("text=二组村道路面塌陷")
    checks.assert_accessible(page)
    page.fill("[name=outcome]", "已经回填硬化")
    page.click("button:text('办结')")
    expect(page.locator("main")).to_contain_text("已办结")
    page.goto(f"{month}sweep/")
    expect(page.locator("main")).to_contain_text("零报告已签认")
    expect(page.locator("main")).to_contain_text("跟踪事项：本月办结1件")
