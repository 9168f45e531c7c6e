"""Made-up follow-up items: one for every matter of a place or a thing that a sweep left open."""

from __future__ import annotations

import datetime as dt
import random

from campaigns.enums import FollowUpSource
from campaigns.models import FollowUp, Sweep
from pingan.enums import Level

TITLES = {
    "dispute": (
        "二组与三组灌溉用水分配争议",
        "村道拓宽占地补偿争议",
        "集镇摊位界线争议",
        "山林界桩移位争议",
    ),
    "order": (
        "晒场夜间燃放烟花扰民",
        "场口车辆占道停放",
        "桥头废品堆放点失窃",
        "学校周边摊点占道",
    ),
    "hazard": (
        "水渠闸门损坏",
        "村道转弯处护栏缺失",
        "集镇路灯损坏三盏",
        "烤烟房电线老化",
        "河堤护栏松动",
        "旧校舍围墙开裂",
    ),
}
PLACES = ("一组", "二组", "三组", "场口", "村道口", "河边")
POSTS = ("治保主任", "村主任", "调委会主任", "综治专干")
DUTIES = {
    "dispute": "组织双方协商，形成书面意见",
    "order": "到场整治，安排专人巡查",
    "hazard": "设警示标志，联系有关部门限期修复",
}
OUTCOMES = {
    "dispute": "双方签订协议，已经履行",
    "order": "已整治，巡查未再发现",
    "hazard": "已修复，现场查看合格",
}


def follow_ups_of(sweep: Sweep, today: dt.date) -> list[FollowUp]:
    """The items of one row of a sweep; counts of persons have none."""
    titles = TITLES.get(sweep.category.code, ())
    if not titles or sweep.category.touches_persons:
        return []
    unit, month = sweep.monthly_return.unit, sweep.month
    rng = random.Random(f"{unit.code} {month} {sweep.category.code} items")
    return [_item(sweep, rng, titles, today) for _ in range(sweep.found - sweep.solved)]


def _item(sweep: Sweep, rng: random.Random, titles: tuple[str, ...], today: dt.date) -> FollowUp:
    """Most are solved within some weeks; a few are handed up, a few stay open too long."""
    unit, last_day = sweep.monthly_return.unit, sweep.month.last_day
    level = Level(unit.level)
    if level == Level.VILLAGE and rng.random() < 0.15:
        level = Level.TOWNSHIP
    item = FollowUp(
        unit=unit,
        source=FollowUpSource.SWEEP,
        category=sweep.category,
        month=sweep.month,
        title=rng.choice(titles),
        place=rng.choice(PLACES),
        owner_post=rng.choice(POSTS),
        duty=DUTIES[sweep.category.code],
        due_on=last_day + dt.timedelta(days=rng.randint(5, 30)),
        level=level,
        recorded_by=sweep.monthly_return.saved_by,
    )
    solved_on = last_day + dt.timedelta(days=rng.randint(1, 45))
    if solved_on < today and rng.random() < 0.97:
        item.solved_on, item.solved_level = solved_on, level
        item.outcome = OUTCOMES[sweep.category.code]
    return item
