"""Of the visits: draws to be made, drawn units to be visited, the month's focus to be read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db.models import Exists, OuterRef

from assessments.enums import DrawState, VisitKind
from assessments.models import Draw, Inspection, MonthFocus
from assessments.selectors.draws import knows_secrets
from pingan import scopes
from pingan.enums import PeriodState, Role
from pingan.models import Period, User
from pingan.months import Month
from reports.selectors.inbox_item import Item

NEWS_DAYS = 14  # so long a published focus is news
MOST_NAMED = 3


def visits(user: User, today: dt.date) -> Iterator[Item]:
    """Two queries for the county's office, three for inspectors, one for everybody else."""
    if not scopes.has_records(user):
        return
    if user.role in (Role.COUNTY_OFFICER, Role.INSPECTOR) and knows_secrets(user):
        yield from _draws(user, today)
    else:
        yield from _focus(user, today)


def _draws(user: User, today: dt.date) -> Iterator[Item]:
    """Sealed draws are the officer's to make; drawn units wait for whoever sees them."""
    closed = Period.objects.filter(
        county=OuterRef("county"), month=OuterRef("month"), state=PeriodState.CLOSED
    )
    rows = list(
        Draw.objects.visible_to(user)
        .filter(~Exists(closed), month__gte=Month.of(today).previous)
        .exclude(state=DrawState.CANCELLED)
        .order_by("month", "number")
    )
    seen = set(
        Inspection.objects.filter(draw__in=[row.pk for row in rows]).values_list("draw", "unit")
    )
    own = {unit.pk for unit in user.lent_units.all()} if user.role == Role.INSPECTOR else None
    for draw in rows:
        if draw.state == DrawState.COMMITTED:
            if user.role == Role.COUNTY_OFFICER:
                text = f"{draw.month.label}第{draw.number}次抽签已封存"
                detail = "填封存以后公布的公开数，就可以抽取。"
                yield Item("待抽取", "info", text, detail, "assessments:draw-detail", draw.pk)
            continue
        names = [
            name
            for unit_id, _code, name, _digest in draw.result
            if (draw.pk, unit_id) not in seen and (own is None or unit_id in own)
        ]
        if names:
            listed = "、".join(names[:MOST_NAMED]) + ("等" if len(names) > MOST_NAMED else "")
            text = f"{draw.month.label}抽中待{VisitKind(draw.kind).label}：{listed}"
            detail = f"{len(names)}个单位还没有录入。"
            yield Item("待检查", "warn", text, detail, "assessments:draw-detail", draw.pk)


def _focus(user: User, today: dt.date) -> Iterator[Item]:
    """What the next inspections look at. One query."""
    current = Month.of(today)
    rows = MonthFocus.objects.filter(
        county=user.unit.root_id,
        month__gte=current.previous,
        published_at__date__gt=today - dt.timedelta(days=NEWS_DAYS),
    )
    for focus in rows.order_by("month"):
        text = f"{focus.month.label}检查重点已公布"
        yield Item("检查重点", "info", text, focus.text, "assessments:inspection-list")
