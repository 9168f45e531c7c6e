"""Nothing typed is lost: closed tabs, no network, two people; and what waits is seen to wait."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import checks
from tests.e2e.test_returns import cell, open_activity

PageAs = Callable[[str], Page]
VILLAGE, TOWNSHIP = "v001007", "t001"


def under_the_worker(page: Page) -> None:
    """The worker is in charge and has the page and its look."""
    page.evaluate("navigator.serviceWorker.ready")
    page.wait_for_timeout(800)
    page.reload()
    page.wait_for_timeout(500)


def test_closed_tab_is_restored_from_the_draft(page_as: PageAs):
    page = page_as(VILLAGE)
    open_activity(page, "patrol")
    address = page.url
    cell(page, 0, "night_heads").fill("21")
    expect(page.locator("[data-draft-state]")).to_contain_text("草稿已自动暂存")
    again = page.context.new_page()
    page.close(run_before_unload=False)

    again.goto(address)
    banner = again.locator("[data-draft-kept]")
    expect(banner).to_contain_text("您有未保存的草稿")
    banner.locator("text=恢复").click()
    expect(cell(again, 0, "night_heads")).to_have_value("21")
    checks.assert_accessible(again)
    again.click("text=保存并继续填")
    expect(again.locator(".alert").first).to_contain_text("治安巡逻已保存")
    again.goto(address)

    expect(again.locator("[data-draft-kept]")).to_have_count(0)
    assert again.evaluate("Object.keys(localStorage).filter(k => k.includes('draft')).length") == 0


def test_typed_without_network_is_restored_from_this_browser(page_as: PageAs):
    page = page_as(VILLAGE)
    open_activity(page, "meeting")
    address = page.url
    page.context.set_offline(True)
    page.locator("[name=rows-0-items]").fill("冬季防火")
    expect(page.locator("[data-draft-state]")).to_contain_text("已存在本机")
    page.context.set_offline(False)
    again = page.context.new_page()
    page.close(run_before_unload=False)

    again.goto(address)
    again.locator("[data-draft-kept] >> text=恢复").click()
    expect(again.locator("[name=rows-0-items]")).to_have_value("冬季防火")
    again.goto(address)
    again.locator("[data-draft-kept] >> text=放弃").click()
    again.goto(address)

    expect(again.locator("[data-draft-kept]")).to_have_count(0)


@pytest.mark.parametrize("size", [checks.PHONE, checks.DESKTOP])
def test_patrols_and_sweeps_are_filled_in_without_network(page_as: PageAs, size):
    page = page_as(VILLAGE)
    page.set_viewport_size(size)
    heads = str(30 + size["width"] % 7)
    open_activity(page, "sweep")
    under_the_worker(page)
    sweep = page.url
    page.goto(sweep.replace("sweep", "patrol"))
    patrol = page.url
    page.context.set_offline(True)

    page.goto(patrol)
    cell(page, 1, "day_heads").fill(heads)
    page.click("text=保存并继续填")
    expect(page.locator("#offline-state")).to_have_text("离线，已存本机 1 项，联网后自动上报")
    expect(cell(page, 1, "day_heads")).to_have_value(heads)
    expect(page.locator("[data-draft-kept]")).to_have_count(0)
    checks.assert_no_sideways_scroll(page)
    checks.assert_accessible(page)
    page.goto(sweep)
    page.locator("[name=rows-0-found]").fill("3")
    page.click("text=保存并继续填")
    expect(page.locator("#offline-state")).to_have_text("离线，已存本机 2 项，联网后自动上报")
    page.goto("/ranking/2026-10/")
    expect(page.locator("h1")).to_have_text("现在没有网络")
    expect(page.locator("[data-offline-tables] li")).to_have_count(2)
    page.goto(patrol)
    page.context.set_offline(False)

    expect(page.locator("#offline-state")).to_contain_text("已同步", timeout=15_000)
    page.goto(patrol)
    expect(cell(page, 1, "day_heads")).to_have_value(heads)
    page.goto(sweep)
    expect(page.locator("[name=rows-0-found]")).to_have_value("3")


def test_offline_table_that_clashes_is_shown_and_chosen(page_as: PageAs):
    village, township = page_as(VILLAGE), page_as(TOWNSHIP)
    open_activity(village, "patrol")
    under_the_worker(village)
    address = village.url
    village.context.set_offline(True)
    cell(village, 2, "night_heads").fill("51")
    cell(village, 3, "night_heads").fill("52")
    village.click("text=保存并继续填")
    expect(village.locator("#offline-state")).to_contain_text("已存本机 1 项")

    township.goto(address)
    cell(township, 2, "night_heads").fill("61")
    township.click("text=保存并继续填")
    village.context.set_offline(False)
    expect(village.locator("#offline-state")).to_contain_text("没有自动上报", timeout=15_000)
    village.click("#offline-state >> text=去核对")
    expect(village.locator("main")).to_contain_text("对方已改")
    checks.assert_no_sideways_scroll(village)
    checks.assert_accessible(village)
    village.locator("label:has-text('61')").click()
    village.click("button:text('按所选保存') >> nth=0")
    village.goto(address)

    expect(village.locator("#offline-state")).to_be_hidden()
    expect(cell(village, 2, "night_heads")).to_have_value("61")
    expect(cell(village, 3, "night_heads")).to_have_value("52")


def test_signing_out_leaves_no_copy_in_the_browser(page_as: PageAs):
    page = page_as(VILLAGE)
    open_activity(page, "education")
    under_the_worker(page)
    page.locator("[name$=-topic]").first.fill("反诈骗")

    page.click("text=退出")
    page.wait_for_url("**/sign-in**")

    left = page.evaluate("Object.keys(localStorage).filter(k => k.includes('draft'))")
    pages = page.evaluate("caches.open('pingan-pages').then(c => c.keys()).then(k => k.length)")
    assert (left, pages) == ([], 1)


def test_earlier_draft_waits_while_something_new_is_typed(page_as: PageAs):
    page = page_as(VILLAGE)
    open_activity(page, "groups")
    address = page.url
    box, other = "[name=rows-0-briefs]", "[name=rows-1-briefs]"
    page.fill(box, "31")
    expect(page.locator("[data-draft-state]")).to_contain_text("草稿已自动暂存")
    again = page.context.new_page()
    page.close(run_before_unload=False)

    again.goto(address)
    again.fill(other, "32")
    expect(again.locator("[data-draft-state]")).to_contain_text("请先选择")
    again.locator("[data-draft-kept] >> text=恢复").click()
    expect(again.locator(box)).to_have_value("31")
    again.click("text=保存并继续填")
    again.wait_for_load_state()
    again.locator("[data-draft-kept] >> text=恢复").click()

    expect(again.locator(other)).to_have_value("32")
    assert again.locator(box).input_value() == "31"


def test_form_without_a_server_copy_is_restored_until_it_is_saved(page_as: PageAs):
    page = page_as(TOWNSHIP)
    page.goto("/grid/")
    page.goto(page.url.replace("patrol", "sweep"))
    address, cells = page.url, "form[data-draft-key] td input[inputmode=numeric]:enabled"
    page.locator(cells).first.fill("41")
    again = page.context.new_page()
    page.close(run_before_unload=False)

    again.goto(address)
    again.locator("[data-draft-kept] >> text=恢复").click()
    expect(again.locator(cells).first).to_have_value("41")
    again.click("button:text-is('保存')")
    again.wait_for_load_state()
    again.goto(address)

    expect(again.locator("[data-draft-kept]")).to_have_count(0)
    assert again.locator(cells).first.input_value() == "41"
