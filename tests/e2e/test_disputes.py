"""A case in a browser, from the first word to the subsidy; every page of it on both screens."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from disputes.urls import urlpatterns
from tests.disputes.addresses import general
from tests.e2e import checks

PageAs = Callable[[str], Page]
NAMES = ("演示石磨", "演示竹筛")
TITLE = "水碾坊过道争执"
OWN = "disputes/<int:pk>/"


def press(page: Page, name: str) -> None:
    page.locator("main").get_by_role("button", name=name, exact=True).click()


def follow(page: Page, name: str) -> None:
    page.locator("main").get_by_role("link", name=name, exact=True).first.click()


def pages_of(case: str) -> list[str]:
    """Every address below the case that needs nothing but its key."""
    routes = [str(each.pattern) for each in urlpatterns]
    filled = [route.replace("<slug:kind>", "sitting") for route in routes if route.startswith(OWN)]
    return [
        case + route.removeprefix(OWN) for route in filled if "<" not in route.removeprefix(OWN)
    ]


def faults(page: Page, addresses: list[str]) -> list[str]:
    """What is wrong with those of these pages that there are, on an office screen and a phone."""
    found, seen = [], 0
    for address in addresses:
        answer = page.request.get(address)
        if answer.status != 200 or "text/html" not in answer.headers["content-type"]:
            if answer.status >= 500:
                found.append(f"{address}: {answer.status}")
            continue
        page.goto(address)
        seen += 1
        try:
            assert page.locator("h1").count() == 1, f"{page.url}: h1"
            checks.assert_accessible(page)
            checks.assert_no_sideways_scroll(page)
        except AssertionError as fault:
            found.append(str(fault))
    assert seen, addresses
    return found


def register(page: Page) -> str:
    """The short form; the committee's mediator is named, so that there is somebody to pay."""
    page.goto("/disputes/new/")
    page.fill("[name=title]", TITLE)
    page.select_option("[name=category]", label="邻里")
    page.fill("[name=place]", "水碾坊（演示）")
    page.locator("[name=committee]").select_option(index=1)
    page.locator("[name=mediator]").select_option(index=1)
    for number, name in enumerate(NAMES):
        page.fill(f"[name=party-{number}-name]", name)
    press(page, "登记")
    expect(page.locator("main")).to_contain_text("已登记，案号")
    return page.url


def agree(page: Page, case: str) -> None:
    page.goto(case)
    follow(page, "达成协议")
    page.fill("[name=facts]", f"{NAMES[0]}堵了{NAMES[1]}的过道。")
    page.fill("[name=content]", f"{NAMES[0]}三日内清通过道。")
    page.fill("[name=manner]", "清通过道")
    page.fill("[name=place]", "水碾坊")
    page.fill("[name=perform_by]", page.input_value("[name=agreed_on]"))
    for name in ("is_signed_by_parties", "is_signed_by_mediator", "is_sealed"):
        page.check(f"[name={name}]")
    page.fill("[name=effective_on]", page.input_value("[name=agreed_on]"))
    press(page, "保存协议")
    expect(page.locator("main")).to_contain_text("达成协议")


def finish(page: Page, case: str) -> None:
    """Performed, visited, closed."""
    page.goto(case)
    follow(page, "登记履行")
    page.fill("[name=what]", "过道已经清通")
    page.check("[name=is_all]")
    press(page, "保存")
    follow(page, "登记回访")
    page.get_by_label("已履行").check()
    page.get_by_label("满意", exact=True).check()
    press(page, "保存")
    page.goto(f"{case}move/close/")
    expect(page.locator("main")).to_contain_text("卷宗齐全。")
    press(page, "结案归档")
    expect(page.locator("main")).to_contain_text("已结案")


def print_agreement(page: Page, case: str) -> None:
    """As final: nothing is missing any more."""
    page.goto(f"{case}documents/")
    page.fill("[name=purpose]", "当事人签署")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="人民调解协议书 PDF").click()
    assert waiting.value.path().read_bytes().startswith(b"%PDF-")
    assert not any(name in waiting.value.suggested_filename for name in NAMES)


def test_case_goes_from_the_first_word_to_the_subsidy(page_as: PageAs):
    village, township = page_as("v001003"), page_as("t001r")
    found: list[str] = []

    case = register(village)
    code = re.findall(r"（\d{4}）\S+?号", village.locator("main").inner_text())[0]
    for step in ("受理", "开始调解"):
        follow(village, step)
        press(village, step)
    press(village, "已告知")
    follow(village, "调解记录")
    village.fill("[name=text]", f"{NAMES[0]}同意清通过道。")
    press(village, "保存")
    found += faults(village, [case, *pages_of(case)])

    agree(village, case)
    found += faults(village, [case, *pages_of(case)])
    print_agreement(village, case)
    finish(village, case)
    found += faults(village, [case])

    # Claimed by the village, approved by the township's reviewer.
    village.goto("/subsidies/claim/")
    expect(village.locator("main tr", has_text=code)).to_contain_text("可以申报")
    press(village, "申报勾选的")
    township.goto("/subsidies/")
    township.get_by_label(code, exact=True).check()
    press(township, "审核通过")
    expect(township.locator("main tr", has_text=code)).to_contain_text("待发放")

    # Nobody else has seen a name on the way, and the leader's board counts the case.
    for page in (township, page_as("leader"), page_as("county")):
        page.goto(case)
        expect(page.locator("main")).to_contain_text(TITLE)
        assert not any(name in page.content() for name in NAMES)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("username", ["county", "leader", "t001", "t001r", "v001003"])
def test_every_list_board_and_form_fits_and_can_be_read(page_as: PageAs, username: str):
    page = page_as(username)

    found = faults(page, [address for address in general() if "template" not in address])

    assert not found, "\n".join(found)
