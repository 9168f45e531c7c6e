"""The sealed draw: seal, draw, or give up. A number once given is never given again."""

from __future__ import annotations

import datetime as dt
import re
import secrets
import unicodedata
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from assessments import draws
from assessments.enums import DrawState, VisitKind
from assessments.models import Draw, InspectionGroup
from assessments.policies.inspections import check_organise
from assessments.selectors.draws import pool_of
from pingan import audit
from pingan.models import Unit, User
from pingan.months import Month
from pingan.refusals import Refused

SEED_BYTES = 32
PAUSE = dt.timedelta(minutes=10)  # between sealing and drawing: time to see what was sealed
SALT = re.compile(r"[0-9A-Za-z][0-9A-Za-z.\-]{2,39}")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be drawn."""

    month: Month
    kind: VisitKind
    group: InspectionGroup | None
    wanted: int
    title: str


@transaction.atomic
def seal_draw(*, county: Unit, wish: Wish, by: User) -> Draw:
    """Fix the list and a secret seed; publish the seed's hash."""
    check_organise(county=county, by=by)
    Unit.objects.select_for_update(no_key=True).get(pk=county.pk)  # one number a draw
    pool = pool_of(county, wish.month, wish.group, timezone.localdate())
    if pool.leaderless:
        raise Refused(
            f"{'、'.join(pool.leaderless)}没有登记组长所在单位，不知道该回避谁。"
            "请先在督导检查组页面登记。"
        )
    if not 0 < wish.wanted <= len(pool.units):
        raise Refused(f"候选单位有{len(pool.units)}个，抽取个数应在1和{len(pool.units)}之间。")
    last = Draw.objects.filter(county=county, month=wish.month).aggregate(last=Max("number"))
    seed = secrets.token_hex(SEED_BYTES)
    draw = Draw.objects.create(
        county=county,
        month=wish.month,
        number=(last["last"] or 0) + 1,
        title=wish.title or f"{wish.kind.label}抽签",
        kind=wish.kind,
        group=wish.group,
        wanted=wish.wanted,
        pool=[list(row) for row in pool.units],
        excluded=[list(row) for row in pool.excluded],
        seed=seed,
        seed_hash=draws.seal(seed),
        committed_at=timezone.now(),
        committed_by=by,
    )
    audit.record(
        action="封存抽签",
        obj=draw,
        by=by,
        unit=county,
        after={
            "number": draw.number,
            "wanted": draw.wanted,
            "pool": [code for _unit, code, _name in pool.units],
            "seed_hash": draw.seed_hash,
        },
    )
    return draw


@transaction.atomic
def draw_lots(*, draw: Draw, salt: str, by: User) -> Draw:
    """Draw with a public number that nobody could know when the seed was sealed."""
    check_organise(county=draw.county, by=by)
    locked = _waiting(draw)
    if timezone.now() < locked.committed_at + PAUSE:
        ready = timezone.localtime(locked.committed_at + PAUSE)
        raise Refused(
            f"封存满{PAUSE.seconds // 60}分钟后才能抽取（{ready:%H:%M}以后），"
            "好让大家先看到封存码。"
        )
    salt = unicodedata.normalize("NFKC", salt).strip()
    if not SALT.fullmatch(salt):
        raise Refused(
            "公开数只用数字、字母、点和短横，3到40个字，如当期开奖号码 20261123-07-12-25。"
        )
    pool = [(unit_id, code, name) for unit_id, code, name in locked.pool]
    locked.result = [
        [lot.unit_id, lot.code, lot.name, lot.digest]
        for lot in draws.draw(locked.seed, salt, pool, locked.wanted)
    ]
    locked.salt = salt
    locked.state = DrawState.DRAWN
    locked.drawn_at, locked.drawn_by = timezone.now(), by
    locked.save()
    audit.record(
        action="抽取",
        obj=locked,
        by=by,
        unit=locked.county,
        after={"salt": salt, "result": [row[1] for row in locked.result]},
    )
    return locked


@transaction.atomic
def cancel_draw(*, draw: Draw, reason: str, by: User) -> Draw:
    """Give up what was sealed, before it is drawn; the number stays used."""
    check_organise(county=draw.county, by=by)
    reason = reason.strip()
    if not reason:
        raise Refused("请写明作废的原因，它会一直显示在抽签记录里。")
    locked = _waiting(draw)
    locked.state, locked.reason = DrawState.CANCELLED, reason
    locked.save(update_fields=["state", "reason"])
    audit.record(action="作废抽签", obj=locked, by=by, unit=locked.county, note=reason)
    return locked


def _waiting(draw: Draw) -> Draw:
    """The draw, held, if it is still sealed."""
    locked = Draw.objects.select_for_update(of=("self",)).select_related("county").get(pk=draw.pk)
    if locked.state == DrawState.DRAWN:
        raise Refused("这次抽签已经抽取，结果不能改，也不能作废。")
    if locked.state == DrawState.CANCELLED:
        raise Refused("这次抽签已经作废，请另行封存。")
    return locked
