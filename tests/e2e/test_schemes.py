"""A county's draft in a browser: weighed, given an item, tried out, adopted; read by a village."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e import checks

PageAs = Callable[[str], Page]


def open_draft(page: Page) -> None:
    """The draft that the demonstration has ready."""
    page.goto("/schemes/?level=2")
    page.locator("tr", has_text="草案").locator("th a").click()
    expect(page.locator("main")).to_contain_text("这是草案")


def sound(page: Page) -> None:
    checks.assert_accessible(page)
    checks.assert_no_sideways_scroll(page)


def test_draft_is_weighed_tried_out_and_adopted(page_as: PageAs):
    page = page_as("county")
    open_draft(page)
    sound(page)

    # The sum is shown while it is typed, and what does not make 100 cannot be adopted.
    total = page.locator("[data-total]")
    expect(total).to_have_text("100.00")
    points = page.get_by_label("广播会的分值")
    points.fill("3")
    expect(total).to_have_text("99.00")
    page.get_by_role("button", name="保存分值").click()
    page.get_by_role("link", name="采用", exact=True).click()
    expect(page.locator("main")).to_contain_text("还差 1 分")
    expect(page.get_by_role("button", name="确认采用")).to_have_count(0)
    page.go_back()

    # A new item: its page follows the shape that is chosen, and writes its own clause.
    page.get_by_role("link", name="增加考核项").click()
    page.get_by_label("数据来源").select_option("survey")
    page.wait_for_selector("option[value=feels_safe]", state="attached")
    page.get_by_label("计分方式").select_option("index")
    page.wait_for_selector("[name=bands_0_at]")
    page.locator("[name=section]").fill("群众评价")
    page.locator("[name=name]").fill("安全感附加项")
    page.locator("[name=points]").fill("1")
    page.locator("[name=numerator]").select_option("feels_safe")
    page.locator("[name=denominator]").select_option("survey_slips")
    page.get_by_role("button", name="按规则自动写条文").click()
    expect(page.locator("[name=clause]")).to_have_value(re.compile("有安全感占测评有效票"))
    sound(page)
    page.get_by_role("button", name="保存").last.click()
    expect(page.locator("main")).to_contain_text("已保存考核项“安全感附加项”")
    expect(page.locator("[data-total]")).to_have_text("100.00")

    # Moved by the keyboard alone.
    page.get_by_role("button", name="安全感附加项上移").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="安全感附加项下移")).to_be_visible()

    page.get_by_role("link", name="试算").click()
    expect(page.locator("main")).to_contain_text("名次变动")
    sound(page)

    open_draft(page)
    page.get_by_role("link", name="采用", exact=True).click()
    expect(page.locator("main")).to_contain_text("安全感附加项")
    sound(page)
    page.get_by_role("button", name="确认采用").click()
    expect(page.locator("main")).to_contain_text("已采用")
    expect(page.get_by_role("button", name="保存分值")).to_have_count(0)

    # A village reads it, and changes nothing.
    village = page_as("v001003")
    village.goto("/schemes/?level=2")
    village.locator("tr", has_text="待施行").locator("th a").click()
    expect(village.locator("main")).to_contain_text("安全感附加项")
    expect(village.get_by_role("button", name="复制为新草案")).to_have_count(0)
    sound(village)


def test_group_of_peers_is_set_up_and_ended(page_as: PageAs):
    page = page_as("county")
    page.goto("/peer-groups/?level=3")
    page.get_by_role("link", name="设立同组").click()
    page.fill("[name=name]", "社区组")
    page.get_by_label("社区", exact=True).check()
    sound(page)
    page.get_by_role("button", name="保存").click()
    expect(page.locator("main")).to_contain_text("社区组")
    sound(page)

    page.get_by_role("link", name="调整").click()
    page.locator("summary", has_text="停用这个同组").click()
    page.mouse.move(0, 0)
    page.wait_for_timeout(400)  # the button fades back from its colours under the mouse
    sound(page)
    page.get_by_role("button", name="确认停用").click()
    expect(page.locator("main")).to_contain_text("全部村(社区)一起排名")
