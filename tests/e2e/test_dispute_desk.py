"""The desk in a browser: registered, accepted, handed over, taken over by the other unit, begun."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import checks

PageAs = Callable[[str], Page]
NAMES = ("演示欧阳桌", "演示司马桌")
TITLE = "院坝排水争执"


def register(page: Page) -> None:
    page.goto("/disputes/mine/")
    page.get_by_role("link", name="登记纠纷").first.click()
    checks.assert_accessible(page)
    checks.assert_no_sideways_scroll(page)
    page.fill("[name=title]", TITLE)
    page.select_option("[name=category]", label="邻里")
    page.fill("[name=place]", "二组院坝（演示）")
    page.fill("[name=people]", "3")
    page.fill("[name=party-0-name]", NAMES[0])
    page.fill("[name=party-1-name]", NAMES[1])
    page.get_by_role("button", name="再加一名当事人").click()
    expect(page.locator("[name=party-2-name]")).to_be_visible()
    expect(page.locator("[name=party-0-name]")).to_have_value(NAMES[0])
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.locator("main")).to_contain_text("已登记，案号")


def assert_good(page: Page) -> None:
    """Fits both screens, can be read by everybody, and names nobody."""
    checks.assert_accessible(page)
    checks.assert_no_sideways_scroll(page)
    assert not any(name in page.content() for name in NAMES)


def test_a_case_goes_from_one_desk_to_another(page_as: PageAs):
    village, township = page_as("v001003"), page_as("t001")

    # The village registers and accepts.
    register(village)
    expect(village.locator("h1")).to_contain_text(TITLE)
    assert_good(village)
    village.get_by_role("link", name="受理", exact=True).click()
    assert_good(village)
    village.get_by_role("button", name="受理").click()
    expect(village.locator("main")).to_contain_text("已受理")
    address = village.url

    # It hands over, to a unit found by its name; the reason may not hold a name.
    village.get_by_role("link", name="移交", exact=True).click()
    assert_good(village)
    village.fill("[name=to_unit]", "角奎街道")
    village.fill("[name=reason]", f"{NAMES[0]}要求乡镇调处")
    village.get_by_role("button", name="移交").click()
    expect(village.locator("main")).to_contain_text("里写了当事人的姓名")
    village.fill("[name=reason]", "申请人要求乡镇调处")
    village.get_by_role("button", name="移交").click()
    expect(village.locator("main")).to_contain_text("正在移交角奎街道")

    # The township finds it in its inbox, accepts, sees the names for a purpose, and begins.
    township.goto("/")
    expect(township.locator("main")).to_contain_text(f"移交纠纷：{TITLE}")
    township.goto("/disputes/mine/")
    assert_good(township)
    township.get_by_role("link", name=TITLE).first.click()
    assert_good(township)
    township.get_by_role("button", name="接收").click()
    expect(township.locator("main")).to_contain_text("演＊＊＊＊")
    township.fill("[name=purpose]", "通知到场")
    township.get_by_role("button", name="查看姓名").click()
    expect(township.locator("main")).to_contain_text(NAMES[0])
    checks.assert_accessible(township)
    checks.assert_no_sideways_scroll(township)
    township.goto(address)
    assert_good(township)
    township.get_by_role("link", name="开始调解").click()
    township.get_by_role("button", name="开始调解").click()
    expect(township.locator("main")).to_contain_text("调解中")

    # The village still sees how it goes, by roles alone.
    village.goto(address)
    expect(village.locator("main")).to_contain_text("由角奎街道承办")
    expect(village.locator("main")).to_contain_text("申请人1")
    assert_good(village)


@pytest.mark.parametrize("path", ["/disputes/mine/", "/disputes/?state=all", "/disputes/search/"])
def test_lists_of_the_desk_fit_and_can_be_read(page_as: PageAs, path: str):
    page = page_as("t001")

    page.goto(path)

    checks.assert_accessible(page)
    checks.assert_no_sideways_scroll(page)
