"""Rectification in a browser: a notice is answered with a file, fails its recheck, comes again."""

from collections.abc import Callable

from playwright.sync_api import FilePayload, Page, expect

from tests.e2e import checks

PageAs = Callable[[str], Page]
REPORT: FilePayload = {
    "name": "整改报告.pdf",
    "mimeType": "application/pdf",
    "buffer": b"%PDF-1.7\n%made for a test\n",
}


def sound(page: Page) -> None:
    checks.assert_accessible(page)
    checks.assert_no_sideways_scroll(page)


def test_notice_is_answered_rechecked_and_drafted_again(page_as: PageAs):
    # The township finds the notice among what waits for it, and answers with a file.
    township = page_as("t002")
    township.locator("main a", has_text="本单位要整改并报告").first.click()
    number = township.locator("h1").inner_text()
    address = township.url
    sound(township)
    township.get_by_label("整改情况").fill("通道已经清空，划了禁停线。")
    township.get_by_label("附件").set_input_files(REPORT)
    township.get_by_role("button", name="报告", exact=True).click()
    expect(township.locator("main")).to_contain_text("待复查")
    with township.expect_download() as download:
        township.get_by_role("link", name="整改报告.pdf").click()
    assert download.value.suggested_filename == "整改报告.pdf"

    # Who signed it does not recheck it; a colleague does, and it fails.
    signer = page_as("county")
    signer.goto(address)
    expect(signer.get_by_role("button", name="录入复查结果")).to_have_count(0)
    other = page_as("county2")
    other.goto(address)
    other.get_by_label("未通过").check()
    other.get_by_label("复查情况").fill("还有两处搭棚没有拆。")
    sound(other)
    other.get_by_role("button", name="录入复查结果").click()
    expect(other.locator("main")).to_contain_text("复查未过")

    # The next draft hangs on the one that failed; it is signed and printed.
    signer.goto("/notices/")
    sound(signer)
    signer.get_by_role("button", name="结账核对拟稿").click()
    signer.goto("/notices/?state=draft&text=发界街道")
    signer.locator("main table a").first.click()
    expect(signer.locator("main")).to_contain_text(number)
    signer.locator("summary", has_text="签发并编号").click()
    signer.get_by_role("button", name="确认签发").click()
    expect(signer.locator("main")).to_contain_text("已签发并编号")
    paper = signer.request.get(f"{signer.url}notice.pdf")
    assert (paper.status, paper.body()[:5]) == (200, b"%PDF-")


def test_problem_and_key_place_pages_are_sound(page_as: PageAs):
    page = page_as("county")

    page.goto("/problems/new")
    page.get_by_label("单位").select_option(label="角奎街道")
    page.get_by_label("问题", exact=False).first.fill("场口路灯不亮")
    sound(page)
    page.get_by_role("button", name="登记").click()
    expect(page.locator("h1")).to_have_text("场口路灯不亮")
    sound(page)
    page.goto("/problems/")
    sound(page)
    page.goto("/key-places/")
    page.locator("main table a").first.click()
    sound(page)
