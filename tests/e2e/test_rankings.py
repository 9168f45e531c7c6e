"""From the month's ranking to the year's, to what the survey is worth, to how firm it all is."""

from collections.abc import Callable

from django.utils import timezone
from playwright.sync_api import Page, expect

from pingan.months import Month
from tests.e2e import checks

PageAs = Callable[[str], Page]
LAST_MONTH = Month.of(timezone.localdate()).previous


def look_at(page: Page) -> None:
    checks.assert_accessible(page)
    checks.assert_no_sideways_scroll(page)


def test_county_reads_the_year_the_survey_and_how_firm_the_ranking_is(page_as: PageAs):
    page = page_as("county")

    # The month's ranking draws the last months beside each unit.
    page.goto(f"/ranking/{LAST_MONTH}/")
    expect(page.locator("main svg.pa-spark").first).to_be_visible()
    page.get_by_role("link", name="改看近12个月").click()
    expect(page.locator("thead")).to_contain_text("近12个月")
    look_at(page)

    # The year: every month leads to its card, and the table can be printed and downloaded.
    page.get_by_role("link", name="累计排名").click()
    expect(page.locator("h1")).to_have_text("累计排名")
    expect(page.locator("main")).to_contain_text("没有公布")
    look_at(page)
    book = page.request.get(page.get_by_role("link", name="下载 Excel").get_attribute("href") or "")
    assert book.body().startswith(b"PK")
    page.locator("main table a[href^='/scorecards/']").first.click()
    expect(page.locator("h1")).to_contain_text("计分卡")
    page.go_back()
    page.get_by_role("link", name="打印").click()
    expect(page.locator("h1")).to_contain_text("累计排名")
    checks.assert_accessible(page)

    # The survey: dots with their whiskers, in tiers.
    page.goto(f"/survey-indexes/{LAST_MONTH}/")
    expect(page.locator("main")).to_contain_text("第一档")
    page.select_option("#span", "quarter")
    page.get_by_role("button", name="查看").click()
    expect(page.locator("h2").first).to_contain_text("季度")
    look_at(page)

    # How firm the ranking is.
    page.get_by_role("link", name="公平性").click()
    expect(page.locator("h1")).to_have_text("公平性分析")
    expect(page.locator("main")).to_contain_text("随机增减一成")
    look_at(page)


def test_village_reads_the_standings_and_not_the_fairness(page_as: PageAs):
    page = page_as("v001001")

    page.goto("/standings/")

    expect(page.locator("h1")).to_have_text("累计排名")
    expect(page.get_by_role("link", name="公平性")).to_have_count(0)
    answer = page.goto(f"/fairness/{LAST_MONTH}/")
    assert answer is not None
    assert answer.status == 403
