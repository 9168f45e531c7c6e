"""Browser tests: a real server on a database of its own, driven through Chromium."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from reports.demo.accounts import PASSWORD
from tests.e2e import checks
from tests.e2e.site import Site, free_port, start

HERE = Path(__file__).parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HOW_TO_GET_ONE = (
    "没有找到 Chromium，浏览器测试没有运行。请安装："
    "apt-get install chromium fonts-noto-cjk libatomic1（没有 root 权限请在前面加 sudo），"
    "或用环境变量 CHROMIUM 指明程序的位置。"
)


def find_browser() -> str | None:
    """The Chromium to drive: CHROMIUM of the environment, else the first one on the path."""
    given = os.environ.get("CHROMIUM")
    if given:
        return shutil.which(given)
    return next(filter(None, map(shutil.which, BROWSERS)), None)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what lies in this folder; without a browser skip it, or refuse where that is asked."""
    ours = [item for item in items if HERE in item.path.parents]
    missing = find_browser() is None
    for item in ours:
        item.add_marker(pytest.mark.e2e)
        if missing:
            item.add_marker(pytest.mark.skip(reason=HOW_TO_GET_ONE))
    wanted = config.option.markexpr == "e2e"
    if ours and missing and wanted and os.environ.get("PINGAN_REQUIRE_BROWSER") == "1":
        raise pytest.UsageError(HOW_TO_GET_ONE)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say it in a block of its own: a skipped browser must not pass unseen."""
    skipped = terminalreporter.stats.get("skipped", [])
    if any(HOW_TO_GET_ONE in str(report.longrepr) for report in skipped):
        terminalreporter.write_sep("!", "browser tests skipped", red=True, bold=True)
        terminalreporter.write_line(HOW_TO_GET_ONE, red=True)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The product with the small demo data, served until the last test ends."""
    made = Site(f"http://127.0.0.1:{free_port()}", tmp_path_factory.mktemp("site"))
    made.manage("collectstatic", "--noinput", "--verbosity", "0")
    made.manage("migrate", "--verbosity", "0")
    made.manage("load_demo", "--small")
    server = start(made)
    yield made
    server.terminate()
    server.wait(timeout=30)


@pytest.fixture(scope="session")
def base_url(site: Site) -> str:
    """Pages are opened by path: page.goto("/")."""
    return site.url


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    """Debian's Chromium, without what it would fetch on its own."""
    quiet = [
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {"executable_path": find_browser(), "args": [*quiet, *sandbox]}


@pytest.fixture(scope="session")
def browser_context_args(base_url: str) -> dict[str, object]:
    """An office screen, in Chinese."""
    return {"base_url": base_url, "locale": "zh-CN", "viewport": checks.DESKTOP}


@pytest.fixture
def open_page(
    browser: Browser, browser_context_args: dict[str, object]
) -> Iterator[Callable[[], Page]]:
    """Opens a page of a new person; at the end no page may have broken the policy or a script."""
    opened: list[Page] = []

    def new_page() -> Page:
        page = browser.new_context(**browser_context_args).new_page()  # type: ignore[arg-type]
        checks.watch(page)
        opened.append(page)
        return page

    yield new_page
    for page in opened:
        checks.assert_no_csp_violation(page)
        checks.forget(page)
        page.context.close()


@pytest.fixture
def page_as(open_page: Callable[[], Page]) -> Callable[[str], Page]:
    """page_as(username): a page on which this demo account has signed in through the form."""

    def sign_in(username: str) -> Page:
        page = open_page()
        page.goto("/")
        page.fill("[name=username]", username)
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_selector("[name=password]", state="detached")
        return page

    return sign_in
