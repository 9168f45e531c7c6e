"""待办 of rectification: notices to sign, answer and recheck; problems; key places."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db.models import Q

from assessments.enums import NoticeState
from assessments.models import KeyPlace, Problem, RectificationNotice
from assessments.policies import key_places as place_policies
from assessments.policies import may
from assessments.selectors.key_places import missing_months
from assessments.selectors.ladder import steps_of
from pingan import scopes
from pingan.enums import Level, Role
from pingan.models import User
from pingan.months import Month
from reports.selectors.inbox_item import Item

SOON_DAYS = 7
MOST = 8
_SIGNERS = (Role.COUNTY_OFFICER, Role.LEADER)
_WRITERS = (Role.VILLAGE_CLERK, Role.TOWNSHIP_CLERK, Role.TOWNSHIP_REVIEWER)
_RECHECKERS = (Role.COUNTY_OFFICER, Role.INSPECTOR, Role.TOWNSHIP_REVIEWER)
_LIST = "assessments:notice-list"


def rectification(user: User, today: dt.date) -> Iterator[Item]:
    """Everything that waits. Three queries, and one more each where drafts or places are found."""
    if not scopes.has_records(user):
        return
    yield from _notices(user, today)
    if user.role in (Role.COUNTY_OFFICER, *_WRITERS):
        yield from _problems(user, today)
        yield from _places(user, today)


def _left(due_on: dt.date, today: dt.date) -> tuple[str, str]:
    days = (due_on - today).days
    if days < 0:
        return f"已逾期{-days}天", "bad"
    return ("今天截止" if not days else f"还有{days}天"), "warn" if days <= 3 else "plain"


def _notices(user: User, today: dt.date) -> Iterator[Item]:
    """Drafts to sign, own notices to answer, replies to recheck. One query, two with drafts."""
    waiting = scopes.NOTHING
    if user.role in _SIGNERS and user.unit.level == Level.COUNTY:
        waiting |= Q(state=NoticeState.DRAFT)
    if user.role in _WRITERS:
        waiting |= Q(state=NoticeState.SIGNED, unit=user.unit_id)
    if user.role in _RECHECKERS:
        waiting |= Q(state=NoticeState.REPLIED) & ~Q(signed_by=user) & ~Q(unit=user.unit_id)
    by = Q(followed_by__number__isnull=False) | Q(replies__replied_by=user)
    rows = RectificationNotice.objects.visible_to(user).filter(waiting).exclude(by)
    found: dict[str, list[RectificationNotice]] = {state: [] for state in NoticeState}
    for notice in rows.order_by("due_on", "pk"):
        found[notice.state].append(notice)
    yield from _to_sign(user, found[NoticeState.DRAFT])
    yield from _to_answer(found[NoticeState.SIGNED], today)
    yield from _to_recheck(found[NoticeState.REPLIED], today)


def _to_sign(user: User, drafts: list[RectificationNotice]) -> Iterator[Item]:
    """Of the steps that this duty signs."""
    steps = steps_of(user.unit_id) if drafts else {}
    kinds = [kind for kind, step in steps.items() if step.signer == user.role]
    own = [draft for draft in drafts if draft.kind in kinds]
    if own:
        yield Item("待签发", "warn", f"{len(own)}份整改通知书草稿等您核对签发", "", _LIST)


def _to_answer(notices: list[RectificationNotice], today: dt.date) -> Iterator[Item]:
    for notice in notices[:MOST]:
        mark, tone = _left(notice.due_on, today)
        detail = f"{notice.responsible_post}，{notice.due_on:%Y-%m-%d}前整改并书面报告"
        where = ("assessments:notice-detail", notice.pk, notice.due_on)
        yield Item(mark, tone, f"{notice}：本单位要整改并报告", detail, *where)


def _to_recheck(notices: list[RectificationNotice], today: dt.date) -> Iterator[Item]:
    if notices:
        first = min(notice.recheck_on for notice in notices)
        mark, tone = ("复查已逾期", "bad") if first < today else ("待复查", "info")
        yield Item(mark, tone, f"{len(notices)}份整改报告等您复查", "", _LIST, None, first)


def _problems(user: User, today: dt.date) -> Iterator[Item]:
    """For the unit what is due, for its superior what was reported. One query."""
    soon = today + dt.timedelta(days=SOON_DAYS)
    due = Q(unit=user.unit_id, solution="", due_on__lte=soon)
    waiting = due if user.role == Role.VILLAGE_CLERK else due | _reported(user)
    rows = Problem.objects.visible_to(user).open().filter(waiting, follow_up=None)
    found = list(rows.only("unit_id", "title", "due_on").order_by("due_on", "pk"))
    own = [problem for problem in found if problem.unit_id == user.unit_id]
    for problem in own[:MOST]:
        mark, tone = _left(problem.due_on, today)
        where = ("assessments:problem-detail", problem.pk, problem.due_on)
        yield Item(mark, tone, f"问题　{problem.title}", "整改后请报告结果", *where)
    if reported := len(found) - len(own):
        text = f"{reported}个问题单位已报整改，等您确认销号"
        yield Item("待确认", "info", text, "", "assessments:problem-list")


def _reported(user: User) -> Q:
    return ~Q(unit=user.unit_id) & ~Q(solution="")


def _places(user: User, today: dt.date) -> Iterator[Item]:
    """Months of key places that this person reports on. Two queries."""
    rows = KeyPlace.objects.visible_to(user).listed()
    rows = rows.select_related("unit__parent", "lead_unit__parent").prefetch_related("progress")
    for place in rows.order_by("due_on", "pk"):
        if not may(place_policies.check_report_progress, place=place, by=user):
            continue
        done = {each.month for each in place.progress.all()}
        missing = missing_months(place, done, today)
        where = ("assessments:key-place-detail", place.pk)
        if missing:
            words = "、".join(month.label for month in missing)
            text = f"重点整治　{place.name}：缺{words}的进展"
            yield Item("已逾期", "bad", text, "", *where)
        elif Month.of(today) not in done and Month.of(place.listed_on) < Month.of(today):
            text = f"重点整治　{place.name}：请填报本月进展"
            yield Item("本月", "plain", text, "月底前填报", *where, Month.of(today).last_day)
