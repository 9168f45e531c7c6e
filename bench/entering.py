"""Two people at work in the browser, every tap and key counted: see bench/entry.py."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Locator, Page, expect

from campaigns.enums import Activity, SweepAnswer, Team
from campaigns.forms.day_text import write_days
from campaigns.selectors.sections import GROUPS, PATROL, SECTIONS, SWEEP, Section, choice_labels
from pingan.months import Month

HEADS = ("day_heads", "night_heads")
SOLVED = SWEEP.fields[2:]
PAGE_TAPS = 4  # to a unit's calendar and back: the list, the calendar, fill the month, save
IS_NEXT = "box => document.activeElement.closest('td')?.nextElementSibling?.contains(box) ?? false"
SETTLE = 50  # milliseconds until the events that follow a touch have passed; no finger is faster
Row = dict[str, Any]


@dataclass
class UnitMonth:
    """What one unit has to enter, in the order of its tables."""

    pk: int
    sections: dict[Section, list[Row]]
    keys: dict[Section, list[Any]]

    def text(self, section: Section, row: Row, name: str) -> str:
        """A value as it is typed."""
        value = row[name]
        if isinstance(value, dt.date):
            return value.isoformat()
        return "" if value is None else str(value)


class Hands:
    """One person at one device; everything he does is counted."""

    def __init__(self, page: Page, *, is_phone: bool) -> None:
        self.page, self.is_phone = page, is_phone
        self.taps = self.keys = 0

    def tap(self, place: Locator | str, x: float | None = None) -> None:
        target = self.page.locator(place).first if isinstance(place, str) else place
        box = target.bounding_box() if x is not None else None
        at = {"x": x % box["width"], "y": box["height"] / 2} if box and x is not None else None
        (target.tap if self.is_phone else target.click)(position=at)  # type: ignore[arg-type]
        self.taps += 1

    def go(self, place: Locator | str) -> None:
        """A tap that opens another page."""
        with self.page.expect_navigation():
            self.tap(place)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.keys += len(text)

    def press(self, key: str, times: int = 1) -> None:
        for _time in range(times):
            self.page.keyboard.press(key)
        self.keys += times

    def put(self, place: Locator | str, text: str) -> None:
        """Make a box hold this text; nothing where it does already."""
        box = self.page.locator(place).first if isinstance(place, str) else place
        old = box.input_value()
        if old == text:
            return
        kind = box.evaluate("box => box.tagName === 'SELECT' ? 'select' : box.type")
        if kind == "select":
            box.select_option(text)
            self.taps += 2
        elif kind == "date":
            self._put_date(box, text)
        elif not self.is_phone and box.evaluate(IS_NEXT):
            self.press("Tab")  # its content is selected
            self.type(text)
        else:
            self.tap(box, x=-4)  # behind the last character
            expect(box).to_be_focused()
            self.page.wait_for_timeout(SETTLE)
            self._clear(old)
            self.type(text)
        if box.input_value() != text:
            raise SystemExit(f"typed {text}, the box holds {box.input_value()} ({place})")

    def _put_date(self, box: Locator, text: str) -> None:
        """Digit by digit, in the order in which this browser asks: counted once."""
        year, month, day = text.split("-")
        self.taps, self.keys = self.taps + 1, self.keys + len(year + month + day)
        for digits in (month + day + year, year + month + day):
            # at the first of its three parts
            (box.tap if self.is_phone else box.click)(position={"x": 12, "y": 8})
            expect(box).to_be_focused()
            self.page.keyboard.type(digits)
            if box.input_value() == text:
                return
        raise SystemExit(f"cannot type the date {text}")

    def _clear(self, old: str) -> None:
        if len(old) <= 2:
            self.press("Backspace", len(old))
        else:
            self.page.keyboard.press("Control+A")
            self.keys += 2


def cell(index: int, name: str) -> str:
    return f"[name=rows-{index}-{name}]"


def fill_calendar(hands: Hands, unit: UnitMonth, rows: list[Row]) -> None:
    """The usual heads into every day, then the days that differ."""
    by_day = {row["on"]: row for row in rows}
    hands.put("[name=usual_team]", rows[0]["team"])
    for name in HEADS:
        hands.put(f"[name=usual_{name}]", str(commonest(rows, name)))
    hands.tap("button:has-text('填满全月空白')")
    for name in HEADS:
        last = None
        for index, day in enumerate(unit.keys[PATROL]):
            wanted = unit.text(PATROL, by_day[day], name) if day in by_day else ""
            if hands.page.input_value(cell(index, name)) == wanted:
                continue
            if last is not None and last == index - 1:
                hands.press("Enter")  # to the next day, its figure selected
                hands.type(wanted) if wanted else hands.press("Backspace")
            else:
                hands.put(cell(index, name), wanted)
            if hands.page.input_value(cell(index, name)) != wanted:
                raise SystemExit(f"{day} {name} should be {wanted}")
            last = index
    for index, day in enumerate(unit.keys[PATROL]):
        if day in by_day and by_day[day]["findings"]:
            hands.tap(f"[data-line-of='{index}']")
            hands.type(by_day[day]["findings"])
            hands.press("Tab")
            hands.type(by_day[day]["handled"])


def commonest(rows: list[Row], name: str) -> Any:
    return Counter(row[name] for row in rows).most_common(1)[0][0]


def fill_list(hands: Hands, section: Section, unit: UnitMonth, rows: list[Row]) -> None:
    """Last month's rows as a start, each made to fit; what is left over is taken out again."""
    button = "law" if section.activity == Activity.EDUCATION else "previous"
    hands.go(f"button[name=fill][value={button}]")
    count = hands.page.locator("table[data-grid] tbody tr").count()
    free = list(range(count))
    for row in rows:
        wanted = {name: unit.text(section, row, name) for name in section.fields}
        same = [at for at in free if hands.page.input_value(cell(at, "kind")) == row["kind"]]
        if same:
            at = max(same, key=lambda at: likeness(hands.page, at, wanted))
            free.remove(at)
        else:
            hands.go("button[name=fill][value=add]")
            at, count = count, count + 1
        for name, text in wanted.items():
            hands.put(cell(at, name), "" if text == "0" else text)
    for at in free:
        hands.tap(cell(at, "DELETE"))


def likeness(page: Page, index: int, wanted: dict[str, str]) -> int:
    return sum(page.input_value(cell(index, name)) == text for name, text in wanted.items())


def fill_sweep(hands: Hands, unit: UnitMonth, rows: list[Row]) -> None:
    """The categories that found something; the others with one button, and the signature."""
    by_category = {row["category_id"]: row for row in rows}
    for index, key in enumerate(unit.keys[SWEEP]):
        row = by_category[key]
        if row["answer"] == SweepAnswer.NOT_APPLICABLE:
            hands.put(cell(index, "answer"), row["answer"])
        for name in ("found", *SOLVED):
            if row[name]:
                hands.put(cell(index, name), str(row[name]))
    if any(row["answer"] == SweepAnswer.ZERO for row in rows):
        hands.tap("button[name=fill][value=zero]")
        hands.tap("[name=zero_signed]")


def fill_groups(hands: Hands, unit: UnitMonth, rows: list[Row]) -> None:
    by_group = {row["group_id"]: row for row in rows}
    for index, key in enumerate(unit.keys[GROUPS]):
        for name in GROUPS.fields:
            if by_group[key][name]:
                hands.put(cell(index, name), str(by_group[key][name]))
    hands.go("button[name=fill][value=zero]")


def hand_in(hands: Hands) -> None:
    """Answer what the checks ask, confirm, submit."""
    hands.go(hands.page.get_by_role("link", name="上报", exact=True))
    words = hands.page.locator("[name=explanation]")
    for index in range(words.count()):
        hands.put(words.nth(index), "属实")
    if hands.page.locator("[name=confirmed]").count():
        hands.tap("[name=confirmed]")
    hands.go("button:has-text('确认上报')")


def village_month(hands: Hands, units: list[UnitMonth], month: Month) -> None:
    (unit,) = units
    hands.go("nav a[href='/returns/']")
    hands.go(f"main th a:has-text('{month.label}')")
    for section, rows in unit.sections.items():
        hands.go(f"main a[href$='/{section.activity}/']")
        if section is PATROL:
            fill_calendar(hands, unit, rows)
        elif section is SWEEP:
            fill_sweep(hands, unit, rows)
        elif section is GROUPS:
            fill_groups(hands, unit, rows)
        else:
            fill_list(hands, section, unit, rows)
        save(hands)
        if hands.page.url.endswith("/follow-ups/"):
            hands.go("a:has-text('返回月报')")
    hand_in(hands)


def save(hands: Hands) -> None:
    hands.go("button[name=save]")
    if problems := hands.page.locator(".errorlist, .alert-danger").all_inner_texts():
        raise SystemExit(f"{hands.page.url}: {problems}")


def township_month(hands: Hands, units: list[UnitMonth], month: Month) -> None:
    by_calendar = [unit for unit in units if is_shorter_by_calendar(unit)]
    hands.go("nav a[href='/returns/']")
    hands.go("a[aria-label='上一月']")
    hands.go("a:has-text('一表填各村')")
    sheet_patrols(hands, [unit for unit in units if unit not in by_calendar])
    for section in list(SECTIONS.values())[1:]:
        hands.go(f".pa-tabs a[href$='/{section.activity}/']")
        sheet_rows(hands, section, [unit for unit in units if section in unit.sections])
    for unit in by_calendar:
        hands.go("nav a[href='/returns/']")
        hands.go(f"a[href='/returns/{unit.pk}/patrol/']")
        fill_calendar(hands, unit, unit.sections[PATROL])
        save(hands)
    hands.go("nav a[href='/returns/']")
    hands.go(f"a[href='/returns/{units[0].pk}/']")
    hand_in(hands)


def days_text(rows: list[Row], name: str) -> str:
    return write_days({row["on"].day: row[name] for row in rows if row[name] is not None})


def is_shorter_by_calendar(unit: UnitMonth) -> bool:
    rows = unit.sections[PATROL]
    if any(row["findings"] for row in rows):
        return True  # the sheet has heads alone
    in_sheet = sum(1 + len(days_text(rows, name)) for name in HEADS)
    differing = sum(row[name] != commonest(rows, name) for row in rows for name in HEADS)
    return PAGE_TAPS + 3 * differing < in_sheet


def sheet_patrols(hands: Hands, units: list[UnitMonth]) -> None:
    for unit in units:
        rows = unit.sections[PATROL]
        if rows[0]["team"] != Team.VOLUNTEER:
            hands.put(f"[name='{unit.pk}.month.team']", str(Team(rows[0]["team"]).label))
        for name in HEADS:
            hands.put(f"[name='{unit.pk}.month.{name}']", days_text(rows, name))
    if units:
        save(hands)


def sheet_rows(hands: Hands, section: Section, units: list[UnitMonth]) -> None:
    """All rows of all units; a free list has as many as there are blank lines, then it is saved."""
    left = {unit.pk: list(unit.sections[section]) for unit in units}
    while any(left.values()):
        for unit in units:
            blank = f"[name^='{unit.pk}.+'][name$='.on']"
            lines = hands.page.locator(blank).count() if section.is_list else len(left[unit.pk])
            now, left[unit.pk] = left[unit.pk][:lines], left[unit.pk][lines:]
            for index, row in enumerate(now):
                key = f"+{index}" if section.is_list else row[section.key]
                for name, text in workbook_cells(section, row, is_sheet=True).items():
                    hands.put(f"[name='{unit.pk}.{key}.{name}']", text)
        save(hands)


def workbook_cells(section: Section, row: Row, *, is_sheet: bool = False) -> dict[str, str]:
    """The filled cells of a row, as typed into a spreadsheet."""
    cells: dict[str, str] = {}
    for name in section.fields:
        value, labels = row[name], choice_labels(section.model, name)
        if name in ("team", "answer") or value in (None, ""):
            continue
        if isinstance(value, dt.date):  # our sheet knows its month
            cells[name] = str(value.day) if is_sheet else f"{value.month}-{value.day}"
        elif value or section in (PATROL, GROUPS) or name == "found":
            cells[name] = str(labels.get(value, value))
    if section is SWEEP and row["answer"] == SweepAnswer.NOT_APPLICABLE:
        cells["found"] = "-"
    return cells
