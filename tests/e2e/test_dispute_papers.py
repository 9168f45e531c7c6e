"""Papers of a case in a browser: a purpose first, then a paper, then the whole file."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e import checks

PageAs = Callable[[str], Page]


def test_papers_are_printed_with_a_purpose(page_as: PageAs, tmp_path: Path):
    page = page_as("county")
    page.goto("/disputes/mine/")
    page.locator("section[aria-labelledby=hand] a[href^='/disputes/']").first.click()
    page.get_by_role("link", name="打印文书").click()
    checks.assert_accessible(page)
    checks.assert_no_sideways_scroll(page)
    address = page.url

    # Without a purpose nothing is printed.
    page.get_by_role("button", name="调解申请书 PDF").click()
    expect(page.locator("#purpose-error")).to_contain_text("请写明打印的用途")

    # A paper; the page stays, so that the next one can be printed.
    page.fill("[name=purpose]", "当事人签署")
    with page.expect_download() as download:
        page.get_by_role("button", name="调解申请书 PDF").click()
    download.value.save_as(tmp_path / "paper.pdf")
    assert (tmp_path / "paper.pdf").read_bytes().startswith(b"%PDF-")
    assert "调解申请书" in download.value.suggested_filename

    # The whole file is made behind the page.
    page.get_by_role("button", name="生成卷宗").click()
    link = page.locator("main a[href*='/documents/files/']")
    expect(link).to_be_visible(timeout=60_000)
    with page.expect_download() as whole:
        link.click()
    whole.value.save_as(tmp_path / "file.pdf")
    assert (tmp_path / "file.pdf").read_bytes().startswith(b"%PDF-")

    # Who does not handle the case finds no paper of it.
    answer = page_as("t001r").goto(address)
    assert answer is not None
    assert answer.status in (403, 404)
