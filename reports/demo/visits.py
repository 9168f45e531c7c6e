"""Made-up visits: the month's focus, a draw, secret visits, leaders' ratings."""

from __future__ import annotations

import datetime as dt
import hashlib
import random

from django.utils import timezone

from assessments import draws
from assessments.enums import DrawState, VisitKind
from assessments.models import (
    Draw,
    Inspection,
    InspectionEntry,
    InspectionGroup,
    LeaderRating,
    MonthFocus,
)
from assessments.selectors.draws import pool_of
from assessments.selectors.sheets import sheet_lines
from pingan.enums import Level
from pingan.models import Unit, User
from pingan.months import Month
from reports.demo.records import diligence
from reports.demo.sheets import filled_sheet

POSTS = ("县委副书记", "县委政法委书记", "分管公安的副县长")
SECRET_VISITS = 4
FOCUS = (
    "演示：一看夜间和逢场日巡逻有没有人；二看上月通报的问题改了没有；三到集贸市场随机问群众。",
    "演示：重点看校园周边秩序、宣传栏更新、未结事项有没有岗位和期限。",
    "演示：重点看用火用电隐患排查和十户联防，抽两个村走一圈。",
    "演示：重点看节假日值守、外出务工户房屋看护和道路隐患。",
)


def load_visits(county: Unit, month: Month, officer: User) -> None:
    """The focus, a draw with its secret visits, and the ratings of one month that is over."""
    _focus(county, month, officer)
    draw = _draw(county, month, officer, is_drawn=True)
    if draw is not None:
        _secret_visits(county, draw, officer)
    _ratings(county, month, officer)


def load_coming(county: Unit, month: Month, officer: User) -> None:
    """The present month: its focus is published, a draw is sealed and waits."""
    _focus(county, month, officer)
    _draw(county, month, officer, is_drawn=False)


def _moment(day: dt.date, hour: int) -> dt.datetime:
    moment = timezone.make_aware(dt.datetime.combine(day, dt.time(hour, 10)))
    return min(moment, timezone.now())


def _focus(county: Unit, month: Month, officer: User) -> None:
    MonthFocus.objects.get_or_create(
        county=county,
        month=month,
        defaults={
            "text": FOCUS[month.number % len(FOCUS)],
            "published_at": _moment(month.first_day, 9),
            "published_by": officer,
        },
    )


def _draw(county: Unit, month: Month, officer: User, *, is_drawn: bool) -> Draw | None:
    """Sealed in the morning, drawn in the evening with a number of that day."""
    if Draw.objects.filter(county=county, month=month).exists():
        return None
    day = min(month.first_day + dt.timedelta(days=14), timezone.localdate())
    pool = pool_of(county, month, None, day)
    if not pool.units:
        return None
    seed = hashlib.sha256(f"演示 {county.code} {month}".encode()).hexdigest()
    salt = f"{day:%Y%m%d}-{random.Random(seed).randrange(100, 1000)}"
    wanted = min(SECRET_VISITS, len(pool.units))
    draw = Draw(
        county=county,
        month=month,
        number=1,
        title="演示：暗访抽签",
        kind=VisitKind.SECRET,
        wanted=wanted,
        pool=[list(row) for row in pool.units],
        excluded=[list(row) for row in pool.excluded],
        seed=seed,
        seed_hash=draws.seal(seed),
        committed_at=_moment(day, 9),
        committed_by=officer,
    )
    if is_drawn:
        drawn = draws.draw(seed, salt, pool.units, wanted)
        draw.result = [[lot.unit_id, lot.code, lot.name, lot.digest] for lot in drawn]
        draw.state, draw.salt = DrawState.DRAWN, salt
        draw.drawn_at, draw.drawn_by = _moment(day, 21), officer
    draw.save()
    return draw


def _secret_visits(county: Unit, draw: Draw, officer: User) -> None:
    """What was seen at the drawn units a few days later."""
    units = {unit.pk: unit for unit in Unit.objects.filter(pk__in=[row[0] for row in draw.result])}
    groups = _group_of(county)
    lines = {level: sheet_lines(county.pk, level, VisitKind.SECRET) for level in _LEVELS}
    visits, entries = [], []
    for place, (unit_id, *_rest) in enumerate(draw.result):
        unit = units[unit_id]
        rng = random.Random(f"{unit.code} {draw.month} secret")
        visit = Inspection(
            unit=unit,
            month=draw.month,
            kind=VisitKind.SECRET,
            on=draw.month.first_day + dt.timedelta(days=16 + 2 * place),
            place="场镇" if unit.level == Level.TOWNSHIP else "办公楼",
            group=groups.get(unit_id),
            draw=draw,
            recorded_by=officer,
        )
        share = 0.5 + 0.45 * diligence(unit, draw.month)
        entries += filled_sheet(visit, lines[Level(unit.level)], share, rng)
        visits.append(visit)
    Inspection.objects.bulk_create(visits)
    InspectionEntry.objects.bulk_create(entries)


_LEVELS = (Level.TOWNSHIP, Level.SECTOR)


def _group_of(county: Unit) -> dict[int, InspectionGroup]:
    groups = InspectionGroup.objects.filter(county=county, valid_to=None).prefetch_related("units")
    return {unit.pk: group for group in groups for unit in group.units.all()}


def _ratings(county: Unit, month: Month, officer: User) -> None:
    """Three leading posts rate every township and 口."""
    units = Unit.objects.living().filter(county=county, level__in=_LEVELS, is_scored=True)
    rows = []
    for unit in units.select_related("parent"):
        keen = diligence(unit, month)
        for post in POSTS:
            rng = random.Random(f"{unit.code} {month} {post}")
            points = min(100, max(50, round(rng.gauss(64 + 33 * keen, 2.5))))
            rows.append(
                LeaderRating(
                    unit=unit,
                    month=month,
                    rater_post=post,
                    points_given=points * 100,
                    note="演示：节假日值守落实不够" if points < 75 else "",
                    recorded_by=officer,
                )
            )
    LeaderRating.objects.bulk_create(rows)
