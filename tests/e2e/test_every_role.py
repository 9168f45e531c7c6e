"""Each role signs in through the form and walks through everything its pages offer."""

import re
from collections.abc import Callable
from urllib.parse import urldefrag, urlsplit

import pytest
from playwright.sync_api import Browser, Page

from reports.demo.accounts import PASSWORD
from tests.e2e import checks

# One demo account for each duty; 角奎街道 and its first village stand for the others.
ACCOUNTS = (
    "county",
    "leader",
    "accounts",
    "security",
    "audit",
    "inspector1",
    "t001",
    "t001r",
    "v001001",
)


def offered(page: Page) -> set[str]:
    """The pages of this site that the page links to; documents are for tests of their own."""
    hrefs = page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
    site = urlsplit(page.url).netloc
    parts = [urlsplit(urldefrag(href).url) for href in hrefs]
    return {
        part.path + (f"?{part.query}" if part.query else "")
        for part in parts
        if part.netloc == site and "." not in part.path.rpartition("/")[2]
    }


def menu_of(page: Page) -> set[str]:
    """Every page of the menu: each group shows its own pages when it is open."""
    links = "nav.pa-nav a"
    groups = page.eval_on_selector_all(links, "links => links.map(link => link.href)")
    pages: set[str] = set()
    for group in groups:
        page.goto(group)
        found = page.eval_on_selector_all(links, "links => links.map(link => link.pathname)")
        pages.update(found)
    page.goto("/")
    return pages


def one_of_a_kind(links: set[str]) -> list[str]:
    """One address of each shape: a list of villages links to a hundred pages alike."""
    kinds = {re.sub(r"\d+|=[^&]*", "0", link): link for link in sorted(links)}
    return sorted(kinds.values())


def look_at(page: Page) -> None:
    """What must hold of every page."""
    assert page.locator("h1").count() == 1, page.url
    checks.assert_accessible(page)
    checks.assert_no_sideways_scroll(page)


@pytest.mark.parametrize("username", ACCOUNTS)
def test_every_page_that_a_role_is_offered_opens_and_is_sound(
    page_as: Callable[[str], Page], username: str
):
    page = page_as(username)
    menu = menu_of(page)
    found: list[str] = []

    for link in one_of_a_kind({"/"} | menu | offered(page)):
        answer = page.goto(link)
        assert answer is not None
        if answer.status != 200:
            found.append(f"{link}: {answer.status}")
            continue
        try:
            look_at(page)
        except AssertionError as fault:
            found.append(str(fault))

    assert menu
    assert not found, "\n".join(found)


def test_wrong_password_is_refused_in_chinese(open_page: Callable[[], Page]):
    page = open_page()
    page.goto("/")

    page.fill("[name=username]", "county")
    page.fill("[name=password]", PASSWORD + "x")
    page.press("[name=password]", "Enter")

    assert page.locator("[name=password]").is_visible()
    assert "密码" in page.locator("main .alert, main .invalid-feedback").first.inner_text()
    look_at(page)


def test_signing_in_needs_no_script(browser: Browser, base_url: str):
    context = browser.new_context(base_url=base_url, java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto("/")

    page.fill("[name=username]", "county")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")

    assert page.locator("nav[aria-label=主导航] a").count() > 0
    context.close()


def test_a_page_asks_nothing_of_another_host(page_as: Callable[[str], Page], base_url: str):
    page = page_as("county")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.goto("/")

    assert len(asked) > 1
    assert [url for url in asked if not url.startswith((base_url, "data:"))] == []
