"""Slips and paper as people use them: sixty keys, a phone without a cookie, a code on paper."""

import io
import re
from collections.abc import Callable

import pdfplumber
from playwright.sync_api import Browser, Page, expect

from tests.e2e import checks

PageAs = Callable[[str], Page]
VILLAGE, TOWNSHIP = "v001003", "t001"


def order_tickets(page: Page, place: str) -> list[str]:
    """The codes of a sheet of printed tickets."""
    page.goto("/surveys/tickets/")
    page.select_option("#id_unit", index=3)
    page.fill("#id_place", place)
    page.fill("#id_number", "10")
    with page.expect_download() as download:
        page.click("text=生成并下载 PDF")
    content = download.value.path().read_bytes()
    with pdfplumber.open(io.BytesIO(content)) as document:
        text = document.pages[0].extract_text().replace("\u200b", "")
    return re.findall(r"/s/([2-9a-z]{12})", text)


def test_twenty_slips_are_keyed_without_leaving_the_digits(page_as: PageAs):
    page = page_as(TOWNSHIP)
    page.goto("/surveys/batch/")
    page.select_option("#id_unit", index=2)
    page.fill("#id_place", "浏览器测试处")
    page.focus("[name=rows-0-order_good]")

    page.keyboard.type("112" * 19 + "349")  # a 9 is no answer: the cell stays empty
    expect(page.locator("[data-slip-count]")).to_have_text("已录 19 票，还有 1 票没填完")
    page.keyboard.press("Backspace")
    page.keyboard.type("44")
    expect(page.locator("[data-slip-count]")).to_have_text("已录 20 票")
    checks.assert_accessible(page)
    checks.assert_no_sideways_scroll(page)
    page.keyboard.press("Enter")  # the button has the focus after the last digit

    expect(page.locator(".alert-success")).to_contain_text("已计入20票，“浏览器测试处”现有20票。")
    checks.assert_accessible(page)
    page.click("text=撤销上一批")
    expect(page.locator(".alert-success")).to_contain_text("上一批已经撤销。")


def test_ticket_is_answered_on_a_phone_once_and_leaves_no_cookie(page_as: PageAs, browser: Browser):
    officer = page_as(TOWNSHIP)
    tokens = order_tickets(officer, "手机测试处")
    base = officer.url.split("/surveys")[0]
    phone = browser.new_context(
        base_url=base, locale="zh-CN", viewport=checks.PHONE, java_script_enabled=False
    ).new_page()

    phone.goto(f"/s/{tokens[0]}")
    phone.click("button")
    expect(phone.locator("[role=alert]")).to_contain_text("这张票还没有用掉")
    for answer in ("较好", "安全", "满意"):
        phone.get_by_text(answer, exact=True).click()
    phone.click("button")

    expect(phone.locator("h1")).to_have_text("谢谢您！")
    phone.goto(f"/s/{tokens[0]}")
    expect(phone.locator("main")).to_contain_text("已经答过了")
    assert phone.context.cookies() == []
    phone.context.close()
    officer.goto("/surveys/tickets/")
    row = officer.locator("tr", has_text="手机测试处")
    expect(row.locator("td.num")).to_have_text(["10", "1", "9"])
    checks.assert_accessible(officer)
    checks.assert_no_sideways_scroll(officer)


def test_citizens_page_is_accessible(page_as: PageAs, open_page: Callable[[], Page]):
    tokens = order_tickets(page_as(TOWNSHIP), "无障碍测试处")
    phone = open_page()

    for token in (tokens[0], "222222222222"):
        phone.goto(f"/s/{token}")
        checks.assert_accessible(phone)
        checks.assert_no_sideways_scroll(phone)


def test_code_of_a_paper_form_opens_it(page_as: PageAs):
    page = page_as(VILLAGE)
    page.goto("/returns/")
    page.locator("main th a").first.click()
    address = page.url
    printed = page.request.get(f"{address}patrol/print/").body()
    with pdfplumber.open(io.BytesIO(printed)) as document:
        (text,) = [each.extract_text() for each in document.pages]
    code = re.search(r"编号 ?([0-9A-Z]+-\d{4}-1)", text)
    assert code is not None

    page.goto("/returns/paper/")
    checks.assert_accessible(page)
    checks.assert_no_sideways_scroll(page)
    page.fill("#id_code", code[1])
    page.click("text=打开")

    expect(page).to_have_url(f"{address}patrol/")
