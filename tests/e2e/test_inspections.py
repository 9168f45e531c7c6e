"""A sheet on a phone, with and without a network; a draw that everybody can make again."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e import checks
from tests.e2e.test_offline import under_the_worker

PageAs = Callable[[str], Page]
TOWNSHIP = "t001"


def open_sheet(page: Page) -> str:
    """The blank sheet of a township of the present month, on a phone."""
    page.set_viewport_size(checks.PHONE)
    page.goto("/draws/")
    month = page.locator("main table a").first.inner_text().split()[0]
    year, number = re.findall(r"\d+", month)
    page.goto(f"/inspections/?month={year}-{int(number):02d}")
    page.locator("main table a:text-is('录入')").first.click()
    page.wait_for_load_state()
    return page.url


def give(page: Page, place: int, button: int) -> None:
    page.locator(".pa-mark").nth(place).locator("[data-points]").nth(button).click()


def test_sheet_is_filled_in_with_big_buttons_and_becomes_a_problem(page_as: PageAs):
    page = page_as("county")
    open_sheet(page)
    checks.assert_no_sideways_scroll(page)
    checks.assert_accessible(page)

    give(page, 0, 0)
    give(page, 1, 2)
    page.locator(".pa-mark").nth(1).locator("input[name^=finding]").fill("停车场无人维持秩序")
    expect(page.locator("[data-mark-total]")).to_have_text("已看 2 / 10 项，得 16 / 22 分")
    give(page, 0, 0)
    expect(page.locator("[data-mark-total]")).to_have_text("已看 1 / 10 项，得 6 / 12 分")
    page.click("button:text-is('保存')")
    expect(page.locator(".alert").first).to_contain_text("已录入")
    checks.assert_no_sideways_scroll(page)
    page.locator("tr", has_text="停车场无人维持秩序").locator("td a").first.click()
    page.click("button:text-is('列为问题')")

    expect(page.locator("main")).to_contain_text("停车场无人维持秩序")
    expect(page.locator(".alert").first).to_contain_text("已列为问题")


def test_sheet_filled_in_without_network_is_sent_later(page_as: PageAs):
    page = page_as("county")
    address = open_sheet(page)
    under_the_worker(page)
    page.context.set_offline(True)

    page.goto(address)
    page.fill("[name=on]", address.split("/")[4] + "-02")
    give(page, 0, 0)
    give(page, 4, 3)
    page.locator(".pa-mark").nth(4).locator("input[name^=finding]").fill("河边护栏松动")
    page.click("button:text-is('保存')")
    expect(page.locator("#offline-state")).to_have_text("离线，已存本机 1 项，联网后自动上报")
    expect(page.locator(".pa-mark").nth(4).locator("input[name^=finding]")).to_have_value(
        "河边护栏松动"
    )
    checks.assert_no_sideways_scroll(page)
    page.context.set_offline(False)

    expect(page).to_have_url(re.compile(r"/inspections/\?month="), timeout=15_000)
    expect(page.locator("main")).to_contain_text("河边护栏松动")
    expect(page.locator("#offline-state")).to_contain_text("已同步")
    expect(page.locator("main")).to_contain_text("10.00 / 22.00")


def test_faulty_sheet_comes_back_to_be_mended(page_as: PageAs):
    page = page_as("county")
    address = open_sheet(page)
    under_the_worker(page)
    page.context.set_offline(True)
    page.fill("[name=on]", "2020-01-01")
    give(page, 2, 0)
    page.click("button:text-is('保存')")
    expect(page.locator("#offline-state")).to_contain_text("已存本机 1 项")
    page.context.set_offline(False)

    expect(page.locator("#offline-state")).to_contain_text("没有自动上报", timeout=15_000)
    page.click("#offline-state >> text=去核对")
    expect(page.locator(".pa-mark-points").nth(2)).to_have_value("10")
    expect(page.locator("[name=on]")).to_have_value("2020-01-01")
    page.fill("[name=on]", address.split("/")[4] + "-03")
    page.click("button:text-is('保存')")

    expect(page.locator(".alert").first).to_contain_text("已录入")
    expect(page.locator("#offline-state")).to_be_hidden()


def test_draw_is_looked_at_and_made_again(page_as: PageAs):
    page = page_as("county")
    page.goto("/draws/")
    page.locator("tr", has_text="已抽取").locator("a").first.click()
    for size in (checks.PHONE, checks.DESKTOP):
        page.set_viewport_size(size)
        checks.assert_no_sideways_scroll(page)
        checks.assert_accessible(page)
    page.click("text=验算 >> nth=0")

    expect(page.locator("main")).to_contain_text("全部相符")
    checks.assert_accessible(page)
    township = page_as(TOWNSHIP)
    township.goto(page.url)
    expect(township.locator("main")).to_contain_text("全部相符")


def test_officers_pages_are_accessible(page_as: PageAs):
    page = page_as("county")
    for path in (
        "/draws/new",
        "/inspections/groups/",
        "/inspections/groups/new",
        "/inspections/sheets/",
        "/inspections/sheets/2/open/",
        "/ratings/",
    ):
        page.goto(path)
        for size in (checks.PHONE, checks.DESKTOP):
            page.set_viewport_size(size)
            checks.assert_no_sideways_scroll(page)
        checks.assert_accessible(page)
