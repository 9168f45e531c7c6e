"""Rewards in a browser: information paid to its code, a transfer that splits a year, documents."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e import checks

PageAs = Callable[[str], Page]


def sound(page: Page) -> None:
    checks.assert_accessible(page)
    checks.assert_no_sideways_scroll(page)


def test_information_is_rewarded_by_code_with_two_people(page_as: PageAs):
    one, two = page_as("county"), page_as("county2")

    # The code is shown once.
    one.goto("/information-rewards/new/")
    sound(one)
    one.fill("[name=topic]", "安全隐患")
    one.fill("[name=summary]", "老桥东侧护栏断裂")
    one.get_by_role("button", name="登记并给出领奖码").click()
    code = one.locator("code").inner_text()
    assert re.fullmatch(r"[2-9A-Z]{4}(-[2-9A-Z]{4}){2}", code)
    sound(one)
    one.get_by_role("link", name="已交给提供人").click()
    address = one.url
    assert code not in one.content()

    # Verified by one, approved by another, paid to the code.
    one.fill("#id_decision", "现场查实")
    one.get_by_role("button", name="核实属实").click()
    expect(one.locator("main")).to_contain_text("请另一位县级经办员审批")
    two.goto(address)
    sound(two)
    two.fill("[name=amount]", "300")
    two.fill("[name=fund]", "信息奖励经费")
    two.get_by_role("button", name="同意奖励").click()
    expect(two.locator("main")).to_contain_text("待发放")
    two.fill("[name=code]", "2222-2222-2222")
    two.get_by_role("button", name="核对并发放").click()
    expect(two.locator("main")).to_contain_text("领奖码不符")
    two.fill("[name=code]", code.lower())
    two.get_by_role("button", name="核对并发放").click()
    expect(two.locator("main")).to_contain_text("已发放")
    receipt = two.request.get(f"{address}receipt.pdf")
    assert receipt.body().startswith(b"%PDF-")

    # For a township it does not exist.
    clerk = page_as("t001")
    answer = clerk.goto(address)
    assert answer is not None
    assert answer.status == 404


def test_rewards_are_booked_and_taken_back(page_as: PageAs):
    page = page_as("county")

    page.goto("/rewards/new/")
    sound(page)
    page.fill("[name=unit]", "海子镇")
    page.fill("[name=title]", "平安创建先进乡镇")
    page.fill("[name=document]", "演示平安〔2026〕99号")
    page.fill("[name=amount]", "1,200.5")
    page.fill("[name=fund]", "综治工作经费")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("main")).to_contain_text("1,200.50 元")
    sound(page)
    page.locator("summary", has_text="撤销这条奖惩").click()
    page.fill("[name=reason]", "登记重复")
    page.get_by_role("button", name="确认撤销").click()
    expect(page.locator("main")).to_contain_text("已撤销")

    page.goto("/rewards/proposals/")
    sound(page)
    page.locator("main [name=key]").first.check()
    page.fill("[name=document]", "演示平安〔2026〕100号")
    page.fill("[name=fund]", "综治工作经费")
    page.get_by_role("button", name="登记勾选的奖惩").click()
    expect(page.locator("main")).to_contain_text("已登记1条奖惩")
    expect(page.locator("main")).to_contain_text("演示平安〔2026〕100号")
    assert page.request.get("/rewards/rewards.xlsx").body().startswith(b"PK")


def test_transferred_holder_has_one_file_of_both_posts(page_as: PageAs):
    page = page_as("county")

    page.goto("/tenures/?text=海子镇")
    sound(page)
    page.get_by_role("link", name="办理").first.click()
    sound(page)
    page.fill("[name=transfer-unit]", "牛街镇")
    page.fill("[name=transfer-post]", "政法委员")
    page.get_by_role("button", name="登记调任").click()
    expect(page.locator("main")).to_contain_text("已登记调任")
    page.goto("/archives/?text=政法委员")
    page.locator("main table a").first.click()
    expect(page.locator("main")).to_contain_text("海子镇")
    expect(page.locator("main")).to_contain_text("牛街镇")
    sound(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="打印档案 PDF").click()
    assert download.value.suggested_filename.endswith("实绩档案.pdf")


def test_quarter_of_cases_is_read_and_downloaded(page_as: PageAs):
    officer = page_as("county")
    officer.goto("/cases/")
    sound(officer)
    waiting = officer.get_by_role("link", name=re.compile("预览并签发"))
    if waiting.count():
        waiting.first.click()
        sound(officer)
        officer.get_by_role("button", name="签发并编号").click()
        expect(officer.locator("h1")).to_contain_text("号")

    page = page_as("t001")
    page.goto("/cases/")
    page.locator("main tbody th a").first.click()
    expect(page.locator("main")).to_contain_text("刑事和治安案件情况")
    sound(page)
    for name, magic in {"pdf": b"%PDF-", "docx": b"PK", "xlsx": b"PK"}.items():
        answer = page.request.get(f"{page.url}cases.{name}")
        assert answer.body().startswith(magic), name
