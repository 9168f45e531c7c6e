"""Key places under regulation: how they stand, which months' progress is missing."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from assessments.models import KeyPlace, RectificationNotice
from assessments.selectors.problems import grouped
from pingan.enums import Level
from pingan.models import Unit, User
from pingan.months import Month

_PLACES = (Level.TOWNSHIP, Level.VILLAGE, Level.DEPARTMENT)
_LEADING = (Level.COUNTY, Level.TOWNSHIP, Level.DEPARTMENT)


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """One place; `missing` are the months whose progress is overdue, oldest first."""

    place: KeyPlace
    parent_name: str
    missing: list[Month]
    last: str
    word: str
    tone: str


def places_listed(user: User, state: str, text: str) -> QuerySet[KeyPlace]:
    """The places this person may see; those past their term first."""
    rows = KeyPlace.objects.visible_to(user).select_related("unit__parent", "lead_unit")
    rows = rows.defer("plan")
    if state == "listed":
        rows = rows.listed()
    elif state == "delisted":
        rows = rows.exclude(delisted_on=None)
    if text:
        rows = rows.filter(
            Q(name__icontains=text)
            | Q(unit__name__icontains=text)
            | Q(lead_unit__name__icontains=text)
        )
    return rows.prefetch_related("progress").order_by("delisted_on", "due_on", "pk")


def place_row(place: KeyPlace, today: dt.date) -> PlaceRow:
    """`unit__parent` and `progress` must be loaded."""
    parent = place.unit.parent
    done = sorted((each.month for each in place.progress.all()), reverse=True)
    missing = missing_months(place, set(done), today)
    word, tone = _standing(place, missing, today)
    return PlaceRow(
        place,
        parent.name if parent and parent.level != Level.COUNTY else "",
        missing,
        done[0].label if done else "还没有",
        word,
        tone,
    )


def missing_months(place: KeyPlace, done: set[Month], today: dt.date) -> list[Month]:
    """Whole months since the listing that are over and without progress."""
    first = Month.of(place.listed_on).next
    last = Month.of(place.delisted_on or today).previous
    return [month for month in first.until(last) if month not in done]


def _standing(place: KeyPlace, missing: list[Month], today: dt.date) -> tuple[str, str]:
    if place.delisted_on:
        return "已摘牌", "good"
    if place.due_on < today:
        return f"超期{(today - place.due_on).days}天", "bad"
    if missing:
        return f"缺{len(missing)}个月进展", "bad"
    return f"整治中，还有{(place.due_on - today).days}天", "info"


def open_months(place: KeyPlace, today: dt.date) -> list[Month]:
    """Months whose progress may be written, the latest first."""
    return list(Month.of(place.listed_on).until(Month.of(today)))[::-1]


def place_units(county: Unit) -> list[Any]:
    """Choices of where a place may lie. One query."""
    rows = Unit.objects.living().filter(county=county, level__in=_PLACES)
    return grouped(rows.select_related("parent").order_by("path"))


def leading_units(county: Unit) -> list[Any]:
    """Choices of who may lead: the county, its departments, its townships. One query."""
    rows = Unit.objects.living().filter(Q(county=county) | Q(pk=county.pk), level__in=_LEADING)
    return grouped(rows.select_related("parent").order_by("level", "path"))


def notice_to_list(user: User, key: str) -> RectificationNotice | None:
    """The notice that a new place comes from, where one is named and may be seen."""
    if not key.isdecimal():
        return None
    return (
        RectificationNotice.objects.visible_to(user).select_related("unit").filter(pk=key).first()
    )
