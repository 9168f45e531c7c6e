"""A month on its way to the public: closed, previewed, contested, decided, closed again, published.

It is the month before the demonstration begins: nobody handed anything in, so there is much to
contest, and no other test looks at it.
"""

import re
from collections.abc import Callable

from django.utils import timezone
from playwright.sync_api import Page, expect

from pingan.months import Month
from tests.e2e import checks
from tests.e2e.site import Site

PageAs = Callable[[str], Page]
MONTH = Month.of(timezone.localdate()).shift(-3)
DESK = f"/months/{MONTH}/"
END_PREVIEW = (
    "from django.utils import timezone; from assessments.models import Edition; "
    "from pingan.months import Month; now = timezone.now(); "
    "print(Edition.objects.filter(month=Month.parse('{month}'))"
    ".update(preview_opened_at=now, preview_until=now))"
)


def press(page: Page, summary: str, button: str) -> None:
    """Open the question and say yes."""
    page.locator("summary", has_text=summary).first.click()
    page.get_by_role("button", name=re.compile(button)).click()


def close(page: Page, summary: str, button: str) -> None:
    page.goto(DESK)
    press(page, summary, button)
    expect(page.locator("main")).to_contain_text("已完成", timeout=30_000)
    page.goto(DESK)


def test_appeal_is_heard_before_the_month_is_published(page_as: PageAs, site: Site):
    county, unit = page_as("county"), page_as("t001")

    # Closed, not published: the county opens the preview.
    close(county, "结账", "确认结账")
    expect(county.locator("main")).not_to_contain_text("确认公布")
    press(county, "发起公示预览", "确认发起预览")
    expect(county.locator("main")).to_contain_text("公示预览已开始")
    checks.assert_accessible(county)

    # The unit is told, reads why it lost points, and contests one item.
    unit.goto("/")
    unit.locator("a", has_text=f"{MONTH.label}计分卡公示预览").click()
    expect(unit.locator("main")).to_contain_text("失分的依据")
    checks.assert_accessible(unit)
    checks.assert_no_sideways_scroll(unit)
    unit.get_by_role("link", name="对这一项申诉").first.click()
    unit.fill("[name=reason]", "纸质月报已按时送到县里，系统里没有登记。")
    unit.get_by_role("button", name="提出申诉").click()
    expect(unit.locator("main")).to_contain_text("等待县级决定")

    # The county gives points back and says why.
    county.goto(f"/appeals/?month={MONTH}&state=pending")
    county.locator("main tbody a").first.click()
    checks.assert_accessible(county)
    county.get_by_label("申诉成立，补回分数").check()
    county.fill("[name=restored]", "0.5")
    county.fill("[name=decision]", "收到纸质月报，时间属实。")
    county.get_by_role("button", name="作出决定").click()
    expect(county.locator("main")).to_contain_text("补回 0.50 分")

    # The decision is taken into a new edition, still in the same preview.
    close(county, "按决定重新结账", "确认重新结账")
    expect(county.locator("main")).to_contain_text("第 2 版")
    expect(county.locator("main")).to_contain_text("预览中")
    unit.goto("/")
    unit.locator("a", has_text=f"{MONTH.label}计分卡公示预览").click()
    expect(unit.locator("main")).to_contain_text("收到纸质月报，时间属实。")
    expect(unit.locator("main")).to_contain_text("第 2 版比上一版")

    # The preview is over: it is published, and hangs on the board.
    site.manage("shell", "-c", END_PREVIEW.format(month=MONTH))
    county.goto(DESK)
    press(county, "公布", "确认公布第 2 版")
    expect(county.locator("main")).to_contain_text("已公布")
    unit.goto(f"/board/{MONTH}/")
    expect(unit.locator("main")).to_contain_text("不稳定")
    checks.assert_accessible(unit)
    checks.assert_no_sideways_scroll(unit)
    checks.assert_no_csp_violation(unit)
    checks.assert_no_csp_violation(county)


def test_public_pages_need_nobody(page_as: PageAs, site: Site):
    county = page_as("county")
    county.goto("/county-settings/")
    county.get_by_label("公示栏对外公开").check()
    county.get_by_role("button", name="保存").click()
    county.goto("/board/")
    address = county.locator("a", has_text="对外公开的页面").get_attribute("href")
    assert address

    browser = county.context.browser
    assert browser is not None
    context = browser.new_context(base_url=site.url, viewport=checks.PHONE)
    page = context.new_page()
    checks.watch(page)
    for path in (address, "/public/verify/"):
        page.goto(path)
        expect(page.locator("h1")).to_be_visible()
        checks.assert_accessible(page)
        checks.assert_no_sideways_scroll(page)
        checks.assert_no_csp_violation(page)
    assert context.cookies() == []
    checks.forget(page)
    context.close()
