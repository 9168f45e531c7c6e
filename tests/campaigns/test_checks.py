"""Tables of plain values and what the checks say of them."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from campaigns.checks import (
    Facts,
    GroupLine,
    Lesson,
    MeetingLine,
    PatrolDay,
    Severity,
    Sheet,
    SweepLine,
    Total,
    check,
)

TODAY = dt.date(2026, 9, 30)
DUE_ON = dt.date(2026, 9, 25)
AGENDA = "研究秋收期间的治安巡逻安排和纠纷排查"


def day(number: int, **fields: Any) -> PatrolDay:
    return PatrolDay(dt.date(2026, 9, number), **{"day": 2, "night": 3, **fields})


def facts(now: Sheet, **fields: Any) -> Facts:
    return Facts(**{"now": now, "today": TODAY, "due_on": DUE_ON, **fields})


def codes(given: Facts) -> list[tuple[str, str]]:
    return [(finding.code, finding.row) for finding in check(given)]


def dispute(**fields: Any) -> SweepLine:
    return SweepLine("dispute", "民间纠纷", **{"found": 4, **fields})


def test_ordinary_month_has_no_finding():
    now = Sheet(
        patrol=tuple(day(number, day=number % 3) for number in range(1, 31)),
        lessons=(Lesson("1", "broadcast", "反诈", 80),),
        sweep=(dispute(group=1, village=2),),
        meetings=(MeetingLine("5", 12, AGENDA),),
        groups=(GroupLine("7", "一组", found=2, solved=1, appraisal=90),),
    )
    last = replace(now, meetings=(MeetingLine("4", 15, "另议"),))

    assert check(facts(now, last=last, key_days=(dt.date(2026, 9, 3),))) == []


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (Sheet(sweep=(dispute(group=3, village=2),)), ("sweep-solved", "dispute")),
        (Sheet(groups=(GroupLine("7", "一组", found=1, solved=2),)), ("group-solved", "7")),
        (Sheet(meetings=(MeetingLine("5", 0),)), ("meeting-empty", "5")),
    ],
)
def test_what_cannot_be_stops(now: Sheet, expected: tuple[str, str]):
    (finding,) = check(facts(now))

    assert (finding.code, finding.row) == expected
    assert finding.severity == Severity.STOP


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (Sheet(meetings=(MeetingLine("5", 901),)), ("meeting-crowd", "5")),
        (Sheet(lessons=(Lesson("1", "class", "反诈", 901),)), ("lesson-crowd", "1")),
        (Sheet(patrol=(day(4, day=150, night=60),)), ("patrol-crowd", "2026-09-04")),
        (Sheet(patrol=(day(4, findings="路灯不亮"),)), ("patrol-handled", "2026-09-04")),
    ],
)
def test_what_is_odd_wants_a_word(now: Sheet, expected: tuple[str, str]):
    (finding,) = check(facts(now, population=900))

    assert (finding.code, finding.row) == expected
    assert finding.severity == Severity.EXPLAIN


@pytest.mark.parametrize(
    ("now", "markets", "expected"),
    [
        (Sheet(lessons=(Lesson("1", "broadcast", "反诈", 0),)), (3,), ("lesson-empty", "1")),
        (Sheet(patrol=(day(4), day(21))), (), ("patrol-ahead", "2026-09-21")),
        (
            Sheet(patrol=(day(4), day(8, day=0, night=0))),
            (3, 4, 13),
            ("patrol-key-day", "2026-09-03"),
        ),
    ],
)
def test_what_was_perhaps_forgotten_is_hinted_to_both(
    now: Sheet, markets: tuple[int, ...], expected: tuple[str, str]
):
    days = tuple(dt.date(2026, 9, number) for number in markets)

    (finding,) = check(facts(now, today=dt.date(2026, 9, 20), key_days=days))

    assert (finding.code, finding.row) == expected
    assert (finding.severity, finding.for_reviewer) == (Severity.HINT, False)


def test_threefold_and_vanished_figures_want_a_word():
    last = Sheet(
        patrol=(day(1, day=5, night=4),),
        lessons=(Lesson("1", "broadcast", "反诈", 40),),
        sweep=(dispute(found=3), SweepLine("hazard", "安全隐患", found=3)),
        meetings=(MeetingLine("5", 12),),
    )
    now = Sheet(
        patrol=(day(1, day=15, night=0),),
        lessons=(Lesson("1", "broadcast", "反诈", 119),),
        sweep=(dispute(found=9), SweepLine("hazard", "安全隐患", "zero", found=0)),
        meetings=(MeetingLine("5", 36),),
    )

    found = [finding for finding in check(facts(now, last=last)) if finding.code[:5] == "month"]

    assert [(each.code, each.row, each.severity) for each in found] == [
        ("month-day-heads", "", Severity.EXPLAIN),
        ("month-night-heads", "", Severity.EXPLAIN),
        ("month-attendance", "", Severity.EXPLAIN),
        ("month-sweep", "dispute", Severity.EXPLAIN),
        ("month-sweep", "hazard", Severity.EXPLAIN),
    ]
    assert found[0].text == "白天巡逻人次：上月5，本月15，增加到3倍以上。"
    assert found[4].text == "安全隐患排查数：上月3，本月为0。"


@pytest.mark.parametrize("found", [2, 7, 8])
def test_small_growth_wants_no_word(found: int):
    last = Sheet(sweep=(dispute(found=4),))

    assert codes(facts(Sheet(sweep=(dispute(found=found),)), last=last)) == []


def test_activity_that_is_not_filled_in_is_not_compared():
    last = Sheet(patrol=(day(1, day=50),), meetings=(MeetingLine("5", 50),))

    assert codes(facts(Sheet(), last=last)) == []


def test_township_beside_its_villages():
    below = {"dispute": Total(found=9, low=6, township=2)}
    same = Sheet(sweep=(dispute(found=9, group=2, village=4, township=2),))
    own_only = Sheet(sweep=(dispute(found=4, township=3),))
    less = Sheet(sweep=(dispute(found=9, village=5, township=1),))

    assert codes(facts(same, children=below)) == []
    assert codes(facts(own_only, children=below)) == []
    assert codes(facts(less, children=below)) == [
        ("children-low", "dispute"),
        ("children-township", "dispute"),
    ]


def test_village_beside_its_groups_and_its_township():
    now = Sheet(
        sweep=(dispute(found=4, township=2),),
        groups=(GroupLine("7", "一组", found=3), GroupLine("8", "二组", found=2)),
    )

    found = check(facts(now, parent={"dispute": dispute(township=1)}))

    assert [(each.code, each.severity) for each in found] == [
        ("children-groups", Severity.EXPLAIN),
        ("parent-township", Severity.HINT),
    ]
    assert found[0].text == "各小组排查合计5，多于本村六排查合计4。"


def test_copied_text_is_a_reason_to_look():
    now = Sheet(
        patrol=(day(4, findings="河堤路口两处路灯不亮已报修", handled="已报修"),),
        meetings=(MeetingLine("5", 12, AGENDA, "下周起夜巡"),),
    )
    last = replace(now, meetings=(MeetingLine("3", 9, AGENDA + "。", "下周起夜巡"),))
    near = (("甲2村", f"{AGENDA}\n下周起夜巡"), ("甲3村", "另议"))

    found = check(facts(now, last=last, neighbours=near))

    assert [(each.code, each.row) for each in found] == [
        ("same-as-last-month", "5"),
        ("same-as-last-month", "2026-09-04"),
        ("same-as-neighbour", "5"),
    ]
    assert found[2].text == "会议的议题和议定事项与甲2村一字不差。"
    assert all(each.for_reviewer for each in found)


def test_short_texts_are_alike_by_nature():
    now = Sheet(meetings=(MeetingLine("5", 12, "防火"),))

    assert codes(facts(now, last=now, neighbours=(("甲2村", "防火"),))) == []


def test_month_of_equal_heads_is_a_reason_to_look():
    equal = tuple(day(number) for number in range(1, 31))

    assert codes(facts(Sheet(patrol=equal))) == [("equal-heads", "")]
    assert codes(facts(Sheet(patrol=equal[:19]))) == []
    assert codes(facts(Sheet(patrol=(*equal[:29], day(30, day=1))))) == []


@pytest.mark.parametrize(
    ("saves", "expected"),
    [
        ([(25, 16, 2), (25, 16, 7)], ["typed-in-a-rush"]),
        ([(25, 16, 2)], ["typed-in-a-rush"]),
        ([(25, 16, 2), (25, 16, 8)], []),  # more than five minutes
        ([(24, 16, 2)], []),  # not the last day
        ([], []),
    ],
)
def test_month_typed_on_the_last_day(saves: list[tuple[int, int, int]], expected: list[str]):
    patrol = tuple(day(number, day=number % 4) for number in range(1, 26))
    moments = tuple(dt.datetime(2026, 9, *save) for save in saves)

    found = check(facts(Sheet(patrol=patrol), patrol_saves=moments))

    assert [each.code for each in found] == expected
    if found:
        assert found[0].text == "25天的巡逻都在9月25日16:02起的五分钟内填完。"


@pytest.mark.parametrize(("found", "expected"), [(9, []), (10, [("all-solved", "dispute")])])
def test_many_disputes_all_solved(found: int, expected: list[tuple[str, str]]):
    now = Sheet(sweep=(dispute(found=found, village=found),))

    assert codes(facts(now)) == expected


@pytest.mark.parametrize(
    ("marks", "expected"),
    [([90] * 4, [("equal-appraisals", "")]), ([90] * 3, []), ([90, 90, 90, 91], [])],
)
def test_groups_all_rated_alike(marks: list[int], expected: list[tuple[str, str]]):
    groups = tuple(GroupLine(str(n), f"{n}组", appraisal=mark) for n, mark in enumerate(marks))

    assert codes(facts(Sheet(groups=groups))) == expected


def test_gravest_findings_come_first():
    now = Sheet(
        patrol=(day(1), day(4, findings="路灯不亮"), day(25)),
        sweep=(dispute(group=5),),
    )

    found = check(facts(now, today=dt.date(2026, 9, 20)))

    assert [each.severity for each in found] == [Severity.STOP, Severity.EXPLAIN, Severity.HINT]
