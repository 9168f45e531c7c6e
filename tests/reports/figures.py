"""A factory of plausible, made-up figures of a month; every document test starts from it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from random import Random
from typing import Any

from assessments.enums import Colour, Grade
from pingan.months import Month
from reports.tables import (
    ActivityTotals,
    ItemHead,
    MonthFigures,
    OfficeNames,
    PeerRanking,
    RankRow,
)

TOWNSHIPS = [
    "角奎镇",
    "洛泽河镇",
    "牛街镇",
    "海子镇",
    "荞山镇",
    "龙安镇",
    "钟鸣镇",
    "两河镇",
    "小草坝镇",
    "龙海镇",
    "洛旺苗族乡",
    "柳溪苗族乡",
    "奎香苗族彝族乡",
    "龙街苗族彝族乡",
    "树林彝族苗族乡",
    "发达乡",
    "新场镇",
    "毛坪镇",
]
ITEMS = (
    ItemHead("patrol", "治安巡逻", 2000),
    ItemHead("education", "法制宣教", 1000),
    ItemHead("sweep", "六排查", 2000),
    ItemHead("meeting", "综治例会", 1000),
    ItemHead("survey", "治安测评", 1500),
    ItemHead("timeliness", "报送时限", 1000),
    ItemHead("inspection", "督导检查", 1500),
)
TOTALS = ActivityTotals(
    returns_expected=171,
    returns_received=168,
    returns_on_time=160,
    patrol_days_covered=4870,
    patrol_days_expected=5040,
    nights_covered=3022,
    nights_expected=3360,
    key_days_covered=1010,
    key_days_expected=1064,
    patrol_heads=21480,
    education_sessions=402,
    education_audience=18233,
    meetings=375,
    matters_found=375,
    matters_solved=363,
    solved_in_group=121,
    solved_in_village=190,
    solved_in_township=45,
    solved_in_county=7,
    survey_slips=320,
    order_good=301,
    feels_safe=297,
    satisfied=305,
)
PREVIOUS_TOTALS = dataclasses.replace(
    TOTALS,
    returns_received=165,
    patrol_days_covered=4790,
    patrol_heads=20911,
    education_sessions=410,
    meetings=375,
    matters_found=398,
    matters_solved=389,
    order_good=304,
    feels_safe=297,
    satisfied=299,
)


def grade_of(total: int) -> Grade:
    for grade, least in ((Grade.EXCELLENT, 9500), (Grade.GOOD, 8500), (Grade.QUALIFIED, 7000)):
        if total >= least:
            return grade
    return Grade.UNQUALIFIED


def make_rows(
    names: list[str], *, seed: int = 1, items: tuple[ItemHead, ...] = ITEMS, first: bool = False
) -> tuple[RankRow, ...]:
    """Units with random points, ranked best first; equal totals share a rank."""
    random = Random(seed)
    drawn = []
    for number, name in enumerate(names):
        points: tuple[int | None, ...] = tuple(
            item.points * random.choice((70, 80, 90, 95, 100)) // 100 for item in items
        )
        if random.random() < 0.1:
            points = (*points[:-1], None)
        drawn.append((sum(p or 0 for p in points), number, name, points))
    drawn.sort(key=lambda row: (-row[0], row[1]))
    previous = list(range(1, len(names) + 1))
    random.shuffle(previous)
    totals = [row[0] for row in drawn]
    rows = []
    for place, (total, number, name, points) in enumerate(drawn):
        open_matters = random.choice((0, 0, 0, 1, 2)) if total < 9200 else 0
        red = total < 7400
        rows.append(
            RankRow(
                unit_name=name,
                unit_code=f"530628{seed:03d}{number:03d}",
                rank=totals.index(total) + 1,
                is_tied=totals.count(total) > 1,
                total=total,
                grade=grade_of(total),
                colour=Colour.RED if red else Colour.BLUE if total >= 8800 else Colour.YELLOW,
                previous_rank=None if first else previous[place],
                points=points,
                open_matters=open_matters,
            )
        )
    return tuple(rows)


def make_ranking(parent: str, label: str, names: list[str], **options: Any) -> PeerRanking:
    return PeerRanking(parent, label, options.get("items", ITEMS), make_rows(names, **options))


def make_figures(
    *, townships: int = 16, villages: int = 9, sectors: int = 3, **changes: Any
) -> MonthFigures:
    """A whole month: so many townships, villages a township (they vary) and units a 口."""
    names = (TOWNSHIPS + [f"第{number}示范街道" for number in range(1, 31)])[:townships]
    sector_names = ("党群口", "政府办口", "政法口")
    units = ("甲局", "乙局", "丙局", "丁局", "戊局", "己局", "庚局", "辛局")
    values: dict[str, Any] = {
        "county_name": "彝良县",
        "county_code": "530628",
        "month": Month(2026, 9),
        "edition_number": 1,
        "edition_hash": hashlib.sha256(b"edition").hexdigest(),
        "closed_on": dt.date(2026, 10, 9),
        "issued_on": dt.date(2026, 10, 10),
        "bulletin_number": 9,
        "is_demo": True,
        "offices": OfficeNames(
            "彝良县创建平安工作领导组", "彝良县创建平安工作领导组办公室", "综治办", "彝创安办"
        ),
        "totals": TOTALS,
        "previous_totals": PREVIOUS_TOTALS,
        "townships": make_ranking("彝良县", "乡镇(街道)", names, seed=7),
        "sectors": tuple(
            make_ranking("彝良县", label, [label[:2] + unit for unit in units[:sectors]], seed=seed)
            for seed, label in enumerate(sector_names, 20)
            if sectors
        ),
        "villages": tuple(
            make_ranking(
                name,
                "村(社区)",
                [f"第{k}村" for k in range(1, villages + seed % 5)],
                seed=40 + seed,
            )
            for seed, name in enumerate(names)
            if villages
        ),
        "changes": (),
    }
    values.update(changes)
    return MonthFigures(**values)
