"""Committees, settings and subsidies in a browser."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e import checks

PageAs = Callable[[str], Page]
NAME = "演示浏览器"


def sound(page: Page) -> None:
    checks.assert_accessible(page)
    checks.assert_no_sideways_scroll(page)
    checks.assert_no_csp_violation(page)


def test_a_committee_is_founded_and_its_mediator_is_known_by_number(page_as: PageAs):
    page = page_as("t001r")
    page.goto("/committees/")
    sound(page)
    page.get_by_role("link", name="登记调解组织").click()
    page.fill("[name=name]", "演示集市调解委员会")
    page.fill("[name=code]", "演集调")
    page.fill("[name=members]", "2")
    page.fill("[name=women]", "0")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("main")).to_contain_text("三至九人")
    expect(page.locator("main")).to_contain_text("没有妇女委员")
    sound(page)
    page.get_by_role("link", name="聘任调解员").first.click()
    sound(page)
    page.fill("[name=name]", NAME)
    page.get_by_role("button", name="保存").click()
    expect(page.locator("main")).to_contain_text("演＊＊＊＊")
    assert NAME not in page.content()
    page.get_by_role("link", name="查看01号的姓名").click()
    sound(page)
    page.fill("[name=purpose]", "制作聘书")
    page.get_by_role("button", name="查看姓名").click()
    expect(page.locator("main")).to_contain_text(NAME)
    for name in ("register", "trainings"):
        address = "/committees/register/" if name == "register" else "/trainings/"
        page.goto(address)
        sound(page)

    # The leader counts, and sees no part of a name.
    leader = page_as("leader")
    leader.goto("/committees/?text=演示集市")
    leader.get_by_role("link", name="演示集市调解委员会").click()
    expect(leader.locator("main")).to_contain_text("不显示")
    sound(leader)


def test_the_county_sets_its_list_and_pays_subsidies(page_as: PageAs):
    page = page_as("county")
    page.goto("/dispute-settings/")
    sound(page)
    page.locator("#scale").get_by_role("link", name="增加").click()
    page.fill("[name=name]", "特别重大（100人以上）")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("#scale")).to_contain_text("本县规定")
    page.get_by_role("button", name="停用特别重大（100人以上）").click()
    expect(page.locator("main")).to_contain_text("已停用，已经登记的纠纷不变")
    for address in ("days/", "category/other/"):
        page.goto(f"/dispute-settings/{address}")
        sound(page)

    page.goto("/subsidies/?state=claimed")
    sound(page)
    page.locator("input[name=claim]").first.check()
    page.get_by_role("button", name="不予补贴").click()
    expect(page.locator("main")).to_contain_text("不予补贴请写明理由")
    page.locator("input[name=claim]").first.check()
    page.get_by_role("button", name="审核通过").click()
    expect(page.locator("main")).to_contain_text("已审核1件：通过")
    page.goto("/subsidies/?state=approved")
    month = page.locator("td[data-label=月份]").first.inner_text()
    year, number = month.removesuffix("月").split("年")
    page.goto(f"/subsidies/pay/?month={year}-{int(number):02d}")
    sound(page)
    page.get_by_role("button", name="登记已发放").click()
    expect(page.locator("main")).to_contain_text("已登记发放")
    for address in ("claim/", "sums/", f"print/?month={year}-{int(number):02d}"):
        page.goto(f"/subsidies/{address}")
        sound(page)
