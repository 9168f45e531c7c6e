"""A village is named on a township's check and a county's document; another one is vetoed."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e import checks

PageAs = Callable[[str], Page]
VILLAGE, REVIEWER = "v001003", "t001r"
DOCUMENT = "测创安办〔2026〕21号"


def sound(page: Page) -> None:
    checks.assert_accessible(page)
    checks.assert_no_sideways_scroll(page)


def answer_all(page: Page) -> None:
    for group in page.get_by_role("radiogroup").all():
        group.get_by_label("达标", exact=True).check()


def test_village_is_named(page_as: PageAs):
    village = page_as(VILLAGE)
    village.goto("/namings/new")
    sound(village)
    village.select_option("[name=kind]", label="平安铁路")
    village.click("text=开始自评")
    sound(village)
    answer_all(village)
    village.click("text=保存并申报")
    expect(village.locator("main")).to_contain_text("待核查")
    sound(village)
    where = village.url

    reviewer = page_as(REVIEWER)
    reviewer.goto(where)
    sound(reviewer)
    reviewer.click("text=实地核查")
    answer_all(reviewer)
    reviewer.fill("[name=note]", "实地看过，逐条属实")
    sound(reviewer)
    reviewer.click("text=保存核查结果")
    expect(reviewer.locator("main")).to_contain_text("待县级决定")

    county = page_as("county")
    county.goto("/namings/decide")
    sound(county)
    county.locator("tr", has_text="平安铁路").locator("[type=checkbox]").check()
    county.fill("[name=document]", DOCUMENT)
    county.fill("[name=decision]", "核查达标")
    county.locator("summary", has_text="决定命名").click()
    county.click("text=确认命名")
    expect(county.locator("main")).to_contain_text("已命名1个")
    expect(county.locator("tbody")).to_contain_text("有效")
    for page in ("/namings/rates/?kind=village", "/namings/kinds/", "/namings/print"):
        county.goto(page)
        sound(county)


def test_veto_is_decided_and_withdraws_namings(page_as: PageAs):
    township, county = page_as(REVIEWER), page_as("county")
    county.goto("/namings/?state=valid&kind=village&text=角奎")
    name = county.locator("tbody th a").first.inner_text()

    township.goto("/vetoes/new")
    sound(township)
    option = township.locator("[name=unit] option", has_text=name).first
    township.select_option("[name=unit]", option.get_attribute("value"))
    township.select_option("[name=condition]", index=1)
    township.fill("[name=facts]", "集市后巷仓库起火，未造成伤亡")
    township.click("text=提交县级决定")
    expect(township.locator("main")).to_contain_text("待县级决定")
    sound(township)

    county.goto(township.url)
    sound(county)
    county.fill("[name=document]", "测创安办〔2026〕22号")
    county.locator("form[action$=decide] [name=decision]").fill("情况属实")
    county.locator("summary", has_text="决定否决").click()
    county.click("text=确认决定")
    expect(county.locator("main")).to_contain_text("否决中")
    county.click("text=该单位记录")
    sound(county)
    expect(county.locator("main")).to_contain_text("已撤销")
    expect(county.locator("main")).to_contain_text("不得评先评优")
