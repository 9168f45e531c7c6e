"""Indicators asked by the county, filled in by grid and on a phone, reviewed."""

from collections.abc import Callable

from playwright.sync_api import Browser, Page, expect

from reports.demo.accounts import PASSWORD
from tests.e2e import checks
from tests.e2e.test_returns import paste

PageAs = Callable[[str], Page]
COUNTY, TOWNSHIP, OTHER_TOWNSHIP, VILLAGE = "county", "t001", "t002", "v002001"
VILLAGE_FORM = "流动人口季报"


def open_form(page: Page, name: str) -> None:
    """The newest period of a form, from the list."""
    page.goto("/indicators/")
    page.locator("main th a", has_text=name).first.click()


def look_at(page: Page) -> None:
    checks.assert_accessible(page)
    checks.assert_no_sideways_scroll(page)
    checks.assert_no_csp_violation(page)


def test_township_pastes_the_figures_of_all_its_villages(page_as: PageAs):
    page = page_as(TOWNSHIP)
    open_form(page, VILLAGE_FORM)
    page.click("text=整表填写")
    inputs = page.locator("main input[data-answer]")
    first = inputs.nth(0).get_attribute("name")

    paste(page, f"[name='{first}']", "1,２０4\t1203\t1\n不适用\t三\t/\n")
    page.click("button[name=save]")

    expect(page.locator(".alert-danger")).to_contain_text("有1个单位还有问题")
    assert inputs.nth(4).input_value() == "三"
    look_at(page)
    inputs.nth(4).fill("0")
    page.click("button[name=save]")
    expect(page.locator(".alert-success")).to_contain_text("已保存1个单位")
    rows = page.locator("main tbody tr")
    expect(rows.nth(0)).to_contain_text("1204")
    expect(rows.nth(0)).to_contain_text("99.9%")
    expect(rows.nth(1)).to_contain_text("不适用")
    look_at(page)


def test_village_hands_in_on_a_phone_and_the_township_accepts(
    browser: Browser, base_url: str, page_as: PageAs
):
    context = browser.new_context(
        base_url=base_url, viewport=checks.PHONE, java_script_enabled=False, locale="zh-CN"
    )
    phone = context.new_page()
    phone.goto("/")
    phone.fill("[name=username]", VILLAGE)
    phone.fill("[name=password]", PASSWORD)
    phone.press("[name=password]", "Enter")
    open_form(phone, VILLAGE_FORM)
    for index, text in enumerate(("４８", "47", "1")):
        phone.locator("main input[data-answer]").nth(index).fill(text)
    phone.click("button[name=submit]")
    expect(phone.locator(".alert-success")).to_contain_text("已上报，请等待审核")
    context.close()

    page = page_as(OTHER_TOWNSHIP)
    page.goto("/indicators/review/")
    look_at(page)
    page.locator("main input[name=chosen]").first.check()
    page.click("text=通过所选")

    expect(page.locator(".alert-success")).to_contain_text("已通过1份报表")


def test_checks_speak_while_the_clerk_types(page_as: PageAs):
    page = page_as(TOWNSHIP)
    open_form(page, "案件月报")
    inputs = page.locator("main input[data-answer]")

    inputs.nth(0).fill("4")
    inputs.nth(1).fill("5")
    inputs.nth(1).press("Enter")

    expect(page.locator("main table")).to_contain_text("多于刑事案件4，刑事案件破案率会超过100%")
    expect(page.locator("main table")).to_contain_text("125.0%")
    inputs.nth(1).fill("3")
    inputs.nth(1).press("Enter")
    expect(page.locator("main table")).not_to_contain_text("会超过100%")
    expect(page.locator("main table")).to_contain_text("75.0%")
    look_at(page)


def test_county_is_refused_a_field_that_is_asked_already(page_as: PageAs):
    page = page_as(COUNTY)
    page.goto("/indicators/forms/add/")
    page.fill("[name=code]", "平综9表")
    page.fill("[name=name]", "案件旬报")
    page.fill("[name=basis]", "演示综〔2026〕9号（虚构）")
    page.select_option("[name=period]", "ten_days")
    page.get_by_label("乡镇", exact=True).check()
    page.get_by_label("刑事案件 起", exact=True).check()
    page.get_by_label("信访批次 批", exact=True).check()
    look_at(page)
    page.click("main button:has-text('保存')")

    sentence = "“刑事案件”已在《案件月报》（平综1表）中填报，不得重复要求。"
    expect(page.locator(".alert-danger")).to_contain_text(sentence)
    assert page.locator("button:has-text('下发')").count() == 0
    look_at(page)
    page.click("text=修改")
    page.get_by_label("刑事案件 起", exact=True).uncheck()
    page.click("main button:has-text('保存')")
    page.click("button:has-text('下发')")
    expect(page.locator(".alert-success")).to_contain_text("已下发，本期开启16份报表")


def test_figures_and_burden_are_sound(page_as: PageAs):
    page = page_as(COUNTY)
    for address in ("/indicators/figures/?kind=quarter", "/indicators/catalogue/", "/burden/"):
        page.goto(address)
        look_at(page)

    page.goto("/indicators/figures/?kind=year")
    page.click("main th a:has-text('刑事案件') >> nth=0")

    assert page.locator("main tbody tr").count() == 16
    look_at(page)
