"""What a month's entry costs: taps, keys and seconds in the browser, beside a blank workbook.

    python bench/entry.py [--patrols rota|varied|both]

Starts a demo site of its own. What is entered are the demo's own records of last month, the newest
month that has all its days; it is reopened and emptied before every run, and what stands in the
database afterwards must be the same records again, else the run fails. Two ways of patrolling:
`varied` enters the demo's heads as they are (dice: nearly every day differs from the day before),
`rota` the same heads every ordinary day and the same every market day and holiday.

village    one village on a phone with touch (390 × 844): patrols, education, sweep with its zeros
           signed, meeting, groups, handed in.
township   a township and all its villages at 1366 × 768: one sheet for all units, an activity at
           a time; patrols by whichever is shorter for a unit, days as text in the sheet or the
           unit's calendar; then the township's own return is handed in.

Counting. A tap or click is 1, a key pressed is 1, each from the home page, signed in. A choice from
a list is 2 taps; replacing a text is 2 keys (select all) and its characters; a Chinese character is
1 key on both sides, whatever the input method needs; on the phone, too, a date is typed digit by
digit, where a real one shows its calendar. Scrolling is free. Seconds are those of the automation
with the server's: they leave out reading and thinking.

workbook_keys: the same figures in a blank workbook, 1 for every character and 1 Enter or Tab for
every filled cell; nothing filled in before, nothing copied. In the workbook's favour its rows
already name day, category, group and unit, blank cells cost nothing, the team is written once a
unit and not every day, a zero report is one 0, dates are short (10-5), and opening, saving and
sending it are free. ratio = (taps + keys) / workbook_keys.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # run as a script: our packages lie beside this folder
os.environ["DJANGO_SETTINGS_MODULE"] = "pingan.settings"
os.environ.pop("DATABASE_URL", None)  # the site's database is a file in its own folder

import django  # noqa: E402

django.setup()

from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402
from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402

from bench.entering import (  # noqa: E402
    HEADS,
    Hands,
    Row,
    UnitMonth,
    commonest,
    township_month,
    village_month,
    workbook_cells,
)
from campaigns.enums import ReturnState, Team  # noqa: E402
from campaigns.models import CheckNote, Draft, MonthlyReturn  # noqa: E402
from campaigns.selectors.sections import (  # noqa: E402
    PATROL,
    Section,
    expected_keys,
    sections_of,
)
from campaigns.services.imports import returns_entered_by  # noqa: E402
from pingan.models import User  # noqa: E402
from pingan.months import Month  # noqa: E402
from pingan.services.periods import reopen_period  # noqa: E402
from reports.demo.accounts import PASSWORD  # noqa: E402
from tests.e2e.checks import DESKTOP, PHONE  # noqa: E402
from tests.e2e.conftest import find_browser  # noqa: E402
from tests.e2e.site import Site, free_port, start  # noqa: E402

VILLAGE, TOWNSHIP = "v001004", "t002"


def workbook_keys(units: list[UnitMonth]) -> int:
    total = 0
    for unit in units:
        total += len(str(Team(unit.sections[PATROL][0]["team"]).label)) + 1
        for section, rows in unit.sections.items():
            cells = [text for row in rows for text in workbook_cells(section, row).values()]
            total += sum(len(text) + 1 for text in cells)
    return total


def recorded(returns: list[MonthlyReturn]) -> list[UnitMonth]:
    """What the database holds of these returns."""
    found = []
    for each in returns:
        sections = sections_of(each.unit.level)
        rows = {
            section: [as_row(section, row) for row in section.rows_of(each)] for section in sections
        }
        keys = {section: list(expected_keys(section, each)) for section in sections}
        found.append(UnitMonth(each.pk, {name: had for name, had in rows.items() if had}, keys))
    return found


def as_row(section: Section, row: Any) -> Row:
    names = section.fields if section.is_list else (section.key, *section.fields)
    kept = {name: getattr(row, name) for name in names}
    return {**kept, "is_key_day": row.is_key_day} if section is PATROL else kept


def by_rota(units: list[UnitMonth]) -> None:
    """The commonest heads of ordinary days on all of them; of market days and holidays likewise."""
    for unit in units:
        rows = unit.sections[PATROL]
        for is_key in (False, True):
            alike = [row for row in rows if row["is_key_day"] == is_key]
            for name in HEADS:
                heads = commonest(alike, name) if alike else 0
                for row in alike:
                    row[name] = heads


def emptied(returns: list[MonthlyReturn]) -> None:
    """As on the first day: no rows, no notes, not handed in."""
    for each in returns:
        for section in sections_of(each.unit.level):
            section.model.objects.filter(monthly_return=each).delete()
        CheckNote.objects.filter(monthly_return=each).delete()
        Draft.objects.filter(monthly_return=each).delete()
    nothing = dict.fromkeys(
        (
            "first_submitted_at",
            "is_on_time",
            "submitted_at",
            "submitted_by",
            "reviewed_at",
            "reviewed_by",
            "zero_signed_at",
            "zero_signed_by",
            "saved_at",
            "saved_by",
        )
    )
    pks = [each.pk for each in returns]
    MonthlyReturn.objects.filter(pk__in=pks).update(state=ReturnState.DRAFT, **nothing)


def differences(wanted: list[UnitMonth], stored: list[UnitMonth]) -> list[str]:
    found = []
    for one, other in zip(wanted, stored, strict=True):
        for section in one.keys:
            pair = [sorted(map(str, each.sections.get(section, []))) for each in (one, other)]
            if pair[0] != pair[1]:
                found.append(f"{one.pk} {section.activity}: {set(pair[0]) ^ set(pair[1])}")
    return found


def signed_in_page(browser: Browser, site: Site, username: str, *, is_phone: bool) -> Page:
    context = browser.new_context(
        base_url=site.url,
        locale="zh-CN",
        viewport=PHONE if is_phone else DESKTOP,
        has_touch=is_phone,
        is_mobile=is_phone,
    )
    page = context.new_page()
    page.goto("/sign-in")
    page.fill("[name=username]", username)
    page.fill("[name=password]", PASSWORD)
    page.click("main button")
    page.wait_for_selector("[name=password]", state="detached")
    return page


Entering = Callable[[Hands, list[UnitMonth], Month], None]


def measured(
    site: Site, username: str, enter: Entering, month: Month, units: list[UnitMonth]
) -> str:
    """Enter it all through the browser; the figures of the line."""
    arguments = ["--disable-gpu", "--disable-background-networking"]
    arguments += ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=arguments)
        is_phone = enter is village_month
        hands = Hands(signed_in_page(browser, site, username, is_phone=is_phone), is_phone=is_phone)
        began = time.monotonic()
        enter(hands, units, month)
        seconds = time.monotonic() - began
        browser.close()
    typed, ours = workbook_keys(units), hands.taps + hands.keys
    return (
        f"taps={hands.taps} keys={hands.keys} seconds={seconds:.1f} "
        f"workbook_keys={typed} ratio={ours / typed:.2f}"
    )


def run(site: Site, way: str) -> None:
    month = Month.of(timezone.localdate()).previous
    county = User.objects.get(username="county")
    reopen_period(county=county.unit, month=month, by=county, reason="试填")
    people: list[tuple[str, str, Entering]] = [
        ("village", VILLAGE, village_month),
        ("township", TOWNSHIP, township_month),
    ]
    for name, username, enter in people:
        user = User.objects.get(username=username)
        returns = sorted(returns_entered_by(user, month), key=lambda each: each.unit.level)
        units = recorded(returns)
        if way == "rota":
            by_rota(units)
        emptied(returns)
        line = measured(site, username, enter, month, units)
        if wrong := differences(units, recorded(returns)):
            raise SystemExit(f"{name}: stored is not what was to be entered: {wrong}")
        first = MonthlyReturn.objects.get(pk=units[0].pk)
        if first.state != ReturnState.SUBMITTED or first.zero_signed_at is None:
            raise SystemExit(f"{name}: not handed in and signed")
        print(f"{name} {line} patrols={way}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patrols", choices=["rota", "varied", "both"], default="both")
    chosen = parser.parse_args().patrols
    ways = ["varied", "rota"] if chosen == "both" else [chosen]
    for way in ways:
        with tempfile.TemporaryDirectory() as folder:
            on_a_site_of_its_own(Path(folder), way)


def on_a_site_of_its_own(folder: Path, way: str) -> None:
    site = Site(f"http://127.0.0.1:{free_port()}", folder)
    site.manage("collectstatic", "--noinput", "--verbosity", "0")
    site.manage("migrate", "--verbosity", "0")
    site.manage("load_demo", "--small")
    connection.settings_dict["NAME"] = str(folder / "db.sqlite3")
    server = start(site)
    try:
        run(site, way)
    finally:
        connection.close()
        server.terminate()
        server.wait(timeout=30)


if __name__ == "__main__":
    main()
