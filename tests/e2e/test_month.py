"""The main job in a browser: a month is reopened, corrected, closed, issued and downloaded."""

import re
from collections.abc import Callable

from django.utils import timezone
from playwright.sync_api import Page, expect

from pingan.months import Month
from tests.e2e import checks

PageAs = Callable[[str], Page]
LAST_MONTH = Month.of(timezone.localdate()).previous
FILES = {
    "bulletin.pdf": b"%PDF-",
    "bulletin.docx": b"PK",
    "ranking.xlsx": b"PK",
    "board.pdf": b"%PDF-",
}


def reopen(page: Page, reason: str) -> None:
    page.goto(f"/months/{LAST_MONTH}/")
    page.locator("summary", has_text="重开本月").click()
    page.fill("[name=reason]", reason)
    page.get_by_role("button", name="确认重开").click()
    expect(page.locator("main")).to_contain_text("填报中")


def close(page: Page) -> None:
    """Press the button, watch the job to its end, come back to the month."""
    page.goto(f"/months/{LAST_MONTH}/")
    page.locator("summary", has_text="结账").click()
    page.get_by_role("button", name=re.compile("确认结账")).click()
    expect(page.locator("main")).to_contain_text("已完成", timeout=20_000)
    page.goto(f"/months/{LAST_MONTH}/")


def test_corrected_month_gets_a_second_edition_and_its_documents(page_as: PageAs):
    page = page_as("county")

    # Closing again with nothing changed keeps the edition.
    reopen(page, "复核一处检查得分")
    close(page)
    expect(page.locator("main")).to_contain_text("已结账")
    expect(page.locator("main")).not_to_contain_text("第 2 版")

    # A corrected inspection gives a second edition that says what changed.
    reopen(page, "更正检查得分")
    page.goto(f"/inspections/?month={LAST_MONTH}")
    page.locator("main table a[href^='/inspections/']").first.click()
    page.locator(".pa-mark-points").first.fill("0")
    page.locator("main form button.btn-primary").first.click()
    close(page)
    expect(page.locator("main")).to_contain_text("第 2 版")
    checks.assert_accessible(page)

    # It is issued as a correction with a number of its own, and downloaded.
    page.goto("/bulletins/")
    page.locator("main a[href^='/bulletins/new/']").first.click()
    expect(page.locator("main")).to_contain_text("更正")
    checks.assert_accessible(page)
    page.get_by_role("button", name="签发并编号").click()
    expect(page.locator("h1")).to_contain_text("号")
    for name, magic in FILES.items():
        answer = page.request.get(f"{page.url}{name}")
        assert answer.status == 200
        assert answer.body().startswith(magic), name
        assert len(answer.body()) > 10_000, name

    # The whole county sees the corrected ranking.
    village = page_as("v001003")
    village.goto(f"/ranking/{LAST_MONTH}/")
    expect(village.locator("main")).to_contain_text("第2版")


def test_point_opens_to_its_rule_and_its_records(page_as: PageAs):
    page = page_as("t001")

    page.goto(f"/ranking/{LAST_MONTH.previous}/")
    page.locator("main table a[href^='/scorecards/']").first.click()
    expect(page.locator("main")).to_contain_text("夜间巡逻")
    page.get_by_role("link", name="查看治安巡逻").first.click()

    expect(page.locator("h1")).to_contain_text("治安巡逻")
