"""The checks of every page find what they are there to find."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e import checks

GOOD = """<!doctype html><html lang="zh-CN"><head><title>页</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'self'"></head>
<body><main><h1>页</h1>{}</main></body></html>"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport=checks.DESKTOP)
    checks.watch(page)
    yield page
    checks.forget(page)
    page.close()


def test_a_sound_page_passes_every_check(page: Page):
    page.set_content(GOOD.format("<p>内容</p>"))

    checks.assert_accessible(page)
    checks.assert_no_csp_violation(page)
    checks.assert_no_sideways_scroll(page)
    assert page.viewport_size == checks.DESKTOP


@pytest.mark.parametrize("inline", ["<script>1</script>", '<p style="color: red">红</p>'])
def test_inline_code_is_found(page: Page, inline: str):
    page.set_content(GOOD.format(inline))

    with pytest.raises(AssertionError, match="Content Security Policy"):
        checks.assert_no_csp_violation(page)


def test_a_script_error_is_found(page: Page):
    page.set_content(GOOD.format(""))
    page.evaluate("setTimeout(() => { throw new Error('broken') })")
    page.wait_for_timeout(50)

    with pytest.raises(AssertionError, match="broken"):
        checks.assert_no_csp_violation(page)


def test_a_field_without_a_label_is_found(page: Page):
    page.set_content(GOOD.format('<input name="unnamed">'))

    with pytest.raises(AssertionError, match="label"):
        checks.assert_accessible(page)


def test_a_page_wider_than_a_phone_is_found(page: Page):
    wide = "无空格" * 3 + "x" * 80
    page.set_content(GOOD.format(f"<h2>{wide}</h2>"))

    with pytest.raises(AssertionError, match="scrollWidth"):
        checks.assert_no_sideways_scroll(page)
