"""From a figure that wants a word to a remark on one field: how clerk and reviewer meet."""

import datetime as dt
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import checks

PageAs = Callable[[str], Page]
DAYS_NEEDED = 3
pytestmark = pytest.mark.skipif(
    dt.datetime.now(ZoneInfo("Asia/Shanghai")).day < DAYS_NEEDED,
    reason="a month so young has no days to be reviewed",
)
CLERK, REVIEWER = "v001005", "t001r"
WORD, REMARK = "村里办庙会，加派人手", "人数请与值班表核对"


def own_return(page: Page) -> str:
    """The number of the newest month of one's own."""
    page.goto("/returns/")
    address = page.locator("main th a").first.get_attribute("href") or ""
    return address.rstrip("/").rpartition("/")[2]


def send_back(reviewer: Page, pk: str) -> None:
    """What the demo data has handed in already is given back to the clerk first."""
    reviewer.goto(f"/review/{pk}/")
    if reviewer.locator("text=退回修改").count():
        reviewer.fill("[name=reason]", "请再核对")
        reviewer.click("text=退回修改")


def hand_in(clerk: Page, pk: str) -> None:
    """Zero for what is not answered, a word for what is asked, a tick for what is missing."""
    clerk.goto(f"/returns/{pk}/sweep/")
    clerk.click("text=其余全部零报告")
    clerk.check("[name=zero_signed]")
    clerk.click("button[name=save]")
    clerk.goto(f"/returns/{pk}/submit/")
    for word in clerk.locator("[name=explanation]").all():
        if not word.input_value():
            word.fill("情况属实")
    if clerk.locator("[name=confirmed]").count():
        clerk.check("[name=confirmed]")
    clerk.click("text=确认上报")
    expect(clerk.locator(".alert-success")).to_contain_text("已上报")


def test_word_is_asked_while_typing_and_the_remark_marks_one_field(page_as: PageAs):
    clerk, reviewer = page_as(CLERK), page_as(REVIEWER)
    pk = own_return(clerk)
    send_back(reviewer, pk)

    # While typing: asked, answered, saved.
    clerk.goto(f"/returns/{pk}/patrol/")
    box = clerk.locator("[name=rows-1-day_heads]")
    box.fill("260")
    box.press("Tab")
    finding = clerk.locator("#findings li", has_text="超过200人")
    expect(finding).to_be_visible()
    assert "is-asked" in (box.get_attribute("class") or "")
    finding.locator("[name=explanation]").fill(WORD)
    checks.assert_accessible(clerk)
    clerk.click("text=保存并继续填")
    expect(clerk.locator(".alert-success")).to_contain_text("已保存")
    finding = clerk.locator("#findings li", has_text="超过200人")
    expect(finding.locator("[name=explanation]")).to_have_value(WORD)
    hand_in(clerk, pk)

    # The reviewer reads the word and remarks on one field.
    reviewer.goto(f"/review/{pk}/")
    expect(reviewer.locator("body")).to_contain_text(f"说明：{WORD}")
    checks.assert_accessible(reviewer)
    reviewer.set_viewport_size(checks.PHONE)
    checks.assert_no_sideways_scroll(reviewer)
    reviewer.set_viewport_size(checks.DESKTOP)
    row = reviewer.locator("section[aria-label=治安巡逻] tbody tr").nth(1)
    row.locator("summary").click()
    row.locator("[name=field]").select_option(label="白天人数")
    row.locator("[name=remark]").fill(REMARK)
    reviewer.click("text=退回修改")
    expect(reviewer.locator(".alert-success")).to_contain_text("已退回")

    # The clerk finds that field and no other; saved again, the remark is gone.
    clerk.goto(f"/returns/{pk}/patrol/")
    assert clerk.locator(".is-remarked").count() == 1
    box = clerk.locator("[name=rows-1-day_heads]")
    assert box.get_attribute("title") == REMARK
    checks.assert_accessible(clerk)
    box.fill("26")
    clerk.click("text=保存并继续填")
    expect(clerk.locator(".alert-success")).to_contain_text("已保存")
    assert clerk.locator(".is-remarked").count() == 0


@pytest.mark.parametrize("path", ["/review/", "/reopen-requests/", "/reporting/"])
def test_county_pages_hold_on_every_screen(page_as: PageAs, path: str):
    page = page_as("county")

    page.goto(path)

    checks.assert_accessible(page)
    page.set_viewport_size(checks.PHONE)
    checks.assert_no_sideways_scroll(page)


def test_ended_session_does_not_tear_the_clerk_away(page_as: PageAs):
    page = page_as(CLERK)
    page.goto(f"/returns/{own_return(page)}/patrol/")
    address = page.url
    box = page.locator("[name=rows-0-day_heads]")
    page.context.clear_cookies(name="sessionid")

    with page.expect_response("**/check/") as answered:
        box.fill("12")
        box.press("Tab")
    assert answered.value.headers["hx-redirect"].startswith("/sign-in")
    page.wait_for_timeout(300)

    assert page.url == address
    assert box.input_value() == "12"
