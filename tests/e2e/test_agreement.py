"""A case in a browser: from the sitting through agreement, performance and visit to the file."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e import checks

PageAs = Callable[[str], Page]
NAME = "演示者甲"
PDF = b"%PDF-1.7\n%made for a test\n%%EOF\n"


def checked(page: Page) -> None:
    checks.assert_accessible(page)
    checks.assert_no_sideways_scroll(page)


def press(page: Page, name: str) -> None:
    page.locator("main").get_by_role("button", name=name, exact=True).click()


def follow(page: Page, name: str) -> None:
    page.locator("main").get_by_role("link", name=name, exact=True).first.click()


def register(page: Page) -> None:
    """A case of two made-up people, accepted and under mediation."""
    page.goto("/disputes/new/")
    page.fill("[name=title]", "宅基地边界争执")
    page.locator("[name=category]").select_option(index=1)
    page.fill("[name=party-0-name]", NAME)
    page.fill("[name=party-1-name]", "演示者乙")
    press(page, "登记")
    for move in ("受理", "开始调解"):
        follow(page, move)
        press(page, move)
    expect(page.locator("main")).to_contain_text("调解中")


def agree(page: Page) -> None:
    """Write the agreement; the statutory items are named while they are typed."""
    follow(page, "达成协议")
    missing = page.locator("#missing")
    expect(missing).to_contain_text("履行的方式")
    page.fill("[name=facts]", f"{NAME}的界石")
    page.fill("[name=content]", "各让一尺，界石重立。")
    page.fill("[name=manner]", "当场重立界石")
    page.fill("[name=place]", "三组晒坝")
    page.fill("[name=perform_by]", page.input_value("[name=agreed_on]"))
    for name in ("is_signed_by_parties", "is_signed_by_mediator"):
        page.check(f"[name={name}]")
    expect(missing).to_contain_text("还缺：人民调解委员会印章")
    page.check("[name=is_sealed]")
    expect(missing).to_contain_text("法定各项齐全")
    page.fill("[name=effective_on]", page.input_value("[name=agreed_on]"))
    checked(page)
    press(page, "保存协议")
    expect(page.locator("main")).to_contain_text("达成协议")
    checked(page)


def test_agreement_is_reached_performed_visited_and_filed(page_as: PageAs):
    page = page_as("v001003")
    register(page)
    case = page.url
    press(page, "已告知")
    follow(page, "调解记录")
    checked(page)
    page.fill("[name=text]", f"{NAME}认为界石被移动，双方各让一尺。")
    page.set_input_files(
        "[name=upload]",
        {"name": f"{NAME}的笔录.pdf", "mimeType": "application/pdf", "buffer": PDF},
    )
    press(page, "保存")

    agree(page)
    follow(page, "登记履行")
    page.fill("[name=what]", "界石已经重立")
    page.check("[name=is_all]")
    press(page, "保存")
    follow(page, "登记回访")
    page.get_by_label("已履行").check()
    page.get_by_label("满意", exact=True).check()
    checked(page)
    press(page, "保存")

    # The name is in the opened file and nowhere else.
    expect(page.locator("body")).not_to_contain_text(NAME)
    follow(page, "查看卷宗内容")
    expect(page.locator("main")).to_contain_text(NAME)
    checked(page)

    page.goto(f"{case}move/close/")
    expect(page.locator("main")).to_contain_text("卷宗齐全。")
    checked(page)
    press(page, "结案归档")
    expect(page.locator("main")).to_contain_text(re.compile("已结案"))
    expect(page.locator("body")).not_to_contain_text(NAME)
    checked(page)

    # The township sees how far it is, and no name, text or paper.
    township = page_as("t001")
    township.goto(case)
    expect(township.locator("main")).to_contain_text("卷宗")
    expect(township.locator("body")).not_to_contain_text(NAME)
    assert township.request.get(f"{case}file/").status == 403
