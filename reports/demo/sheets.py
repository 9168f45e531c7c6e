"""A made-up sheet of a visit: what each line was given, and what was found there."""

from __future__ import annotations

import random
from collections.abc import Sequence

from assessments.models import Inspection, InspectionEntry
from assessments.selectors.sheets import SheetLine

# What is found on a line of the sheet: places and things.
FOUND = {
    "patrol_days": ("场镇东街上午没有见到巡逻", "集贸市场门口值守点无人"),
    "patrol_nights": ("夜间十点后主街没有见到巡逻", "逢场日停车场无人维持秩序"),
    "education": ("两名商户不知道本月宣传的内容",),
    "columns": ("宣传栏仍是两个月前的内容", "村头广播有杂音，听不清"),
    "sweep": ("河边护栏松动，排查台账上没有", "集市电线私拉，排查没有发现"),
    "open_matters": ("两件未结事项没有写期限", "一件道路隐患超期未办结"),
    "meeting": ("议定事项没有写由哪个岗位办理",),
    "decisions": ("上次议定的路口照明还没有装",),
    "survey": ("两名群众反映夜间摩托车噪声",),
    "rectified": ("上月指出的占道摊点仍在",),
    "street_day": ("走访一小时没有见到巡逻力量",),
    "street_night": ("夜间主街无人巡逻",),
    "market_day": ("集市出口堵塞，无人疏导",),
    "hotline": ("值班电话无人接听", "接听后答不出由哪个岗位受理"),
    "office": ("上班时间综治中心无人值守",),
    "hazards": ("车站候车棚顶板松动", "学校门口减速带损坏"),
    "propaganda": ("路口宣传牌破损",),
}


def filled_sheet(
    inspection: Inspection, lines: Sequence[SheetLine], share: float, rng: random.Random
) -> list[InspectionEntry]:
    """A sheet on which about `share` of the points are given; makes the visit's total."""
    entries = []
    for position, line in enumerate(lines, start=1):
        lost = max(0.0, rng.gauss(1 - share, 0.14))
        given = max(0, line.points - round(lost * line.points / 50) * 50)
        finding = ""
        if given <= line.points * 0.85 and line.code in FOUND:
            finding = rng.choice(FOUND[line.code])
        entries.append(
            InspectionEntry(
                inspection=inspection,
                position=position,
                code=line.code,
                name=line.name,
                points_given=given,
                points_possible=line.points,
                finding=finding,
            )
        )
    inspection.points_given = sum(each.points_given or 0 for each in entries)
    inspection.points_possible = sum(each.points_possible for each in entries)
    inspection.findings = ""
    return entries
