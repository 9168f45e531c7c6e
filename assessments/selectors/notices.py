"""Rectification notices ready to print: the list, one notice with its replies and rechecks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, Prefetch, Q, QuerySet

from assessments.enums import NoticeState
from assessments.models import Edition, RectificationNotice, RectificationReply
from pingan.enums import Level
from pingan.models import StoredFile, Unit, User
from pingan.months import Month

_TONES = {
    NoticeState.DRAFT: "warn",
    NoticeState.SIGNED: "info",
    NoticeState.REPLIED: "info",
    NoticeState.CLOSED: "good",
    NoticeState.AGAIN: "bad",
    NoticeState.WITHDRAWN: "plain",
}


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """One notice, and how it stands today."""

    notice: RectificationNotice
    title: str
    unit_name: str
    parent_name: str
    word: str
    tone: str


def notice_row(notice: RectificationNotice, today: dt.date) -> NoticeRow:
    """`unit__parent` must be loaded."""
    parent = notice.unit.parent
    word, tone = _standing(notice, today)
    return NoticeRow(
        notice,
        str(notice),
        notice.unit.name,
        parent.name if parent and parent.level != Level.COUNTY else "",
        word,
        tone,
    )


def _standing(notice: RectificationNotice, today: dt.date) -> tuple[str, str]:
    state = NoticeState(notice.state)
    if state == NoticeState.SIGNED:
        left = (notice.due_on - today).days
        if left < 0:
            return f"逾期{-left}天未报告", "bad"
        return f"整改中，{f'还有{left}天' if left else '今天到期'}", "warn" if left <= 3 else "info"
    if state == NoticeState.REPLIED and notice.recheck_on < today:
        return "待复查，已过复查日期", "warn"
    return state.label, _TONES[state]


def notices_listed(
    user: User, chosen: Mapping[str, str], today: dt.date
) -> QuerySet[RectificationNotice]:
    """The notices this person may see, what is due first in front."""
    rows = RectificationNotice.objects.visible_to(user).select_related("unit__parent")
    rows = rows.annotate(problem_count=Count("problems"))
    state = chosen["state"]
    if state == "running":
        waiting = (NoticeState.DRAFT, NoticeState.SIGNED, NoticeState.REPLIED)
        rows = rows.filter(state__in=waiting)
    elif state == "overdue":
        rows = rows.overdue(on=today)
    elif state != "all":
        rows = rows.filter(state=state)
    if chosen["kind"]:
        rows = rows.filter(kind=chosen["kind"])
    if text := chosen["text"]:
        rows = rows.filter(Q(unit__name__icontains=text) | Q(unit__parent__name__icontains=text))
    return rows.order_by("due_on", "pk")


def replies_of(notice: RectificationNotice) -> list[RectificationReply]:
    """With their files, whose content stays where it is. Two queries."""
    files = Prefetch("files", StoredFile.objects.defer("content"))
    return list(notice.replies.select_related("replied_by").prefetch_related(files))


def last_closed(county: Unit) -> Month | None:
    """The month of the county's latest close."""
    edition = Edition.objects.current().filter(county=county).order_by("-month").first()
    return edition.month if edition else None
