"""What must hold of every page, whatever it shows."""

from functools import cache
from pathlib import Path

from playwright.sync_api import ConsoleMessage, Error, Page, ViewportSize

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
DESKTOP: ViewportSize = {"width": 1366, "height": 768}
PHONE: ViewportSize = {"width": 390, "height": 844}

_problems: dict[Page, list[str]] = {}

FIND_OVERFLOW = """() => {
    const limit = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= limit) return [];
    // Inside a box that scrolls by itself; an absolute element leaves a box without a position.
    const kept = element => {
        const free = getComputedStyle(element).position === "absolute";
        for (let box = element.parentElement; box !== document.body; box = box.parentElement) {
            const {overflowX, position} = getComputedStyle(box);
            if (overflowX !== "visible" && !(free && position === "static")) return true;
        }
        return false;
    };
    return [...document.querySelectorAll("body *")]
        .filter(element => !kept(element))
        .filter(element => element.getBoundingClientRect().right > limit + 1)
        .map(element => element.outerHTML.slice(0, 120))
        .slice(0, 5)
        .concat(`scrollWidth ${document.documentElement.scrollWidth} > ${limit}`);
}"""


def watch(page: Page) -> None:
    """Collect script errors and refusals of the Content-Security-Policy from now on."""
    problems = _problems[page] = []

    def note_console(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text or "Refused to" in message.text:
            problems.append(f"{page.url}: {message.text}")

    def note_error(error: Error) -> None:
        problems.append(f"{page.url}: {error.message}")

    page.on("console", note_console)
    page.on("pageerror", note_error)


def forget(page: Page) -> None:
    """Stop keeping the problems of a page that is closed."""
    _problems.pop(page, None)


def assert_no_csp_violation(page: Page) -> None:
    """Nothing that this page has shown so far broke the policy or a script."""
    problems = _problems[page]
    assert not problems, "\n".join(problems)


@cache
def _axe() -> str:
    return AXE.read_text(encoding="utf-8")


def assert_accessible(page: Page) -> None:
    """No rule of axe-core finds fault with the page as it stands."""
    # Evaluated from outside the page, so the policy does not stop it.
    page.evaluate(_axe() + "; undefined")
    answer = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    found = [
        f"{page.url} {violation['id']}: {violation['help']}: {node['html'][:160]}"
        for violation in answer["violations"]
        for node in violation["nodes"][:3]  # the others are of a kind
    ]
    assert not found, "\n".join(found)


def assert_no_sideways_scroll(page: Page) -> None:
    """The page fits its window on an office screen and on a phone."""
    before = page.viewport_size
    found: list[str] = []
    for size in (DESKTOP, PHONE):
        page.set_viewport_size(size)
        found += page.evaluate(FIND_OVERFLOW)
    if before is not None:
        page.set_viewport_size(before)
    assert not found, "\n".join([page.url, *found])
